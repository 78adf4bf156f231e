// Station: the bytes of a `plugin.toml` that a stranger wrote → a manifest, checked and bounded.
// In: bytes, and what messages are to call them. Out: a PluginManifest, or every finding with its place and class.
// It must never know where the package lies, whether it is enabled, or what else is installed.
import type { UrlPattern } from "../calls/inventory.ts";
import type { JsonObject } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import type { ManifestFault, ManifestFinding, Place } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { TomlPath } from "../toml/locate-key.ts";
import { readToml } from "../toml/read-toml.ts";
import { archivePathFault } from "./archive-path.ts";
import { checkGeneration } from "./check-generation.ts";
import { checkInputSchema } from "./check-input-schema.ts";
import { laterManifestKeys, type ManifestToml, manifestSchema } from "./manifest-schema.ts";
import type { PluginManifest } from "./plugin-manifest.ts";

/** The name of the manifest inside every package. */
export const manifestName = "plugin.toml";

/**
 * Reads a manifest: its generation first, then its keys, then what holds between them.
 * Everything that it accepts, something enforces; what later versions know is refused by name.
 *
 * @throws {YoiError} YOI_MANIFEST_INVALID
 */
export function readPluginManifest(bytes: Uint8Array, file: string): PluginManifest {
  const text = decode(bytes, file);
  refuseIfAny(checkGeneration(text, file));
  const read = readToml(text, { file, schema: manifestSchema, later: laterManifestKeys });
  if ("findings" in read) return refuse(read.findings.map((finding) => ({ ...finding, fault: "invalid" })));
  refuseIfAny(checkWhole(read.value, read.placeOf));
  return toManifest(read.value);
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes.byteLength > limits.manifestBytesMax) {
    const message = `the manifest is longer than ${limits.manifestBytesMax} bytes`;
    return refuse([{ fault: "bounds", message, place: { file } }]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse([{ fault: "invalid", message: "the manifest is not UTF-8", place: { file } }]);
  }
}

/** What no single key can tell: names used twice, paths that lead out, schemas outside the subset. */
function checkWhole(manifest: ManifestToml, placeOf: (path: TomlPath) => Place): readonly ManifestFinding[] {
  const say = (fault: ManifestFault, path: TomlPath, message: string, remedy?: string): ManifestFinding => ({
    fault,
    message,
    place: placeOf(path),
    ...(remedy !== undefined && { remedy }),
  });
  const checkSchema = (schema: JsonObject, path: TomlPath, named: string): readonly ManifestFinding[] =>
    checkInputSchema(schema).map((finding) =>
      say("rejected-schema", path, `${named} ${finding.path}: ${finding.message}`, finding.remedy),
    );
  const findings: ManifestFinding[] = [];
  const { component } = manifest.runtime;
  const paths = [{ path: component, at: ["runtime", "component"] as TomlPath }];
  for (const [n, path] of manifest.files.entries()) paths.push({ path, at: ["files", n] });
  for (const { path, at } of paths) {
    const fault = archivePathFault(path);
    if (fault !== undefined) findings.push(say("traversal", at, `the path ${fault}`));
  }
  for (const n of repeated([manifestName, ...paths.map(({ path }) => path)])) {
    findings.push(say("invalid", paths[n - 1]?.at ?? [], "the package has this file already"));
  }
  for (const n of repeated(manifest.tools.map(({ name }) => name))) {
    findings.push(say("invalid", ["tools", n, "name"], `\`tools[${n}].name\` is the name of an earlier tool`));
  }
  const { https, fs, secret } = manifest.capabilities;
  const askedTwice = [
    ...repeated(https.map(({ pattern }) => coverage(pattern))).map((n) => ["https", n, "url"] as const),
    ...repeated(fs.map(({ mount }) => mount)).map((n) => ["fs", n, "mount"] as const),
    ...repeated(secret.map(({ name }) => name)).map((n) => ["secret", n, "name"] as const),
  ];
  for (const [kind, n, key] of askedTwice) {
    findings.push(say("invalid", ["capabilities", kind, n, key], `this ${askedFor[kind]} is asked for already`));
  }
  for (const [n, tool] of manifest.tools.entries()) {
    findings.push(...checkSchema(tool.input_schema, ["tools", n, "input_schema"], `\`tools[${n}].input_schema\``));
  }
  if (manifest.config_schema !== undefined) {
    findings.push(...checkSchema(manifest.config_schema, ["config_schema"], "`config_schema`"));
  }
  return findings.slice(0, limits.findingsMax);
}

const askedFor = { https: "URL", fs: "mount", secret: "secret" } as const;

/** What a pattern covers, whatever the methods: one that is asked for twice would be one with more of them. */
function coverage({ scheme, host, port, segments }: UrlPattern): string {
  return JSON.stringify([scheme, host.kind, host.kind === "any" ? "" : host.name, port, segments]);
}

/** The positions of names that stood in the list before. */
function repeated(names: readonly string[]): readonly number[] {
  return names.flatMap((name, n) => (names.indexOf(name) < n ? [n] : []));
}

function toManifest(read: ManifestToml): PluginManifest {
  return {
    schemaVersion: read.schema_version,
    id: read.id,
    name: read.name,
    version: read.version,
    ...(read.description !== undefined && { description: read.description }),
    runtime: read.runtime,
    tools: read.tools.map(({ input_schema: inputSchema, ...tool }) => ({ ...tool, inputSchema })),
    capabilities: read.capabilities,
    files: read.files,
    ...(read.config_schema !== undefined && { configSchema: read.config_schema }),
  };
}

function refuseIfAny(findings: readonly ManifestFinding[]): void {
  if (findings.length > 0) refuse(findings);
}

function refuse(findings: readonly ManifestFinding[]): never {
  const first = findings[0]?.message ?? "the manifest is not valid";
  throw new YoiError("YOI_MANIFEST_INVALID", first, { findings });
}
