import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readConfig } from "../../src/config/read-config.ts";
import { resolveMounts } from "../../src/config/resolve-mounts.ts";
import { newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

async function mountsOf({ places }: TestWorkspace) {
  const reading = await readConfig(places);
  if (!("config" in reading)) throw new Error(JSON.stringify(reading.findings));
  return resolveMounts(reading.config.mounts, places);
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
