import type { PluginRef } from "../calls/identifiers.ts";
import { spendWarrant } from "../warrants/spend-warrant.ts";
import type { Effector } from "./effector.ts";

/** Has a plugin instantiated ahead of its first call. */
export function createPluginPreparer(prepare: (plugin: PluginRef) => Promise<void>): Effector<"plugin.prepare"> {
  return async (warrant) => {
    spendWarrant(warrant, "plugin.prepare");
    await prepare(warrant.target.plugin);
  };
}
