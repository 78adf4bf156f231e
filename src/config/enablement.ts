import { z } from "zod";
import { isMountName } from "../calls/guest-path.ts";
import { canonicalMethod } from "../calls/http-method.ts";
import { isAgentId, isSecretName, isToolName } from "../calls/identifiers.ts";
import { toolEffects } from "../calls/inventory.ts";
import { limits } from "../calls/limits.ts";
import { type FsAction, fsOperations } from "../calls/powers.ts";
import { carriesCredentials } from "../calls/request-headers.ts";
import { parseObligation } from "../decisions/obligation.ts";
import { jsonTable } from "../toml/json-table.ts";

/** Limits that an entry may lower, by the names that operators write. */
export const loweredLimits = {
  guest_cpu: "guestCpuMs",
  guest_memory: "guestMemoryBytesMax",
  tool_call: "toolCallMs",
} as const;

const agent = z.string().refine(isAgentId, "an agent's id is 1 to 128 of A-Z a-z 0-9 _ . @ : -");
const toolName = z.string().refine(isToolName, "a tool's name is 1 to 64 of A-Z a-z 0-9 _ -");
const mountName = z.string().refine(isMountName, "a mount's name is lower-case letters, digits and `-`, at most 64");
/** A span of time as operators write it; `parseQuantity` reads it. */
export const duration = z.string().regex(/^[1-9]\d{0,5}(ms|s|m)$/, "a duration is written `500ms`, `2s` or `1m`");
const size = z.string().regex(/^[1-9]\d{0,5}(KiB|MiB)$/, "a size is written `64KiB` or `32MiB`");
const rate = z
  .string()
  .refine((text) => typeof parseObligation("rate", text, "") === "object", "a rate is written `10/1m`");

const headerName = z
  .string()
  .refine(
    (text) => typeof parseObligation("redact", text, "") === "object" && !text.includes(","),
    "is no header's name",
  )
  .transform((text) => text.toLowerCase());
const method = z
  .string()
  .refine(
    (text) => canonicalMethod(text) === text,
    "must be a method in upper case, and none of CONNECT, TRACE, TRACK",
  );

// Every grant may carry every obligation here: one that its action cannot discharge leaves that grant out, and no more.
const obligations = {
  max_response_bytes: z.int().min(1).max(limits.httpsResponseBytesMax).optional(),
  timeout: duration.optional(),
  rate: rate.optional(),
  redact: z.array(headerName).min(1).max(limits.httpsResponseHeadersMax).optional(),
};

const fsActions: readonly FsAction[] = fsOperations.map((operation) => `fs.${operation}` as const);
const fileGrant = z.strictObject({
  action: z.enum(fsActions),
  /** A folder or file by the workspace's name of its mount. */
  path: z.string().min(1).max(limits.pathBytesMax),
  ...obligations,
});
const httpsGrant = z.strictObject({
  action: z.literal("https.request"),
  /** One origin, or a path of it with all that lies below. */
  url: z.string().min(1).max(limits.urlBytesMax),
  methods: z.array(method).min(1).max(limits.methodsPerCapabilityMax),
  ...obligations,
});
/** One table of an entry's `grants`, strictly. */
export const grantSchema = z.discriminatedUnion("action", [fileGrant, httpsGrant]);

/** One standing permission of an entry; it compiles to one Cedar permit. */
export type Grant = z.infer<typeof grantSchema>;

/** One table `[plugins."<source>:<id>"]` of `yoi.toml`, strictly. */
export const enablementSchema = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9A-Za-z.+-]{1,128}$/, "a version is 1 to 128 of 0-9 A-Z a-z . + -")
    .optional(),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "a digest is `sha256:` and 64 lower-case hexadecimal digits")
    .optional(),
  // The surfaces that a manifest can have; one that this manifest does not have is a diagnostic of its own.
  surfaces: z.array(z.enum(["tools", "services", "ingresses", "hooks"])).optional(),
  agents: z.array(agent).max(limits.agentsPerEntryMax).optional(),
  effects: z.array(z.enum(toolEffects)).optional(),
  mounts: z.record(mountName, mountName).optional(),
  secrets: z
    .array(z.string().refine(isSecretName, "must be lower-case letters, digits and `-`, beginning with a letter"))
    .max(limits.secretsMax)
    .optional(),
  reveal_headers: z
    .array(headerName.refine(carriesCredentials, "is not a header that is held back"))
    .max(limits.httpsResponseHeadersMax)
    .optional(),
  config: jsonTable.optional(),
  aliases: z.record(toolName, toolName).optional(),
  limits: z
    .strictObject({
      guest_cpu: duration.optional(),
      guest_memory: size.optional(),
      tool_call: duration.optional(),
    })
    .optional(),
  // Each is checked by itself: a bad one is left out, and no more.
  grants: z.array(z.unknown()).max(limits.grantsPerEntryMax).optional(),
});

/** What an operator's entry says of one plugin. */
export type Enablement = z.infer<typeof enablementSchema>;

/** `2s` or `32MiB` as milliseconds or bytes. The schema has checked the form. */
export function parseQuantity(text: string): number {
  const units = { ms: 1, s: 1_000, m: 60_000, KiB: 1_024, MiB: 1_048_576 } as const;
  const match = /^(\d+)(ms|s|m|KiB|MiB)$/.exec(text);
  return Number(match?.[1]) * units[match?.[2] as keyof typeof units];
}
