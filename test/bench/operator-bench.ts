import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Call } from "../../src/calls/call.ts";
import { newId } from "../../src/calls/identifiers.ts";
import { writeArchive } from "../../src/packages/write-archive.ts";
import { buildGuest } from "../support/build-guest.ts";
import { atMost, type BenchGroup, type BenchRow } from "./bench-row.ts";
import { type BenchWorkspace, openBenchWorkspace } from "./bench-workspace.ts";
import { quantilesOf, timeBackToBack, timeOnce } from "./quantiles.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
/** What an operator runs is compiled; without `npm run build` there are only the sources, which Node strips each time. */
const built = join(root, "dist/cli/main.js");
const program = existsSync(built)
  ? { entry: built, from: "built" }
  : { entry: join(root, "src/cli/main.ts"), from: "from sources" };
const explainedPolicies = 50;

/** What an operator waits for at a terminal: an explanation, and lists, each as a process of its own where it is one. */
export async function measureOperator(packages: number, rounds: number): Promise<BenchGroup> {
  return {
    title: "An operator's commands",
    rows: [await measureExplain(rounds * 5), ...(await measureList(packages, rounds))],
  };
}

async function measureExplain(rounds: number): Promise<BenchRow> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("notes");
  const others = Array.from(
    { length: explainedPolicies },
    (_, number) =>
      `permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/${number}") when { context.via.depth < 3 };`,
  );
  workspace.write(".yoi/policies/notes.cedar", others.join("\n"));
  const yoi = await workspace.open();
  try {
    const explain = async () => {
      const { answer } = await yoi.explain(readOf("notes/today.md"));
      if (answer !== "deny") throw new Error("what no permit covers was allowed");
    };
    const times = quantilesOf(await timeBackToBack(rounds, explain));
    return { what: `explain a denial, ${explainedPolicies} policies near`, unit: "ms", ...times };
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

async function measureList(packages: number, rounds: number): Promise<readonly BenchRow[]> {
  const workspace = await openBenchWorkspace();
  try {
    await fillStore(workspace, packages);
    const command = (...words: readonly string[]) => {
      const argv = ["--disable-warning=ExperimentalWarning", program.entry, ...words];
      return run(process.execPath, argv, { cwd: workspace.folder, env: workspace.environment });
    };
    const firstMs = await timeOnce(() => command("plugin", "list"));
    const warm = quantilesOf(await timeBackToBack(rounds, () => command("plugin", "list")));
    const inside = quantilesOf(await timeBackToBack(rounds, () => workspace.yoi("plugin", "list")));
    const start = quantilesOf(await timeBackToBack(rounds, () => command("--version")));
    return [
      { what: `plugin list, ${packages} packages, first time`, unit: "ms", p50: firstMs },
      {
        what: `plugin list, ${packages} packages, ${program.from}`,
        unit: "ms",
        ...warm,
        ...atMost(warm.p50, 300, "ms"),
      },
      { what: "  of which the list itself", unit: "ms", ...inside },
      { what: `yoi --version, ${program.from}`, unit: "ms", ...start },
    ];
  } finally {
    workspace.close();
  }
}

/** Packages of the usual size that differ in their ids. */
async function fillStore(workspace: BenchWorkspace, packages: number): Promise<void> {
  const { componentPath } = await buildGuest("echo");
  const component = readFileSync(componentPath);
  const manifest = readFileSync(join(root, "fixtures/plugins/echo/plugin.toml"), "utf8").replace(
    "build/plugin.wasm",
    "plugin.wasm",
  );
  for (let number = 0; number < packages; number++) {
    const id = `example.echo-${String(number).padStart(3, "0")}`;
    const archive = writeArchive([
      { path: "plugin.toml", content: Buffer.from(manifest.replace('"example.echo"', JSON.stringify(id))) },
      { path: "plugin.wasm", content: component },
    ]);
    workspace.write(`.yoi/plugins/${id}-0.1.0.yoi-plugin`, archive);
  }
}
