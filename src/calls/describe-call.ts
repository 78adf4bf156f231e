import type { Call } from "./call.ts";
import { describeFileCall } from "./describe-file-call.ts";
import { describeConnection, describeRequest, describeSecretUse } from "./describe-url-call.ts";
import type { Description } from "./description.ts";
import { toolId } from "./identifiers.ts";
import type { Inventory } from "./inventory.ts";
import { limits } from "./limits.ts";
import type { EntityRef } from "./value.ts";

/**
 * Says a call in the words of policy, once, with the canonical value that an effector will use.
 * What can be described but not be right (a path that climbs, an input off its schema) carries a flaw.
 */
export function describeCall(call: Call, inventory: Inventory): Description {
  switch (call.action) {
    case "tool.register": {
      const { plugin, tool } = call.ask;
      const id = toolId(plugin, tool);
      const target = { plugin, tool, toolId: id };
      return { action: call.action, principal: principalOf(call), resource: { type: "Tool", id }, plugin, target };
    }
    case "plugin.prepare": {
      const { plugin } = call.ask;
      const resource: EntityRef = { type: "Plugin", id: plugin };
      return { action: call.action, principal: principalOf(call), resource, plugin, target: { plugin } };
    }
    case "tool.execute":
      return describeExecution(call, inventory);
    case "https.request":
      return describeRequest(call, inventory);
    case "network.connect":
      return describeConnection(call);
    case "secret.use":
      return describeSecretUse(call, inventory);
    default:
      return describeFileCall(call, inventory);
  }
}

function principalOf(call: Call): EntityRef {
  const { kind, id } = call.principal;
  return { type: kind === "agent" ? "Agent" : "Plugin", id };
}

function describeExecution(call: Call<"tool.execute">, inventory: Inventory): Description<"tool.execute"> {
  const { plugin, tool, input } = call.ask;
  const id = toolId(plugin, tool);
  const tooLong = Buffer.byteLength(JSON.stringify(input)) > limits.toolInputBytesMax;
  const flaw = tooLong
    ? ({ cause: "limit", message: `the input is longer than ${limits.toolInputBytesMax} bytes` } as const)
    : inventory.plugin(plugin)?.tools.get(tool)?.inputFlaw(input);
  return {
    action: call.action,
    principal: principalOf(call),
    resource: { type: "Tool", id },
    plugin,
    target: { plugin, tool, toolId: id, input, digest: inventory.plugin(plugin)?.digest ?? "" },
    ...(flaw !== undefined && { flaw }),
  };
}
