import type { ToolId } from "../calls/identifiers.ts";
import { spendWarrant } from "../warrants/spend-warrant.ts";
import type { Effector } from "./effector.ts";

/** Puts the tool that a warrant names into the registry that is passed in. */
export function createToolRegistrar(register: (tool: ToolId) => void): Effector<"tool.register"> {
  return async (warrant) => {
    spendWarrant(warrant, "tool.register");
    register(warrant.target.toolId);
  };
}
