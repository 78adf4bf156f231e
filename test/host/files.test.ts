import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { type Call, callOf } from "../../src/calls/call.ts";
import type { FsAction } from "../../src/calls/powers.ts";
import { placesOf } from "../../src/config/places.ts";
import { gatherBuiltinTools } from "../../src/host/builtin-tools.ts";
import { type Host, openHost } from "../../src/host/open-host.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { weatherCaller } from "../support/calls.ts";
import { snapshot } from "../support/file-effects.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { weatherPackage } from "../support/packages.ts";
import { enable, newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

// Whole hosts, with policies, journal and files: what a plugin's own code would ask is submitted for it.

const capabilities = `[[capabilities.fs]]
mount = "sources"
operations = ["read", "list", "stat"]
reason = "Reads what there is."

[[capabilities.fs]]
mount = "drafts"
operations = ["read", "list", "stat", "write", "append", "make-directory", "remove"]
reason = "Writes what it made of it."

[config_schema]`;
const plugin = 'Yoi::Plugin::"project:example.weather"';
const everyFile = `permit (principal == ${plugin}, action in Yoi::Action::"files", resource);\n`;

async function open(t: ExecutionContext, policy = everyFile) {
  const workspace = await newWorkspace(t);
  const manifest = weatherManifestWith("[config_schema]", capabilities).replace(
    'effects = ["network"]',
    'effects = ["read", "external-write"]',
  );
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  for (const mount of ["sources", "drafts"]) {
    workspace.write(`${mount}/plan.md`, mount);
    workspace.write(`${mount}/2026/plan.md`, mount);
    workspace.configure(`[mounts.${mount}]\npath = "${mount}"\n`);
  }
  await enable(t, workspace, "example.weather");
  const bound = 'mounts = { sources = "sources", drafts = "drafts" }';
  const toml = workspace.read(".yoi/yoi.toml").replace(/^mounts = .*\n/m, "");
  workspace.write(".yoi/yoi.toml", toml.replace(/^digest = .*$/m, `$&\n${bound}`));
  workspace.write(".yoi/policies/files.cedar", policy);
  const host = await openHost({
    places: placesOf(workspace.folder, workspace.environment),
    builtin: gatherBuiltinTools([], "0.0.0"),
    nowMs: Date.now,
  });
  t.teardown(() => host.close());
  return { workspace, host };
}

const bytes = new TextEncoder().encode("written");
const asks = {
  "fs.read": {},
  "fs.list": {},
  "fs.stat": {},
  "fs.write": { bytes, mode: "replace" },
  "fs.append": { bytes },
  "fs.make-directory": {},
  "fs.remove": {},
} as const;
const actions = Object.keys(asks) as readonly FsAction[];
const changes = ["fs.write", "fs.append", "fs.make-directory", "fs.remove"] as const;

/** Submits a call on a file of the running tool `get_weather`. */
function submit(host: Host, action: FsAction, path: string) {
  // An action and what it asks belong together, which the types cannot see of a table.
  const ask = { path, ...asks[action] } as Call<FsAction>["ask"];
  return host.broker.submit(callOf(weatherCaller, action, ask, Date.now()));
}

function journalOf({ places }: TestWorkspace) {
  return readJournal(places.journal)
    .list({ limit: 5_000 })
    .map(({ seq, entry }) => ({ seq, entry }));
}

// ATTACK: threats 25: what is declared for reading is bound beside what is declared for writing.
test("through a mount that is declared for reading nothing is changed, whatever policy permits", async (t) => {
  const { workspace, host } = await open(t);
  const sources = `${workspace.folder}/sources`;
  const before = snapshot(sources);
  for (const action of changes) {
    for (const path of ["sources/plan.md", "sources/new", "sources/2026/plan.md", "sources/2026/new"]) {
      t.like(await submit(host, action, path), { status: "denied", decision: { cause: "undeclared" } }, action);
    }
    for (const path of ["drafts/../sources/plan.md", "drafts/..", "drafts//../sources/new"]) {
      t.is((await submit(host, action, path)).status, "denied", `${action} ${path}`);
    }
  }
  t.deepEqual(snapshot(sources), before);
  for (const [action, path] of [
    ["fs.read", "sources/plan.md"],
    ["fs.write", "drafts/plan.md"],
    ["fs.append", "drafts/plan.md"],
    ["fs.remove", "drafts/plan.md"],
    ["fs.make-directory", "drafts/plan.md"],
  ] as const) {
    t.is((await submit(host, action, path)).status, "performed", action);
  }
});

// ATTACK: threats 9
test("what is done to files was allowed before, and what is denied leaves them as they were", async (t) => {
  const policy = `permit (principal == ${plugin}, action in Yoi::Action::"files", resource in Yoi::Path::"drafts");
forbid (principal, action in Yoi::Action::"files", resource in Yoi::Path::"drafts/2026");
permit (principal == ${plugin}, action == Yoi::Action::"fs.read", resource in Yoi::Path::"sources");\n`;
  const { workspace, host } = await open(t, policy);
  const files = () => [snapshot(`${workspace.folder}/sources`), snapshot(`${workspace.folder}/drafts`)];
  const mount = fc.constantFrom("sources", "drafts", "other");
  const name = fc.constantFrom("plan.md", "2026", "new", "deep", "..", "");
  const path = fc.tuple(mount, fc.array(name, { maxLength: 3 })).map(([first, rest]) => [first, ...rest].join("/"));
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...actions), path, async (action, asked) => {
      const before = files();
      const { status } = await submit(host, action, asked);
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
      if (status !== "performed" || !(changes as readonly string[]).includes(action)) t.deepEqual(files(), before);
    }),
    { numRuns: 300 },
  );
  const entries = journalOf(workspace).filter(
    ({ entry }) => entry.stage !== "lifecycle" && entry.action.startsWith("fs."),
  );
  const count = (status: string) => outcomes.get(status) ?? 0;
  const counted = { performed: 0, failed: 0, denied: 0 };
  for (const { seq, entry } of entries) {
    if (entry.stage === "decided" && entry.answer === "deny") counted.denied++;
    if (entry.stage !== "performed" && entry.stage !== "failed") continue;
    counted[entry.stage]++;
    const decided = entries.filter((other) => other.entry.stage === "decided" && sameDecision(other.entry, entry));
    t.is(decided.length, 1);
    t.like(decided[0], { entry: { answer: "allow", action: entry.action } });
    t.true((decided[0]?.seq ?? seq) < seq);
  }
  t.deepEqual(counted, { performed: count("performed"), failed: count("failed"), denied: count("denied") });
  t.true(counted.performed > 0 && counted.denied > 0);
});

const sameDecision = (one: { readonly decision?: string }, other: { readonly decision?: string }) =>
  one.decision !== undefined && one.decision === other.decision;

const secret = (file: string) => `[secrets.key]
from = { file = "${file}" }
place = { header = "x-key" }
origins = ["https://api.example.com"]
`;

// ATTACK: threats 24, 45: who can replace a secret or the authorities that the host trusts chooses them.
test("a file that the user's configuration names is not there for a plugin, as soon as it is named", async (t) => {
  const { workspace, host } = await open(t);
  for (const name of ["token", "ca.pem"]) workspace.write(`drafts/${name}`, "s3cr3t-canary");
  t.is((await submit(host, "fs.read", "drafts/token")).status, "performed", "nothing names it yet");
  const drafts = `${workspace.folder}/drafts`;
  workspace.write(workspace.places.userConfig, `[network]\nca = "${drafts}/ca.pem"\n${secret(`${drafts}/token`)}`);
  await host.reload();
  const before = snapshot(drafts);
  for (const action of actions) {
    for (const name of ["token", "ca.pem"]) {
      const outcome = await submit(host, action, `drafts/${name}`);
      t.like(outcome, { status: "failed", error: { details: { why: "not-found" } } }, `${action} ${name}`);
    }
  }
  t.like(await submit(host, "fs.list", "drafts"), {
    status: "performed",
    value: [
      { name: "2026", kind: "folder" },
      { name: "plan.md", kind: "file" },
    ],
  });
  t.deepEqual(snapshot(drafts), before);
});
