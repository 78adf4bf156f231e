import type { DenyDecision } from "../decisions/decision.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { HostError } from "../sandbox/sandbox.ts";

/**
 * A denial as the guest gets it: the decision's id and nothing else, but for a flaw of its own request and that a limit
 * was reached. Whether the
 * thing exists, which policy said no and why are for the operator.
 */
export function denialToWit(decision: DenyDecision): HostError {
  const { cause, because = "malformed", id } = decision;
  if (cause === "schema-invalid") return { tag: "invalid", val: `${because}; decision ${id}` };
  if (cause === "limit") return { tag: "limit", val: `a rate or size limit of the host; decision ${id}` };
  return { tag: "denied", val: id };
}

/** A failure as the guest gets it: a closed word. Host paths, addresses and the system's text stay here. */
export function failureToWit(error: YoiError): HostError {
  if (YoiError.is(error, "YOI_STEP_DENIED")) return { tag: "denied", val: error.details.decision };
  const why = "why" in error.details ? error.details.why : "failed";
  switch (why) {
    case "not-found":
    case "name-not-found":
      return { tag: "not-found" };
    case "timeout":
      return { tag: "timeout" };
    case "too-large":
      return { tag: "limit", val: "it is longer than it may be" };
    case "unavailable":
      return { tag: "unavailable", val: "the host cannot do this now" };
    default:
      return { tag: "failed", val: why };
  }
}
