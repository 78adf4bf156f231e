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
import { askProbes, expressionText, type ProbeAnswer, probeOf } from "./probe-policy.ts";
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

/** Policies as they are probed together; `holder` stands for them where the library keeps them parsed. */
export interface Probing {
  readonly outlines: readonly Outlined[];
  readonly holder: object;
}

/** Remembers the last few choices of policies that were probed: the library takes far longer to parse than to answer. */
export function createProbings(): LruMap<string, Probing> {
  return createLruMap(limits.probingsMax, ({ holder }) => releaseSlot(holder));
}

/** Takes policies apart, or finds them as they were taken apart before. */
export function probingOf(policies: readonly CedarPolicy[], known: LruMap<string, Probing>): Probing {
  const key = policies.map(({ info }) => info.id).join("\n");
  const found = known.get(key);
  if (found !== undefined) return found;
  const probing: Probing = { outlines: policies.map(outlineOf), holder: {} };
  known.set(key, probing);
  return probing;
}

/** A clause or sub-expression before it is known what it comes to. `probe` is its position among its policy's probes. */
interface Outline {
  readonly kind: TraceNode["kind"];
  readonly expression: Expression;
  readonly text: string;
  readonly probe: number;
  readonly children: readonly Outline[];
}

interface Outlined {
  readonly policy: CedarPolicy;
  readonly probes: readonly PolicyJson[];
  /** The probe of the whole policy. */
  readonly probe: number;
  readonly clauses: readonly Outline[];
}

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
  const { outlines, holder } = probing([...slice, ...candidates]);
  const answers = askProbes(
    holder,
    outlines.flatMap(({ probes }) => probes),
    toCedarRequest(request, known, wholeRequest),
  );
  let asked = 0;
  const answered = outlines.map((outlined) => {
    const own = answers.slice(asked, asked + outlined.probes.length);
    asked += own.length;
    return { outlined, answers: own, failing: failingClauses(outlined, own) };
  });
  const near = answered.slice(slice.length).sort((one, other) => one.failing - other.failing);
  const chosen = [...answered.slice(0, slice.length), ...near.slice(0, limits.nearMissesMax)];
  const leftOut = misses.length - Math.min(near.length, limits.nearMissesMax);
  return chosen.map(({ outlined, answers: own }, position) => ({
    ...settlePolicy(outlined, own, settler(own, request, known)),
    ...(leftOut > 0 && position === chosen.length - 1 && { leftOut }),
  }));
}

// How a policy is taken apart hangs on its text alone, and the library takes its time to write each expression out.
const outlinesKnown = new WeakMap<CedarPolicy, Outlined>();

function outlineOf(policy: CedarPolicy): Outlined {
  const known = outlinesKnown.get(policy) ?? outlinePolicy(policy);
  outlinesKnown.set(policy, known);
  return known;
}

function outlinePolicy(policy: CedarPolicy): Outlined {
  const probes: PolicyJson[] = [];
  const outline = (kind: TraceNode["kind"], expression: Expression): Outline => ({
    kind,
    expression,
    text: expressionText(expression.source, policy.numbers),
    probe: probes.push(probeOf(restoreTree(expression.source, policy.numbers))) - 1,
    children: partsOf(expression).map((part) => outline("operand", part)),
  });
  const tree = restoreTree(policy.tree, policy.numbers);
  const probe = probes.push({ ...tree, effect: "permit", annotations: {} }) - 1;
  const clauses = [
    ...policy.scope.map((clause) => outline("scope", clause)),
    ...policy.conditions.flatMap(({ kind, body }) =>
      kind === "when" ? flatten(body, "and").map((part) => outline("when", part)) : [outline("unless", body)],
    ),
  ];
  return { policy, probes, probe, clauses };
}

function settler(answers: readonly ProbeAnswer[], request: AuthorizationRequest, known: KnownEntities): Settle {
  const settle: Settle = (outline, isReached) => {
    const { expression, kind, text } = outline;
    const answer = answers[outline.probe];
    const value: TraceValue = isReached && answer !== undefined ? answer.value : "unreached";
    const children = settleChildren(outline, isReached, settle);
    return {
      text,
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
function settlePolicy(
  { policy, probe, clauses }: Outlined,
  answers: readonly ProbeAnswer[],
  settle: Settle,
): PolicyTrace {
  let failed = false;
  const settled = clauses.map((clause) => {
    const answer = answers[clause.probe]?.value;
    const node = settle(clause, !failed || answer !== "error");
    failed = failed || !holds(clause, answer);
    return node;
  });
  return { policy: policy.info, value: answers[probe]?.value ?? "error", clauses: settled };
}

function failingClauses({ clauses }: Outlined, answers: readonly ProbeAnswer[]): number {
  return clauses.filter((clause) => !holds(clause, answers[clause.probe]?.value)).length;
}

function holds({ kind }: Outline, value: ProbeAnswer["value"] | undefined): boolean {
  return value !== undefined && clauseHolds({ kind, value });
}
