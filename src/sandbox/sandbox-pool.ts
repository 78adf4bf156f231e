import type { PluginRef } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import type { ToolOutput } from "../calls/powers.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { pluginFailed } from "./plugin-failed.ts";
import type { OnSandboxDeath, SandboxComponent, SandboxPool, SandboxRequest } from "./sandbox.ts";
import { type SandboxClock, systemClock } from "./sandbox-clock.ts";
import { SandboxShelf } from "./sandbox-shelf.ts";
import { createTranspiler } from "./transpile-component.ts";

/** What a pool is made of. */
export interface SandboxPoolParts {
  /** Where translated components are kept. The user's alone, and outside every workspace: what lies in it is run. */
  readonly cacheFolder: string;
  readonly onDeath?: OnSandboxDeath;
  readonly clock?: SandboxClock;
  readonly sandboxesMax?: number;
  readonly sandboxesPerPluginMax?: number;
  readonly transpileMs?: number;
}

/** A pool of sandbox processes; none is started before it is needed. */
export function createSandboxPool(parts: SandboxPoolParts): SandboxPool {
  const clock = parts.clock ?? systemClock;
  const shelf = new SandboxShelf({
    clock,
    transpile: createTranspiler(parts.cacheFolder, parts.transpileMs ?? limits.transpileMs),
    onDeath: parts.onDeath ?? (() => undefined),
    sandboxesMax: parts.sandboxesMax ?? limits.sandboxesMax,
    sandboxesPerPluginMax: parts.sandboxesPerPluginMax ?? limits.sandboxesPerPluginMax,
  });
  return {
    prepare: async (component) => {
      if (!shelf.has(component)) (await shelf.take(component, new AbortController().signal)).release();
    },
    call: (component, request) => runCall(shelf, clock, component, request),
    dropSpares: (plugin?: PluginRef) => shelf.dropSpares(plugin),
    status: () => shelf.status(),
    close: () => shelf.close(),
  };
}

async function runCall(
  shelf: SandboxShelf,
  clock: SandboxClock,
  component: SandboxComponent,
  request: SandboxRequest,
): Promise<ToolOutput> {
  const max = limits.toolInputBytesMax;
  if (Buffer.byteLength(request.input) > max) {
    throw new YoiError("YOI_LIMIT_EXCEEDED", "the tool's input is too large", { limit: "toolInputBytesMax", max });
  }
  const halt = new AbortController();
  const timer = clock.after(request.timeoutMs, () =>
    halt.abort(pluginFailed("timeout", `the call took longer than ${request.timeoutMs} ms`)),
  );
  const cancel = () => halt.abort(pluginFailed("cancelled", "the call was cancelled"));
  request.signal.addEventListener("abort", cancel, { once: true });
  try {
    if (request.signal.aborted) cancel();
    halt.signal.throwIfAborted();
    const sandbox = await shelf.take(component, halt.signal);
    return await sandbox.run(request, halt.signal);
  } finally {
    timer.cancel();
    request.signal.removeEventListener("abort", cancel);
  }
}
