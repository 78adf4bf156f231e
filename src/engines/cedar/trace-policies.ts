import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import type { PolicyTrace, TraceNode, TraceValue } from "../../decisions/trace.ts";
import { type KnownEntities, knownEntity } from "./known-entities.ts";
import { restoreTree } from "./large-numbers.ts";
import type { PolicyIndex } from "./policy-index.ts";
import type { Expression } from "./policy-tree.ts";
import { askProbes, expressionText, type ProbeAnswer, probeOf } from "./probe-policy.ts";
import { wholeRequest } from "./projection.ts";
import type { CedarPolicy } from "./read-policies.ts";
import { showActual } from "./show-actual.ts";
import { toCedarRequest } from "./to-cedar-request.ts";

/** What a trace is made of. */
export interface TraceParts {
  readonly request: AuthorizationRequest;
  readonly known: KnownEntities;
  readonly slice: readonly CedarPolicy[];
  readonly index: PolicyIndex;
}

/** A clause or sub-expression before it is known what it comes to. `probe` is its position among the probes. */
interface Outline {
  readonly kind: TraceNode["kind"];
  readonly expression: Expression;
  readonly text: string;
  readonly probe: number;
  readonly children: readonly Outline[];
}

interface Outlined {
  readonly policy: CedarPolicy;
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
export function tracePolicies({ request, known, slice, index }: TraceParts): readonly PolicyTrace[] {
  const [principal, resource] = [knownEntity(request.principal, known), knownEntity(request.resource, known)];
  const misses = index.nearMisses(request.action, principal, resource);
  const candidates = misses.slice(0, limits.nearMissCandidatesMax);
  const probes: ReturnType<typeof probeOf>[] = [];
  const outlines = [...slice, ...candidates].map((policy) => outlinePolicy(policy, probes));
  const answers = askProbes(probes, toCedarRequest(request, known, wholeRequest));
  const settle = settler(answers, request, known);
  const near = outlines
    .slice(slice.length)
    .map((outlined) => ({ outlined, failing: failingClauses(outlined, answers) }));
  const nearest = near.sort((one, other) => one.failing - other.failing).slice(0, limits.nearMissesMax);
  const chosen = [...outlines.slice(0, slice.length), ...nearest.map(({ outlined }) => outlined)];
  const leftOut = misses.length - nearest.length;
  return chosen.map((outlined, position) => ({
    ...settlePolicy(outlined, answers, settle),
    ...(leftOut > 0 && position === chosen.length - 1 && { leftOut }),
  }));
}

function outlinePolicy(policy: CedarPolicy, probes: ReturnType<typeof probeOf>[]): Outlined {
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
  return { policy, probe, clauses };
}

/** The parts of an expression that have a truth of their own. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case "and":
    case "or":
      return flatten(expression, expression.op);
    case "not":
      return [expression.operand];
    case "choice":
      return [expression.test, expression.yes, expression.no];
    default:
      return [];
  }
}

/** `a && (b && c)` as a, b, c: the same value, the same order, the same short-circuits. */
function flatten(expression: Expression, op: "and" | "or"): readonly Expression[] {
  if (expression.op !== op) return [expression];
  return [...flatten(expression.left, op), ...flatten(expression.right, op)];
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
      ...(children.length === 0 && showActual(expression, request, known)),
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
  return value === (kind === "unless" ? "false" : "true");
}
