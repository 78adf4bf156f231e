import { join } from "node:path";
import { type BenchGroup, type BenchRow, ratioWithin } from "./bench-row.ts";
import { openBenchWorkspace, performed } from "./bench-workspace.ts";
import { openMcpPeer } from "./mcp-client.ts";
import { type Quantiles, quantilesOf, timeBackToBack, timeOnce, timePaced } from "./quantiles.ts";

const everyMs = 20;
const caller = { agent: "cli" };
const text = "what was said";

type Act = () => Promise<unknown>;

/** Brokered tool calls and the same work by an MCP server over stdio, in turns, so that both meet the same machine. */
export async function measureToolCalls(rounds: number): Promise<readonly BenchGroup[]> {
  const workspace = await openBenchWorkspace();
  for (const guest of ["echo", "notes"]) await workspace.enable(guest);
  const yoi = await workspace.open();
  const peer = await openMcpPeer();
  const input = { path: "notes/today.md" };
  const file = join(workspace.folder, input.path);
  const echo = {
    ours: async () => performed(await yoi.tools.call("echo", { text }, caller)),
    theirs: () => peer.call("echo", { text }),
  };
  const read = {
    ours: async () => performed(await yoi.tools.call("read_note", input, caller)),
    theirs: () => peer.call("read_note", { path: file }),
  };
  try {
    for (const { ours, theirs } of [echo, read])
      for (const act of [ours, theirs]) await timeBackToBack(rounds / 4, act);
    return [
      {
        title: "A tool call, warm, 50 a second",
        rows: [
          ...(await race("echo", rounds, paced, echo, 1.5)),
          ...(await race("one host call (fs.read)", rounds, paced, read)),
        ],
      },
      {
        title: "The same, back to back",
        rows: [
          ...(await race("echo", rounds, timeBackToBack, echo)),
          ...(await race("one host call (fs.read)", rounds, timeBackToBack, read)),
        ],
      },
    ];
  } finally {
    await Promise.all([yoi.close(), peer.close()]);
    workspace.close();
  }
}

/** From nothing to the first answer: the workspace opened, or the server spawned and initialised. */
export async function measureColdCalls(rounds: number): Promise<BenchGroup> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("echo");
  const ours = async () => {
    const yoi = await workspace.open();
    performed(await yoi.tools.call("echo", { text }, caller));
    await yoi.close();
  };
  const theirs = async () => {
    const peer = await openMcpPeer();
    await peer.call("echo", { text });
    await peer.close();
  };
  try {
    const firstMs = await timeOnce(ours);
    const warm = quantilesOf(await timeBackToBack(rounds, ours));
    const peers = quantilesOf(await timeBackToBack(rounds, theirs));
    return {
      title: "A tool call, cold",
      rows: [
        {
          what: "open, first call ever, close",
          unit: "ms",
          p50: firstMs,
          ratio: { times: firstMs / peers.p50, to: "MCP" },
        },
        { what: "open, call, close", unit: "ms", ...warm, ratio: { times: warm.p50 / peers.p50, to: "MCP" } },
        { what: "  MCP: spawn, initialise, call, close", unit: "ms", ...peers },
      ],
    };
  } finally {
    workspace.close();
  }
}

function paced(rounds: number, act: Act): Promise<readonly number[]> {
  return timePaced(rounds, everyMs, act);
}

async function race(
  what: string,
  rounds: number,
  time: (rounds: number, act: Act) => Promise<readonly number[]>,
  { ours, theirs }: { readonly ours: Act; readonly theirs: Act },
  max?: number,
): Promise<readonly BenchRow[]> {
  const mine: number[] = [];
  const peers: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    mine.push(...(await time(rounds / 4, ours)));
    peers.push(...(await time(rounds / 4, theirs)));
  }
  const [own, other] = [inUs(quantilesOf(mine)), inUs(quantilesOf(peers))];
  const beside =
    max === undefined
      ? { ratio: { times: own.p50 / other.p50, to: "MCP" } }
      : ratioWithin(own.p50, other.p50, "MCP", max);
  return [
    { what, unit: "µs", ...own, ...beside },
    { what: `  MCP: ${what === "echo" ? what : "reads the file"}`, unit: "µs", ...other },
  ];
}

function inUs({ p50, p99 }: Quantiles): Quantiles {
  return { p50: p50 * 1_000, p99: p99 * 1_000 };
}
