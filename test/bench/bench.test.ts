import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { atMost, type BenchGroup, ratioWithin } from "./bench-row.ts";
import { quantilesOf } from "./quantiles.ts";
import { renderTable } from "./render-table.ts";

const run = promisify(execFile);

test("a quick bench measures every matter of the design, in numbers", async (t) => {
  const bench = [join(import.meta.dirname, "bench.ts"), "--quick", "--json"];
  const { stdout } = await run(process.execPath, ["--expose-gc", "--disable-warning=ExperimentalWarning", ...bench]);
  const { version, quick, groups } = JSON.parse(stdout) as {
    readonly version: number;
    readonly quick: boolean;
    readonly groups: readonly BenchGroup[];
  };
  t.is(version, 1);
  t.true(quick);
  t.deepEqual(
    groups.map(({ title }) => title.split(/[;,]/, 1)[0]),
    [
      "A decision by Cedar",
      "A decision by Cedar and Rego",
      "An evaluation of Rego",
      "OPA's program",
      "Memory of Rego",
      "A tool call",
      "The same",
      "A tool call",
      "A request for 4 KiB on loopback",
      "Requests a second",
      "A tool call that makes one request",
      "A request that is under way and revoked",
      "Files",
      "An endless loop with a deadline of 200 ms",
      "An operator's commands",
      "An explanation",
      "What is on record",
      "100 policies in 100 files",
      "A command as a process",
      "A component of TypeScript",
    ],
  );
  for (const { what, p50 } of groups.flatMap(({ rows }) => rows)) t.true(Number.isFinite(p50) && p50 > 0, what);
  const overlong = renderTable(groups)
    .split("\n")
    .filter((line) => line.length > 80);
  t.deepEqual(overlong, []);
});

test("quantiles are values that were measured", (t) => {
  t.deepEqual(quantilesOf([3, 1, 2]), { p50: 2, p99: 3 });
  t.deepEqual(quantilesOf(Array.from({ length: 200 }, (_, index) => index + 1)), { p50: 101, p99: 199 });
});

test("a target is met up to its very number, and missed above it", (t) => {
  t.like(atMost(300, 300, "ms"), { target: { words: "≤ 300 ms", met: true } });
  t.like(atMost(301, 300, "ms"), { target: { met: false } });
  t.like(ratioWithin(15, 10, "MCP", 1.5), { ratio: { times: 1.5, to: "MCP" }, target: { met: true } });
  t.like(ratioWithin(16, 10, "MCP", 1.5), { target: { words: "≤ 1.5×", met: false } });
});

test("the table shows each number with its unit, its ratio and its target", (t) => {
  const rows = [{ what: "echo", unit: "µs", p50: 1_234.5, p99: 9.87, ...ratioWithin(3, 2, "MCP", 1) }] as const;
  const [title, head, row] = renderTable([{ title: "Calls", rows }]).split("\n");
  t.is(title, "Calls");
  t.regex(head ?? "", /p50 +p99 +× MCP$/);
  t.regex(row ?? "", /^ {2}echo +1,235 µs +9\.9 +1\.5× {2}✗ ≤ 1×$/);
});
