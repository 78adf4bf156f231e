import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { limits } from "../../src/calls/limits.ts";
import type { Host } from "../../src/host/open-host.ts";
import { atMost, type BenchGroup } from "./bench-row.ts";
import { openBenchWorkspace, performed } from "./bench-workspace.ts";
import { quantilesOf, timeOnce, timePaced } from "./quantiles.ts";

const deadlineMs = 200;
const everyMs = 20;
const caller = { agent: "cli" };
const nsPerMs = 1e6;

/** How long an endless loop outlives its deadline, and what the host and an honest plugin notice of it. */
export async function measureDeadline(rounds: number): Promise<BenchGroup> {
  const workspace = await openBenchWorkspace();
  for (const guest of ["echo", "loops-forever"]) await workspace.enable(guest);
  workspace.configure(`limits = { guest_cpu = "${deadlineMs}ms" }\n`);
  const host = await workspace.openHost();
  const overdue: number[] = [];
  const beside: number[] = [];
  const replaced: number[] = [];
  const stalls: number[] = [];
  const quiet: number[] = [];
  try {
    await echo(host);
    for (let round = 0; round < rounds; round++) {
      stalls.push(
        await stallDuring(async () => {
          let spinning = true;
          const spin = timeOnce(() => spinToTheEnd(host)).finally(() => {
            spinning = false;
          });
          while (spinning) beside.push(...(await timePaced(2, everyMs, () => echo(host))));
          overdue.push((await spin) - deadlineMs);
        }),
      );
      replaced.push(await timeOnce(() => untilWarm(host)));
      quiet.push(await stallDuring(() => timePaced(deadlineMs / everyMs, everyMs, () => echo(host))));
    }
  } finally {
    await host.close();
    workspace.close();
  }
  const kill = quantilesOf(overdue);
  const stallMs = Math.max(...stalls);
  return {
    title: `An endless loop with a deadline of ${deadlineMs} ms`,
    rows: [
      { what: "from the deadline to the answer", unit: "ms", ...kill, ...atMost(kill.p99, 50, "ms") },
      { what: "longest stall of the host's event loop", unit: "ms", p50: stallMs, ...atMost(stallMs, 20, "ms") },
      { what: "  the same without a loop", unit: "ms", p50: Math.max(...quiet) },
      { what: "another plugin's calls meanwhile", unit: "ms", ...quantilesOf(beside) },
      { what: "until a warm process takes its place", unit: "ms", p50: quantilesOf(replaced).p50 },
    ],
  };
}

/** The longest time in milliseconds for which the event loop was not free. */
async function stallDuring(act: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await act();
  delay.disable();
  return delay.max / nsPerMs;
}

async function spinToTheEnd(host: Host): Promise<void> {
  const { summary } = await host.desk.call("spin", {}, caller);
  if (!summary.endsWith("deadline")) throw new Error(`spin: ${summary}`);
}

async function echo(host: Host): Promise<void> {
  performed(await host.desk.call("echo", { text: "still here" }, caller));
}

/** Else the next round would measure the start of a process. */
async function untilWarm({ pool }: Host): Promise<void> {
  const isWarm = () =>
    pool.status().sandboxes.some(({ plugin, spare }) => plugin === "project:example.loops-forever" && spare);
  for (let left: number = limits.sandboxStartMs; !isWarm(); left--) {
    if (left === 0) throw new Error("no process took the place of the one that was killed");
    await wait(1);
  }
}
