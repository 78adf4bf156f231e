import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../support/temporary-folder.ts";

const support = pathToFileURL(join(import.meta.dirname, "../support/sandboxes.ts")).href;
const pool = pathToFileURL(join(import.meta.dirname, "../../src/sandbox/sandbox-pool.ts")).href;

/** A host in a process of its own that has an idle sandbox and never closes its pool; and that sandbox's id. */
async function startHost(t: ExecutionContext, then: "go" | "stay"): Promise<{ host: ChildProcess; pid: number }> {
  const script = `
    const { createSandboxPool } = await import(${JSON.stringify(pool)});
    const { watComponent, testRequest } = await import(${JSON.stringify(support)});
    const sandboxes = createSandboxPool({ cacheFolder: ${JSON.stringify(temporaryFolder(t))} });
    const component = await watComponent("honest-neighbour");
    await sandboxes.call(component, testRequest());
    await sandboxes.prepare(component);
    console.log(sandboxes.status().sandboxes[0].pid);
    if (process.argv[1] === "stay") setInterval(() => {}, 1e6);`;
  const host = spawn(process.execPath, ["--input-type=module", "-e", script, then], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.teardown(() => host.kill("SIGKILL"));
  const [line] = await once(createInterface({ input: host.stdout }), "line");
  return { host, pid: Number(line) };
}

async function untilGone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("an idle sandbox does not keep its host running, and goes with it", async (t) => {
  const { host, pid } = await startHost(t, "go");
  if (host.exitCode === null) await once(host, "exit");
  t.is(host.exitCode, 0);
  await untilGone(pid);
});

// ATTACK: threats 40
test("a sandbox whose host was killed ends by itself", async (t) => {
  const { host, pid } = await startHost(t, "stay");
  host.kill("SIGKILL");
  await untilGone(pid);
  t.pass();
});
