import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { clauseHolds, type PolicyTrace, type TraceNode, type TraceValue } from "../../decisions/trace.ts";
import { flatten, partsOf } from "./expression-parts.ts";
import { type KnownEntities, knownEntity } from "./known-entities.ts";
import { restoreTree } from "./large-numbers.ts";
import { createLruMap, type LruMap } from "./lru-map.ts";
import { mentionsOf } from "./mentions.ts";
import type { PolicyIndex } from "./policy-index.ts";
import type { Expression } from "./policy-tree.ts";
import { askProbes, expressionText, type ProbeAnswer, type Probes, probeOf } from "./probe-policy.ts";
import { wholeRequest } from "./projection.ts";
import type { CedarPolicy } from "./read-policies.ts";
import { showActual } from "./show-actual.ts";
import { releaseSlot } from "./slice-pool.ts";
import { toCedarRequest } from "./to-cedar-request.ts";

/** What a trace is made of. */
export interface TraceParts {
  readonly request: AuthorizationRequest;
  readonly known: KnownEntities;
  readonly slice: readonly CedarPolicy[];
  readonly index: PolicyIndex;
  readonly probing: (policies: readonly CedarPolicy[]) => Probing;
}

/** Policies as they are probed together, and what the library is asked for them. */
export interface Probing {
  readonly outlines: readonly Outlined[];
  readonly probes: Probes;
}

/** Remembers the last few choices of policies that were probed: the library takes far longer to parse than to answer. */
export function createProbings(): LruMap<string, Probing> {
  return createLruMap(limits.probingsMax, ({ probes }) => releaseSlot(probes));
}

/** Takes policies apart, or finds them as they were taken apart before. */
export function probingOf(policies: readonly CedarPolicy[], known: LruMap<string, Probing>): Probing {
  const key = policies.map(({ info }) => info.id).join("\n");
  const found = known.get(key);
  if (found !== undefined) return found;
  const outlines = policies.map(outlineOf);
  // Policies have most of their clauses in common, and what two of them ask is asked once.
  const probing: Probing = { outlines, probes: new Map(outlines.flatMap(({ probes }) => [...probes])) };
  known.set(key, probing);
  return probing;
}

/** A clause or sub-expression before it is known what it comes to, with the key of its probe. */
interface Outline {
  readonly kind: TraceNode["kind"];
  readonly expression: Expression;
  readonly probe: string;
  readonly children: readonly Outline[];
}

interface Outlined {
  readonly policy: CedarPolicy;
  readonly probes: Probes;
  /** The key of the probe of the whole policy. */
  readonly probe: string;
  readonly clauses: readonly Outline[];
  /** How its expressions read, as far as they were ever shown. */
  readonly texts: Map<Expression, string>;
}

type Answers = ReadonlyMap<string, ProbeAnswer>;

type Settle = (outline: Outline, isReached: boolean) => TraceNode;

/**
 * The policies of the slice, then the nearest of the permits whose scope misses the call, clause by clause.
 * The library itself is asked for every clause and sub-expression, all in one call.
 * @throws {Error} when it cannot take the request
 */
export function tracePolicies({ request, known, slice, index, probing }: TraceParts): readonly PolicyTrace[] {
  const [principal, resource] = [knownEntity(request.principal, known), knownEntity(request.resource, known)];
  const misses = index.nearMisses(request.action, principal, resource);
  const candidates = misses.slice(0, limits.nearMissCandidatesMax);
  const { outlines, probes } = probing([...slice, ...candidates]);
  const answers = askProbes(probes, toCedarRequest(request, known, wholeRequest));
  const near = outlines
    .slice(slice.length)
    .map((outlined) => ({ outlined, failing: failingClauses(outlined, answers) }))
    .sort((one, other) => one.failing - other.failing)
    .slice(0, limits.nearMissesMax);
  const chosen = [...outlines.slice(0, slice.length), ...near.map(({ outlined }) => outlined)];
  const leftOut = misses.length - near.length;
  return chosen.map((outlined, position) => ({
    ...settlePolicy(outlined, answers, settler(outlined, answers, request, known)),
    ...(leftOut > 0 && position === chosen.length - 1 && { leftOut }),
  }));
}

// How a policy is taken apart hangs on its text alone.
const outlinesKnown = new WeakMap<CedarPolicy, Outlined>();

function outlineOf(policy: CedarPolicy): Outlined {
  const known = outlinesKnown.get(policy) ?? outlinePolicy(policy);
  outlinesKnown.set(policy, known);
  return known;
}

function outlinePolicy(policy: CedarPolicy): Outlined {
  const probes = new Map<string, PolicyJson>();
  const keep = (probe: PolicyJson): string => {
    const key = JSON.stringify(probe);
    probes.set(key, probe);
    return key;
  };
  const outline = (kind: TraceNode["kind"], expression: Expression): Outline => ({
    kind,
    expression,
    probe: keep(probeOf(restoreTree(expression.source, policy.numbers))),
    children: partsOf(expression).map((part) => outline("operand", part)),
  });
  const tree = restoreTree(policy.tree, policy.numbers);
  const probe = keep({ ...tree, effect: "permit", annotations: {} });
  const clauses = [
    ...policy.scope.map((clause) => outline("scope", clause)),
    ...policy.conditions.flatMap(({ kind, body }) =>
      kind === "when" ? flatten(body, "and").map((part) => outline("when", part)) : [outline("unless", body)],
    ),
  ];
  return { policy, probes, probe, clauses, texts: new Map() };
}

/** How an expression of a policy reads. The library takes its time to write one out, so only what is shown is written. */
function textOf(expression: Expression, { policy, texts }: Outlined): string {
  const text = texts.get(expression) ?? expressionText(expression.source, policy.numbers);
  texts.set(expression, text);
  return text;
}

function settler(outlined: Outlined, answers: Answers, request: AuthorizationRequest, known: KnownEntities): Settle {
  const settle: Settle = (outline, isReached) => {
    const { expression, kind, probe } = outline;
    const answer = answers.get(probe);
    const value: TraceValue = isReached && answer !== undefined ? answer.value : "unreached";
    const children = settleChildren(outline, isReached, settle);
    return {
      text: textOf(expression, outlined),
      value,
      kind,
      ...(children.length === 0 && { ...showActual(expression, request, known), ...mentionsOf(expression) }),
      ...(value === "error" && answer?.error !== undefined && { error: answer.error }),
      children,
    };
  };
  return settle;
}

// A part that a short-circuit never evaluated is not shown with an error that never happened.
function settleChildren({ expression, children }: Outline, isReached: boolean, settle: Settle): readonly TraceNode[] {
  if (expression.op === "choice") {
    const [test, yes, no] = children;
    if (test === undefined || yes === undefined || no === undefined) return [];
    const settled = settle(test, isReached);
    return [settled, settle(yes, settled.value === "true"), settle(no, settled.value === "false")];
  }
  const goesOn = expression.op === "and" ? "true" : expression.op === "or" ? "false" : undefined;
  let reached = isReached;
  return children.map((child) => {
    const settled = settle(child, reached);
    reached = reached && (goesOn === undefined || settled.value === goesOn);
    return settled;
  });
}

/**
 * Clauses after the first that fails are shown too, for they say what else would have to change; but one that errs
 * there never erred, and counts as not reached.
 */
function settlePolicy({ policy, probe, clauses }: Outlined, answers: Answers, settle: Settle): PolicyTrace {
  let failed = false;
  const settled = clauses.map((clause) => {
    const answer = answers.get(clause.probe)?.value;
    const node = settle(clause, !failed || answer !== "error");
    failed = failed || !holds(clause, answer);
    return node;
  });
  return { policy: policy.info, value: answers.get(probe)?.value ?? "error", clauses: settled };
}

function failingClauses({ clauses }: Outlined, answers: Answers): number {
  return clauses.filter((clause) => !holds(clause, answers.get(clause.probe)?.value)).length;
}

function holds({ kind }: Outline, value: ProbeAnswer["value"] | undefined): boolean {
  return value !== undefined && clauseHolds({ kind, value });
}
