import { z } from "zod";
import { YoiError } from "../errors/yoi-error.ts";
import type { Call } from "./call.ts";
import { isPluginRef, type PluginRef, type ToolId } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import { limits } from "./limits.ts";

const id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "an id is 26 characters of Crockford's base 32");
const agent = z.string().regex(/^[A-Za-z0-9_.@:-]{1,128}$/, "an agent's id is 1 to 128 of A-Z a-z 0-9 _ . @ : -");
const plugin = z.custom<PluginRef>((value) => typeof value === "string" && isPluginRef(value), "not a plugin's id");
const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "a tool's name is 1 to 64 of A-Z a-z 0-9 _ -");
const tool = z.custom<ToolId>((value) => {
  const slash = typeof value === "string" ? value.lastIndexOf("/") : -1;
  return (
    typeof value === "string" &&
    isPluginRef(value.slice(0, slash)) &&
    toolName.safeParse(value.slice(slash + 1)).success
  );
}, "not a tool's id");
// What is checked is what is used: a copy of plain JSON, which no getter, prototype or later change can reach.
const input = z.unknown().transform((value, context): JsonObject => {
  const copy = plainCopy(value);
  if (copy !== undefined) return copy;
  context.addIssue({ code: "custom", message: "a tool's input is a JSON object" });
  return z.NEVER;
});

function plainCopy(value: unknown): JsonObject | undefined {
  try {
    const copy: unknown = JSON.parse(JSON.stringify(value));
    return typeof copy === "object" && copy !== null && !Array.isArray(copy) ? (copy as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

const common = {
  id,
  parent: id.optional(),
  root: id,
  via: z.strictObject({
    agent: agent.optional(),
    tool: tool.optional(),
    command: z.boolean(),
    depth: z.int().min(0).max(limits.callDepthMax),
  }),
};
const byAgent = z.strictObject({ kind: z.literal("agent"), id: agent });
const byPlugin = z.strictObject({ kind: z.literal("plugin"), id: plugin });

const callSchema = z.discriminatedUnion("action", [
  z.strictObject({
    ...common,
    action: z.literal("tool.register"),
    principal: byPlugin,
    ask: z.strictObject({ plugin, tool: toolName }),
  }),
  z.strictObject({
    ...common,
    action: z.literal("plugin.prepare"),
    principal: byAgent,
    ask: z.strictObject({ plugin }),
  }),
  z.strictObject({
    ...common,
    action: z.literal("tool.execute"),
    principal: byAgent,
    ask: z.strictObject({ plugin, tool: toolName, input }),
  }),
  z.strictObject({
    ...common,
    action: z.literal("fs.read"),
    principal: byPlugin,
    ask: z.strictObject({ path: z.string() }),
  }),
]);

/**
 * Turns anything into a call, strictly: unknown keys, a wrong kind of principal or an unknown action are refused.
 * @throws {YoiError} YOI_CALL_MALFORMED
 */
export function parseCall(unparsed: unknown): Call {
  const parsed = callSchema.safeParse(unparsed);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "call"}: ${issue.message}`);
    throw new YoiError("YOI_CALL_MALFORMED", `the call is malformed: ${issues.join("; ")}`, { issues });
  }
  // Zod answers `undefined` for an absent optional key; the call's type says absent, and nothing reads the difference.
  return parsed.data as Call;
}
