import type { GuestLog } from "./guest-log.ts";
import { type Pollable, pollableAt } from "./wasi-poll.ts";

const writeBytesMax = 65_536;
const pendingLineBytesMax = 8_192;

class WasiError {
  toDebugString(): string {
    return "closed";
  }
}

/** How the glue takes an error result: whatever is thrown with a `payload` becomes the guest's `err`. */
class StreamClosed extends Error {
  readonly payload = { tag: "closed" } as const;
}

/** A stream with nothing in it. */
class InputStream {
  read(): never {
    throw new StreamClosed();
  }
  blockingRead(): never {
    throw new StreamClosed();
  }
  skip(): never {
    throw new StreamClosed();
  }
  blockingSkip(): never {
    throw new StreamClosed();
  }
  subscribe(): Pollable {
    return pollableAt(0);
  }
}

// Taken when this module loads: the one that the glue finds later counts what the glue alone decodes.
const { TextDecoder } = globalThis;

/** A stream that becomes lines of the plugin's log. It takes everything at once, so it is always ready. */
export class OutputStream {
  readonly #line: (text: string) => void;
  readonly #decoder = new TextDecoder();
  #pending = "";

  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  checkWrite(): bigint {
    return BigInt(writeBytesMax);
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > writeBytesMax) throw new Error(`the guest wrote more than ${writeBytesMax} bytes at once`);
    const lines = (this.#pending + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#pending = (lines.pop() ?? "").slice(0, pendingLineBytesMax);
    for (const line of lines) this.#line(line);
  }

  /** A last line without an end counts as a line, once the call is over. */
  end(): void {
    if (this.#pending !== "") this.#line(this.#pending);
    this.#pending = "";
  }

  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }
  flush(): void {}
  blockingFlush(): void {}
  subscribe(): Pollable {
    return pollableAt(0);
  }
  writeZeroes(length: bigint): void {
    if (length > BigInt(writeBytesMax)) throw new Error(`the guest wrote more than ${writeBytesMax} bytes at once`);
    this.write(new Uint8Array(Number(length)));
  }
  blockingWriteZeroesAndFlush(length: bigint): void {
    this.writeZeroes(length);
  }
  splice(): never {
    throw new StreamClosed();
  }
  blockingSplice(): never {
    throw new StreamClosed();
  }
}

/** The three standard streams of one instance. */
export function standardStreams(log: GuestLog) {
  const stdout = new OutputStream((text) => log.line("info", text));
  const stderr = new OutputStream((text) => log.errorLine(text));
  return { stdin: new InputStream(), stdout, stderr, InputStream, WasiError };
}
