import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { PolicySource, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import { createCompiledCache } from "../../src/engines/rego/compiled-cache.ts";
import { createOpaProgram } from "../../src/engines/rego/opa/start-opa-program.ts";
import { packageRoot } from "../../src/package-root.ts";
import { executeRequest, invariants, policyFile, prepareCedar, readRequest } from "../support/cedar-sets.ts";
import { regoEngine, regoFile, shippedSources } from "../support/rego-sets.ts";
import { regoUnit } from "../support/shipped-rego.ts";
import { type BenchGroup, type BenchRow, ratioWithin } from "./bench-row.ts";
import { bareCalls, concerningPolicies, distinctRequest, otherPolicies } from "./decision-bench.ts";
import { serveOpa } from "./opa-server.ts";
import { quantilesOf, timeBackToBack, timeOnce } from "./quantiles.ts";

/** Both engines in one decision, compiling, reloading, and what all of it holds in memory. */
export async function measureRego(sizes: readonly number[], rounds: number): Promise<readonly BenchGroup[]> {
  return [
    {
      title: "A decision by Cedar and Rego; 20 policies or fewer of each concern the call",
      rows: await decisions(sizes, rounds),
    },
    { title: "An evaluation of Rego", rows: await evaluations(rounds) },
    { title: "OPA's program, which compiles Rego", rows: await compiling(Math.max(1, Math.ceil(rounds / 40))) },
    { title: "Memory of Rego", rows: await memory(rounds) },
  ];
}

async function decisions(sizes: readonly number[], rounds: number): Promise<readonly BenchRow[]> {
  const engine = regoEngine();
  const rows: BenchRow[] = [];
  for (const size of sizes) {
    const concerning = concerningPolicies();
    const cedar = await prepareCedar([
      invariants,
      policyFile([...concerning, ...otherPolicies(size - concerning.length)].join("\n")),
    ]);
    const rego = await engine.prepare({ policies: [...shippedSources, ...regoPolicies(size)] });
    const requests = Array.from({ length: rounds }, (_, round) => distinctRequest(round));
    const bare = bareCalls(`rego-bench-${size}`, concerning, requests).p50Us;
    const both = (request: AuthorizationRequest) => Promise.all([rego.evaluate(request), cedar.evaluate(request)]);
    const alone = async (request: AuthorizationRequest) => cedar.evaluate(request);
    await each(requests.slice(0, Math.ceil(rounds / 10)), both);
    // Other requests for each, so that none is answered from what the one before left.
    const together = await each(requests, both);
    const others = Array.from({ length: rounds }, (_, round) => distinctRequest(rounds + round));
    const apart = await each(others, alone);
    const many = size.toLocaleString("en");
    rows.push(
      { what: `${many}: Cedar and Rego`, unit: "µs", ...together, ...ratioWithin(together.p50, bare, "bare", 2) },
      { what: `${many}: Cedar alone`, unit: "µs", ...apart, ratio: { times: apart.p50 / bare, to: "bare" } },
    );
    cedar.dispose();
    rego.dispose();
  }
  await engine.close();
  return rows;
}

async function evaluations(rounds: number): Promise<readonly BenchRow[]> {
  const engine = regoEngine();
  const rows: BenchRow[] = [];
  const measure = async (what: string, set: PreparedPolicies, requests: readonly AuthorizationRequest[]) => {
    await each(requests.slice(0, 10), async (request) => set.evaluate(request));
    const times = await each(requests, async (request) => set.evaluate(request));
    rows.push({ what, unit: "µs", ...times });
    return times.p50;
  };
  const plain = await engine.prepare({ policies: [...shippedSources, ...regoPolicies(10)] });
  const sized = (bytes: number) =>
    Array.from({ length: rounds }, (_, round) => ({
      ...executeRequest(),
      toolInput: { round, text: "x".repeat(bytes) },
    }));
  const small = await measure(
    "10 policies, input of 1 kB",
    plain,
    Array.from({ length: rounds }, (_, n) => distinctRequest(n)),
  );
  await measure("10 policies, input of 10 kB", plain, sized(10_000));
  await measure("10 policies, input of 60 kB", plain, sized(60_000));
  const asking = await engine.prepare({ policies: [...shippedSources, regoFile(asksOpa)] });
  const asked = await measure(
    "one builtin that OPA answers",
    asking,
    Array.from({ length: rounds }, (_, n) => distinctRequest(n)),
  );
  rows.push({ what: "  the builtin's part", unit: "µs", p50: Math.max(1, asked - small) });
  const server = await serveOpa(regoPolicies(10));
  if (server !== undefined) {
    const over = await each(
      Array.from({ length: rounds }, (_, n) => distinctRequest(n)),
      server.decide,
    );
    rows.push({
      what: "a native OPA server over HTTP",
      unit: "µs",
      ...over,
      ratio: { times: over.p50 / small, to: "ours" },
    });
    await server.close();
  }
  plain.dispose();
  asking.dispose();
  await engine.close();
  return rows;
}

async function compiling(rounds: number): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "yoi-bench-rego-"));
  const unit = regoUnit({ "p.rego": regoPolicies(10)[0]?.text ?? "" });
  const opa = createOpaProgram();
  const cold = await timeOnce(() => opa.compile(unit));
  const warm = quantilesOf(await timeBackToBack(Math.max(3, rounds), () => opa.compile(unit)));
  const compiled = await opa.compile(unit);
  if ("findings" in compiled) throw new Error("the bench's own policy does not compile");
  const cache = createCompiledCache(join(folder, "policies"));
  await cache.write("bench", compiled);
  const cached = quantilesOf(await timeBackToBack(Math.max(3, rounds), () => cache.read("bench")));
  const trace = quantilesOf(await timeBackToBack(Math.max(3, rounds), () => opa.trace(unit, "{}")));
  await opa.close();
  const many = Array.from({ length: 200 }, (_, n) =>
    regoFile(`package yoi.policy.p${n}\n\npermit contains {"id": "a"} if input.action == "fs.read"\n`, {
      file: `p${n}.rego`,
    }),
  );
  const engine = regoEngine();
  const files = async (round: number) => {
    const set = await engine.prepare({
      policies: [
        ...shippedSources,
        ...many,
        regoFile(`package yoi.policy.round\n\npermit contains {"id": "r${round}"} if input.action == "fs.read"\n`),
      ],
    });
    set.dispose();
  };
  await files(0);
  const reload = quantilesOf(await timeBackToBack(3, () => files(performance.now() | 0)));
  await engine.close();
  rmSync(folder, { recursive: true });
  return [
    { what: "compile 10 policies, the first", unit: "ms", p50: cold },
    { what: "  warm", unit: "ms", ...warm },
    { what: "  out of the cache", unit: "ms", ...cached, ratio: { times: cached.p50 / warm.p50, to: "warm" } },
    { what: "trace of one evaluation", unit: "ms", ...trace },
    { what: "reload of 200 .rego files, one changed", unit: "ms", ...reload },
    { what: "the program", unit: "MiB", p50: statSync(join(packageRoot, "dist/opa.wasm")).size / 1_048_576 },
  ];
}

async function memory(rounds: number): Promise<readonly BenchRow[]> {
  const before = resident();
  const idle = regoEngine();
  (await idle.prepare({ policies: shippedSources })).dispose();
  const without = resident();
  const set = await idle.prepare({ policies: [...shippedSources, ...regoPolicies(10)] });
  await each([distinctRequest(0)], async (request) => set.evaluate(request));
  const loaded = resident();
  const evaluations = rounds * 50;
  for (let round = 0; round < evaluations; round++) await set.evaluate(readRequest({ path: `notes/${round % 64}` }));
  const evaluated = resident();
  const reloads = Math.max(5, rounds / 2);
  const held: PreparedPolicies[] = [set];
  for (let round = 0; round < reloads; round++) {
    const next = await idle.prepare({ policies: [...shippedSources, ...regoPolicies(10)] });
    await next.evaluate(distinctRequest(round));
    held.pop()?.dispose();
    held.push(next);
  }
  const reloaded = resident();
  for (const one of held) one.dispose();
  await idle.close();
  const row = (what: string, bytes: number): BenchRow => ({ what, unit: "MiB", p50: Math.max(bytes, 1) / 1_048_576 });
  return [
    row("a process without Rego", without),
    row("  that an engine nobody uses adds", Math.max(1, without - before)),
    row("with a set of 10 policies", loaded),
    row(`  after ${evaluations.toLocaleString("en")} evaluations`, evaluated),
    row(`  after ${reloads.toLocaleString("en")} reloads`, reloaded),
  ];
}

function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

async function each(
  requests: readonly AuthorizationRequest[],
  act: (request: AuthorizationRequest) => Promise<unknown>,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const times: number[] = [];
  for (const request of requests) times.push((await timeOnce(() => act(request))) * 1_000);
  return quantilesOf(times);
}

/** Ten that the call must be judged by, and others, half for the same plugin and half for other actions. */
function regoPolicies(count: number): readonly PolicySource[] {
  const perFile = 50;
  return Array.from({ length: Math.ceil(count / perFile) }, (_, file) => {
    const rules = Array.from({ length: Math.min(perFile, count - file * perFile) }, (_, index) =>
      regoRule(file * perFile + index),
    );
    return regoFile(`package yoi.policy.bench${file}\n\n${rules.join("\n\n")}\n`, { file: `bench${file}.rego` });
  });
}

function regoRule(number: number): string {
  const kind = number % 2 === 0 ? "permit" : "forbid";
  const action = number < 10 || number % 2 === 0 ? "fs.read" : "https.request";
  const folder = number < 10 && kind === "permit" ? "notes/2026" : `archive/${number}`;
  return `${kind} contains {"id": "rule-${number}"} if {
	input.action == "${action}"
	"${folder}" in input.resource.within
	input.context.via.depth < ${number + 2}
}`;
}

const asksOpa = `package yoi.policy.asks

permit contains {"id": "versions"} if semver.compare(input.context.plugin.version, "0.0.1") > 0
`;
