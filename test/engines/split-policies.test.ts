import { policySetTextToParts } from "@cedar-policy/cedar-wasm/nodejs";
import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import { depthFlaw, splitPolicies } from "../../src/engines/cedar/split-policies.ts";
import { findingsOf, judge, prepareCedar, readRequest } from "../support/cedar-sets.ts";

const placed: readonly (readonly [title: string, text: string, starts: readonly string[]])[] = [
  ["policies on one line", "permit(a);forbid(b);", ["1:1", "1:11"]],
  ["an annotation belongs to its policy", '\n  @id("x")\npermit(a);', ["2:3"]],
  ["a `;` in a string ends nothing", 'permit(";");\nforbid(b);', ["1:1", "2:1"]],
  ["an escaped quote ends no string", 'permit("\\";");\nforbid(b);', ["1:1", "2:1"]],
  ["a `;` in a comment ends nothing", "// one; two\npermit(a); // three;\nforbid(b);", ["2:1", "3:1"]],
  ["a quote in a comment opens no string", "// it's \"\npermit(a);\nforbid(b);", ["2:1", "3:1"]],
  ["two slashes in a string are no comment", 'permit("http://a");forbid(b);', ["1:1", "1:20"]],
  ["carriage returns count as line ends", "permit(a);\r\nforbid(b);\rpermit(c);", ["1:1", "2:1", "3:1"]],
  ["columns count characters", '"𝒳é";permit(a);', ["1:1", "1:6"]],
];

for (const [title, text, starts] of placed) {
  test(`where policies begin: ${title}`, (t) => {
    t.deepEqual(
      splitPolicies(text).policies.map(({ start }) => `${start.line}:${start.column}`),
      starts,
    );
  });
}

const fragments = fc.constantFrom(
  "permit(principal, action, resource);",
  '@id("a;b") forbid(principal, action, resource) when { "x\\"; // y" == "\\\\" };',
  '// a comment; with "quotes" and permit(principal, action, resource);\n',
  "// ended by a carriage return\r",
  "\n",
  "\r\n",
  "  \t",
  "permit(principal, action, resource) // inside; \n unless { false };",
);

test("no byte is lost, and the library counts as many policies", (t) => {
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const { policies, rest } = splitPolicies(text);
      t.is(policies.map((part) => part.text).join("") + rest.text, text);
      const answer = policySetTextToParts(text);
      t.is(answer.type === "success" ? answer.policies.length : -1, policies.length);
    }),
  );
});

test("any text at all comes back whole", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', "\\", ";", "/", "\n", "\r", "a", " ", "é", "𝒳") }), (text) => {
      const { policies, rest } = splitPolicies(text);
      t.is(policies.map((part) => part.text).join("") + rest.text, text);
    }),
  );
});

// ATTACK: threats 14
test("a forbid behind a comment that a lone carriage return ends is not lost", async (t) => {
  const set = await prepareCedar(
    "permit(principal, action, resource); // looks like one line\rforbid(principal, action, resource);",
  );
  t.is(judge(set, readRequest()).effect, "forbid");
  set.dispose();
});

test("a policy without its `;` refuses the file", async (t) => {
  const findings = await findingsOf("permit(principal, action, resource);\nforbid(principal, action, resource)");
  t.is(findings.length, 1);
  t.is(findings[0]?.place?.line, 2);
});

const nested = (open: string, close: string) => (depth: number) => `${open.repeat(depth)}true${close.repeat(depth)}`;
const tooDeep: readonly (readonly [string, string])[] = [
  ["brackets", nested("(", ")")(limits.policyNestingMax)],
  ["sets", `${nested("[", "]")(limits.policyNestingMax)} == 1`],
  ["records", `${nested("{a: ", "}")(limits.policyNestingMax)} == 1`],
  ["a chain of conditions", Array(600).fill("context.declared").join(" && ")],
  ["a chain of attributes", `context${".a".repeat(600)}`],
  ["ifs", `${"if true then true else ".repeat(300)}true`],
  ["negations", `${"!(".repeat(100)}true${")".repeat(100)}`],
];

for (const [what, body] of tooDeep) {
  // ATTACK: threats 38. The library's stack is not given back after a trap: every later call of the process would fail.
  test(`too deep a policy never reaches the library: ${what}`, async (t) => {
    const text = `permit(principal, action, resource) when { ${body} };`;
    t.regex(depthFlaw(text) ?? "", /nested more than|operators in one policy/);
    t.is((await findingsOf(text)).length, 1);
    const set = await prepareCedar("permit(principal, action, resource);");
    t.is(judge(set, readRequest()).effect, "permit");
    set.dispose();
  });
}

test("what the bounds let through, the library survives", async (t) => {
  const chain = Array(limits.policyDepthMax - 2)
    .fill("context.declared")
    .join(" && ");
  const deep = `${"(".repeat(limits.policyNestingMax - 3)}context.declared${")".repeat(limits.policyNestingMax - 3)}`;
  const clauses = "when { context.declared } ".repeat(80);
  const set = await prepareCedar(
    [chain, deep].map((body) => `permit(principal, action, resource) when { ${body} };`).join("\n") +
      `permit(principal, action, resource) ${clauses};`,
  );
  t.is(judge(set, readRequest()).determining.length, 3);
  t.is((await set.trace(readRequest())).length, 3);
  set.dispose();
});
