import type { GuestLog } from "./guest-log.ts";
import { Pollable, pollAll, pollableAt } from "./wasi-poll.ts";
import { OutputStream, standardStreams } from "./wasi-streams.ts";

/** Interfaces by name, without a version, as the glue looks them up. */
export type Interfaces = Record<string, Record<string, unknown>>;

const nanosecondsPerMillisecond = 1_000_000n;
const randomBytesMax = 65_536;

class Descriptor {}
class DirectoryEntryStream {}
class TerminalInput {}
class TerminalOutput {}

/**
 * WASI 0.2 without any authority: an empty environment, no folders, no terminal, stdio that is the plugin's log, and
 * clocks and chance that reach nothing. Ending the program is a trap of the instance, never the end of the process.
 */
export function createWasi(log: GuestLog): { readonly interfaces: Interfaces; readonly end: () => void } {
  const { stdin, stdout, stderr, InputStream, WasiError } = standardStreams(log);
  const interfaces = {
    "wasi:cli/environment": { getEnvironment: () => [], getArguments: () => [], initialCwd: () => undefined },
    "wasi:cli/exit": { exit: endProgram, exitWithCode: endProgram },
    "wasi:cli/stdin": { getStdin: () => stdin },
    "wasi:cli/stdout": { getStdout: () => stdout },
    "wasi:cli/stderr": { getStderr: () => stderr },
    "wasi:cli/terminal-input": { TerminalInput },
    "wasi:cli/terminal-output": { TerminalOutput },
    "wasi:cli/terminal-stdin": { getTerminalStdin: () => undefined },
    "wasi:cli/terminal-stdout": { getTerminalStdout: () => undefined },
    "wasi:cli/terminal-stderr": { getTerminalStderr: () => undefined },
    "wasi:io/error": { Error: WasiError },
    "wasi:io/poll": { Pollable, poll: pollAll },
    "wasi:io/streams": { InputStream, OutputStream },
    "wasi:clocks/monotonic-clock": {
      now: monotonicNow,
      resolution: () => nanosecondsPerMillisecond,
      subscribeInstant: (instant: bigint) => pollableAt(Number(instant / nanosecondsPerMillisecond)),
      subscribeDuration: (duration: bigint) =>
        pollableAt(performanceNow() + Number(duration / nanosecondsPerMillisecond)),
    },
    "wasi:clocks/wall-clock": { now: wallNow, resolution: () => ({ seconds: 0n, nanoseconds: 1_000_000 }) },
    "wasi:filesystem/preopens": { getDirectories: () => [] },
    "wasi:filesystem/types": { Descriptor, DirectoryEntryStream, filesystemErrorCode: () => undefined },
    "wasi:random/random": { getRandomBytes: randomBytes, getRandomU64: randomU64 },
    "wasi:random/insecure": { getInsecureRandomBytes: randomBytes, getInsecureRandomU64: randomU64 },
    "wasi:random/insecure-seed": { insecureSeed: () => [randomU64(), randomU64()] },
  };
  const end = () => {
    stdout.end();
    stderr.end();
  };
  return { interfaces, end };
}

// Taken when this module loads, because the process is emptied before any guest runs.
const { crypto } = globalThis;
const performanceNow = performance.now.bind(performance);

function monotonicNow(): bigint {
  return BigInt(Math.floor(performanceNow())) * nanosecondsPerMillisecond;
}

function wallNow(): { seconds: bigint; nanoseconds: number } {
  const now = Date.now();
  return { seconds: BigInt(Math.floor(now / 1000)), nanoseconds: (now % 1000) * 1_000_000 };
}

// ATTACK: a request for 4 GiB of chance (threats 22).
function randomBytes(length: bigint): Uint8Array {
  if (length > BigInt(randomBytesMax))
    throw new Error(`the guest asked for more than ${randomBytesMax} random bytes at once`);
  return crypto.getRandomValues(new Uint8Array(Number(length)));
}

function randomU64(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}

function endProgram(): never {
  throw new Error("the guest ended its program with `exit`");
}
