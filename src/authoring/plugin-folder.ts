import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { manifestJsonSchema } from "../plugins/manifest-json-schema.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import { manifestName, readPluginManifest } from "../plugins/read-plugin-manifest.ts";
import { generateTypes } from "./generate-types.ts";

/** The types that are made from a manifest, beside the code that uses them. */
const typesFile = "src/plugin.types.ts";

/**
 * Reads the manifest of a plugin that is being written.
 * @throws {YoiError} YOI_MANIFEST_INVALID; YOI_WORKSPACE_INVALID where there is none
 */
export async function readFolderManifest(folder: string): Promise<PluginManifest> {
  return readPluginManifest(await readBounded(join(folder, manifestName)), manifestName);
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    // One byte more than is allowed, so that a longer file is seen to be longer.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(limits.manifestBytesMax + 1), { position: 0 });
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw new YoiError("YOI_WORKSPACE_INVALID", `there is no \`${manifestName}\` to read`, { path }, { cause });
  }
}

/** Writes the types of a manifest's schemas, unless they stand there already. */
export async function writeTypes(folder: string, manifest: PluginManifest): Promise<void> {
  const path = join(folder, typesFile);
  const text = generateTypes(manifest);
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before !== text) await writeWhole(path, text);
}

/** What an editor checks the manifest with, where its `#:schema` line says. */
const schemaFile = "build/plugin.schema.json";

/** Writes the schema of the manifest, unless it stands there already. */
export async function writeManifestSchema(folder: string): Promise<void> {
  const path = join(folder, schemaFile);
  const text = `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before !== text) await writeWhole(path, text);
}

/** Writes a file so that it is there whole or not at all, with the folders that it needs. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
