import { limits } from "../../calls/limits.ts";
import { type Obligation, obligationKinds, parseObligation } from "../../decisions/obligation.ts";
import type { PolicyInfo, PolicyLayer } from "../../decisions/policy-info.ts";
import type { PolicyError, Verdict, VerdictEffect } from "../../decisions/verdict.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { readRegoAnswer, type SaidEntry } from "./read-rego-answer.ts";
import type { RegoRule } from "./rego-unit.ts";

/** The name that verdicts and policies carry. */
export const engineName = "rego";

/** The raw answer of one unit, and what is known of who gave it. */
export interface UnitAnswer {
  readonly unit: {
    /** A file, where it is a bundle. */
    readonly name: string;
    readonly layer: Exclude<PolicyLayer, "grant">;
    /** `undefined` for a bundle: what its rules are cannot be known. */
    readonly rules?: readonly RegoRule[];
  };
  /** The document `yoi/decision`, or `undefined` where it gave none. */
  readonly answer: unknown;
}

/** What one unit's answer comes to. */
interface UnitVerdict {
  readonly permits: readonly PolicyInfo[];
  readonly forbids: readonly PolicyInfo[];
  readonly obligations: readonly Obligation[];
  readonly errors: readonly PolicyError[];
}

/**
 * The one verdict of all units: the maximum of theirs. A unit whose answer cannot be read in any part of it errs.
 * Obligations ride on it whatever its effect, for `oblige` applies whenever the decision is allow.
 */
export function fromRegoAnswers(answers: readonly UnitAnswer[], total: number): Verdict {
  const verdicts = answers.map(judgeUnit);
  const forbids = verdicts.flatMap((verdict) => verdict.forbids);
  const permits = verdicts.flatMap((verdict) => verdict.permits);
  const errors = verdicts.flatMap((verdict) => verdict.errors).slice(0, limits.findingsMax);
  const effect = effectOf(forbids, errors, permits);
  return {
    engine: engineName,
    effect,
    determining: { forbid: forbids, permit: permits, error: [], abstain: [] }[effect],
    errors,
    obligations: verdicts.flatMap((verdict) => verdict.obligations),
    considered: total,
    total,
  };
}

function effectOf(
  forbids: readonly PolicyInfo[],
  errors: readonly PolicyError[],
  permits: readonly PolicyInfo[],
): VerdictEffect {
  if (forbids.length > 0) return "forbid";
  if (errors.length > 0) return "error";
  return permits.length > 0 ? "permit" : "abstain";
}

/** The policies of a compiled unit. */
export function policiesOf(rules: readonly RegoRule[], layer: PolicyInfo["layer"]): readonly PolicyInfo[] {
  return rules.map((rule) => policyOf(rule, layer));
}

const claimed: ReadonlySet<string> = new Set(["cause", ...obligationKinds]);

/** The policy that a rule is. What it obliges to is among its annotations, as with a policy in Cedar. */
export function policyOf(rule: RegoRule, layer: PolicyInfo["layer"]): PolicyInfo {
  const { kind, file, line, column } = rule;
  const name = nameOf(rule.package, rule.id);
  // ATTACK: a cause is what shipped policies are denied by, and a limit what an entry says: metadata can claim neither.
  const annotations = Object.entries(rule.annotations).filter(([annotation]) => !claimed.has(annotation));
  const reason = rule.because ?? rule.annotations["description"] ?? rule.annotations["title"];
  if (reason !== undefined) annotations.push(["reason", shown(reason)]);
  for (const [obligation, text] of Object.entries(rule.obligations ?? {})) {
    annotations.push([shown(obligation), text === "" ? "computed" : shown(text)]);
  }
  return {
    id: `${file}#${name}`,
    name,
    engine: engineName,
    effect: kind,
    layer,
    place: { file, line, column },
    annotations: Object.fromEntries(annotations),
  };
}

function judgeUnit({ unit, answer }: UnitAnswer): UnitVerdict {
  const said = readRegoAnswer(answer);
  const errors: PolicyError[] = said.flaws.map((flaw) => ({ message: `${quote(unit.name)}: ${flaw}` }));
  return {
    forbids: policiesSaid("forbid", said.forbid, unit, errors),
    permits: policiesSaid("permit", said.permit, unit, errors),
    obligations: said.oblige
      .flatMap((entry) => obligationsOf(entry, unit, errors))
      .toSorted((one, other) => compare(JSON.stringify(one), JSON.stringify(other))),
    errors,
  };
}

// Sets come as lists in an order that means nothing, and that a compiled policy and OPA's own evaluator do not share.
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The policies behind entries, each once, with all that it gave as its reason. */
function policiesSaid(
  effect: PolicyInfo["effect"],
  entries: readonly SaidEntry[],
  unit: UnitAnswer["unit"],
  errors: PolicyError[],
): readonly PolicyInfo[] {
  const reasons = new Map<PolicyInfo, Set<string>>();
  const found = new Map<string, PolicyInfo>();
  for (const entry of entries) {
    const name = nameOf(entry.policy, entry.id);
    const info = found.get(name) ?? policyBehind(effect, entry, unit, errors);
    if (info === undefined) continue;
    found.set(name, info);
    const given = reasons.get(info) ?? new Set();
    if (entry.because !== undefined) given.add(entry.because);
    reasons.set(info, given);
  }
  return [...reasons]
    .toSorted(([one], [other]) => compare(one.id, other.id))
    .map(([info, given]) => {
      if (given.size === 0) return info;
      return { ...info, annotations: { ...info.annotations, reason: shown([...given].toSorted(compare).join("; ")) } };
    });
}

function policyBehind(
  effect: PolicyInfo["effect"],
  entry: SaidEntry,
  { name: file, layer, rules }: UnitAnswer["unit"],
  errors: PolicyError[],
): PolicyInfo | undefined {
  const name = nameOf(entry.policy, entry.id);
  if (rules === undefined) {
    const place = { file, line: 1, column: 1 };
    return { id: `${file}#${name}`, name, engine: engineName, effect, layer, place, annotations: {} };
  }
  const info = indexOf(rules, layer).get(`${effect} ${name}`);
  // FAIL-CLOSED: an entry that no rule can have made is no answer to this question.
  if (info === undefined) errors.push({ message: `${quote(file)}: no rule of it can ${effect} as ${quote(name)}` });
  return info;
}

function obligationsOf(entry: SaidEntry, unit: UnitAnswer["unit"], errors: PolicyError[]): readonly Obligation[] {
  const name = nameOf(entry.policy, entry.id);
  const flaw = (message: string): readonly Obligation[] => {
    errors.push({ message: `${quote(unit.name)}: ${quote(name)} ${message}` });
    return [];
  };
  const id =
    unit.rules === undefined ? `${unit.name}#${name}` : indexOf(unit.rules, unit.layer).get(`oblige ${name}`)?.id;
  if (id === undefined) return flaw("obliges, and no rule of it can");
  if (entry.further.size === 0) return flaw("obliges to nothing");
  return [...entry.further].flatMap(([kind, value]) => {
    const text = kind === "max_response_bytes" && Number.isSafeInteger(value) ? String(value) : value;
    // FAIL-CLOSED: what nothing discharges turns an allow into a denial, so it is passed on whatever its value is.
    const obligation = parseObligation(kind, typeof text === "string" ? text : "", id);
    if (obligation === undefined) return [{ kind: "unknown", name: escapeText(kind, 64), policy: id }];
    return typeof obligation === "string" ? flaw(`has a malformed \`${kind}\`: ${obligation}`) : [obligation];
  });
}

// A unit answers every call, and its rules stay what they are.
const indexes = new WeakMap<readonly RegoRule[], ReadonlyMap<string, PolicyInfo>>();

/** The policies of a unit by effect and name. */
function indexOf(rules: readonly RegoRule[], layer: PolicyInfo["layer"]): ReadonlyMap<string, PolicyInfo> {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const index = new Map(policiesOf(rules, layer).map((info) => [`${info.effect} ${info.name}`, info]));
  indexes.set(rules, index);
  return index;
}

function nameOf(policy: string, id: string): string {
  return `${policy}/${id}`;
}

function shown(text: string): string {
  return escapeText(text, limits.terminalTextMax);
}

function quote(name: string): string {
  return `\`${escapeText(name, 160)}\``;
}
