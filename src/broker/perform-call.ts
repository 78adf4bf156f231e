import type { Action } from "../calls/powers.ts";
import type { AllowDecision } from "../decisions/decision.ts";
import type { Effectors } from "../effectors/effector.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Warrant } from "../warrants/warrant.ts";
import type { Ending } from "./outcome.ts";

/** Hands the warrant to the one effector for its action. Whatever goes wrong in there comes back as a failed outcome. */
export async function performCall<A extends Action>(
  effectors: Effectors,
  warrant: Warrant<A>,
  decision: AllowDecision,
): Promise<Ending<A>> {
  const effector = effectors[warrant.action];
  try {
    if (effector === undefined) throw failure("unavailable", warrant.action);
    // What was called off while it was decided and written down is not begun.
    warrant.signal.throwIfAborted();
    return { status: "performed", decision, value: await effector(warrant) };
  } catch (error) {
    return { status: "failed", decision, error: asFailure(error, warrant) };
  }
}

// A call whose time was over says so, however its effector noticed.
function asFailure(error: unknown, { action, signal }: Warrant): YoiError {
  const reason: unknown = signal.reason;
  if (signal.aborted && reason instanceof DOMException && reason.name === "TimeoutError") {
    return failure("timeout", action, error, sentOf(error));
  }
  if (error instanceof YoiError) return error;
  return failure(signal.aborted ? "cancelled" : "io", action, error);
}

// Whether a server may have been reached is worth more to the caller than how the end was noticed.
function sentOf(error: unknown): { readonly sent?: boolean } {
  const known = YoiError.is(error, "YOI_EFFECT_FAILED") || YoiError.is(error, "YOI_STEP_DENIED");
  return known && error.details.sent !== undefined ? { sent: error.details.sent } : {};
}

function failure(
  why: "unavailable" | "io" | "timeout" | "cancelled",
  action: Action,
  cause?: unknown,
  sent: { readonly sent?: boolean } = {},
): YoiError {
  return new YoiError("YOI_EFFECT_FAILED", `\`${action}\` failed: ${why}`, { why, ...sent }, { cause });
}
