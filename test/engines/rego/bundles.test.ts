import { gzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { readBundle } from "../../../src/engines/rego/bundles/read-bundle.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { stoppedEvaluator } from "../../support/evaluation-threads.ts";
import { found, opaTest } from "../../support/opa.ts";
import { buildPolicy } from "../../support/rego-modules.ts";
import { type ForgedTarEntry, forgeBundle, forgeTar } from "../../support/tar-archives.ts";

const module = await buildPolicy();
const policy: ForgedTarEntry = { name: "/policy.wasm", content: module };
const manifest = (wasm: unknown): ForgedTarEntry => ({
  name: "/.manifest",
  content: JSON.stringify({ revision: "", wasm }),
});
const file = "policies/team.tar.gz";

test("a bare module is a bundle without data", async (t) => {
  t.deepEqual(await readBundle("policies/team.wasm", module), { wasm: module, data: "{}" });
});

const taken: readonly {
  readonly title: string;
  readonly entries: readonly ForgedTarEntry[];
  readonly data?: string;
}[] = [
  { title: "a module alone", entries: [policy] },
  {
    title: "a module where the manifest says, among others, and the Rego that it was made from",
    entries: [
      manifest([
        { entrypoint: "other", module: "/other.wasm" },
        { entrypoint: "yoi/decision", module: "/nested/ours.wasm" },
      ]),
      { name: "/other.wasm", content: "\0asm" },
      { name: "/nested/", type: "5" },
      { name: "/nested/ours.wasm", content: module },
      { name: "/nested/a.rego", content: "package a" },
    ],
  },
  {
    title: "paths with `./`, as tar itself writes them",
    entries: [
      { name: "./", type: "5" },
      { ...policy, name: "./policy.wasm" },
    ],
  },
  { title: "headers as GNU tar writes them", entries: [{ ...policy, magic: "ustar  \u0000" }] },
  {
    title: "data with all its digits",
    entries: [policy, { name: "/data.json", content: ' {"n": 9007199254740993} ' }],
    data: '{"n": 9007199254740993}',
  },
  {
    title: "data by folder",
    entries: [
      policy,
      { name: "/data.json", content: '{"own":1}' },
      { name: "/teams/data.json", content: '{"a":{}}' },
      { name: "/teams/list/data.json", content: "[18446744073709551615]" },
      { name: "/deep/__proto__/data.json", content: "true" },
    ],
    data: '{"own":1,"teams":{"a":{},"list":[18446744073709551615]},"deep":{"__proto__":true}}',
  },
  { title: "data in folders alone", entries: [policy, { name: "/a/data.json", content: "null" }], data: '{"a":null}' },
];

for (const { title, entries, data = "{}" } of taken) {
  test(`a bundle may have ${title}`, async (t) => {
    const read = await readBundle(file, forgeBundle(entries));
    t.deepEqual(Buffer.from(read.wasm), Buffer.from(module));
    t.is(read.data, data);
    JSON.parse(read.data);
  });
}

// ATTACK: threats 29. A bundle is whatever somebody put into the folder.
const named = (name: string): readonly ForgedTarEntry[] => [policy, { name, content: "{}" }];
const refused: readonly { readonly title: string; readonly bytes: Uint8Array; readonly message: RegExp }[] = [
  { title: "of another kind", bytes: Buffer.from("PK\u0003\u0004"), message: /is neither a bundle nor/ },
  { title: "that is empty", bytes: new Uint8Array(), message: /is neither a bundle nor/ },
  {
    title: "without a module",
    bytes: forgeBundle([{ name: "/data.json", content: "{}" }]),
    message: /has no `policy\.wasm`/,
  },
  {
    title: "larger than its bound",
    bytes: Buffer.concat([forgeBundle([policy]), Buffer.alloc(limits.regoBundleBytesMax)]),
    message: /is larger than/,
  },
  {
    title: "that expands to more than its bound",
    bytes: gzipSync(Buffer.alloc(limits.regoBundleExpandedBytesMax + 1)),
    message: /cannot be expanded/,
  },
  {
    title: "that is no gzip after its first bytes",
    bytes: Buffer.from("1f8b0800", "hex"),
    message: /cannot be expanded/,
  },
  {
    title: "with bytes after its end",
    bytes: Buffer.concat([forgeBundle([policy]), Buffer.alloc(8)]),
    message: /bytes after its end/,
  },
  {
    title: "with too many entries",
    bytes: forgeBundle(
      Array.from({ length: limits.regoBundleEntriesMax + 1 }, (_, n) => ({ name: `/${n}/`, type: "5" })),
    ),
    message: /has more than 256 entries/,
  },
  {
    title: "with one file twice",
    bytes: forgeBundle([policy, { name: "./policy.wasm", content: "x" }]),
    message: /has two files `policy\.wasm`/,
  },
  ...["1", "2", "3", "4", "6", "7", "x", "g", "L", "K", "S"].map((type) => ({
    title: `with an entry of type ${type}`,
    bytes: forgeBundle([policy, { name: "/data.json", type, link: "/etc/passwd" }]),
    message: /neither a plain file nor a folder/,
  })),
  ...["../data.json", "/a/../data.json", "/a//data.json", "//data.json", "/a/./data.json"].map((name) => ({
    title: `with the path ${name}`,
    bytes: forgeBundle(named(name)),
    message: /empty, `\.` or `\.\.` segments/,
  })),
  ...["a\\data.json", "a b/data.json", "a\u001b/data.json", "\u00e9/data.json"].map((name) => ({
    title: `with the path ${JSON.stringify(name)}`,
    bytes: forgeBundle(named(name)),
    message: /other than plain characters/,
  })),
  {
    title: "with a damaged header",
    bytes: forgeBundle([{ ...policy, checksum: 1 }]),
    message: /header that is damaged/,
  },
  {
    title: "with a size that is no number",
    bytes: forgeBundle([{ ...policy, size: "\u0080\0\0\0\0\0\0\0\0\0\0\u0001" }]),
    message: /header that is damaged/,
  },
  {
    title: "with a size beyond its end",
    bytes: forgeBundle([{ ...policy, size: "77777777777\0" }]),
    message: /is cut short/,
  },
  {
    title: "of an old kind of tar",
    bytes: forgeBundle([{ ...policy, magic: "\0".repeat(8) }]),
    message: /is of an old kind/,
  },
  {
    title: "with a folder that has content",
    bytes: forgeBundle([policy, { name: "/a/", type: "5", size: "00000000001\0" }], Buffer.alloc(2_048)),
    message: /folder with content/,
  },
  {
    title: "with something in its padding",
    bytes: forgeBundle([{ ...policy, padding: 7 }]),
    message: /bytes that belong to no entry/,
  },
  { title: "without its end", bytes: forgeBundle([policy], new Uint8Array()), message: /is cut short/ },
  { title: "with half of its end", bytes: forgeBundle([policy], Buffer.alloc(512)), message: /is cut short/ },
  {
    title: "with more after its end",
    bytes: forgeBundle([policy], Buffer.concat([Buffer.alloc(1_024), forgeTar([policy])])),
    message: /bytes that belong to no entry/,
  },
  {
    title: "with data in YAML",
    bytes: forgeBundle(named("/a/data.yaml")),
    message: /has data in `a\/data\.yaml`, which is not read/,
  },
  {
    title: "with signatures, which nobody checks",
    bytes: forgeBundle(named("/.signatures.json")),
    message: /has a file `\.signatures\.json`, for which there is no use/,
  },
  { title: "with a patch", bytes: forgeBundle(named("/patch.json")), message: /has a file `patch\.json`/ },
  { title: "with a second manifest", bytes: forgeBundle(named("/a/.manifest")), message: /has a file `a\/\.manifest`/ },
  {
    title: "whose manifest is no JSON",
    bytes: forgeBundle([policy, { name: "/.manifest", content: "{" }]),
    message: /malformed manifest/,
  },
  {
    title: "whose manifest is a list",
    bytes: forgeBundle([policy, { name: "/.manifest", content: "[]" }]),
    message: /malformed manifest/,
  },
  {
    title: "whose manifest lists no modules",
    bytes: forgeBundle([policy, manifest({})]),
    message: /malformed manifest/,
  },
  {
    title: "whose manifest has another entrypoint",
    bytes: forgeBundle([policy, manifest([{ entrypoint: "x", module: "/policy.wasm" }])]),
    message: /has no entrypoint `yoi\/decision`/,
  },
  {
    title: "whose manifest names a module that is not there",
    bytes: forgeBundle([policy, manifest([{ entrypoint: "yoi/decision", module: "/no.wasm" }])]),
    message: /has no `no\.wasm`/,
  },
  {
    title: "whose manifest names no module",
    bytes: forgeBundle([policy, manifest([{ entrypoint: "yoi/decision", module: "/\u001b[31m" }])]),
    message: /malformed manifest/,
  },
  {
    title: "whose data is more than its bound",
    bytes: forgeBundle([policy, { name: "/data.json", content: `"${"x".repeat(limits.regoDataBytesMax)}"` }]),
    message: /has data of more than/,
  },
  {
    title: "whose data is no JSON",
    bytes: forgeBundle([policy, { name: "/data.json", content: "{" }]),
    message: /`data\.json` that is no JSON/,
  },
  {
    title: "whose data is no UTF-8",
    bytes: forgeBundle([policy, { name: "/data.json", content: Buffer.from([0x22, 0xff, 0x22]) }]),
    message: /that is no JSON/,
  },
  {
    title: "whose data is a list",
    bytes: forgeBundle([policy, { name: "/data.json", content: "[]" }]),
    message: /`data`, or none that others fit into/,
  },
  {
    title: "whose data is written twice",
    bytes: forgeBundle([policy, { name: "/data.json", content: '{"a":{}}' }, { name: "/a/data.json", content: "{}" }]),
    message: /two documents at `data\.a`/,
  },
  {
    title: "whose data lies in what is no object",
    bytes: forgeBundle([policy, { name: "/a/data.json", content: "1" }, { name: "/a/b/data.json", content: "{}" }]),
    message: /`data\.a`, or none that others fit into/,
  },
  {
    title: "whose data is that of Yoi's own packages",
    bytes: forgeBundle([policy, { name: "/data.json", content: '{"\\u0079oi":{"policy":{}}}' }]),
    message: /has data at `data\.yoi`/,
  },
  {
    title: "whose folder is that of Yoi's own packages",
    bytes: forgeBundle([policy, { name: "/yoi/policy/data.json", content: "{}" }]),
    message: /has data at `data\.yoi`/,
  },
];

for (const { title, bytes, message } of refused) {
  test(`a bundle ${title} is refused, and a finding says why`, async (t) => {
    await refusal(t, readBundle(file, bytes), message);
  });
}

const opa = createOpaProgram();
const { evaluator } = stoppedEvaluator();
test.after.always(() => Promise.all([opa.close(), evaluator.close()]));

opaTest("a bundle of OPA's own making is read, loaded and evaluated with its data", async (t) => {
  const text = 'package yoi\n\ndecision := {"permit": [data.team.name], "big": data.team.big, "in": input.n}\n';
  const compiled = found(
    await opa.compile({ modules: [], shipped: [{ file: "main.rego", text }], data: [], schema: "{}" }),
  );
  const bundle = forgeBundle([
    { name: "/data.json", content: '{"team":{"name":"blue","big":9007199254740993}}' },
    { name: "/yoi/main.rego", content: text },
    { name: "/policy.wasm", content: compiled.wasm },
    manifest([{ entrypoint: "yoi/decision", module: "/policy.wasm" }]),
  ]);
  const unit = await evaluator.load({ name: file, ...(await readBundle(file, bundle)) });
  t.deepEqual(await unit.evaluate('{"n":-9223372036854775808}'), {
    permit: ["blue"],
    big: 9_007_199_254_740_993n,
    in: -9_223_372_036_854_775_808n,
  });
  unit.dispose();
});

async function refusal(t: ExecutionContext, reading: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await t.throwsAsync(reading);
  if (!YoiError.is(error, "YOI_POLICY_INVALID")) return t.fail(String(error));
  const [finding] = error.details.findings;
  t.regex(finding?.message ?? "", message);
  t.deepEqual(finding?.place, { file });
  t.truthy(finding?.remedy);
}
