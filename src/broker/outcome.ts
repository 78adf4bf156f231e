import type { Action, Powers } from "../calls/powers.ts";
import type { Decision, DenyDecision } from "../decisions/decision.ts";
import type { YoiError } from "../errors/yoi-error.ts";

/** How a call that was allowed ended. */
export type Ending<A extends Action = Action> =
  | { readonly status: "performed"; readonly decision: Decision; readonly value: Powers[A]["yields"] }
  | { readonly status: "failed"; readonly decision: Decision; readonly error: YoiError };

/** What became of a call. A denial is an answer and a plugin's failure is one; neither is an exception. */
export type Outcome<A extends Action = Action> =
  | Ending<A>
  | { readonly status: "denied"; readonly decision: DenyDecision };
