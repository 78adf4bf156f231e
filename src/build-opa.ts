// The step of the build that makes `opa.wasm`: OPA's own compiler and evaluator, out of the Go program in
// `src/engines/rego/opa`. Its dependencies are pinned by go.sum; the same sources and the same Go make the same bytes.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "./calls/limits.ts";
import { programFormat } from "./engines/rego/opa/start-opa-program.ts";

const sources = join(import.meta.dirname, "engines/rego/opa");
const go = "go";
const flags = ["-buildmode=c-shared", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="];
const target = { GOOS: "wasip1", GOARCH: "wasm", CGO_ENABLED: "0" };
const wasmPageBytes = 65_536;
const wasmHeaderBytes = 8;
const memorySection = 5;

const withoutGo =
  "there is no Go on the PATH: Rego cannot be written from this checkout until Go is installed and `npm run build` has run again";

const withBrokenGo =
  "the Go program in src/engines/rego/opa does not build here: Rego cannot be written from this checkout until `npm run build` makes it";

/**
 * Builds the program and its record into `folder`. Where there is no Go, or one that is too old or has no network, it
 * says so and goes on, for all else works without; in CI, where nobody reads that, it is an error.
 */
export async function buildOpa(folder: string): Promise<void> {
  const program = join(folder, "opa.wasm");
  const ended = await runGo(["build", ...flags, "-o", program, "."]);
  if (ended !== "built") {
    const problem = ended === "absent" ? withoutGo : withBrokenGo;
    if ((process.env["CI"] ?? "") !== "") throw new Error(problem);
    console.warn(problem);
    return;
  }
  const bytes = boundMemory(await readFile(program), limits.opaMemoryBytesMax / wasmPageBytes);
  await writeFile(program, bytes);
  const digest = createHash("sha256").update(bytes).digest("hex");
  const version = /^\s*(?:require )?github\.com\/open-policy-agent\/opa v(\S+)/m.exec(
    await readFile(join(sources, "go.mod"), "utf8"),
  )?.[1];
  await writeFile(
    join(folder, "opa.json"),
    `${JSON.stringify({ format: programFormat, version, digest, bytes: bytes.length })}\n`,
  );
}

async function runGo(args: readonly string[]): Promise<"built" | "absent" | "failed"> {
  const child = spawn(go, args, { cwd: sources, env: { ...process.env, ...target }, stdio: "inherit" });
  const ended = await once(child, "close").catch((error: NodeJS.ErrnoException) => error);
  if (ended instanceof Error) {
    if (ended.code === "ENOENT") return "absent";
    throw ended;
  }
  return ended[0] === 0 ? "built" : "failed";
}

/**
 * The program with this maximum for the one memory that it defines, in place of any that it has. Refuses whatever Go's
 * linker has not written so far: it would have to be looked at.
 */
export function boundMemory(bytes: Uint8Array, pagesMax: number): Uint8Array {
  const at = findSection(bytes, memorySection);
  const [length, start] = readU32(bytes, at + 1);
  const [count, flagsAt] = readU32(bytes, start);
  const [pages, endOfPages] = readU32(bytes, flagsAt + 1);
  const bounded = bytes[flagsAt] === 1;
  const end = bounded ? readU32(bytes, endOfPages)[1] : endOfPages;
  if (count !== 1 || (bytes[flagsAt] !== 0 && !bounded) || end !== start + length || pages > pagesMax) {
    throw new Error("the memory of opa's program is not as Go's linker has written it so far");
  }
  const payload = [1, 1, ...u32(pages), ...u32(pagesMax)];
  return Buffer.concat([
    bytes.subarray(0, at),
    Uint8Array.of(memorySection, payload.length, ...payload),
    bytes.subarray(end),
  ]);
}

function findSection(bytes: Uint8Array, id: number): number {
  let at = wasmHeaderBytes;
  while (at < bytes.length && bytes[at] !== id) {
    const [length, start] = readU32(bytes, at + 1);
    at = start + length;
  }
  return at;
}

function readU32(bytes: Uint8Array, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start; at < start + 5; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return [value, at + 1];
  }
  throw new Error("opa's program is no WebAssembly");
}

function u32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...u32(value >>> 7)];
}
