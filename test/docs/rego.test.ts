import test from "ava";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import { createEvaluator } from "../../src/engines/rego/evaluation/create-evaluator.ts";
import { createOpaProgram } from "../../src/engines/rego/opa/start-opa-program.ts";
import { toRegoInput } from "../../src/engines/rego/to-rego-input.ts";
import { executeRequest, fileRequest } from "../support/cedar-sets.ts";
import { findingsIn, found, opaTest } from "../support/opa.ts";
import { codeOf, plain, readPage, tableOf } from "../support/pages.ts";
import { regoUnit, shippedRego } from "../support/shipped-rego.ts";
import { workedPolicies } from "../support/worked-policies.ts";

const page = readPage("rego.md");
const opa = createOpaProgram();
const evaluator = createEvaluator();
test.after.always(async () => {
  await Promise.all([opa.close(), evaluator.close()]);
});

/** What a cell names in backticks. */
function namesIn(cell = ""): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

const written = [...codeOf(page, "rego"), ...codeOf(readPage("../README.md"), "rego")];
const blocks = new Map(written.map((text) => [/^package (\S+)/.exec(text)?.[1] ?? text, text]));

for (const [name, text] of blocks) {
  opaTest(`the policy \`${name}\` of the docs loads, and is formatted as OPA does`, async (t) => {
    const { rules } = found(await opa.compile(regoUnit({ "a.rego": text })));
    t.true(rules.length > 0);
    t.deepEqual(await opa.format({ file: "a.rego", text }), { text });
  });
}

interface Document {
  readonly required?: readonly string[];
  readonly properties: {
    readonly [member: string]: Document & { readonly enum?: readonly string[]; readonly $ref?: string };
  };
}
const schema = JSON.parse(shippedRego.schema) as {
  readonly anyOf: readonly Document[];
  readonly $defs: { readonly [name: string]: Document };
};
const typeNames = ["type", "id", "within"];

function typeOf({ $ref = "" }: { readonly $ref?: string } = {}): string {
  return schema.$defs[$ref.replace("#/$defs/", "")]?.properties["type"]?.enum?.[0] ?? "";
}

test("`docs/rego.md` has every action with its principal, its resource and what is in its context", (t) => {
  const rows = tableOf(page, "action").rows.map(([actions, principal, resource, context]) => ({
    actions: namesIn(actions),
    principal: plain(principal),
    resource: plain(resource),
    context: namesIn(context).toSorted(),
  }));
  const common = ["plugin", "declared", "via", "now", "workspace"];
  const expected = schema.anyOf.map(({ properties: { action, principal, resource, context } }) => ({
    actions: action?.enum,
    principal: typeOf(principal),
    resource: typeOf(resource),
    context: Object.keys(context?.properties ?? {})
      .filter((name) => !common.includes(name))
      .map((name) => (context?.required?.includes(name) === true ? name : `${name}?`))
      .toSorted(),
  }));
  t.deepEqual(rows, expected);
});

test("`docs/rego.md` has every type with its attributes", (t) => {
  const told = new Map(tableOf(page, "type").rows.map(([type, attributes]) => [plain(type), namesIn(attributes)]));
  const known = Object.values(schema.$defs).filter(({ properties }) => properties["within"] !== undefined);
  t.is(told.size, known.length);
  for (const { properties } of known) {
    const attributes = Object.keys(properties).filter((name) => !typeNames.includes(name));
    t.deepEqual(told.get(properties["type"]?.enum?.[0] ?? ""), attributes);
  }
});

test("`docs/rego.md` has every library", (t) => {
  const told = tableOf(page, "function").rows.map(([signature]) => plain(signature));
  const known = shippedRego.modules.flatMap(({ text }) => {
    const library = /^package yoi\.(\w+)$/m.exec(text)?.[1];
    const [, operands] = /^within\((.*?)\) if/m.exec(text) ?? [];
    return library === undefined ? [] : [`${library}.within(${operands})`];
  });
  t.deepEqual(told.toSorted(), known.toSorted());
});

for (const [written = "", said = ""] of tableOf(page, "written").rows) {
  const code = plain(written);
  opaTest(`loading says what \`docs/rego.md\` tells of ${code}`, async (t) => {
    const rule = /^(permit|forbid|default|package)\b/.test(code) ? code : `permit contains {"id": "a"} if ${code}`;
    const header = code.startsWith("package") ? "" : "package yoi.policy.a\n\n";
    const findings = findingsIn(await opa.compile(regoUnit({ "a.rego": `${header}${rule}\n` })));
    const told = findings.map(({ message, remedy }) => plain(`${message}: ${remedy}`));
    t.true(
      told.some((text) => text.startsWith(plain(said))),
      told.join("\n"),
    );
  });
}

const pitfalls: readonly (readonly [pitfall: string, set: "permit" | "forbid", AuthorizationRequest])[] = [
  ["undefined", "forbid", fileRequest("fs.read", { via: { command: false, depth: 0 } })],
  ["not", "permit", { ...executeRequest(), toolInput: {} }],
  ["builtin", "forbid", { ...executeRequest(), toolInput: { amount: "lots" } }],
  ["because", "forbid", fileRequest("fs.write", { via: { command: false, depth: 0 } })],
];
for (const [pitfall, set, request] of pitfalls) {
  opaTest(
    `the unsafe way of \`${pitfall}\` lets through what the safe way of \`docs/rego.md\` holds back`,
    async (t) => {
      const holds = async (way: string) => {
        const text = blocks.get(`yoi.policy.${way}_${pitfall}`) ?? "";
        const { wasm, data } = found(await opa.compile(regoUnit({ "a.rego": text })));
        const unit = await evaluator.load({ name: way, wasm, data });
        const answer = (await unit.evaluate(toRegoInput(request))) as { readonly [set: string]: readonly unknown[] };
        return answer[set]?.length;
      };
      t.is(await holds("unsafe"), set === "permit" ? 1 : 0);
      t.is(await holds("safe"), set === "permit" ? 0 : 1);
    },
  );
}

test("`docs/rego.md` has every worked policy", (t) => {
  const linked = tableOf(page, "policy").rows.map(([, link]) => /examples\/policies\/(.*)\.rego/.exec(link ?? "")?.[1]);
  t.deepEqual(
    linked,
    workedPolicies.map(({ name }) => name),
  );
});
