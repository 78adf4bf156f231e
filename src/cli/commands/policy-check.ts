import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { strayFiles } from "../../engines/load-policies.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { packageRoot, yoiVersion } from "../../package-root.ts";
import { wrap } from "../../terminal/layout.ts";
import { checkPolicies } from "../../workbench/lint/check-policies.ts";
import {
  type CheckFinding,
  checkRules,
  isLintRule,
  ofLoading,
  sorted,
} from "../../workbench/lint/report/check-finding.ts";
import { type EntryFindings, entriesOf, ofEntries, renderEntries } from "../../workbench/lint/report/entry-findings.ts";
import { countsOf, renderCheck } from "../../workbench/lint/report/render-check.ts";
import { toGithub } from "../../workbench/lint/report/to-github.ts";
import { toSarif } from "../../workbench/lint/report/to-sarif.ts";
import { ownPolicyFolders } from "../../workspace/policy-sources.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { printJson } from "../print-json.ts";

const formats = ["text", "json", "sarif", "github"] as const;

/** `yoi policy check`: reads the whole set as a host would, and lints it; 1 when it would be refused, or something in it counts for nothing. */
export const policyCheck: Command = {
  usage: `[--format ${formats.join("|")}] [--strict] [--only RULE[,RULE]…]… [--no-lint]`,
  summary: `read every policy and the configuration, and say what is wrong\n--strict fails for warnings, too; --only looks for some lint rules alone, whose ids docs/lint.md has`,
  options: {
    format: { type: "string" },
    strict: { type: "boolean" },
    only: { type: "string", multiple: true },
    "no-lint": { type: "boolean" },
  },
  arity: [0, 0],
  async run(context) {
    const asked = readOptions(context);
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    return await check(context, inspection, asked);
  },
};

interface Asked {
  readonly format: (typeof formats)[number];
  readonly strict: boolean;
  /** Lint rules; all of them where it is absent. */
  readonly only?: readonly string[];
}

function readOptions({ options, json }: CommandContext): Asked {
  const { format = json ? "json" : "text", strict, only, "no-lint": noLint } = options;
  const known = formats.find((one) => one === format);
  if (known === undefined) throw usage(`\`--format\` takes one of ${formats.join(", ")}`);
  if (json && known !== "json") throw usage(`\`--json\` and \`--format ${known}\` ask for two things`);
  const named = Array.isArray(only) ? only.flatMap((ids: string) => ids.split(",")) : undefined;
  if (named !== undefined && noLint === true) throw usage("`--only` and `--no-lint` ask for two things");
  const ids = checkRules.filter(({ id }) => isLintRule(id)).map(({ id }) => id);
  for (const id of named ?? []) {
    const meant = suggestName(id, ids);
    const hint = meant === undefined ? `known: ${ids.join(", ")}` : `did you mean \`${meant}\`?`;
    if (!ids.includes(id)) throw usage(`no lint rule \`${escapeText(id, 80)}\`; ${hint}`);
  }
  const chosen = noLint === true ? [] : named;
  return { format: known, strict: strict === true, ...(chosen !== undefined && { only: chosen }) };
}

function usage(message: string): YoiError<"YOI_USAGE"> {
  return new YoiError("YOI_USAGE", message, {});
}

async function check(context: CommandContext, inspection: Inspection, asked: Asked): Promise<number> {
  const { survey, revision, problem } = inspection;
  const refusing = problem !== undefined && "findings" in problem.details ? problem.details.findings : [];
  const mounts = [...survey.mounts.findings.values(), ...survey.ownFiles];
  const entries = entriesOf(survey);
  const strays = (await Promise.all(ownPolicyFolders(survey).map(strayFiles))).flat();
  const lint = await checkPolicies(inspection, context.nowMs(), asked.only);
  const ofFiles = sorted([
    ...refusing.map(ofLoading),
    ...mounts.map((one): CheckFinding => ({ ...one, rule: "configuration", severity: "error" })),
    ...strays.map((one): CheckFinding => ({ ...one, rule: "stray-file", severity: "warning" })),
    ...lint.findings,
  ]);
  const all = sorted([...ofFiles, ...ofEntries(entries)]);
  const fails = ({ severity }: CheckFinding) => severity === "error" || (asked.strict && severity === "warning");
  const passed = problem === undefined && !all.some(fails);
  const result = {
    valid: problem === undefined,
    passed,
    policies: revision.sets.reduce((sum, set) => sum + set.policies.length, 0),
    digest: revision.digest,
    trusted: survey.trust.trusted,
    findings: [...refusing, ...mounts],
    lint: lint.findings,
    suppressed: lint.suppressed,
    diagnostics: entries.flatMap(({ wrong, lacking }) => [...wrong, ...lacking]),
    notes: strays,
  };
  const prefix = relative(context.folder, survey.places.workspace).replaceAll("\\", "/");
  if (asked.format === "sarif") context.write(printJson(toSarif(all, { version: yoiVersion(), prefix, readPage })));
  else if (asked.format === "github") for (const line of toGithub(all, prefix)) context.write(`${line}\n`);
  else if (context.json) context.result(result);
  else if (asked.format === "json") context.write(printJson({ version: 1, command: "policy check", ...result }));
  else
    sayAll(context, inspection, {
      ofFiles,
      entries,
      mounts,
      refusing,
      count: result.policies,
      suppressed: lint.suppressed,
    });
  return passed ? exit.done : exit.broken;
}

interface Told {
  readonly ofFiles: readonly CheckFinding[];
  readonly entries: readonly EntryFindings[];
  readonly mounts: readonly Finding[];
  readonly refusing: readonly Finding[];
  readonly count: number;
  readonly suppressed: number;
}

function sayAll({ say, paint }: CommandContext, { survey, revision, problem }: Inspection, told: Told): void {
  for (const line of renderCheck(told.ofFiles, paint)) say(line);
  for (const line of renderEntries(told.entries, told.mounts, paint)) say(line);
  const { refusing, count, suppressed } = told;
  const digest = revision.digest.replace("sha256:", "").slice(0, 7);
  if (problem === undefined) say(`${paint.good("✓")} ${count} policies, each valid · ${digest}`);
  else {
    const problems = `${refusing.length} ${refusing.length === 1 ? "problem" : "problems"}`;
    say(`${problems}: the set is refused, and a host keeps the last good one`);
  }
  const lint = countsOf(told.ofFiles.filter(({ rule, severity }) => isLintRule(rule) && severity !== "error"));
  const meant =
    suppressed === 0
      ? ""
      : `${lint === "" ? "" : ", "}${suppressed} that a comment says ${suppressed === 1 ? "is" : "are"} meant`;
  if (lint + meant !== "") say(`  lint: ${lint}${meant} · docs/lint.md`);
  const { trust } = survey;
  if (!trust.trusted) say(wrap(`! its own policies were not read: ${trust.because}`, "").join("\n"));
}

function readPage(page: string): string {
  return readFileSync(join(packageRoot, page), "utf8");
}
