import { byPlace } from "../../errors/by-place.ts";
import type { Place } from "../../errors/error-details.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import type { LintParts, LintRule, RuleFinding, Severity } from "./lint-rule.ts";
import { lintRules } from "./lint-rules.ts";
import { type Suppression, suppressionsIn } from "./suppressions.ts";

/** One thing that lint found. */
export interface LintFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** The policy's id; absent where it is about none. */
  readonly policy?: string;
  readonly place: Required<Place>;
  readonly message: string;
  readonly remedy: string;
}

/** What lint found, and how much of it somebody meant. */
export interface LintReport {
  readonly findings: readonly LintFinding[];
  readonly suppressed: number;
}

/** The rule under which suppressions themselves are found wrong. */
export const suppressionRule = "lint-ignore";

/** Looks at policies by all rules, or by those that are named, and leaves out what a comment says is meant. */
export function lintPolicies(parts: LintParts, only?: readonly string[]): LintReport {
  const rules = lintRules.filter(({ id }) => only === undefined || only.includes(id));
  const suppressions = [...parts.sources, ...(parts.configuration ?? [])].flatMap(suppressionsIn);
  const isMeant = suppressor(suppressions);
  const findings: LintFinding[] = [];
  const used = new Set<Suppression>();
  let suppressed = 0;
  for (const rule of rules) {
    for (const found of rule.check(parts)) {
      const suppression = isMeant(rule.id, found);
      if (suppression === undefined) findings.push(findingOf(rule, found));
      else suppressed++;
      if (suppression !== undefined) used.add(suppression);
    }
  }
  if (only === undefined || only.includes(suppressionRule)) {
    // What was not looked for was not found either.
    const ids = new Set(rules.filter(({ isSteady }) => isSteady).map(({ id }) => id));
    for (const one of suppressions) {
      const flaw = flawOf(one, used.has(one), ids);
      if (flaw !== undefined) findings.push({ rule: suppressionRule, place: one.place, ...flaw });
    }
  }
  return { findings: findings.toSorted(byPlace), suppressed };
}

function findingOf({ id, severity }: LintRule, { policy, place, message, remedy }: RuleFinding): LintFinding {
  return { rule: id, severity, ...(policy !== undefined && { policy: policy.id }), place, message, remedy };
}

/** A suppression counts with a reason, above the line of the finding or above the policy that it is about. */
function suppressor(suppressions: readonly Suppression[]) {
  const byLine = Map.groupBy(
    suppressions.filter(({ reason }) => reason !== ""),
    ({ rule, line, place }) => `${rule} ${place.file}:${line}`,
  );
  return (rule: string, { place, policy }: RuleFinding): Suppression | undefined => {
    const [own] = byLine.get(`${rule} ${place.file}:${place.line}`) ?? [];
    const [ofPolicy] =
      policy === undefined ? [] : (byLine.get(`${rule} ${policy.place.file}:${policy.place.line}`) ?? []);
    return own ?? ofPolicy;
  };
}

function flawOf(
  { rule, reason }: Suppression,
  isUsed: boolean,
  steady: ReadonlySet<string>,
): Pick<LintFinding, "severity" | "message" | "remedy"> | undefined {
  const ids = lintRules.map(({ id }) => id);
  if (!ids.includes(rule)) {
    const meant = suggestName(rule, ids);
    const remedy =
      meant === undefined
        ? "write `lint-ignore <id>: <reason>`: docs/lint.md has the ids"
        : `did you mean \`${meant}\`?`;
    return { severity: "warning", message: `there is no lint rule \`${rule}\``, remedy };
  }
  if (reason === "") {
    const remedy = `write \`lint-ignore ${rule}: <reason>\``;
    return {
      severity: "warning",
      message: `a finding of \`${rule}\` is to be ignored without a reason, and is not`,
      remedy,
    };
  }
  if (isUsed || !steady.has(rule)) return undefined;
  return { severity: "note", message: `there is no finding of \`${rule}\` to ignore`, remedy: "take the comment out" };
}
