import { z } from "zod";
import { isMountName } from "../calls/guest-path.ts";
import { canonicalMethod } from "../calls/http-method.ts";
import { isLocalId, isSecretName, isToolName } from "../calls/identifiers.ts";
import { toolEffects } from "../calls/inventory.ts";
import { limits } from "../calls/limits.ts";
import { fsOperations } from "../calls/powers.ts";
import { parseUrlPattern } from "../calls/url-pattern.ts";
import { jsonTable } from "../toml/json-table.ts";
import { type HttpsCapability, toolPluginWorld } from "./plugin-manifest.ts";

const versionPattern =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and controls are what a line cannot have.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

const paragraph = z
  .string()
  .refine((text) => text.trim() !== "", "is blank")
  .refine(
    (text) => Buffer.byteLength(text) <= limits.toolDescriptionBytesMax,
    `is longer than ${limits.toolDescriptionBytesMax} bytes`,
  );
const line = paragraph
  .refine((text) => !controls.test(text), "must be one line")
  .refine((text) => text.length <= limits.manifestLineMax, `is longer than ${limits.manifestLineMax} characters`);

const tool = z.strictObject({
  name: z.string().refine(isToolName, "must be 1 to 64 letters, digits, `_` or `-`"),
  description: paragraph,
  input_schema: jsonTable,
  effects: z.array(z.enum(toolEffects)).refine(isDistinct, "names an effect twice").default(["read"]),
});

const method = z
  .string()
  .refine(
    (text) => canonicalMethod(text) === text,
    "must be a method in upper case, and none of CONNECT, TRACE, TRACK",
  );

const httpsCapability = z
  .strictObject({
    url: z.string(),
    methods: z.array(method).min(1).max(limits.methodsPerCapabilityMax).refine(isDistinct, "names a method twice"),
    reason: line,
  })
  .transform(({ url, methods, reason }, context): HttpsCapability => {
    const pattern = parseUrlPattern(url, methods);
    if (typeof pattern !== "string") return { url, pattern, reason };
    context.addIssue({ code: "custom", message: pattern, path: ["url"] });
    return z.NEVER;
  });

const fsCapability = z.strictObject({
  mount: z.string().refine(isMountName, "must be lower-case letters, digits and `-`, beginning with a letter"),
  operations: z
    .array(z.enum(fsOperations))
    .min(1)
    .refine(isDistinct, "names an operation twice")
    .transform((operations) => fsOperations.filter((known) => operations.includes(known))),
  reason: line,
});

const secretCapability = z.strictObject({
  name: z.string().refine(isSecretName, "must be lower-case letters, digits and `-`, beginning with a letter"),
  reason: line,
});

const capabilitiesMax = limits.capabilitiesPerPluginMax;
const capabilities = z.strictObject({
  https: z.array(httpsCapability).max(capabilitiesMax).default([]),
  fs: z.array(fsCapability).max(capabilitiesMax).default([]),
  secret: z.array(secretCapability).max(capabilitiesMax).default([]),
});

/** A `plugin.toml` as far as single keys go; what holds between keys is checked after it. */
export const manifestSchema = z.strictObject({
  schema_version: z.literal(1),
  id: z.string().refine(isLocalId, "must be 1 to 128 letters, digits, `-`, `_` or `.`, and no dot at either end"),
  name: line,
  version: z
    .string()
    .max(64)
    .refine((text) => versionPattern.test(text), "must be a semantic version, such as 0.1.0"),
  description: paragraph.optional(),
  runtime: z.strictObject({
    kind: z.literal("wasm-component"),
    component: z.string(),
    world: z.literal(toolPluginWorld),
  }),
  tools: z.array(tool).min(1).max(limits.toolsPerPluginMax),
  capabilities: capabilities.default({ https: [], fs: [], secret: [] }),
  files: z.array(z.string()).max(limits.packageEntriesMax).default([]),
  config_schema: jsonTable.optional(),
});

export type ManifestToml = z.infer<typeof manifestSchema>;

/** Keys that manifests of later versions have. */
export const laterManifestKeys = ["services", "hooks", "ingresses", "capabilities.websocket"];

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
