import { z } from "zod";
import { YoiError } from "../errors/yoi-error.ts";
import { canonicalAddress } from "./address-class.ts";
import type { Call } from "./call.ts";
import { isPluginRef, isSecretName, type PluginRef, type ToolId } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import { limits } from "./limits.ts";
import { type FsAction, fsOperations, writeModes } from "./powers.ts";

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

const frame = {
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

// A copy: what is checked must not change under whoever uses it.
const bytes = z.instanceof(Uint8Array).transform((given) => given.slice());
const count = z.int().min(0);
const text = (bytesMax: number) => z.string().refine((value) => Buffer.byteLength(value) <= bytesMax, "is too long");
const path = text(2 * limits.pathBytesMax);
const url = text(2 * limits.urlBytesMax);
const secret = z.string().refine(isSecretName, "not a secret's name");
const address = z.string().refine((value) => canonicalAddress(value) === value, "not an address in canonical form");
const header = z.strictObject({ name: z.string(), value: z.string() });

// What a guest asks for is a call also where it cannot be right, and is then denied on record: it is only bounded here,
// more widely than what could be right, and held to its form where it is described.

const httpsRequest = z.strictObject({
  method: text(2 * limits.httpsMethodBytesMax),
  url,
  headers: z.array(header).max(2 * limits.httpsRequestHeadersMax),
  body: bytes.optional(),
  secrets: z.array(text(2 * limits.secretNameBytesMax)).max(2 * limits.secretsPerRequestMax),
  hop: count.max(limits.httpsRedirectsMax),
  timeoutMs: count.optional(),
  responseBytesMax: count.optional(),
});
const networkConnect = z.strictObject({
  url,
  address,
  answer: z.array(address).min(1).max(limits.addressesMax),
  behalf: z.literal("https.request"),
});
const fileAsks = {
  read: { path, offset: count.optional(), length: count.optional() },
  list: { path, after: text(2 * limits.segmentBytesMax).optional() },
  stat: { path },
  write: { path, mode: z.enum(writeModes), bytes },
  append: { path, bytes },
  "make-directory": { path },
  remove: { path },
} as const;

const callSchema = z.discriminatedUnion("action", [
  byPlugins("tool.register", z.strictObject({ plugin, tool: toolName })),
  byAgents("plugin.prepare", z.strictObject({ plugin })),
  byAgents("tool.execute", z.strictObject({ plugin, tool: toolName, input })),
  byPlugins("https.request", httpsRequest),
  byPlugins("network.connect", networkConnect),
  byPlugins("secret.use", z.strictObject({ secret, url })),
  ...fsOperations.map((operation) => byPlugins<FsAction>(`fs.${operation}`, z.strictObject(fileAsks[operation]))),
]);

function byPlugins<A extends string>(action: A, ask: z.ZodType) {
  const principal = z.strictObject({ kind: z.literal("plugin"), id: plugin });
  return z.strictObject({ ...frame, action: z.literal(action), principal, ask });
}

function byAgents<A extends string>(action: A, ask: z.ZodType) {
  const principal = z.strictObject({ kind: z.literal("agent"), id: agent });
  return z.strictObject({ ...frame, action: z.literal(action), principal, ask });
}

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
