import { readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { policyTest } from "../../src/cli/commands/policy-test.ts";
import { defaultAtMs } from "../../src/workbench/suites/read-case.ts";
import { suiteSchema } from "../../src/workbench/suites/suite-schema.ts";
import { opaTest } from "../support/opa.ts";
import { codeOf, plain, readPage, tablesOf } from "../support/pages.ts";
import { complaintsOf, policyWorkspace, runIn, testsIn } from "../support/suites.ts";
import { workedFolder } from "../support/worked-policies.ts";

const page = readPage("testing-policies.md");

const policies = `@id("notes-read") @timeout("5s")
permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes") when { context.now.hour >= 8 };
permit (principal, action == Yoi::Action::"fs.append", resource == Yoi::Path::"logs/notes.log");
@id("no-private") forbid (principal, action, resource in Yoi::Path::"notes/private");
`;

test("the suites of `docs/testing-policies.md` are run, and say what they say", async (t) => {
  const blocks = codeOf(page, "toml");
  t.is(blocks.length, 2);
  const report = await runIn(await policyWorkspace(t, { "a.cedar": policies, "a.test.toml": blocks.join("\n") }));
  t.deepEqual(complaintsOf(report), []);
  t.is(Object.keys(testsIn(report)).length, 3 + 9);
});

/** The keys of the table whose head this is, at the section of this name. */
function keysOf(section: string, head: string): readonly string[] {
  const tables = tablesOf(page).filter((table) => table.section === section && table.head.join(" | ") === head);
  return tables.flatMap(({ rows }) => rows.map(([key]) => plain(key))).toSorted();
}

test("`docs/testing-policies.md` has every key of a case, and of what is given", (t) => {
  const written = suiteSchema.shape.case.unwrap().element.shape;
  t.deepEqual(keysOf("Cases", "key | what it says"), Object.keys(written).toSorted());
  t.deepEqual(keysOf("Cases", "key | what is not so"), Object.keys(written.given.unwrap().shape).toSorted());
});

test("`docs/testing-policies.md` names every part of a matrix, every option, and the moment of a case", (t) => {
  for (const key of Object.keys(suiteSchema.shape.matrix.unwrap().element.shape)) t.true(page.includes(key), key);
  for (const option of Object.keys(policyTest.options ?? {})) t.true(page.includes(`\`--${option}`), option);
  t.true(page.includes(new Date(defaultAtMs).toISOString().replace(".000Z", "Z")));
});

const worked = "13-read-notes-append-to-the-log";
const declared = { cedar: (title, body) => test(title, body), rego: opaTest } satisfies {
  [ending: string]: (title: string, body: (t: ExecutionContext) => Promise<void>) => void;
};
for (const [ending, declare] of Object.entries(declared)) {
  declare(`the suite of a worked policy holds in ${ending}, and exercises all of it`, async (t) => {
    const read = (name: string) => readFileSync(new URL(name, workedFolder), "utf8");
    const files = {
      [`${worked}.${ending}`]: read(`${worked}.${ending}`),
      [`${worked}.test.toml`]: read(`${worked}.test.toml`),
    };
    const report = await runIn(await policyWorkspace(t, files), { coverage: true });
    t.deepEqual(complaintsOf(report), []);
    t.deepEqual(report.coverage?.unexercised, []);
  });
}
