import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { limits } from "../../src/calls/limits.ts";
import type { SandboxComponent } from "../../src/sandbox/sandbox.ts";
import { systemClock } from "../../src/sandbox/sandbox-clock.ts";
import { SandboxShelf } from "../../src/sandbox/sandbox-shelf.ts";
import { testRequest } from "../support/sandboxes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const escapes = join(import.meta.dirname, "../../fixtures/hostile/escapes.mjs");
const { attempts }: { attempts: Record<string, unknown> } = await import(pathToFileURL(escapes).href);

const component: SandboxComponent = {
  plugin: "project:test.escapes",
  digest: "sha256:escapes",
  bytes: new Uint8Array(0),
  config: "null",
  limits,
};

/** A sandbox process whose glue is the hostile script itself, as if a guest had taken it over. */
function hostileShelf(t: ExecutionContext): SandboxShelf {
  const shelf = new SandboxShelf({
    clock: systemClock,
    transpile: async () => {
      const folder = join(temporaryFolder(t), "translated");
      await mkdir(folder);
      await copyFile(escapes, join(folder, "component.mjs"));
      return { folder, bounds: { memoryPagesMax: 1, tableElementsMax: 1, coreInstancesMax: 1, modules: {} } };
    },
    onDeath: () => undefined,
    sandboxesMax: 1,
    sandboxesPerPluginMax: 1,
  });
  t.teardown(() => shelf.close());
  return shelf;
}

/** What the attempts aim at: a process to signal, a port to reach, a folder to write to. */
async function targets(t: ExecutionContext): Promise<{ victim: number; port: number; folder: string }> {
  const victim = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  t.teardown(() => victim.kill("SIGKILL"));
  const server = createServer((_, response) => response.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string" || victim.pid === undefined) throw new Error("no target");
  const folder = temporaryFolder(t);
  await writeFile(join(folder, "other.mjs"), "export default 'escaped'");
  return { victim: victim.pid, port: address.port, folder };
}

/** The attempt in a Node that holds everything, to know that the attempt itself is sound. */
async function tryUnguarded(name: string, aims: object): Promise<string> {
  const script = `
    const { attempts } = await import(${JSON.stringify(pathToFileURL(escapes).href)});
    console.log(await attempts[${JSON.stringify(name)}](${JSON.stringify(aims)}));
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  return stdout.trim();
}

// ATTACK: threats 42
for (const name of Object.keys(attempts)) {
  test.serial(`JavaScript that has taken a sandbox process over cannot: ${name}`, async (t) => {
    const aims = await targets(t);
    const before = await readdir(aims.folder);
    const sandbox = await hostileShelf(t).take(component, new AbortController().signal);
    const { summary } = await sandbox.run(
      testRequest({ tool: name, input: JSON.stringify(aims) }),
      new AbortController().signal,
    );
    t.not(summary, "escaped");
    t.deepEqual(await readdir(aims.folder), before);
    t.is(await tryUnguarded(name, aims), "escaped");
  });
}

test.serial("a sandbox process inherits nothing: no variable, no descriptor, no folder", async (t) => {
  const sandbox = await hostileShelf(t).take(component, new AbortController().signal);
  const proc = `/proc/${sandbox.pid}`;
  t.is(await readFile(join(proc, "environ"), "utf8"), "");
  t.is(await readlink(join(proc, "cwd")), "/");
  const links = await Promise.all(
    (await readdir(join(proc, "fd"))).map(
      async (name) => [Number(name), await readlink(join(proc, "fd", name))] as const,
    ),
  );
  // The two pipes are the only way out; what leads to nothing, or to the process's own event loop, leads nowhere.
  const own = /^(anon_inode:|pipe:|\/dev\/null$)/;
  const outside = links.filter(([, to]) => !own.test(to)).map(([fd]) => fd);
  t.deepEqual(new Set(outside), new Set([3, 4]));
});

test.serial(
  "the system itself lets a sandbox process write no file, dump no core, and run no longer than a lifetime",
  async (t) => {
    const sandbox = await hostileShelf(t).take(component, new AbortController().signal);
    const rows = (await readFile(`/proc/${sandbox.pid}/limits`, "utf8")).split("\n").map((row) => row.split(/ {2,}/));
    const softLimit = (name: string) => rows.find(([first]) => first === name)?.[1];
    t.is(softLimit("Max file size"), "0");
    t.is(softLimit("Max core file size"), "0");
    t.is(softLimit("Max open files"), String(limits.sandboxDescriptorsMax));
    t.is(softLimit("Max cpu time"), String(limits.sandboxCpuS));
  },
);
