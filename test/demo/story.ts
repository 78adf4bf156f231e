import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "./stage.ts";

const root = join(import.meta.dirname, "../..");
const outliner = "project:example.outliner";
const hostile = "project:example.loops-forever";
const asked = { allowed: '{"path":"docs/README.md"}', kept: '{"path":"docs/salaries.md"}' };

/** The path of one plugin from TypeScript to a policed, explained answer, in chapters. Each step checks itself. */
export const chapters: readonly ((stage: Stage) => Promise<void>)[] = [
  buildPlugin,
  findItDisabled,
  enableIt,
  seeItDenied,
  allowIt,
  keepTheRest,
  forbidInRego,
  outliveAHostileOne,
];

/** What comes last, whatever was played. */
export const finale: readonly ((stage: Stage) => Promise<void>)[] = [verifyTheJournal];

async function buildPlugin(stage: Stage): Promise<void> {
  const { tell, yoi, run } = stage;
  const source = "outliner/src/plugin.ts";
  tell("An author wrote a tool in TypeScript, and makes a package of it");
  await copyFixture(stage, "outliner");
  await run(["cat", source], ["cat", source], { exit: 0, says: ["fs.readText(path)"] });
  await yoi(["plugin", "build", "outliner"], { exit: 0, says: ["✓ package", "sha256:"] });
}

async function findItDisabled({ tell, yoi, run, write }: Stage): Promise<void> {
  tell("An operator puts the package into a workspace: being there is not running");
  await yoi(["init"], { exit: 0, says: ["This workspace is trusted"] });
  const built = "outliner/build/example.outliner-0.1.0.yoi-plugin";
  await run(["cp", built, ".yoi/plugins/"], ["cp", built, ".yoi/plugins/"], { exit: 0, says: [] });
  await run(["mkdir", "desk"], ["mkdir", "desk"], { exit: 0, says: [] });
  await run(["cp", "README.md", "desk/"], ["cp", join(root, "README.md"), "desk/"], { exit: 0, says: [] });
  write("desk/salaries.md", "# Salaries\n");
  await yoi(["plugin", "list"], { exit: 0, says: [/^disabled\s+project:example\.outliner/m] });
}

async function enableIt({ tell, yoi, write }: Stage): Promise<void> {
  tell("Enabling shows what it asks for, and pins exactly this content");
  write(".yoi/yoi.toml", '[mounts.desk]\npath = "desk"\n');
  const words = ["plugin", "enable", "example.outliner", "--yes", "--mount", "docs=desk"];
  await yoi(words, { exit: 0, says: ["It asks for", "files: read in docs/", `enabled ${outliner}`] });
}

async function seeItDenied({ tell, yoi }: Stage): Promise<void> {
  tell("It runs, but asking is not having: the guest learns a decision's id only");
  const output = await yoi(["tool", "call", "outline", asked.allowed], { exit: 4, says: ["denied by policy"] });
  tell("The operator sees all of that decision, and what would change it");
  await yoi(["plugin", "explain", decisionIn(output)], {
    exit: 0,
    says: [`DENIED   ${outliner} → fs.read desk/README.md`, "(no-permit)", "→ allowed ✓"],
  });
}

async function allowIt({ tell, yoi, write }: Stage): Promise<void> {
  tell("The operator writes that policy, in words of their own");
  const policy = `@id("outline-the-readme")
@reason("The outliner may read what is public anyway")
permit (
  principal == Yoi::Plugin::"${outliner}",
  action == Yoi::Action::"fs.read",
  resource == Yoi::Path::"desk/README.md"
);
`;
  write(".yoi/policies/outliner.cedar", policy);
  await yoi(["policy", "check"], { exit: 0, says: ["each valid"] });
  tell("The same call again: a real answer about this repository's README");
  await yoi(["tool", "call", "outline", asked.allowed], {
    exit: 0,
    says: [headingsOfReadme()],
  });
}

async function keepTheRest({ tell, yoi }: Stage): Promise<void> {
  tell("Another file of the same folder stays out of its reach");
  const output = await yoi(["tool", "call", "outline", asked.kept], { exit: 4, says: ["denied by policy"] });
  await yoi(["plugin", "explain", decisionIn(output)], {
    exit: 0,
    says: ["fs.read desk/salaries.md", "outline-the-readme", ".yoi/policies/outliner.cedar:1:1"],
  });
}

async function forbidInRego({ tell, yoi, run, write }: Stage): Promise<void> {
  tell("Policies in Rego count in every decision, beside the ones in Cedar");
  const policy = `package yoi.policy.desk

# METADATA
# title: Nothing is outlined while the desk is being tidied
forbid contains {"id": "tidying"} if {
	input.action == "fs.read"
	"desk" in input.resource.within
	data.tidying
}
`;
  write(".yoi/policies/desk.rego", policy);
  write(".yoi/policies/data.json", '{ "tidying": true }\n');
  await yoi(["policy", "check"], { exit: 0, says: ["each valid"] });
  tell("What Cedar permits, Rego now forbids; an explanation asks both");
  const output = await yoi(["tool", "call", "outline", asked.allowed], { exit: 4, says: ["denied by policy"] });
  await yoi(["plugin", "explain", decisionIn(output)], {
    exit: 0,
    says: ["(explicit-forbid)", "desk/tidying", ".yoi/policies/desk.rego:5:1", "outline-the-readme", "OPA"],
  });
  const removal = ["rm", ".yoi/policies/desk.rego"];
  await run(removal, removal, { exit: 0, says: [] });
  await yoi(["tool", "call", "outline", asked.allowed], { exit: 0, says: [headingsOfReadme()] });
}

async function outliveAHostileOne(stage: Stage): Promise<void> {
  const { tell, yoi, run, program, write } = stage;
  tell("A hostile plugin loops for ever; beside it the honest one still answers");
  await copyFixture(stage, "loops-forever");
  await yoi(["plugin", "build", "loops-forever"], { exit: 0, says: ["✓ package"] });
  const built = "loops-forever/build/example.loops-forever-0.1.0.yoi-plugin";
  await run(["cp", built, ".yoi/plugins/"], ["cp", built, ".yoi/plugins/"], { exit: 0, says: [] });
  const words = ["plugin", "enable", "example.loops-forever", "--yes", "--mount", "notes=desk"];
  await yoi(words, { exit: 0, says: [`enabled ${hostile}`] });
  write(".yoi/yoi.toml", 'limits = { guest_cpu = "1s" }\n');
  await program("one-host", [], {
    exit: 0,
    says: [/^spin +failed: the tool failed: deadline/m, /^outline +answered while spin/m, /^outline +answered after/m],
  });
}

async function verifyTheJournal({ tell, yoi }: Stage): Promise<void> {
  tell("Every decision is in the journal, and its chain of hashes holds");
  await yoi(["journal", "tail", "--limit", "4"], { exit: 0, says: ["tool.execute"] });
  await yoi(["journal", "verify"], { exit: 0, says: [/^✓ \d+ entries, each in its place$/m] });
}

/** Copies a plugin of this repository into the workspace, as its author would have it. */
export function copyFixture({ run }: Stage, name: string): Promise<string> {
  const fixture = `fixtures/plugins/${name}`;
  return run(["cp", "-r", fixture, "."], ["cp", "-r", join(root, fixture), "."], { exit: 0, says: [] });
}

/** What the plugin should find, found without it. */
function headingsOfReadme(): string {
  const headings = readFileSync(join(root, "README.md"), "utf8").match(/^#{1,6} .+$/gm);
  if (headings === null) throw new Error("README.md has no headings");
  return headings.join("\n");
}

function decisionIn(output: string): string {
  const [, decision] = /\(decision\s+([0-9A-Z]{26})\)/.exec(output) ?? [];
  if (decision === undefined) throw new Error("the denial names no decision");
  return decision;
}
