import { byPlace } from "../../../errors/by-place.ts";
import type { Finding } from "../../../errors/error-details.ts";
import { suppressionRule } from "../lint-policies.ts";
import type { Severity } from "../lint-rule.ts";
import { lintRules } from "../lint-rules.ts";

/** One thing that a check found, by lint or by whoever read the file. */
export interface CheckFinding extends Finding {
  /** The lint rule's id, or one of those below. */
  readonly rule: string;
  readonly severity: Severity;
  /** The policy's id, where it is about one. */
  readonly policy?: string;
}

const loading = {
  "policy-invalid": "what refuses the whole policy set",
  configuration: "what is wrong with the configuration, a mount or a file that it names",
  "plugin-entry": "an entry or a grant of a plugin that counts for nothing, or that it lacks",
  "stray-file": "a file among the policies that nobody reads",
} as const;

/** Every rule that a finding can be of, with what it finds. */
export const checkRules: readonly { readonly id: string; readonly severity: Severity; readonly summary: string }[] = [
  ...Object.entries(loading).map(([id, summary]) => ({ id, severity: severityOf(id), summary })),
  ...lintRules.map(({ id, severity, summary }) => ({ id, severity, summary })),
  { id: suppressionRule, severity: "warning", summary: "a comment that is to suppress a finding, and does not" },
];

function severityOf(id: string): Severity {
  return id === "stray-file" ? "warning" : "error";
}

/** Whether a rule is lint's, and has a page; the others are of whoever reads files. */
export function isLintRule(rule: string): boolean {
  return !(rule in loading);
}

/** Where a rule is described. */
export function pageOf(rule: string): string {
  return isLintRule(rule) ? `docs/lint/${rule}.md` : "docs/lint.md";
}

/** A finding of whoever reads policies; some of them are what lint looks for in another language. */
export function ofLoading(finding: Finding): CheckFinding {
  return { ...finding, rule: ruleOf(finding.message), severity: "error" };
}

function ruleOf(message: string): string {
  if (/optional attribute/.test(message)) return "unguarded-optional";
  return /policy is impossible|is never true/.test(message) ? "never-applies" : "policy-invalid";
}

/** In the order of files, lines and columns; what has no place comes first. */
export function sorted(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  return findings.toSorted(byPlace);
}
