import type { Action } from "../calls/powers.ts";
import type { EntityRef, Value } from "../calls/value.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import type { Place } from "../errors/error-details.ts";

/** What a policy's head says of its principal or resource. */
export type ScopeOutline =
  | { readonly op: "any" }
  | { readonly op: "==" | "in"; readonly entity: EntityRef }
  | { readonly op: "is"; readonly type: string; readonly in?: EntityRef };

/** What a condition says that holds one part of the request against constants, and says no more. */
export interface PlainTest {
  /** The part, as in `reads`. */
  readonly path: string;
  /** `in`: lies in. `contains`: a list of the request that has the value. `has`: there is such a part. */
  readonly op: "==" | "<" | "<=" | ">" | ">=" | "in" | "contains" | "has";
  /** With several, one is enough. None for `has`. */
  readonly values: readonly Value[];
  readonly not: boolean;
  /** Whether it holds, too, where the request has no such part. */
  readonly orAbsent: boolean;
}

/** A part of a policy that has a truth of its own. */
export interface ConditionOutline {
  /** As the language writes it. */
  readonly text: string;
  readonly kind: "when" | "unless" | "operand";
  readonly place: Required<Place>;
  /** The parts of the request that it reads: `context.method`, `resource`, `resource.host`. */
  readonly reads: readonly string[];
  /** What it holds them against: every constant in it. */
  readonly literals: readonly Value[];
  /** Whether evaluating it can fail for some request: it computes with numbers, or calls a builtin. */
  readonly canErr: boolean;
  /** Absent where it says more than such a test, or else. Of an `unless`, what must not hold. */
  readonly test?: PlainTest;
  /** Its truth, where that is the same for every request. */
  readonly constant?: boolean;
  /** For a negation in Rego: the parts without which it is undefined, and so does not hold. */
  readonly needs?: readonly string[];
  readonly children: readonly ConditionOutline[];
}

/** What a policy says, taken apart: what lint, coverage and suggestions are made from. */
export interface PolicyOutline {
  readonly policy: PolicyInfo;
  /** Its own source, annotations included. */
  readonly text: string;
  /** Of Rego: `sha256:…` of all that it says with the rules and the data that it leans on, wherever those stand. */
  readonly digest?: string;
  /** The actions that it can apply to. */
  readonly actions: readonly Action[];
  readonly principal: ScopeOutline;
  readonly resource: ScopeOutline;
  /** Of Rego: the parts of the request that its entry is made of. Where one is absent, it says nothing. */
  readonly entryReads?: readonly string[];
  /** All must hold: the conjuncts of `when`, and each `unless` whole. */
  readonly conditions: readonly ConditionOutline[];
}
