import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { PolicyDocument, PolicySource } from "../../../src/engines/policy-engine.ts";
import { executeRequest, httpsRequest, readRequest } from "../../support/cedar-sets.ts";
import { opaTest } from "../../support/opa.ts";
import { dataFile, refusals, regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const engine = regoEngine();
test.after.always(() => engine.close());

function prepare(policies: readonly PolicySource[], data: readonly PolicyDocument[] = []) {
  return engine.prepare({ policies: [...shippedSources, ...policies], data });
}

const readsNotes = `package yoi.policy.notes

# METADATA
# title: The notes may be read
permit contains {"id": "reads"} if {
	input.action == "fs.read"
	"notes" in input.resource.within
}
`;
const noKeys = `package yoi.policy.keys

forbid contains {"id": "no-keys", "because": "keys are nobody's"} if input.resource.id == "notes/keys"
`;

test("a set without Rego abstains at once, and nothing is started for it", async (t) => {
  const idle = regoEngine({ programPath: "/nonexistent/opa.wasm" });
  const set = await idle.prepare({ policies: shippedSources });
  t.deepEqual(set.policies, []);
  const verdict = set.evaluate(readRequest());
  t.false(verdict instanceof Promise);
  t.like(verdict, { engine: "rego", effect: "abstain", total: 0 });
  t.deepEqual(await set.trace(readRequest()), []);
  await idle.close();
});

// FAIL-CLOSED: a forbid that nothing compiles must not be left out.
test("where OPA was not built, a set with Rego is refused, and says what is missing", async (t) => {
  const bare = regoEngine({ programPath: "/nonexistent/opa.wasm" });
  const [finding, ...others] = await refusals(bare, [regoFile(readsNotes)]);
  t.deepEqual(others, []);
  t.like(finding, { place: { file: ".yoi/policies/test.rego" }, remedy: "install Go, then run `npm run build`" });
  await bare.close();
});

opaTest("a permit names its file, its line and its reason", async (t) => {
  const set = await prepare([regoFile(readsNotes)]);
  const verdict = await set.evaluate(readRequest());
  t.is(verdict.effect, "permit");
  t.like(verdict.determining[0], {
    id: ".yoi/policies/test.rego#notes/reads",
    name: "notes/reads",
    layer: "workspace",
    place: { file: ".yoi/policies/test.rego", line: 5, column: 1 },
    annotations: { reason: "The notes may be read" },
  });
  t.is((await set.evaluate(readRequest({ path: "archive/x.md" }))).effect, "abstain");
  set.dispose();
});

opaTest("the forbid of one layer stands against the permit of another", async (t) => {
  const user = regoFile(noKeys, { file: "~/.config/yoi/policies/mine.rego", layer: "user" });
  const set = await prepare([regoFile(readsNotes), user]);
  t.is((await set.evaluate(readRequest())).effect, "permit");
  const verdict = await set.evaluate(readRequest({ path: "notes/keys" }));
  t.is(verdict.effect, "forbid");
  t.deepEqual(
    verdict.determining.map(({ id }) => id),
    ["~/.config/yoi/policies/mine.rego#keys/no-keys"],
  );
  set.dispose();
});

// ATTACK: threats 44: a workspace that adds to the package, or to the data, that the user's own forbid reads.
opaTest("a workspace's package and data never reach the user's own policies", async (t) => {
  const own = `package yoi.policy.company

hosts contains data.company.host

forbid contains {"id": "only-ours"} if {
	input.action == "https.request"
	not input.resource.host in hosts
}
`;
  const brought = `package yoi.policy.company

hosts contains "api.example.com"

permit contains {"id": "all"} if input.action == "https.request"
`;
  const files = [
    regoFile(own, { file: "~/.config/yoi/policies/company.rego", layer: "user" }),
    regoFile(brought, { file: ".yoi/policies/company.rego" }),
  ];
  const data = [
    dataFile({ company: { host: "corp.example" } }, "user"),
    dataFile({ company: { host: "api.example.com" } }, "workspace"),
  ];
  const set = await prepare(files, data);
  t.is((await set.evaluate(httpsRequest())).effect, "forbid");
  t.is((await set.evaluate(httpsRequest({ url: "https://corp.example/x" }))).effect, "permit");
  set.dispose();
});

opaTest("a tool's input is what Rego can look into", async (t) => {
  const set = await prepare([
    regoFile(`package yoi.policy.inputs

forbid contains {"id": "not-oslo"} if input.context.input.city == "Oslo"
`),
  ]);
  const asked = executeRequest();
  t.is((await set.evaluate({ ...asked, toolInput: { city: "Oslo" } })).effect, "forbid");
  t.is((await set.evaluate({ ...asked, toolInput: { city: "Bergen" } })).effect, "abstain");
  t.is((await set.evaluate(asked)).effect, "abstain");
  set.dispose();
});

opaTest("findings of every layer come together, and nothing stays loaded", async (t) => {
  const findings = await refusals(engine, [
    regoFile("package yoi.policy.a\n\npermit contains {"),
    regoFile("package yoi.other\n", { file: "~/.config/yoi/policies/b.rego", layer: "user" }),
  ]);
  t.deepEqual(
    new Set(findings.map(({ place }) => place?.file)),
    new Set(["~/.config/yoi/policies/b.rego", ".yoi/policies/test.rego"]),
  );
});

opaTest("a set that was put away answers with an error", async (t) => {
  const set = await prepare([regoFile(readsNotes)]);
  set.dispose();
  t.is((await set.evaluate(readRequest())).effect, "error");
});

// FAIL-CLOSED: pitfall 20: a function that comes to two answers has none.
opaTest("a policy that contradicts itself is an error, and an error is not silence", async (t) => {
  const set = await prepare([
    regoFile(`package yoi.policy.torn

of(x) := 1 if x.action == "fs.read"

of(x) := 2 if x.action == "fs.read"

forbid contains {"id": "torn"} if of(input) == 3
`),
  ]);
  const verdict = await set.evaluate(readRequest());
  t.is(verdict.effect, "error");
  t.regex(verdict.errors[0]?.message ?? "", /test\.rego/);
  t.is((await set.evaluate(httpsRequest())).effect, "abstain");
  set.dispose();
});

opaTest("what was compiled once is read from the cache, and compiled anew once it was altered", async (t) => {
  const cacheFolder = join(temporaryFolder(t), "policies");
  const first = regoEngine({ cacheFolder });
  const compiled = await first.prepare({ policies: [...shippedSources, regoFile(readsNotes)] });
  const [name = ""] = readdirSync(cacheFolder);
  const file = join(cacheFolder, name);
  const kept = readFileSync(file, "utf8");
  // ATTACK: threats 30: a policy that lets more through, where the compiled one is looked for.
  writeFileSync(file, kept.replace("notes/", "keys//"));
  const second = regoEngine({ cacheFolder });
  const again = await second.prepare({ policies: [...shippedSources, regoFile(readsNotes)] });
  t.is(again.digest, compiled.digest);
  t.is(readFileSync(file, "utf8"), kept);
  t.is((await again.evaluate(readRequest())).effect, "permit");
  await Promise.all([first.close(), second.close()]);
});

opaTest("a trace shows every expression with what it read, and that OPA itself comes to the same", async (t) => {
  const set = await prepare([regoFile(readsNotes), regoFile(noKeys, { file: ".yoi/policies/keys.rego" })]);
  const [missed, kept] = await set.trace(readRequest({ path: "archive/x.md" }));
  t.like(missed, { value: "false", secondOpinion: "same" });
  t.like(missed?.clauses[1], { text: '"notes" in input.resource.within', value: "false", kind: "when" });
  t.regex(missed?.clauses[1]?.actual ?? "", /archive\/x\.md/);
  t.like(kept, { value: "false", policy: { name: "keys/no-keys" } });
  set.dispose();
});

opaTest("a rule that asks for another action is not among those that could apply", async (t) => {
  const set = await prepare([regoFile(readsNotes)]);
  t.deepEqual(await set.trace(httpsRequest()), []);
  set.dispose();
});

// ATTACK: threats 16 and 18: what is written down and never applies.
const silent: readonly (readonly [title: string, rule: string, message: RegExp, remedy: RegExp])[] = [
  [
    "a URL that is not written as requests name it",
    'forbid contains {"id": "x"} if "https://API.example.com:443/v1/" in input.resource.within',
    /^`https:\/\/API\.example\.com:443\/v1\/` can match nothing$/,
    /^did you mean `https:\/\/api\.example\.com\/v1`\?$/,
  ],
  [
    "an obligation that there is not",
    'oblige contains {"id": "x", "timeuot": "5s"} if input.action == "fs.read"',
    /^there is no obligation `timeuot`$/,
    /^did you mean `timeout`\?$/,
  ],
  [
    "an obligation that cannot be read",
    'oblige contains {"id": "x", "rate": "often"} if input.action == "fs.read"',
    /^`rate`: a rate is written/,
    /^$/,
  ],
];
for (const [title, rule, message, remedy] of silent) {
  opaTest(`a set is refused for ${title}`, async (t) => {
    const [finding, ...others] = await refusals(engine, [regoFile(`package yoi.policy.silent\n\n${rule}\n`)]);
    t.deepEqual(others, []);
    t.regex(finding?.message ?? "", message);
    t.regex(finding?.remedy ?? "", remedy);
    t.like(finding?.place, { file: ".yoi/policies/test.rego", line: 3 });
  });
}
