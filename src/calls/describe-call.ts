import { escapeText } from "../errors/escape-text.ts";
import type { Call } from "./call.ts";
import type { Description } from "./description.ts";
import { parseGuestPath, pathId } from "./guest-path.ts";
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
    case "fs.read":
      return describeRead(call, inventory);
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

function describeRead(call: Call<"fs.read">, inventory: Inventory): Description<"fs.read"> {
  const principal = principalOf(call);
  const plugin = call.principal.id;
  const path = parseGuestPath(call.ask.path);
  if (typeof path === "string") {
    // FAIL-CLOSED: the id is for the record only; a flawed call is never allowed, whatever matches it.
    const resource: EntityRef = { type: "Path", id: escapeText(call.ask.path) };
    const flaw = { cause: "schema-invalid", message: path } as const;
    return {
      action: call.action,
      principal,
      resource,
      plugin,
      target: { askedMount: "", mount: "", segments: [] },
      flaw,
    };
  }
  // A mount that nothing is bound to keeps the guest's own name: the invariant `mount-is-bound` forbids it.
  const mount = inventory.plugin(plugin)?.boundMounts.get(path.mount) ?? path.mount;
  const bound = inventory.plugin(plugin)?.boundMounts.has(path.mount) === true;
  const folder = bound ? inventory.mountFolder(mount) : undefined;
  return {
    action: call.action,
    principal,
    resource: { type: "Path", id: pathId(mount, path.segments) },
    plugin,
    target: { askedMount: path.mount, mount, segments: path.segments, ...(folder !== undefined && { folder }) },
  };
}
