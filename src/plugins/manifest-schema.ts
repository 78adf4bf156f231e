import { z } from "zod";
import { isMountName } from "../calls/guest-path.ts";
import { isLocalId } from "../calls/identifiers.ts";
import { toolEffects } from "../calls/inventory.ts";
import { limits } from "../calls/limits.ts";
import { jsonTable } from "../toml/json-table.ts";
import { fsOperations, toolPluginWorld } from "./plugin-manifest.ts";

const versionPattern =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and controls are what a line cannot have.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const laterFsOperations = ["list", "stat", "write", "append", "make-directory", "remove"];

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

const fsOperation = z.string().check((context) => {
  const { value } = context;
  if (fsOperations.some((known) => known === value)) return;
  const message = laterFsOperations.includes(value)
    ? "is an operation that is not supported by this version"
    : `must be one of ${fsOperations.map((known) => `\`${known}\``).join(", ")}`;
  context.issues.push({ code: "custom", input: value, message });
});

const tool = z.strictObject({
  name: z.string().refine((text) => /^[A-Za-z0-9_-]{1,64}$/.test(text), "must be 1 to 64 letters, digits, `_` or `-`"),
  description: paragraph,
  input_schema: jsonTable,
  effects: z.array(z.enum(toolEffects)).refine(isDistinct, "names an effect twice").default(["read"]),
});

const fsCapability = z.strictObject({
  mount: z.string().refine(isMountName, "must be lower-case letters, digits and `-`, beginning with a letter"),
  operations: z
    .array(fsOperation)
    .min(1)
    .refine(isDistinct, "names an operation twice")
    .transform((operations) => fsOperations.filter((known) => operations.includes(known))),
  reason: line,
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
  capabilities: z
    .strictObject({ fs: z.array(fsCapability).max(limits.capabilitiesPerPluginMax).default([]) })
    .default({ fs: [] }),
  files: z.array(z.string()).max(limits.packageEntriesMax).default([]),
  config_schema: jsonTable.optional(),
});

export type ManifestToml = z.infer<typeof manifestSchema>;

/** Keys that manifests of later versions have. */
export const laterManifestKeys = [
  "services",
  "hooks",
  "ingresses",
  "capabilities.https",
  "capabilities.websocket",
  "capabilities.secret",
];

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
