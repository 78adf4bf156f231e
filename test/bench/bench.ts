// What things cost, in one run on one machine: decisions, calls, explanations, deadlines, lists and memory, with what
// does the same work beside them. In comes `--quick` (few rounds, for a first look) or `--json`; out goes a table or JSON.
// Ratios count; absolute times are the machine's. It must never fail because a number is bad: it only shows it.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { BenchGroup } from "./bench-row.ts";
import { measureComponent } from "./component-bench.ts";
import { measureDeadline } from "./deadline-bench.ts";
import { measureDecisionGroup } from "./decision-group.ts";
import { measureFiles } from "./file-bench.ts";
import { measureOperator } from "./operator-bench.ts";
import { measureRego } from "./rego-bench.ts";
import { renderTable } from "./render-table.ts";
import { measureRequests } from "./request-bench.ts";
import { measureRevocation } from "./revocation-bench.ts";
import { measureColdCalls, measureToolCalls } from "./tool-call-bench.ts";
import { measureWorkbench } from "./workbench-bench.ts";

const { quick, json } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } } }).values;
const measurements: readonly (() => Promise<readonly BenchGroup[]>)[] = [
  async () => [await measureDecisionGroup(quick ? [10, 100] : [10, 100, 1_000, 10_000], quick ? 50 : 2_000)],
  () => measureRego(quick ? [10, 100] : [10, 100, 1_000, 10_000], quick ? 20 : 2_000),
  () => measureToolCalls(quick ? 8 : 400),
  async () => [await measureColdCalls(quick ? 1 : 5)],
  () => measureRequests(quick ? 16 : 400),
  async () => [await measureRevocation(quick ? 2 : 20)],
  async () => [await measureFiles(quick ? 8 : 200)],
  async () => [await measureDeadline(quick ? 1 : 10)],
  async () => [await measureOperator(quick ? 4 : 100, quick ? 1 : 10)],
  () =>
    measureWorkbench(
      quick ? { rounds: 4, policies: 100, decisions: 40 } : { rounds: 100, policies: 1_000, decisions: 5_000 },
    ),
  async () => [await measureComponent()],
];

const groups: BenchGroup[] = [];
for (const measure of measurements) {
  // What one measurement left behind is not the next one's to clear away.
  globalThis.gc?.();
  groups.push(...(await measure()));
}
const machine = {
  node: process.version,
  platform: process.platform,
  arch: process.arch,
  cores: availableParallelism(),
};
console.log(
  json
    ? JSON.stringify({ version: 1, machine, quick: quick === true, groups })
    : `Node ${process.versions.node}, ${machine.platform} ${machine.arch}, ${machine.cores} cores${quick ? ", quick: too few rounds to trust" : ""}\n\n${renderTable(groups)}`,
);
