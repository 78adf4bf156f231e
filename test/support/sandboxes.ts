import type { ExecutionContext } from "ava";
import { limits } from "../../src/calls/limits.ts";
import type { ToolOutput } from "../../src/calls/powers.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import type {
  GuestAnswer,
  GuestAsk,
  GuestHost,
  SandboxComponent,
  SandboxPool,
  SandboxRequest,
} from "../../src/sandbox/sandbox.ts";
import { createSandboxPool, type SandboxPoolParts } from "../../src/sandbox/sandbox-pool.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { buildWatComponent } from "./wat-component.ts";

/** A guest's deadline that a test can wait for. */
export const shortCpuMs = 500;
/** A guest's deadline that no test waits for, however loaded the machine. */
const longCpuMs = 60_000;

/** A pool with a cache of its own, closed when the test ends. */
export function testPool(t: ExecutionContext, parts: Partial<SandboxPoolParts> = {}): SandboxPool {
  const pool = createSandboxPool({ cacheFolder: temporaryFolder(t), ...parts });
  t.teardown(() => pool.close());
  return pool;
}

/** The component of a WAT fixture, as the pool takes it. */
export async function watComponent(
  name: string,
  limitsOfTest: Partial<SandboxComponent["limits"]> = {},
): Promise<SandboxComponent> {
  return {
    plugin: `project:test.${name}`,
    digest: `sha256:${name}`,
    bytes: await buildWatComponent(name),
    config: "null",
    limits: { ...limits, guestCpuMs: longCpuMs, ...limitsOfTest },
  };
}

/** The answer to whoever reads a file with this text. */
export function fileOf(text: string): GuestAnswer {
  return { ok: true, value: { kind: "bytes", bytes: new TextEncoder().encode(text) } };
}

/** A host that remembers what it heard, and answers every ask the same, or each in turn. */
export function recordingHost(
  answer: GuestAnswer | readonly GuestAnswer[] = fileOf("content"),
): GuestHost & { readonly lines: string[]; readonly asked: GuestAsk[] } {
  const lines: string[] = [];
  const asked: GuestAsk[] = [];
  return {
    lines,
    asked,
    ask: async (ask) => {
      const next = "ok" in answer ? answer : answer[asked.length];
      asked.push(ask);
      if (next === undefined) throw new Error("the test has no answer to this ask");
      return next;
    },
    log: (level, text) => void lines.push(`${level}: ${text}`),
  };
}

/** A call of `tool` with everything else as usual. */
export function testRequest(more: Partial<SandboxRequest> = {}): SandboxRequest {
  const signal = new AbortController().signal;
  return { tool: "get", input: "notes/a.md", timeoutMs: 60_000, signal, host: recordingHost(), ...more };
}

/** The failure that a call ends with; fails the test if it does not fail so. */
export async function failureOf(
  t: ExecutionContext,
  call: Promise<ToolOutput | undefined>,
): Promise<YoiError<"YOI_PLUGIN_FAILED">> {
  const error = await t.throwsAsync(call, { instanceOf: YoiError });
  if (!YoiError.is(error, "YOI_PLUGIN_FAILED"))
    throw new Error(`expected a plugin's failure, not ${error.code}`, { cause: error });
  return error;
}
