import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Finding } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { toolchain } from "./toolchain.ts";

/** What the compiling child says, one line of JSON each. */
export type CompileReport =
  | { readonly kind: "types-checked" }
  | { readonly kind: "compiled" }
  | { readonly kind: "findings"; readonly findings: readonly Finding[] };

export interface CompileGuestOptions {
  readonly folder: string;
  readonly entry: string;
  readonly timeoutMs: number;
  readonly onTypesChecked: () => void;
}

const stderrCharactersMax = 16_384;

/**
 * Compiles a plugin's TypeScript to a component in a child process, which is killed at the deadline, or answers
 * what is wrong with it. Nothing is left behind, killed or not.
 */
export async function compileGuest(
  options: CompileGuestOptions,
): Promise<Uint8Array | { readonly findings: readonly Finding[] }> {
  const scratch = await mkdtemp(join(tmpdir(), "yoi-build-"));
  try {
    const findings = await runCompiler(options, scratch);
    return findings.length > 0 ? { findings } : await readFile(join(scratch, "plugin.wasm"));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runCompiler(
  { folder, entry, timeoutMs, onTypesChecked }: CompileGuestOptions,
  scratch: string,
): Promise<readonly Finding[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  // ATTACK: a plugin's top-level code runs while it is built, and may loop (threats 23); the signal kills the child.
  const child = spawn(process.execPath, [toolchain.compiler, folder, entry, scratch], {
    stdio: ["ignore", "pipe", "pipe"],
    // Nothing of the author's environment can get into the snapshot, and so into a package that is given away.
    env: {},
    signal,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()).once("error", () => resolve()));
  const stderr = readBounded(child.stderr);
  let compiled = false;
  let findings: readonly Finding[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const report = parseReport(line);
    if (report?.kind === "types-checked") onTypesChecked();
    if (report?.kind === "compiled") compiled = true;
    if (report?.kind === "findings") findings = report.findings;
  }
  await ended;
  if (signal.aborted) return [tookTooLong(timeoutMs)];
  return compiled || findings.length > 0 ? findings : [describeCrash(await stderr)];
}

/** The toolchain may print lines of its own among the reports; those are left out. */
function parseReport(line: string): CompileReport | undefined {
  if (!line.startsWith('{"kind":')) return undefined;
  const report: CompileReport = JSON.parse(line);
  return report;
}

async function readBounded(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text = (text + chunk).slice(0, stderrCharactersMax);
  return text;
}

function tookTooLong(timeoutMs: number): Finding {
  return {
    message: `the build took longer than ${timeoutMs} ms and was ended`,
    remedy: "top-level code runs while a plugin is built: look for a loop there that does not end",
  };
}

// The snapshot is taken with no host behind the guest: what it imports is there by name alone.
const hostCall = /unknown import: `yoi:host\/([a-z]+)@[^#`]*#([a-z-]+)` has not been defined/;

function describeCrash(stderr: string): Finding {
  const [, room, verb] = hostCall.exec(stderr) ?? [];
  if (room !== undefined) {
    const what = room === "log" ? "`console` or `log` was used" : `\`${room}.${verb}\` was called`;
    return {
      message: `${what} at top level, where the host answers nothing: top-level code runs while a plugin is built`,
      remedy: "move it into a tool, which runs when it is called",
    };
  }
  const line = stderr.split("\n").find((text) => /\bError\b|panicked/.test(text)) ?? "it gave no reason";
  return { message: `the toolchain failed: ${escapeText(line.replace(/^\[?\w*Error: (: )?/, ""))}` };
}
