import type { Call } from "../calls/call.ts";
import { type PluginRef, toolId } from "../calls/identifiers.ts";
import type { ToolRunner } from "../effectors/execute-tool.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { GuestHost, SandboxComponent, SandboxPool } from "../sandbox/sandbox.ts";
import { boundOutput } from "../tools/bound-output.ts";
import { loadPinned, loweredBounds } from "../workspace/load-pinned.ts";
import type { Survey } from "../workspace/survey-workspace.ts";

/** Runs components of the surveyed workspace in sandboxes. */
export interface PluginRunner {
  prepare(plugin: PluginRef): Promise<void>;
  readonly run: ToolRunner;
  /** Forgets what was loaded, so that the next call loads and verifies again. */
  forget(): void;
}

export interface PluginRunnerParts {
  readonly survey: () => Survey;
  readonly pool: SandboxPool;
  readonly hostFor: (call: Call<"tool.execute">) => GuestHost;
}

/** A runner that loads each pinned package once a revision, verified. */
export function createPluginRunner({ survey, pool, hostFor }: PluginRunnerParts): PluginRunner {
  const loaded = new Map<PluginRef, Promise<SandboxComponent>>();

  function componentOf(plugin: PluginRef): Promise<SandboxComponent> {
    const known = loaded.get(plugin) ?? loadComponent(plugin, survey());
    loaded.set(plugin, known);
    // A load that failed is tried again by the next call.
    known.catch(() => loaded.delete(plugin));
    return known;
  }

  return {
    async prepare(plugin) {
      await pool.prepare(await componentOf(plugin));
    },
    async run(warrant) {
      const { plugin, tool, input } = warrant.target;
      const component = await componentOf(plugin);
      if (component.digest !== warrant.target.digest) {
        throw new YoiError("YOI_PLUGIN_FAILED", "the package was replaced after the decision", {
          why: "instantiation",
        });
      }
      const { toolCallMs } = loweredBounds(survey().plugins.get(plugin)?.enablement);
      const output = await pool.call(component, {
        tool,
        input: JSON.stringify(input),
        timeoutMs: toolCallMs,
        signal: warrant.signal,
        host: hostFor(warrant.call),
      });
      return boundOutput(output);
    },
    forget: () => loaded.clear(),
  };
}

async function loadComponent(plugin: PluginRef, survey: Survey): Promise<SandboxComponent> {
  const state = survey.plugins.get(plugin);
  if (state === undefined) throw new YoiError("YOI_PLUGIN_FAILED", `no plugin \`${plugin}\``, { why: "instantiation" });
  const { digest, componentBytes } = await loadPinned(state, survey.places);
  const config = JSON.stringify(state.enablement?.config ?? null);
  return { plugin, digest, bytes: componentBytes, config, limits: loweredBounds(state.enablement) };
}

/** The agent's own tool: a function in its own process. */
export type BuiltinRun = (
  input: Warranted["target"]["input"],
  options: { readonly signal: AbortSignal },
) => Promise<string | { readonly summary: string; readonly content?: string; readonly isError?: boolean }>;
type Warranted = Parameters<ToolRunner>[0];

/** Runs the agent's own tools. What they throw is a failure of theirs, not of the host. */
export function createBuiltinRunner(functions: ReadonlyMap<string, BuiltinRun>): ToolRunner {
  return async (warrant) => {
    const { plugin, tool, input } = warrant.target;
    const run = functions.get(toolId(plugin, tool));
    if (run === undefined) throw new YoiError("YOI_PLUGIN_FAILED", `no tool \`${tool}\``, { why: "unknown-tool" });
    try {
      const output = await run(structuredClone(input), { signal: warrant.signal });
      return boundOutput(
        typeof output === "string"
          ? { summary: firstLine(output), content: output, isError: false }
          : { isError: false, ...output },
      );
    } catch (cause) {
      if (cause instanceof YoiError || warrant.signal.aborted) throw cause;
      throw new YoiError("YOI_PLUGIN_FAILED", `the tool \`${tool}\` threw an error`, { why: "guest-error" }, { cause });
    }
  };
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n", 1);
  return line === "" ? "done" : Array.from(line).slice(0, 200).join("");
}
