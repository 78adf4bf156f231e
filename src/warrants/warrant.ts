import type { Call } from "../calls/call.ts";
import type { Targets } from "../calls/description.ts";
import type { DecisionId } from "../calls/identifiers.ts";
import type { Action } from "../calls/powers.ts";
import type { Bounds } from "../decisions/obligation.ts";

/**
 * Single-use proof that the broker allowed this exact call. Being a member of a module-private set is the proof;
 * having this shape is not.
 */
export interface Warrant<A extends Action = Action> {
  readonly action: A;
  readonly call: Call<A>;
  readonly decision: DecisionId;
  /** The digest of the policy set under which it was issued. */
  readonly revision: string;
  /** What to act on: the value that was decided. */
  readonly target: Targets[A];
  readonly bounds: Bounds;
  /** Fires when the caller gives up or a revocation reaches the call. */
  readonly signal: AbortSignal;
}
