import type { DecisionId } from "../calls/identifiers.ts";
import type { Cause } from "./cause.ts";
import type { Obligation } from "./obligation.ts";
import type { Verdict } from "./verdict.ts";

/** What the broker concludes from every verdict. */
export type Decision = AllowDecision | DenyDecision;

export interface AllowDecision {
  readonly kind: "allow";
  readonly id: DecisionId;
  /** The digest of the whole policy set that answered. */
  readonly revision: string;
  readonly verdicts: readonly Verdict[];
  readonly obligations: readonly Obligation[];
}

export interface DenyDecision {
  readonly kind: "deny";
  readonly id: DecisionId;
  readonly revision: string;
  readonly verdicts: readonly Verdict[];
  /** The headline. */
  readonly cause: Cause;
  /** All of them, the headline first. */
  readonly causes: readonly Cause[];
  /** One line for an operator, where the cause alone does not say it. */
  readonly because?: string;
}
