import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { readTar } from "../../../src/engines/read-tar.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { archiveManifestSchema, listContent } from "../../../src/workbench/archives/archive-manifest.ts";
import { readPolicyArchive } from "../../../src/workbench/archives/read-policy-archive.ts";
import { canHold, storeGzip, writeTar } from "../../../src/workbench/archives/write-tar.ts";
import { type ForgedTarEntry, forgeBundle } from "../../support/tar-archives.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { jsonOf, newWorkspace, readsOfNotes, type TestWorkspace } from "../../support/workspaces.ts";

const forbid = '@id("never") forbid (principal, action, resource);\n';

async function withPolicies(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  workspace.remove(".yoi/policies/builtin-tools.cedar");
  workspace.write(".yoi/policies/notes.cedar", readsOfNotes);
  workspace.write(".yoi/policies/deep/never.cedar", forbid);
  workspace.write(".yoi/policies/entities.json", "[]");
  workspace.write(".yoi/policies/data.json", '{ "hosts": [] }');
  workspace.write(".yoi/policies/notes.test.toml", "");
  workspace.write(".yoi/policies/README.md", "for people");
  return workspace;
}

async function build(t: ExecutionContext, workspace: TestWorkspace, out: string) {
  const ran = await workspace.yoi("policy", "build", "--out", out, "--json");
  t.is(ran.code, 0, ran.stdout + ran.stderr);
  return join(workspace.folder, out);
}

test("an archive has the policies, their documents and their tests, each with its hash, and nothing else", async (t) => {
  const workspace = await withPolicies(t);
  const ran = await workspace.yoi("policy", "build", "--json");
  t.is(ran.code, 0, ran.stderr);
  const { archive, digest } = jsonOf(ran) as { readonly archive: string; readonly digest: string };
  t.regex(archive, /\/policies-[0-9a-f]{12}\.yoi-policies$/);
  const files = readTar(gunzipSync(readFileSync(archive)), 100);
  t.deepEqual(
    files.map(({ path }) => path),
    [
      "manifest.json",
      "policies/data.json",
      "policies/deep/never.cedar",
      "policies/entities.json",
      "policies/notes.cedar",
      "policies/notes.test.toml",
    ],
  );
  const [listing, ...content] = files;
  const manifest = archiveManifestSchema.parse(JSON.parse(Buffer.from(listing?.content ?? "").toString()));
  t.deepEqual({ digest: manifest.digest, files: manifest.files }, listContent(content));
  t.is(manifest.digest, digest);
});

test("a policy that is linked is packed as what it leads to", async (t) => {
  const workspace = await withPolicies(t);
  workspace.write("elsewhere/linked.cedar", forbid.replace("never", "linked"));
  symlinkSync(join(workspace.folder, "elsewhere/linked.cedar"), join(workspace.folder, ".yoi/policies/linked.cedar"));
  const files = readTar(gunzipSync(readFileSync(await build(t, workspace, "a.yoi-policies"))), 100);
  const linked = files.filter(({ path }) => path.includes("linked"));
  t.deepEqual(
    linked.map(({ path, content }) => [path, Buffer.from(content).toString()]),
    [["policies/linked.cedar", forbid.replace("never", "linked")]],
  );
});

test("an archive of the same files is the same bytes, whatever their times, modes and order", async (t) => {
  const [one, other] = [await withPolicies(t), await withPolicies(t)];
  const first = await build(t, one, "a.yoi-policies");
  for (const name of ["notes.test.toml", "data.json", "entities.json", "deep/never.cedar", "notes.cedar"])
    other.write(`.yoi/policies/${name}`, one.read(`.yoi/policies/${name}`));
  chmodSync(join(other.folder, ".yoi/policies/notes.cedar"), 0o600);
  const second = await build(t, other, "elsewhere/b.yoi-policies");
  t.deepEqual(readFileSync(first), readFileSync(second));
  other.write(".yoi/policies/notes.cedar", `${readsOfNotes}\n`);
  t.notDeepEqual(readFileSync(first), readFileSync(await build(t, other, "c.yoi-policies")));
});

test("what is read back of an archive is what was put in", async (t) => {
  const workspace = await withPolicies(t);
  const { policies, entities, data } = await readPolicyArchive(await build(t, workspace, "a.yoi-policies"));
  t.deepEqual(policies, [
    { file: ".yoi/policies/deep/never.cedar", layer: "workspace", language: "cedar", text: forbid },
    { file: ".yoi/policies/notes.cedar", layer: "workspace", language: "cedar", text: readsOfNotes },
  ]);
  t.deepEqual(entities, [{ file: ".yoi/policies/entities.json", layer: "workspace", text: "[]" }]);
  t.deepEqual(data, [{ file: ".yoi/policies/data.json", layer: "workspace", text: '{ "hosts": [] }' }]);
});

test("no archive is made of policies that do not load, nor of a path that it cannot hold", async (t) => {
  const workspace = await withPolicies(t);
  workspace.write(".yoi/policies/bad.cedar", "forbid");
  const refused = await workspace.yoi("policy", "build", "--out", "a");
  t.is(refused.code, 1);
  t.regex(refused.stderr, /bad\.cedar:1:7 {2}unexpected end of input/);
  workspace.remove(".yoi/policies/bad.cedar");
  workspace.write(".yoi/policies/my notes.cedar", forbid.replace("never", "ever"));
  const unfit = await workspace.yoi("policy", "build", "--out", "a");
  t.is(unfit.code, 1);
  t.regex(unfit.stderr, /my notes\.cedar {2}the file's path cannot be in an archive/);
  workspace.remove(".yoi/policies/my notes.cedar");
  const folder = await workspace.yoi("policy", "build", "--out", ".yoi");
  t.is(folder.code, 2);
  t.regex(folder.stderr, /`\.yoi` cannot be written/);
});

const manifestOf = (files: readonly ForgedTarEntry[], parts: object = {}) => {
  const content = files.map(({ name, content: text = "" }) => ({ path: name, content: Buffer.from(text) }));
  const manifest = { format: 1, yoi: "0", engines: {}, ...listContent(content), ...parts };
  return { name: "manifest.json", content: JSON.stringify(manifest) };
};
const sound: readonly ForgedTarEntry[] = [{ name: "policies/never.cedar", content: forbid }];
const other: readonly ForgedTarEntry[] = [{ name: "policies/never.cedar", content: "" }];

// ATTACK: threats 29: an archive that is not the one that was made.
const hostile: readonly (readonly [what: string, bytes: Uint8Array, says: RegExp])[] = [
  [
    "a policy that was changed",
    forgeBundle([manifestOf(sound), ...other]),
    /does not list `policies\/never\.cedar` as it is/,
  ],
  ["a policy that was taken out", forgeBundle([manifestOf(sound)]), /lacks what its manifest lists/],
  [
    "a policy that was put in",
    forgeBundle([manifestOf(sound), ...sound, { name: "policies/more.cedar", content: "" }]),
    /does not list `policies\/more\.cedar`/,
  ],
  ["another digest", forgeBundle([manifestOf(sound, { digest: `sha256:${"0".repeat(64)}` }), ...sound]), /lacks what/],
  ["a later format", forgeBundle([manifestOf(sound, { format: 2 }), ...sound]), /manifest of another format/],
  ["a key that nobody knows", forgeBundle([manifestOf(sound, { more: 1 }), ...sound]), /manifest of another format/],
  ["no manifest", forgeBundle(sound), /has no `manifest\.json`/],
  ["a manifest twice", forgeBundle([manifestOf(sound), manifestOf(sound), ...sound]), /two files `manifest\.json`/],
  ["one path twice", forgeBundle([manifestOf(sound), ...sound, ...sound]), /two files/],
  ["a path that climbs", forgeBundle([{ name: "policies/../x.cedar", content: "" }]), /`\.\.` segments/],
  ["a file outside", forgeBundle([manifestOf([{ name: "x.cedar" }]), { name: "x.cedar" }]), /outside of `policies\/`/],
  ["a link", forgeBundle([{ name: "policies/x.cedar", type: "2", link: "/etc/passwd" }]), /neither a plain file/],
  ["a size that is not true", forgeBundle([{ name: "policies/x", content: "a", size: "00000010000\0" }]), /cut short/],
  [
    "a file that nobody reads",
    forgeBundle([manifestOf([{ name: "policies/x.cedr" }]), { name: "policies/x.cedr" }]),
    /for which there is no use/,
  ],
  [
    "bytes after its end",
    Buffer.concat([forgeBundle(sound), Buffer.from("more")]),
    /bytes after its end|cannot be expanded/,
  ],
  ["no archive at all", Buffer.from("hello"), /is none/],
  ["bytes that expand for ever", gzipSync(Buffer.alloc(40 * 1024 * 1024)), /cannot be expanded/],
];

for (const [what, bytes, says] of hostile) {
  test(`an archive with ${what} is refused whole`, async (t) => {
    const path = join(temporaryFolder(t), "x.yoi-policies");
    writeFileSync(path, bytes);
    const error = await t.throwsAsync(readPolicyArchive(path));
    t.true(YoiError.is(error, "YOI_POLICY_INVALID"));
    t.regex(error?.message ?? "", says);
  });
}

test("a candidate may be an archive, and its policies are shown in it", async (t) => {
  const workspace = await withPolicies(t);
  await build(t, workspace, "a.yoi-policies");
  const ran = await workspace.yoi("policy", "replay", "--candidate", "a.yoi-policies");
  t.is(ran.code, 0, ran.stderr);
  const bad = [{ name: "policies/deep/bad.cedar", content: "forbid" }];
  writeFileSync(join(workspace.folder, "bad.yoi-policies"), forgeBundle([manifestOf(bad), ...bad]));
  const unread = await workspace.yoi("policy", "replay", "--candidate", "bad.yoi-policies");
  t.is(unread.code, 1);
  t.regex(unread.stderr, /bad\.yoi-policies:deep\/bad\.cedar:1:7 {2}unexpected end of input/);
  writeFileSync(join(workspace.folder, "b.yoi-policies"), "no archive");
  const refused = await workspace.yoi("policy", "replay", "--candidate", "b.yoi-policies");
  t.is(refused.code, 1);
  t.regex(refused.stderr, /the policy archive is none/);
});

test("whatever files are written as a tar are read back, and what gunzip gives is what was wrapped", (t) => {
  const segment = fc.stringMatching(/^[a-zA-Z0-9_-]{1,60}$/);
  const path = fc
    .array(segment, { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join("/"))
    .filter(canHold);
  const files = fc.uniqueArray(fc.record({ path, content: fc.uint8Array({ maxLength: 2_000 }) }), {
    selector: (one) => one.path,
    maxLength: 6,
  });
  fc.assert(
    fc.property(files, (given) => {
      const found = readTar(gunzipSync(storeGzip(writeTar(given))), 100);
      t.deepEqual(
        found.map((one) => [one.path, Buffer.from(one.content)]),
        given.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((one) => [one.path, Buffer.from(one.content)]),
      );
    }),
    { numRuns: 60 },
  );
  for (const length of [0, 65_535, 65_536, 131_070, 200_000])
    t.is(gunzipSync(storeGzip(Buffer.alloc(length, 7))).byteLength, length);
  t.false(canHold("x".repeat(101)));
  t.true(canHold(`${"a/".repeat(60)}${"x".repeat(100)}`));
});
