import type { ToolOutput } from "../calls/powers.ts";
import { spendWarrant } from "../warrants/spend-warrant.ts";
import type { Warrant } from "../warrants/warrant.ts";
import type { Effector } from "./effector.ts";

/** Runs one tool on exactly the input that was decided. */
export type ToolRunner = (warrant: Warrant<"tool.execute">) => Promise<ToolOutput>;

/** Who runs what: the agent's own tools in this process, everybody else's in a sandbox. */
export interface ToolRunners {
  readonly builtin: ToolRunner;
  readonly sandboxed: ToolRunner;
}

/** Spends the warrant and has the right runner run the tool. */
export function createToolExecutor(runners: ToolRunners): Effector<"tool.execute"> {
  return async (warrant) => {
    spendWarrant(warrant, "tool.execute");
    const isBuiltin = warrant.target.plugin.startsWith("builtin:");
    return isBuiltin ? runners.builtin(warrant) : runners.sandboxed(warrant);
  };
}
