import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { callOf } from "../../src/calls/call.ts";
import type { FsAction, Powers } from "../../src/calls/powers.ts";
import { callerOf } from "../support/calls.ts";
import type { BenchGroup, BenchRow } from "./bench-row.ts";
import { openBenchWorkspace } from "./bench-workspace.ts";
import { quantilesOf, timeBackToBack } from "./quantiles.ts";

const sizes = [
  ["4 KiB", 4_096],
  ["1 MiB", 1_048_576],
] as const;

/** Files read and written through the broker, and by the system's own calls, in turns. */
export async function measureFiles(rounds: number): Promise<BenchGroup> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("asks-all");
  workspace.write(
    ".yoi/policies/files.cedar",
    'permit (principal, action in Yoi::Action::"files", resource in Yoi::Path::"notes");\n',
  );
  const host = await workspace.openHost();
  const caller = callerOf("project:example.asks-all", "ask");
  const submit = async <A extends FsAction>(action: A, ask: Powers[A]["ask"]) => {
    const outcome = await host.broker.submit(callOf(caller, action, ask, Date.now()));
    if (outcome.status !== "performed") throw new Error(`${action} ended as ${outcome.status}`);
  };
  try {
    const rows: BenchRow[] = [];
    for (const [size, bytes] of sizes) {
      const content = new Uint8Array(bytes);
      const file = join(workspace.folder, "notes", `${bytes}`);
      workspace.write(`notes/${bytes}`, content);
      const path = `notes/${bytes}`;
      rows.push(
        ...(await race(
          `read ${size}`,
          rounds,
          () => submit("fs.read", { path }),
          () => readFile(file),
        )),
      );
      const write = () => submit("fs.write", { path, mode: "replace", bytes: content });
      rows.push(...(await race(`write ${size}`, rounds, write, () => writeWhole(file, content))));
    }
    return { title: "Files, back to back", rows };
  } finally {
    await host.close();
    workspace.close();
  }
}

/** The same promise by hand: all of it or nothing, and on the disk. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, "w");
  await file.writeFile(content);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
}

async function race(
  what: string,
  rounds: number,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<readonly BenchRow[]> {
  const [mine, bare]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 4; turn++) {
    bare.push(...(await timeBackToBack(Math.ceil(rounds / 4), theirs)));
    mine.push(...(await timeBackToBack(Math.ceil(rounds / 4), ours)));
  }
  const [own, other] = [quantilesOf(mine), quantilesOf(bare)];
  const inUs = (times: { readonly p50: number; readonly p99: number }) => ({
    p50: times.p50 * 1_000,
    p99: times.p99 * 1_000,
  });
  return [
    { what, unit: "µs", ...inUs(own), ratio: { times: own.p50 / other.p50, to: "bare" } },
    { what: "  bare", unit: "µs", ...inUs(other) },
  ];
}
