import { randomFillSync } from "node:crypto";

// What Go's runtime asks of a system: a clock, random numbers for its hash tables, a pause. There are no files, no
// arguments, no environment and no streams behind it, and `node:wasi`, which has all of these, is not needed.

const errno = { success: 0, badFile: 8, notSupported: 58 } as const;
const keptBytesMax = 4_096;
const eventBytes = 32;
const subscriptionBytes = 48;
const clockEvent = 0;

/** The program ended itself, or said that it failed. */
export class OpaExit extends Error {
  override readonly name = "OpaExit";
}

/** The functions that the program imports, over the memory that it exports once it is instantiated. */
export interface OpaSystem {
  readonly imports: { readonly [name: string]: (...values: never[]) => number };
  memory: WebAssembly.Memory | undefined;
  /** Whether the program's last words were that it has no memory left. */
  ranOutOfMemory(): boolean;
}

/** A system for one instance. What its runtime writes on its way out is kept, and shown to nobody. */
export function opaSystem(): OpaSystem {
  let lastWords = "";
  const view = () => new DataView(system.memory?.buffer ?? new ArrayBuffer(0));
  const refuse = () => errno.badFile;
  const none = (count: number, bytes: number) => {
    view().setUint32(count, 0, true);
    view().setUint32(bytes, 0, true);
    return errno.success;
  };
  const system: OpaSystem = {
    memory: undefined,
    ranOutOfMemory: () => lastWords.includes("out of memory"),
    imports: {
      args_sizes_get: none,
      args_get: () => errno.success,
      environ_sizes_get: none,
      environ_get: () => errno.success,
      sched_yield: () => errno.success,
      clock_time_get: (clock: number, _precision: bigint, at: number) => {
        view().setBigUint64(at, now(clock), true);
        return errno.success;
      },
      random_get: (at: number, length: number) => {
        randomFillSync(new Uint8Array(view().buffer, at, length));
        return errno.success;
      },
      proc_exit: (status: number) => {
        throw new OpaExit(`exit ${status}: ${lastWords}`);
      },
      fd_write: (_file: number, vectors: number, count: number, written: number) => {
        const text = readVectors(view(), vectors, count);
        // What it dies of comes first; a trace of its stacks follows.
        lastWords = (lastWords + text).slice(0, keptBytesMax);
        view().setUint32(written, text.length, true);
        return errno.success;
      },
      poll_oneoff: (subscriptions: number, events: number, count: number, happened: number) =>
        pause(view(), subscriptions, events, count, happened),
      fd_close: refuse,
      fd_read: refuse,
      fd_readdir: refuse,
      fd_seek: refuse,
      fd_filestat_get: refuse,
      fd_fdstat_get: refuse,
      fd_fdstat_set_flags: refuse,
      fd_prestat_get: refuse,
      fd_prestat_dir_name: refuse,
      path_filestat_get: refuse,
      path_readlink: refuse,
      path_open: refuse,
    },
  };
  return system;
}

function now(clock: number): bigint {
  if (clock === 0) return BigInt(Date.now()) * 1_000_000n;
  return process.hrtime.bigint();
}

function readVectors(view: DataView, vectors: number, count: number): string {
  let text = "";
  for (let index = 0; index < count; index++) {
    const at = view.getUint32(vectors + index * 8, true);
    const length = view.getUint32(vectors + index * 8 + 4, true);
    text += Buffer.from(view.buffer, at, length).toString("latin1");
  }
  return text;
}

/** Waits for the earliest of the clocks that it is asked to wait for; there is nothing else to wait for. */
function pause(view: DataView, subscriptions: number, events: number, count: number, happened: number): number {
  let waitMs = Number.POSITIVE_INFINITY;
  let user = 0n;
  for (let index = 0; index < count; index++) {
    const at = subscriptions + index * subscriptionBytes;
    if (view.getUint8(at + 8) !== clockEvent) continue;
    const timeout = view.getBigUint64(at + 24, true);
    const absolute = view.getUint16(at + 40, true) === 1;
    const left = absolute ? timeout - now(view.getUint32(at + 16, true)) : timeout;
    const leftMs = Math.max(0, Number(left) / 1e6);
    if (leftMs >= waitMs) continue;
    waitMs = leftMs;
    user = view.getBigUint64(at, true);
  }
  if (waitMs === Number.POSITIVE_INFINITY) return errno.notSupported;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  new Uint8Array(view.buffer, events, eventBytes).fill(0);
  view.setBigUint64(events, user, true);
  view.setUint32(happened, 1, true);
  return errno.success;
}
