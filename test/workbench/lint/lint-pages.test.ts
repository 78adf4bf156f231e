import { readdirSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { PolicySource } from "../../../src/engines/policy-engine.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { lintPolicies } from "../../../src/workbench/lint/lint-policies.ts";
import { lintRules } from "../../../src/workbench/lint/lint-rules.ts";
import type { RecordedUses } from "../../../src/workbench/lint/recorded-uses.ts";
import { checkRules, isLintRule, ofLoading } from "../../../src/workbench/lint/report/check-finding.ts";
import { lintParts } from "../../support/lint-parts.ts";
import { opaTest } from "../../support/opa.ts";
import { plain, readPage, repository, tablesOf } from "../../support/pages.ts";
import { regoEngine } from "../../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

interface Example {
  readonly rule: string;
  readonly isBad: boolean;
  readonly nth: number;
  readonly source: PolicySource;
}

const fence = /^```(cedar|rego)\n([\s\S]*?)^```$/gm;

function examplesOf(rule: string): readonly Example[] {
  const page = readPage(`lint/${rule}.md`);
  const good = page.indexOf("\n## Good");
  return [...page.matchAll(fence)].map(({ 1: language, 2: text = "", index }, nth) => {
    const isRego = language === "rego";
    const file = `.yoi/policies/example.${isRego ? "rego" : "cedar"}`;
    return {
      rule,
      isBad: index < good,
      nth: nth + 1,
      source: { file, layer: "workspace", language: isRego ? "rego" : "cedar", text },
    };
  });
}

const uses: RecordedUses = {
  decisionsWith: () => 100,
  of: new Map(
    ["cedar#read-notes", "rego#notes/read-notes"].map((id) => [
      `.yoi/policies/example.${id}`,
      {
        allows: 34,
        actions: new Set(["fs.read"] as const),
        principals: [{ type: "Plugin", id: "project:example.weather" }],
        resources: [
          { type: "Path", id: "notes/2026/plan.md" },
          { type: "Path", id: "notes/2026/november/log.md" },
        ],
      },
    ]),
  ),
};

/** What a check finds in one example, rule by rule. */
async function found({ rule, source }: Example): Promise<readonly string[]> {
  // What is known beside the policies is looked at by the rule of the page alone.
  const tested = new Set([".yoi/policies/example.cedar#no-redirects", ".yoi/policies/example.rego#hops/no-redirects"]);
  const parts = {
    ...(rule === "broader-than-used" && { uses }),
    ...(rule === "forbid-without-test" && { tested }),
  };
  try {
    return lintPolicies(await lintParts([source], rego, parts)).findings.map((one) => one.rule);
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return error.details.findings.map((one) => ofLoading(one).rule);
    throw error;
  }
}

async function check(t: ExecutionContext, example: Example) {
  t.deepEqual(await found(example), example.isBad ? [example.rule] : []);
}

const rules = checkRules.filter(({ id }) => isLintRule(id));
for (const { id } of rules) {
  for (const example of examplesOf(id)) {
    const { isBad, nth, source } = example;
    const says = isBad ? `has exactly the finding \`${id}\`` : "has no finding";
    const title = `example ${nth} of docs/lint/${id}.md, in ${source.language}, ${says}`;
    if (source.language === "rego") opaTest(title, (t) => check(t, example));
    else test(title, (t) => check(t, example));
  }
}

test("every lint rule has a page with examples of both kinds, and every page a rule", (t) => {
  const pages = readdirSync(join(repository, "docs/lint")).map((name) => name.replace(/\.md$/, ""));
  t.deepEqual(pages.toSorted(), rules.map(({ id }) => id).toSorted());
  for (const { id } of rules) {
    t.true(
      examplesOf(id).some(({ isBad }) => isBad),
      id,
    );
    t.true(
      examplesOf(id).some(({ isBad }) => !isBad),
      id,
    );
  }
});

test("docs/lint.md has every rule, with its severity and what it finds", (t) => {
  const rows = tablesOf(readPage("lint.md"))
    .filter(({ head }) => head[0] === "rule")
    .flatMap((table) => table.rows)
    .map(([rule = "", severity, finds]) => [/^\[(.*)\]/.exec(rule)?.[1] ?? plain(rule), severity, finds]);
  const own = rules.map(({ id, severity, summary }) => [id, severity, summary]);
  t.deepEqual(
    rows.filter(([rule = ""]) => isLintRule(rule)),
    own,
  );
  t.deepEqual(
    rows.filter(([rule = ""]) => !isLintRule(rule)).map(([rule, , finds]) => [rule, finds]),
    checkRules.filter(({ id }) => !isLintRule(id)).map(({ id, summary }) => [id, summary]),
  );
});

test("the page of a rule begins with its id and its severity", (t) => {
  for (const { id, severity } of lintRules.filter((rule) => rule.id !== "unguarded-optional")) {
    t.true(readPage(`lint/${id}.md`).startsWith(`# ${id}\n\nA ${severity}: `), id);
  }
});
