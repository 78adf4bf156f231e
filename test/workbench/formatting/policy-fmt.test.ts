import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { createRegoFormatter } from "../../../src/engines/rego/format-rego.ts";
import { formatFile } from "../../../src/workbench/formatting/format-file.ts";
import { lineChanges } from "../../../src/workbench/formatting/line-changes.ts";
import { opaTest } from "../../support/opa.ts";
import { repository } from "../../support/pages.ts";
import { jsonOf, newWorkspace, type TestWorkspace } from "../../support/workspaces.ts";

const unkempt = '@id("x") permit(principal,action,resource);';
const kempt = '@id("x")\npermit (principal, action, resource);\n';

async function withPolicy(t: ExecutionContext, text = unkempt): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  workspace.write(".yoi/policies/x.cedar", text);
  return workspace;
}

test("a file is replaced whole, with its mode, and nothing is left beside it", async (t) => {
  const workspace = await withPolicy(t);
  const path = join(workspace.folder, ".yoi/policies/x.cedar");
  chmodSync(path, 0o640);
  const before = readdirSync(join(workspace.folder, ".yoi/policies")).toSorted();
  const ran = await workspace.yoi("policy", "fmt");
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stdout, /^✓ \.yoi\/policies\/x\.cedar$/m);
  t.is(workspace.read(".yoi/policies/x.cedar"), kempt);
  t.is(statSync(path).mode & 0o777, 0o640);
  t.deepEqual(readdirSync(join(workspace.folder, ".yoi/policies")).toSorted(), before);
  t.regex((await workspace.yoi("policy", "fmt")).stdout, /^2 files, 0 changed$/m);
});

test("a check writes nothing, tells which lines would change, and fails", async (t) => {
  const workspace = await withPolicy(t);
  const ran = await workspace.yoi("policy", "fmt", "--check");
  t.is(ran.code, 1);
  t.regex(ran.stdout, /^✗ \.yoi\/policies\/x\.cedar\n {4}1 - @id\("x"\) permit\(principal,action,resource\);$/m);
  t.is(workspace.read(".yoi/policies/x.cedar"), unkempt);
  const told = jsonOf(await workspace.yoi("policy", "fmt", "--check", "--json"));
  t.like(told, { check: true, files: [{ change: "none" }, { file: ".yoi/policies/x.cedar", change: "unformatted" }] });
  workspace.write(".yoi/policies/x.cedar", kempt);
  t.is((await workspace.yoi("policy", "fmt", "--check")).code, 0);
});

test("what cannot be parsed, is a link or may not be written is left with a finding, and all else is laid out", async (t) => {
  const workspace = await withPolicy(t);
  workspace.write("elsewhere.cedar", unkempt);
  workspace.write(".yoi/policies/a.cedar", unkempt.replace("x", "a"));
  workspace.write(".yoi/policies/bad.cedar", "forbid");
  workspace.write(".yoi/policies/kept.cedar", unkempt);
  chmodSync(join(workspace.folder, ".yoi/policies/kept.cedar"), 0o444);
  symlinkSync(join(workspace.folder, "elsewhere.cedar"), join(workspace.folder, ".yoi/policies/link.cedar"));
  const ran = await workspace.yoi("policy", "fmt");
  t.is(ran.code, 1);
  t.regex(ran.stdout, /bad\.cedar:1:7 {2}unexpected end of input/);
  t.regex(ran.stdout, /link\.cedar {2}is a link/);
  t.regex(ran.stdout, /kept\.cedar {2}is read-only/);
  t.is(workspace.read(".yoi/policies/a.cedar"), kempt.replace("x", "a"));
  t.is(workspace.read("elsewhere.cedar"), unkempt);
  t.is(workspace.read(".yoi/policies/kept.cedar"), unkempt);
});

test("what somebody writes while a file is laid out is not lost", async (t) => {
  const workspace = await withPolicy(t);
  const path = join(workspace.folder, ".yoi/policies/x.rego");
  workspace.write(".yoi/policies/x.rego", "package a");
  const rego = {
    format: async () => {
      workspace.write(".yoi/policies/x.rego", "package b");
      return { text: "package a\n" };
    },
    close: async () => undefined,
  };
  const formatted = await formatFile({ path, file: "x.rego" }, rego, { check: false });
  t.like(formatted, { change: "refused", findings: [{ message: "was changed while it was laid out" }] });
  t.is(readFileSync(path, "utf8"), "package b");
});

test("files and folders are named from where one stands, and need no workspace", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write("some/x.cedar", unkempt);
  workspace.write("some/deep/y.cedar", unkempt);
  workspace.write("some/.hidden/z.cedar", unkempt);
  workspace.remove(".yoi");
  const ran = await workspace.yoi("policy", "fmt", "some", "some/x.cedar");
  t.is(ran.stdout, "✓ some/deep/y.cedar\n✓ some/x.cedar\n2 files, 2 changed\n");
  for (const words of [["nothing"], ["some/x.txt"]]) {
    const refused = await workspace.yoi("policy", "fmt", ...words);
    t.is(refused.code, 2);
  }
});

opaTest("Rego is laid out as `opa fmt` does, tests and comments too", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(
    ".yoi/policies/x.rego",
    'package yoi.policy.x\n# why\npermit contains {"id":"a"} if {\n  input.action=="fs.read" # here\n}\n',
  );
  workspace.write(".yoi/policies/x_test.rego", "package yoi.policy.x\ntest_a if {\n input.x==1\n}\n");
  workspace.write(".yoi/policies/bad.rego", "package yoi.policy.bad\n\npermit contains {");
  const ran = await workspace.yoi("policy", "fmt");
  t.is(ran.code, 1);
  t.regex(ran.stdout, /bad\.rego:3:\d+/);
  t.is(
    workspace.read(".yoi/policies/x.rego"),
    'package yoi.policy.x\n\n# why\npermit contains {"id": "a"} if {\n\tinput.action == "fs.read" # here\n}\n',
  );
  t.regex(workspace.read(".yoi/policies/x_test.rego"), /^test_a if \{\n\tinput\.x == 1$/m);
  workspace.remove(".yoi/policies/bad.rego");
  t.is((await workspace.yoi("policy", "fmt", "--check")).code, 0);
});

opaTest("the policies that ship, and those of the docs, are as they would be laid out", async (t) => {
  const workspace = await newWorkspace(t);
  const folders = ["policies", "docs/examples/policies"].map((folder) => join(repository, folder));
  const told = jsonOf(await workspace.yoi("policy", "fmt", "--check", "--json", ...folders));
  const files = told["files"] as readonly { readonly file: string; readonly change: string }[];
  t.true(files.length > 30);
  t.deepEqual(
    files.filter(({ change }) => change !== "none"),
    [],
  );
});

test("the lines that make one text another are few, and lead from the one to the other", (t) => {
  t.deepEqual(lineChanges("a\nb\nc", "a\nx\nc"), [
    { kind: "-", line: 2, text: "b" },
    { kind: "+", line: 2, text: "x" },
  ]);
  t.deepEqual(lineChanges("a\nb\nc\nd", "b\nc\nd\ne"), [
    { kind: "-", line: 1, text: "a" },
    { kind: "+", line: 4, text: "e" },
  ]);
  t.deepEqual(lineChanges("a", "a"), []);
});

opaTest(
  "Rego whose comments `opa fmt` would move, or whose rules it would write otherwise, is left as it is",
  async (t) => {
    const moved = "package a\n\np if {\n\tinput.x # a\n\t# b\n}\n\nelse if {\n # c\n true\n}\n";
    const rewritten = "package a\n\np = 1\n";
    const workspace = await newWorkspace(t);
    for (const text of [moved, rewritten]) {
      workspace.write("x.rego", text);
      const ran = await workspace.yoi("policy", "fmt", "x.rego");
      t.is(ran.code, 1);
      t.regex(ran.stdout, /✗ x\.rego {2}opa's formatter would change what the file says, or lose a comment/);
      t.is(workspace.read("x.rego"), text);
    }
  },
);

const layouts = [
  'package a\nimport data.z\nimport data.b\n# one\np if { # two\n input["foo"]==1 # three\n}\n# end',
  "package a\np if { some i; input.x[i] == 1 }\nq contains x if { x := input.y[_]; x > 1 } # why",
  'package a\nf(x) := y if { y := x + 1 }\nr := {"a": 1, # k\n"b": [x | # in\n x := input.z[_]]}\n',
  'package a\n\np contains msg if { not input.x; msg := sprintf("a %s", # odd\n ["b"]) }\n',
] as const;

for (const [index, text] of layouts.entries()) {
  opaTest(
    `Rego that is laid out stays as it is when it is laid out again, and keeps its comments: ${index + 1}`,
    async (t) => {
      const rego = createRegoFormatter();
      t.teardown(() => rego.close());
      const once = await rego.format({ file: "x.rego", text });
      if (!("text" in once)) return t.fail(JSON.stringify(once.findings));
      t.deepEqual(await rego.format({ file: "x.rego", text: once.text }), once);
      const comments = (all: string) => [...all.matchAll(/#.*/g)].map(([found]) => found);
      t.deepEqual(comments(once.text), comments(text));
    },
  );
}
