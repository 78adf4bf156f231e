import { Agent } from "undici";
import { followRedirects } from "../../src/exchange/follow-redirects.ts";
import type { Host } from "../../src/host/open-host.ts";
import { requestCall, weatherCaller } from "../support/calls.ts";
import { type BenchGroup, type BenchRow, ratioWithin } from "./bench-row.ts";
import { type BenchServer, openBenchServer } from "./bench-server.ts";
import { openBenchWorkspace, performed } from "./bench-workspace.ts";
import { openMcpPeer } from "./mcp-client.ts";
import { quantilesOf, timeBackToBack, timeOnce, timePaced } from "./quantiles.ts";
import { openRequests, type Submit } from "./requesting-plugin.ts";

const besides = "bare";
const concurrency = 16;

/** Requests through the broker and by bare undici, in turns, to one server on loopback. */
export async function measureRequests(rounds: number): Promise<readonly BenchGroup[]> {
  const server = await openBenchServer();
  const workspace = await openBenchWorkspace();
  const bare = new Agent({ connect: { ca: server.ca }, connections: concurrency, pipelining: 1 });
  await openRequests(workspace, server);
  await workspace.enableAnew("asks-all", "https://api.example.com", server.origin);
  const host = await workspace.openHost();
  const submit: Submit = async (ask) => {
    const outcome = await host.broker.submit(requestCall(ask));
    if (outcome.status !== "performed") throw new Error(`the request ended as ${outcome.status}`);
  };
  const fetchBare = async (path: string) => {
    const { body } = await bare.request({ origin: server.origin, path, method: "GET" });
    await body.arrayBuffer();
  };
  try {
    const acts = {
      bare: () => fetchBare("/v1/document"),
      brokered: () => submit({ url: `${server.origin}/v1/document` }),
      secret: () => submit({ url: `${server.origin}/v1/document`, secrets: ["bench-key"] }),
      redirected: () => follow(host, server),
    };
    for (const act of Object.values(acts)) await timeBackToBack(Math.ceil(rounds / 4), act);
    const times = await inTurns(rounds, acts);
    const base = quantilesOf(times.bare).p50;
    const rows: BenchRow[] = [
      row("bare undici, kept alive", times.bare),
      row("brokered", times.brokered, base),
      row("brokered, with a secret and redaction", times.secret, base),
      row("brokered, with one redirect", times.redirected, base),
    ];
    const overhead = (quantilesOf(times.brokered).p50 - base) * 1_000;
    return [
      {
        title: "A request for 4 KiB on loopback, back to back",
        rows: [...rows, ...(await stages(host, overhead, rounds))],
      },
      { title: `Requests a second, ${concurrency} at once`, rows: await throughput(rounds, acts) },
      await measureToolCall(host, server, rounds),
    ];
  } finally {
    await host.close();
    await bare.close();
    workspace.close();
    await server.close();
  }
}

/** A whole tool call, guest included, whose tool makes one request; and the same by an MCP server. */
async function measureToolCall(host: Host, server: BenchServer, rounds: number): Promise<BenchGroup> {
  const peer = await openMcpPeer({ NODE_EXTRA_CA_CERTS: server.caFile });
  const url = `${server.origin}/v1/document`;
  const ours = async () =>
    performed(await host.desk.call("ask", { ask: "https.getJson", args: [url] }, { agent: "cli" }));
  const theirs = () => peer.call("get_json", { url });
  try {
    for (const act of [ours, theirs]) await timeBackToBack(Math.ceil(rounds / 4), act);
    const [mine, peers]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 4; turn++) {
      mine.push(...(await timePaced(Math.ceil(rounds / 4), 20, ours)));
      peers.push(...(await timePaced(Math.ceil(rounds / 4), 20, theirs)));
    }
    const [own, other] = [quantilesOf(mine), quantilesOf(peers)];
    return {
      title: "A tool call that makes one request, warm, 50 a second",
      rows: [{ ...row("one GET", mine), ...ratioWithin(own.p50, other.p50, "MCP", 2) }, row("  MCP: one GET", peers)],
    };
  } finally {
    await peer.close();
  }
}

type Acts = { readonly [name in "bare" | "brokered" | "secret" | "redirected"]: () => Promise<void> };

/** In four turns each, so that all of them meet the same machine. */
async function inTurns(rounds: number, acts: Acts) {
  const times = { bare: [], brokered: [], secret: [], redirected: [] } as Record<keyof Acts, number[]>;
  for (let turn = 0; turn < 4; turn++) {
    for (const name of Object.keys(acts) as (keyof Acts)[]) {
      times[name].push(...(await timeBackToBack(Math.ceil(rounds / 4), acts[name])));
    }
  }
  return times;
}

/** What the broker adds, and what its parts cost by themselves: two decisions, and four entries that are committed. */
async function stages(host: Host, overheadUs: number, rounds: number): Promise<readonly BenchRow[]> {
  const call = requestCall({ url: "https://localhost/v1/document" });
  const decisionUs = quantilesOf(await timeBackToBack(rounds, () => host.broker.judge(call))).p50 * 1_000;
  const journalUs =
    quantilesOf(await timeBackToBack(rounds, () => host.broker.rehearse(call))).p50 * 1_000 - decisionUs;
  return [
    {
      what: "  broker's part / 3 decisions + journal",
      unit: "µs",
      p50: overheadUs,
      ...ratioWithin(overheadUs, 3 * decisionUs + 4 * journalUs, besides, 1),
    },
    { what: "  one decision", unit: "µs", p50: decisionUs },
    { what: "  one entry of the journal, committed", unit: "µs", p50: journalUs },
  ];
}

async function throughput(rounds: number, { bare, brokered }: Acts): Promise<readonly BenchRow[]> {
  const perSecond = async (act: () => Promise<void>) => {
    const each = Math.ceil(rounds / concurrency);
    const ms = await timeOnce(() => Promise.all(Array.from({ length: concurrency }, () => timeBackToBack(each, act))));
    return (each * concurrency * 1_000) / ms;
  };
  const theirs = await perSecond(bare);
  const ours = await perSecond(brokered);
  return [
    { what: "bare undici", unit: "/s", p50: theirs },
    { what: "brokered", unit: "/s", p50: ours, ratio: { times: theirs / ours, to: besides } },
  ];
}

async function follow(host: Host, server: BenchServer): Promise<void> {
  const { ask } = requestCall({ url: `${server.origin}/v1/moved` });
  const hops = {
    broker: host.broker,
    nowMs: Date.now,
    totalMs: 30_000,
    signal: new AbortController().signal,
    caller: weatherCaller,
    redirectsMax: 5,
  };
  const followed = await followRedirects(hops, ask);
  if (!("outcome" in followed) || followed.outcome.status !== "performed") throw new Error("the redirect went astray");
}

function row(what: string, times: readonly number[], baseMs?: number): BenchRow {
  const { p50, p99 } = quantilesOf(times);
  const beside = baseMs === undefined ? {} : { ratio: { times: p50 / baseMs, to: besides } };
  return { what, unit: "µs", p50: p50 * 1_000, p99: p99 * 1_000, ...beside };
}
