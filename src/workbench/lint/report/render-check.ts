import { limits } from "../../../calls/limits.ts";
import type { Paint } from "../../../terminal/paint.ts";
import { type FindingMark, renderFinding } from "../../../terminal/render-finding.ts";
import type { Severity } from "../lint-rule.ts";
import { type CheckFinding, isLintRule } from "./check-finding.ts";

const marks: { readonly [Key in Severity]: FindingMark } = { error: "✗", warning: "!", note: "·" };

/** The findings as a person reads them, each with its rule behind it; of one rule no more than a person reads. */
export function renderCheck(findings: readonly CheckFinding[], paint: Paint): readonly string[] {
  const told = new Map<string, number>();
  const lines = findings.flatMap((finding) => {
    const { rule, severity, message } = finding;
    const count = (told.get(rule) ?? 0) + 1;
    told.set(rule, count);
    if (severity !== "error" && count > limits.lintShownMax) return [];
    const own = isLintRule(rule) ? { ...finding, message: `${message} (${rule})` } : finding;
    return renderFinding(own, paint, "", marks[severity]);
  });
  const more = [...told].flatMap(([rule, count]) =>
    count > limits.lintShownMax
      ? [`  … and ${count - limits.lintShownMax} more of ${rule}: \`--json\` has them all`]
      : [],
  );
  return [...lines, ...more];
}

/** `2 errors, 1 warning`; nothing where there is none. */
export function countsOf(findings: readonly CheckFinding[]): string {
  return (["error", "warning", "note"] as const)
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? "" : "s"}`)
    .join(", ");
}
