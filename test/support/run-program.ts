import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";

/** A program of `test/support/programs` as a process of its own. */
export interface RunningProgram {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** The next line that it prints; `undefined` when it has ended. */
  nextLine(): Promise<string | undefined>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts a program; `shell` is run before it in the same process, as in `ulimit -f 0`. Ended with the test at last. */
export function runProgram(
  t: ExecutionContext,
  name: string,
  args: readonly string[],
  { shell = "true" }: { readonly shell?: string } = {},
): RunningProgram {
  const program = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const child = spawn("bash", ["-c", `${shell}; exec "$@"`, "bash", process.execPath, program, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    nextLine: async () => {
      const { value, done } = await lines.next();
      return done === true ? undefined : value;
    },
    ended: once(child, "close").then(([code, signal]) => code ?? signal),
  };
}
