import type { Value } from "../calls/value.ts";
import type { PolicyInfo } from "./policy-info.ts";

/** `unreached`: short-circuiting never evaluated it. */
export type TraceValue = "true" | "false" | "error" | "unreached";

/** A scope clause or sub-expression of a policy, with what it came to. */
export interface TraceNode {
  /** The expression in its language's own syntax. */
  readonly text: string;
  readonly value: TraceValue;
  /** Whether this is a scope clause (`principal`, `action`, `resource`) or stems from a `when` or `unless`. */
  readonly kind: "scope" | "when" | "unless" | "operand";
  /** What the request has where the expression reads it, ready to be shown. */
  readonly actual?: string;
  /** The parts of the request that it reads: `context.method`, `resource`, `principal`. */
  readonly reads?: readonly string[];
  /** What it holds them against: the constants in it and, of Rego, the data that it looked at. */
  readonly literals?: readonly Value[];
  /** What that lies in, nearest first, where the expression asks for containment in something. */
  readonly inside?: string;
  /** The engine's own words, for `error`. */
  readonly error?: string;
  readonly children: readonly TraceNode[];
}

/** Whether a clause lets its policy apply: what stands in an `unless` must not hold. */
export function clauseHolds({ kind, value }: Pick<TraceNode, "kind" | "value">): boolean {
  return value === (kind === "unless" ? "false" : "true");
}

/** One policy that could apply to a call by its scope or nearly so, and how each of its clauses came out. */
export interface PolicyTrace {
  readonly policy: PolicyInfo;
  /** What the whole policy came to. */
  readonly value: "true" | "false" | "error";
  readonly clauses: readonly TraceNode[];
  /** Whether the engine's other evaluator, asked apart, comes to the same answer; absent where there is none. */
  readonly secondOpinion?: "same" | "different";
  /** On the last near miss that is shown: how many further ones there are. */
  readonly leftOut?: number;
}
