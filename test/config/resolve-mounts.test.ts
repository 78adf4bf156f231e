import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readConfig } from "../../src/config/read-config.ts";
import { type FileSystemType, ownFiles, resolveMounts } from "../../src/config/resolve-mounts.ts";
import { newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

async function configOf({ places }: TestWorkspace) {
  const reading = await readConfig(places);
  if (!("config" in reading)) throw new Error(JSON.stringify(reading.findings));
  return reading.config;
}

async function mountsOf(workspace: TestWorkspace, typeOf?: FileSystemType) {
  const { mounts } = await configOf(workspace);
  return resolveMounts(mounts, workspace.places, typeOf);
}

interface Row {
  readonly title: string;
  readonly toml: string;
  readonly says: RegExp;
  readonly prepare?: (workspace: TestWorkspace) => void;
}

// ATTACK: threats 45: whatever leads a plugin to `.yoi`, to the stores or out of the workspace is no mount.
const refused: readonly Row[] = [
  { title: "the workspace itself", toml: 'path = "."', says: /is, contains or lies in a folder of Yoi's own/ },
  { title: "`.yoi`", toml: 'path = ".yoi"', says: /a folder of Yoi's own/ },
  { title: "a folder in `.yoi`", toml: 'path = ".yoi/plugins"', says: /a folder of Yoi's own/ },
  { title: "the parent", toml: 'path = ".."', says: /lies outside of the workspace/ },
  { title: "an absolute path", toml: 'path = "/etc"', says: /lies outside of the workspace/ },
  { title: "a path that climbs out", toml: 'path = "notes/../../home"', says: /lies outside of the workspace/ },
  { title: "what is not there", toml: 'path = "nothing"', says: /is not a folder/ },
  { title: "a file", toml: 'path = "file"', says: /is not a folder/, prepare: ({ write }) => write("file", "") },
  {
    title: "a link out of the workspace",
    toml: 'path = "link"',
    says: /lies outside of the workspace/,
    prepare: ({ folder, home }) => symlinkSync(home, join(folder, "link")),
  },
  {
    title: "a link to `.yoi`",
    toml: 'path = "link"',
    says: /a folder of Yoi's own/,
    prepare: ({ folder }) => symlinkSync(".yoi", join(folder, "link")),
  },
  {
    title: "a sibling whose name begins like the workspace's",
    toml: 'path = "../work-evil"',
    says: /lies outside of the workspace/,
    prepare: ({ folder }) => mkdirSync(`${folder}-evil`),
  },
];
for (const { title, toml, says, prepare } of refused) {
  test(`${title} is no mount, and says why and where`, async (t) => {
    const workspace = await newWorkspace(t);
    prepare?.(workspace);
    workspace.configure(`[mounts.bad]\n${toml}\n`);
    const { folders, findings } = await mountsOf(workspace);
    t.is(folders.size, 0);
    t.regex(findings.get("bad")?.message ?? "", says);
    t.like(findings.get("bad")?.place, { file: ".yoi/yoi.toml" });
  });
}

test("mounts that overlap are not both there, and others are untouched", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write("a/b/x", "");
  workspace.write("c/x", "");
  workspace.configure('[mounts.one]\npath = "a"\n[mounts.two]\npath = "a/b"\n[mounts.three]\npath = "c"\n');
  const { folders, findings } = await mountsOf(workspace);
  t.deepEqual(
    [...folders],
    [
      ["one", join(workspace.folder, "a")],
      ["three", join(workspace.folder, "c")],
    ],
  );
  t.regex(findings.get("two")?.message ?? "", /overlaps mount `one`/);
});

test("only the user's own configuration mounts what lies outside, and never Yoi's own folders", async (t) => {
  const workspace = await newWorkspace(t);
  mkdirSync(join(workspace.home, "diary"));
  workspace.write(workspace.places.userConfig, '[mounts.diary]\npath = "../../diary"\n[mounts.home]\npath = "../.."\n');
  const { folders, findings } = await mountsOf(workspace);
  t.deepEqual([...folders], [["diary", join(workspace.home, "diary")]]);
  t.regex(findings.get("home")?.message ?? "", /a folder of Yoi's own/);
});

// ATTACK: threats 26: policy decides on `private`, and the system opens `Private`.
const blind: readonly (readonly [says: string, type: number])[] = [
  ["vfat", 0x4d44],
  ["exfat", 0x2011bab0],
  ["ntfs", 0x5346544e],
  ["ntfs3", 0x7366746e],
  ["fuse", 0x65735546],
  ["9p", 0x01021997],
  ["cifs", 0xff534d42],
  ["cifs", 0xff534d42 | 0],
  ["smb2", 0xfe534d42],
  ["smb", 0x517b],
  ["hfs", 0x4244],
  ["hfs\\+", 0x482b],
];
for (const [says, type] of blind) {
  test(`a folder on a file system of the type ${type.toString(16)} is no mount, and says why`, async (t) => {
    const workspace = await newWorkspace(t);
    workspace.write("notes/x", "");
    workspace.configure('[mounts.notes]\npath = "notes"\n');
    const { folders, findings } = await mountsOf(workspace, async (folder) => {
      t.is(folder, join(workspace.folder, "notes"));
      return type;
    });
    t.is(folders.size, 0);
    const { message = "", remedy } = findings.get("notes") ?? {};
    t.regex(message, new RegExp(`lies on a file system \\(${says}\\) that may take upper and lower case for the same`));
    t.regex(remedy ?? "", /^mount a folder of a file system that tells them apart/);
  });
}

test("a folder whose file system does not say what it is is no mount, and one that tells case apart is", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write("notes/x", "");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  const unknown = await mountsOf(workspace, async () => {
    throw new Error("no answer");
  });
  t.regex(unknown.findings.get("notes")?.message ?? "", /lies on a file system \(unknown\)/);
  for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994]) {
    t.is((await mountsOf(workspace, async () => type)).folders.size, 1, type.toString(16));
  }
});

test("the files that the user's configuration keeps secrets and authorities in are Yoi's own", async (t) => {
  const workspace = await newWorkspace(t);
  t.deepEqual(ownFiles(await configOf(workspace)), []);
  workspace.write(
    workspace.places.userConfig,
    `[network]
ca = "ca.pem"
[secrets.in-file]
from = { file = "~/notes/token" }
place = { header = "x-key" }
origins = ["https://api.example.com"]
[secrets.in-variable]
from = { env = "TOKEN" }
place = { header = "x-key" }
origins = ["https://api.example.com"]
`,
  );
  t.deepEqual(ownFiles(await configOf(workspace)), [
    join(workspace.home, "notes/token"),
    join(workspace.places.userConfigFolder, "ca.pem"),
  ]);
});
