import { monitorEventLoopDelay } from "node:perf_hooks";
import { atMost, type BenchGroup } from "./bench-row.ts";
import { openBenchWorkspace, performed } from "./bench-workspace.ts";
import { quantilesOf, timeOnce } from "./quantiles.ts";

const deadlineMs = 200;
const caller = { agent: "cli" };
const nsPerMs = 1e6;

/** How long an endless loop outlives its deadline, and what the host and an honest plugin notice of it. */
export async function measureDeadline(rounds: number): Promise<BenchGroup> {
  const workspace = await openBenchWorkspace();
  for (const guest of ["echo", "loops-forever"]) await workspace.enable(guest);
  workspace.configure(`limits = { guest_cpu = "${deadlineMs}ms" }\n`);
  const yoi = await workspace.open();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const overdue: number[] = [];
  const beside: number[] = [];
  const echo = async () => performed(await yoi.tools.call("echo", { text: "still here" }, caller));
  try {
    await echo();
    for (let round = 0; round < rounds; round++) {
      delay.enable();
      let spinning = true;
      const spin = timeOnce(async () => {
        const { summary } = await yoi.tools.call("spin", {}, caller);
        spinning = false;
        if (!summary.endsWith("deadline")) throw new Error(`spin: ${summary}`);
      });
      while (spinning) beside.push(await timeOnce(echo));
      overdue.push((await spin) - deadlineMs);
      delay.disable();
    }
  } finally {
    await yoi.close();
    workspace.close();
  }
  const kill = quantilesOf(overdue);
  const stallMs = delay.max / nsPerMs;
  return {
    title: `An endless loop with a deadline of ${deadlineMs} ms`,
    rows: [
      { what: "from the deadline to the answer", unit: "ms", ...kill, ...atMost(kill.p99, 50, "ms") },
      { what: "longest stall of the host's event loop", unit: "ms", p50: stallMs, ...atMost(stallMs, 20, "ms") },
      { what: "another plugin's calls meanwhile", unit: "ms", ...quantilesOf(beside) },
    ],
  };
}
