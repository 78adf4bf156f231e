import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { writeEvidence } from "../../src/broker/evidence.ts";
import type { Judgement } from "../../src/broker/judge-call.ts";
import type { Call } from "../../src/calls/call.ts";
import { newId } from "../../src/calls/identifiers.ts";
import { placesOf } from "../../src/config/places.ts";
import { inspectWorkspace } from "../../src/host/inspect-workspace.ts";
import type { Host } from "../../src/host/open-host.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { recordedCalls } from "../../src/workbench/recorded-calls.ts";
import { replayDecisions } from "../../src/workbench/replay/replay-decisions.ts";
import { atMost, type BenchGroup, type BenchRow } from "./bench-row.ts";
import { type BenchWorkspace, openBenchWorkspace } from "./bench-workspace.ts";
import { quantilesOf, timeBackToBack, timeOnce } from "./quantiles.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const built = join(root, "dist/cli/main.js");
const program = existsSync(built)
  ? { entry: built, from: "built" }
  : { entry: join(root, "src/cli/main.ts"), from: "from sources" };

/** What an operator waits for at the workbench: explanations, replay, a reload, checks, and the start of a command. */
export async function measureWorkbench(parts: {
  readonly rounds: number;
  readonly policies: number;
  readonly decisions: number;
}): Promise<readonly BenchGroup[]> {
  const { rounds, policies, decisions } = parts;
  return [
    {
      title: "An explanation, with what would mend it",
      rows: [
        await measureExplain(50, rounds, false),
        await measureExplain(policies, rounds, false),
        await measureExplain(50, rounds, true),
      ],
    },
    { title: "What is on record", rows: await measureRecord(decisions) },
    { title: `${policies.toLocaleString("en")} policies in 100 files`, rows: await measureLarge(policies, rounds) },
    { title: `A command as a process, ${program.from}`, rows: await measureStart(rounds) },
  ];
}

function permitsFor(file: number, count: number, depth = 3): string {
  return Array.from(
    { length: count },
    (_, number) =>
      `@id("p${file}-${number}")\n@reason("bench")\npermit (\n  principal == Yoi::Plugin::"project:example.notes",\n  action == Yoi::Action::"fs.read",\n  resource in Yoi::Path::"notes/${file}/${number}"\n)\nwhen { context.via.depth < ${depth} };\n`,
  ).join("\n");
}

const forbidInRego = `package yoi.policy.drafts

forbid contains {"id": "no-drafts", "because": "Drafts are nobody's business"} if {
	input.action == "fs.read"
	startswith(input.resource.id, "notes/drafts")
}
`;

async function measureExplain(policies: number, rounds: number, withRego: boolean): Promise<BenchRow> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("notes");
  workspace.write(".yoi/policies/notes.cedar", permitsFor(0, policies));
  if (withRego) workspace.write(".yoi/policies/drafts.rego", forbidInRego);
  const yoi = await workspace.open();
  try {
    const times = await timeBackToBack(rounds, async () => {
      const { suggestions } = await yoi.explain(readOf("notes/today.md"));
      if (suggestions.length === 0) throw new Error("nothing was suggested");
    });
    const { p50, p99 } = quantilesOf(times);
    const what = `${policies.toLocaleString("en")} policies near${withRego ? ", and one in Rego" : ""}`;
    return { what, unit: "ms", p50, p99, ...(policies === 50 && !withRego && atMost(p50, 25, "ms")) };
  } finally {
    await yoi.close();
    workspace.close();
  }
}

function readOf(path: string): Call<"fs.read"> {
  const id = newId(Date.now());
  const principal = { kind: "plugin", id: "project:example.notes" } as const;
  const via = { agent: "cli", tool: "project:example.notes/read_note", command: false, depth: 1 } as const;
  return { id, root: id, action: "fs.read", principal, via, ask: { path } };
}

async function measureRecord(decisions: number): Promise<readonly BenchRow[]> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("notes");
  const host = await workspace.openHost();
  try {
    const decide = () => host.broker.rehearse(readOf("notes/today.md"));
    for (let number = 0; number < decisions; number++) await host.broker.submit(readOf(`notes/${number}.md`));
    // No more than that, or they would push out the evidence that is replayed below.
    const rehearsals = Math.min(decisions, 500);
    const kept = quantilesOf(await timeBackToBack(rehearsals, decide));
    const keeping = await measureEvidence(workspace, rehearsals, await host.broker.judge(readOf("notes/today.md")));
    return [
      {
        what: "a decision, its evidence kept",
        unit: "ms",
        ...kept,
        ...onTopOf(kept.p50, keeping.p50),
      },
      { what: "  of which keeping it", unit: "ms", ...keeping },
      await measureReplay(workspace),
    ];
  } finally {
    await host.close();
    workspace.close();
  }
}

/** Entry and evidence, which is written anew, against the entry alone: appended to a journal of its own, for nothing else differs. */
async function measureEvidence(workspace: BenchWorkspace, rounds: number, judgement: Judgement) {
  const file = join(workspace.folder, "beside.db");
  const journal = await openJournal({ file, durability: "normal" });
  const own = readJournal(placesOf(workspace.folder, workspace.environment).journal).decisions({ last: 1 })[0];
  if (own?.evidence === undefined) throw new Error("nothing was kept");
  const { entry } = own;
  const alone = quantilesOf(await timeBackToBack(rounds, () => journal.append(entry)));
  const both = quantilesOf(await timeBackToBack(rounds, () => journal.append(entry, writeEvidence(judgement))));
  journal.close();
  return { p50: Math.max(both.p50 - alone.p50, 0.001), p99: both.p99 };
}

function onTopOf(whole: number, part: number): Pick<BenchRow, "ratio" | "target"> {
  const times = whole / (whole - part);
  return { ratio: { times, to: "without" }, target: { words: "≤ 1.1×", met: times <= 1.1 } };
}

async function measureReplay({ folder, environment }: BenchWorkspace): Promise<BenchRow> {
  const inspection = await inspectWorkspace(placesOf(folder, environment), Date.now);
  const reader = readJournal(inspection.survey.places.journal);
  let decisions = 0;
  const tookMs = await timeOnce(async () => {
    const report = await replayDecisions(recordedCalls(reader, { last: 1_000_000 }), inspection.revision.sets);
    decisions = report.decisions;
    if (report.flips.length > 0) throw new Error("a decision flipped");
  });
  await Promise.all(inspection.engines.map((engine) => engine.close()));
  const rate = (decisions / tookMs) * 1_000;
  return { what: "replayed decisions", unit: "/s", p50: rate, target: { words: "≥ 5,000", met: rate >= 5_000 } };
}

async function measureLarge(policies: number, rounds: number): Promise<readonly BenchRow[]> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("notes");
  const perFile = policies / 100;
  for (let file = 0; file < 100; file++) workspace.write(`.yoi/policies/f${file}.cedar`, permitsFor(file, perFile));
  workspace.write(
    ".yoi/policies/some.test.toml",
    '[[case]]\ncall = "project:example.notes fs.read notes/3/0/a.md"\nexpect = "allow"\nbecause = "p3-0"\n',
  );
  // What is measured is a look at files that are in order.
  await workspace.yoi("policy", "fmt");
  const host = await workspace.openHost();
  try {
    let depth = 4;
    const reloads: number[] = [];
    for (let round = 0; round < Math.max(3, rounds / 10); round++) {
      workspace.write(".yoi/policies/f3.cedar", permitsFor(3, perFile, depth++));
      reloads.push(await timeSwitch(host));
    }
    const reload = quantilesOf(reloads);
    const command = async (...words: readonly string[]) =>
      quantilesOf(await timeBackToBack(Math.max(1, Math.ceil(rounds / 20)), () => workspace.yoi("policy", ...words)));
    const rows: readonly BenchRow[] = [
      { what: "reload, one file changed, to the switch", unit: "ms", ...reload, ...atMost(reload.p50, 100, "ms") },
      { what: "policy check, with lint", unit: "ms", ...(await command("check")) },
      { what: "policy test, one case, with coverage", unit: "ms", ...(await command("test")) },
      { what: "policy fmt --check", unit: "ms", ...(await command("fmt", "--check")) },
    ];
    return rows;
  } finally {
    await host.close();
    workspace.close();
  }
}

/** Milliseconds to the switch. A reload goes on after it: what runs is asked about again, and tools are decided again. */
async function timeSwitch(host: Host): Promise<number> {
  const before = host.revisions.current().digest;
  const beganAt = performance.now();
  const reloading = host.reload();
  while (host.revisions.current().digest === before) await nextTurn();
  const tookMs = performance.now() - beganAt;
  await reloading;
  return tookMs;
}

async function measureStart(rounds: number): Promise<readonly BenchRow[]> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("notes");
  workspace.write(".yoi/policies/notes.cedar", permitsFor(0, 50));
  const host = await workspace.openHost();
  const { decision } = await host.broker.submit(readOf("notes/today.md"));
  await host.close();
  try {
    const count = Math.max(2, Math.ceil(rounds / 5));
    const time = async (...argv: readonly string[]) => {
      const start = () =>
        run(process.execPath, ["--disable-warning=ExperimentalWarning", ...argv], {
          cwd: workspace.folder,
          env: workspace.environment,
        });
      await start();
      return quantilesOf(await timeBackToBack(count, start));
    };
    const [node, version] = [await time("-e", "0"), await time(program.entry, "--version")];
    const explain = await time(program.entry, "plugin", "explain", decision.id);
    return [
      { what: "node itself", unit: "ms", ...node },
      { what: "yoi --version", unit: "ms", ...version, ...atMost(version.p50, 150, "ms") },
      { what: "yoi plugin explain ID, 50 policies near", unit: "ms", ...explain, ...atMost(explain.p50, 400, "ms") },
    ];
  } finally {
    workspace.close();
  }
}
