import type { LogLevel } from "../sandbox.ts";

type WriteLine = (level: LogLevel, line: Uint8Array) => void;

/** One bounded log for one instance: at most so many lines of so many bytes, then one line that says it was cut. */
export class GuestLog {
  readonly #linesMax: number;
  readonly #lineBytesMax: number;
  readonly #encoder = new TextEncoder();
  #lines = 0;
  #held: { readonly level: LogLevel; readonly line: Uint8Array }[] = [];
  #write: WriteLine | undefined;
  /** The last of what went to stderr: there, and only there, do language runtimes say why they gave up. */
  #errorTail = "";

  constructor(linesMax: number, lineBytesMax: number) {
    this.#linesMax = linesMax;
    this.#lineBytesMax = lineBytesMax;
  }

  /** From now on lines go to `write`; first those that were held since the instance was made. */
  attach(write: WriteLine): void {
    this.#write = write;
    for (const { level, line } of this.#held) write(level, line);
    this.#held = [];
  }

  line(level: LogLevel, text: string): void {
    this.#lines++;
    if (this.#lines > this.#linesMax + 1) return;
    const cut = this.#lines > this.#linesMax;
    const line = this.#encoder.encode(cut ? `the log was cut after ${this.#linesMax} lines` : text);
    const bounded = this.#bound(line);
    if (this.#write === undefined) this.#held.push({ level: cut ? "warn" : level, line: bounded });
    else this.#write(cut ? "warn" : level, bounded);
  }

  /** A line that the guest's runtime wrote to stderr. */
  errorLine(text: string): void {
    this.#errorTail = `${this.#errorTail}${text}\n`.slice(-this.#lineBytesMax);
    this.line("error", text);
  }

  errorTail(): string {
    return this.#errorTail;
  }

  #bound(line: Uint8Array): Uint8Array {
    if (line.length <= this.#lineBytesMax) return line;
    // Never in the middle of a character.
    let end = this.#lineBytesMax;
    while (end > 0 && ((line[end] ?? 0) & 0xc0) === 0x80) end--;
    return line.subarray(0, end);
  }
}
