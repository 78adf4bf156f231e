import type { Obligation } from "../decisions/obligation.ts";
import { escapeText } from "../errors/escape-text.ts";
import type { Paint } from "../terminal/paint.ts";
import type { Explanation, Recorded } from "./explanation.ts";

/** The obligations of an allow and, of a recorded call, what they came to. */
export function renderRules({ obligations, recorded }: Explanation): readonly string[] {
  const rules = obligations.map((obligation) => {
    const by = escapeText(obligation.policy.slice(obligation.policy.indexOf("#") + 1), 60);
    return `limits   ${limitOf(obligation)} (${by})`;
  });
  const applied = recorded?.result === undefined ? [] : [`applied  ${resultOf(recorded.result)}`];
  return [...rules, ...applied];
}

function resultOf({ bytes, status, truncated, redactions }: NonNullable<Recorded["result"]>): string {
  const parts = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(bytes === undefined ? [] : [`${bytes.toLocaleString("en")} bytes`]),
    ...(truncated === true ? ["cut short"] : []),
    ...(redactions === undefined ? [] : [`a secret taken out ${redactions}×`]),
  ];
  return parts.join(", ");
}

/** What else a request took, each with the id under which it is explained itself. */
export function renderSteps({ recorded }: Explanation, paint: Paint): readonly string[] {
  if (recorded === undefined || recorded.steps.length === 0) return [];
  const lines = recorded.steps.flatMap((step) => {
    const mark = step.answer === "allow" ? paint.good("✓") : paint.bad("✗");
    const at = step.address === undefined ? "" : ` to ${step.address} (${step.addressClass})`;
    const of = step.action === "secret.use" ? ` ${step.resource.replace(/^.*?"|"$/g, "")}` : "";
    return [
      `  ${mark} ${escapeText(`${step.action}${of}${at}`)}`,
      paint.dim(`      yoi plugin explain ${step.decision}`),
    ];
  });
  return ["Its steps", ...lines];
}

function limitOf(obligation: Obligation): string {
  switch (obligation.kind) {
    case "rate":
      return `${obligation.count} in ${obligation.windowMs / 1_000} s`;
    case "max_response_bytes":
      return `at most ${obligation.bytes} bytes`;
    case "timeout":
      return `at most ${obligation.ms} ms`;
    case "redact":
      return `without the headers ${obligation.headers.join(", ")}`;
    case "unknown":
      return `${escapeText(obligation.name, 64)}, which nothing can discharge`;
  }
}
