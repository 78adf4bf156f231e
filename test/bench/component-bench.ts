import { cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPlugin } from "../../src/authoring/build-plugin.ts";
import { residentBytes } from "../../src/sandbox/resident-bytes.ts";
import { buildGuest } from "../support/build-guest.ts";
import type { BenchGroup, BenchRow } from "./bench-row.ts";
import { openBenchWorkspace, performed } from "./bench-workspace.ts";
import { openMcpPeer } from "./mcp-client.ts";
import { timeOnce } from "./quantiles.ts";

const echo = join(import.meta.dirname, "../../fixtures/plugins/echo");

/** What a plugin costs to build, to keep, and to have ready. */
export async function measureComponent(): Promise<BenchGroup> {
  const { componentPath, packagePath } = await buildGuest("echo");
  return {
    title: "A component of TypeScript",
    rows: [
      { what: "build, from source to package", unit: "ms", p50: await measureBuild() },
      { what: "component", unit: "kB", p50: statSync(componentPath).size / 1_000 },
      { what: "package", unit: "kB", p50: statSync(packagePath).size / 1_000 },
      ...(await measureMemory()),
    ],
  };
}

async function measureBuild(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "yoi-bench-"));
  try {
    cpSync(echo, folder, { recursive: true });
    return await timeOnce(() => buildPlugin({ folder }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureMemory(): Promise<readonly BenchRow[]> {
  const workspace = await openBenchWorkspace();
  await workspace.enable("echo");
  const host = await workspace.openHost();
  performed(await host.desk.call("echo", { text: "warm" }, { agent: "cli" }));
  const own = residentMiB(host.pool.status().sandboxes[0]?.pid ?? 0);
  const peer = await openMcpPeer();
  await peer.call("echo", { text: "warm" });
  const other = residentMiB(peer.pid);
  await Promise.all([host.close(), peer.close()]);
  workspace.close();
  return [
    { what: "memory of an idle sandbox process", unit: "MiB", p50: own, ratio: { times: own / other, to: "MCP" } },
    { what: "  MCP: memory of an idle server", unit: "MiB", p50: other },
  ];
}

function residentMiB(pid: number): number {
  return (residentBytes(pid) ?? Number.NaN) / 2 ** 20;
}
