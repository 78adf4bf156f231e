import { join } from "node:path";
import test from "ava";
import { loopbackRoot } from "../support/certificates.ts";
import { enable, jsonOf, weatherWorkspace } from "../support/workspaces.ts";

test("a policy check has findings in entries and mounts too, and says so by its exit code", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.write("notes/sub/x.md", "x");
  t.is((await workspace.yoi("policy", "check")).code, 0);
  workspace.configure('[mounts.notes]\npath = "notes"\n[mounts.sub]\npath = "notes/sub"\n');
  const overlapping = await workspace.yoi("policy", "check");
  t.is(overlapping.code, 1);
  t.regex(overlapping.stdout, /yoi\.toml:\d+:\d+ {2}mount `sub` overlaps mount `notes`/);
  workspace.write(".yoi/yoi.toml", "");
  await enable(t, workspace, "example.weather");
  workspace.configure('efects = ["read"]\n');
  const misspelt = await workspace.yoi("policy", "check");
  t.is(misspelt.code, 1);
  t.regex(misspelt.stdout, /unknown key `efects`/);
});

test("a policy check tells of authorities that cannot be read, and of a secret's file inside of a mount", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.write("notes/token", "0123456789abcdef");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  workspace.write(
    workspace.places.userConfig,
    `[network]
ca = "missing.pem"

[secrets.token]
from = { file = "${workspace.places.workspace}/notes/token" }
place = { header = "x-token" }
origins = ["https://api.example.com"]
`,
  );
  const checked = await workspace.yoi("policy", "check");
  t.is(checked.code, 1);
  t.regex(checked.stdout, /missing\.pem` cannot be read: there is no such file/);
  t.regex(checked.stdout, /notes\/token` lies in the mount `notes`/);
});

const authorities: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ["nothing of the kind", "no certificate at all\n", /are none: the file holds no certificate in PEM/],
  [
    "what only looks like one",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    /are not all certificates: one of them cannot be parsed/,
  ],
];
for (const [what, text, says] of authorities) {
  test(`a policy check tells of authorities whose file holds ${what}, at the key that names it`, async (t) => {
    const workspace = await weatherWorkspace(t);
    workspace.write(join(workspace.places.userConfigFolder, "ca.pem"), text);
    workspace.write(workspace.places.userConfig, '[network]\nca = "ca.pem"\n');
    const checked = await workspace.yoi("policy", "check");
    t.is(checked.code, 1);
    t.regex(checked.stdout, /^✗ ~\/\.config\/yoi\/yoi\.toml:2:1 {2}the certificate authorities/m);
    t.regex(checked.stdout.replace(/\s+/g, " "), says);
    workspace.write(join(workspace.places.userConfigFolder, "ca.pem"), loopbackRoot);
    t.is((await workspace.yoi("policy", "check")).code, 0);
  });
}

test("a policy check says whose finding it is, once, and notes what nobody has given without failing for it", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  const lacking = await workspace.yoi("policy", "check");
  t.is(lacking.code, 0);
  t.regex(lacking.stdout, /^project:example\.weather {2}partial\n {2}! nothing is bound to its mount `cache`/m);
  workspace.write(
    ".yoi/yoi.toml",
    `[mounts.cache]\npath = "nowhere"\n${workspace.read(".yoi/yoi.toml")}mounts = { cache = "cache" }\n`,
  );
  const wrong = await workspace.yoi("policy", "check");
  t.is(wrong.code, 1);
  t.is(wrong.stdout.match(/mount `cache` is not a folder/g)?.length, 1);
});

test("a policy check notes files among the policies that nobody reads", async (t) => {
  const workspace = await weatherWorkspace(t);
  const read = ["notes.cedar", "README.md", "cases.test.toml", "entities.json", ".gitkeep"];
  for (const name of read) workspace.write(`.yoi/policies/${name}`, name === "entities.json" ? "[]" : "");
  t.deepEqual(jsonOf(await workspace.yoi("policy", "check", "--json"))["notes"], []);
  workspace.write(".yoi/policies/deep/x.ceder", "");
  workspace.write(".yoi/policies/deep/entities.json", "[]");
  const checked = await workspace.yoi("policy", "check");
  t.is(checked.code, 0);
  t.regex(
    checked.stdout,
    /! \.yoi\/policies\/deep\/x\.ceder {2}no policy by its name, .*\n {4}did you mean `\.cedar`\?/,
  );
  t.regex(checked.stdout, /! \.yoi\/policies\/deep\/entities\.json {2}no policy by its name/);
});
