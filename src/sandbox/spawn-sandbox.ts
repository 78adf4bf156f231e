import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { limits } from "../calls/limits.ts";
import { moduleFile, modulesFolder } from "../package-root.ts";
import { wasmPageBytes } from "./guest-world.ts";
import type { SandboxLimits } from "./sandbox.ts";

/** A process that holds nothing, and the two pipes to it. */
export interface SpawnedSandbox {
  readonly child: ChildProcess;
  readonly to: Duplex;
  readonly from: Duplex;
}

const entry = moduleFile("sandbox/child/child-main");
/** Besides the child's own folder: the modules that it shares with this side. */
const sharedModules = ["answer-message", "ask-bounds", "frame-codec", "guest-world"].map((name) =>
  moduleFile(`sandbox/${name}`),
);

// The system's own walls, where a shell can raise them: no file may grow, so none can be written; no core dump; few
// descriptors; and processor time for a lifetime, so that a guest in an endless loop does not outlive a host that was
// killed. Then nothing of the shell's environment goes on.
const walls = ["-f 0", "-c 0", `-n ${limits.sandboxDescriptorsMax}`, `-t ${limits.sandboxCpuS}`];
const raiseWalls = `${walls.map((wall) => `ulimit ${wall}`).join(" && ")} && exec /usr/bin/env -i "$0" "$@"`;
const hasShell = existsSync("/bin/sh") && existsSync("/usr/bin/env");

/** Starts a sandbox process that can read its own program and `folder`, and nothing else. */
export function spawnSandbox(folder: string, own: SandboxLimits): SpawnedSandbox {
  const command = [process.execPath, ...nodeArguments(folder, own), entry, folder, ...frameBounds];
  const [file = "", ...rest] = hasShell ? ["/bin/sh", "-c", raiseWalls, ...command] : command;
  const child = spawn(file, rest, {
    env: {},
    cwd: "/",
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const [, , , to, from] = child.stdio;
  return { child, to: to as Duplex, from: from as Duplex };
}

const frameBounds = [String(limits.frameHeaderBytesMax), String(limits.frameBytesMax)];

function nodeArguments(folder: string, own: SandboxLimits): string[] {
  const readable = [join(modulesFolder, "sandbox/child"), ...sharedModules, folder];
  return [
    "--permission",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    "--no-experimental-sqlite",
    "--no-experimental-webstorage",
    "--no-experimental-websocket",
    "--no-experimental-ffi",
    "--no-addons",
    "--disable-sigusr1",
    // Nobody could read them, and to print one Node needs what was taken away.
    "--no-warnings",
    "--disallow-code-generation-from-strings",
    `--max-old-space-size=${limits.sandboxHeapMiB}`,
    `--stack-size=${limits.sandboxStackKiB}`,
    `--wasm-stack-switching-stack-size=${limits.sandboxStackKiB}`,
    // A second wall behind the rewritten maxima, for glue that was taken over: it holds for each memory and table.
    `--wasm-max-mem-pages=${Math.floor(own.guestMemoryBytesMax / wasmPageBytes)}`,
    `--wasm-max-table-size=${own.guestTableElementsMax}`,
  ];
}
