import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
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

/** What an operator waits for at a terminal: lists, each as a process of its own where it is one. */
export async function measureOperator(packages: number, rounds: number): Promise<BenchGroup> {
  return {
    title: "An operator's commands",
    rows: await measureList(packages, rounds),
  };
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
    return [
      { what: `plugin list, ${packages} packages, first time`, unit: "ms", p50: firstMs },
      {
        what: `plugin list, ${packages} packages, ${program.from}`,
        unit: "ms",
        ...warm,
        ...atMost(warm.p50, 300, "ms"),
      },
      { what: "  of which the list itself", unit: "ms", ...inside },
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
