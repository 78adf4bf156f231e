import { limits } from "../calls/limits.ts";
import type { Finding } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** The refusal of a whole policy set, with as many of its findings as a person reads. */
export function refusedSet(findings: readonly Finding[]): YoiError<"YOI_POLICY_INVALID"> {
  const shown = findings.slice(0, limits.findingsMax);
  const rest = findings.length - shown.length;
  const more: readonly Finding[] = rest > 0 ? [{ message: `and ${rest} more` }] : [];
  const count = `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
  return new YoiError("YOI_POLICY_INVALID", `the policy set has ${count} and is refused whole`, {
    findings: [...shown, ...more],
  });
}
