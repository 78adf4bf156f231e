// Where a plugin's author turns a folder into a package. In come plugin.toml and src/plugin.ts; out goes the component
// with the package around it, or findings that each point at a place. What others wrote (the author's code at its top
// level, the toolchain) runs in a child with a deadline. This room must never know a workspace, a policy or a broker.
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { inspectComponent } from "../packages/inspect-component.ts";
import { packageFileName, packPackage } from "../packages/pack-package.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import { manifestName } from "../plugins/read-plugin-manifest.ts";
import { compileGuest } from "./compile-guest.ts";
import { readFolderManifest, writeManifestSchema, writeTypes, writeWhole } from "./plugin-folder.ts";
import { requireToolchain } from "./toolchain.ts";

/** One step that is done: what a person sees of it, and how long it took. */
export interface BuildStep {
  readonly name: "types" | "component" | "manifest" | "package";
  /** The file that came of it, relative to the plugin's folder. */
  readonly file: string;
  readonly bytes?: number;
  readonly ms: number;
}

export interface BuildOptions {
  readonly folder: string;
  readonly onStep?: (step: BuildStep) => void;
  /** The compiler's time; `limits.buildMs` at most, and where it is absent. */
  readonly timeoutMs?: number;
}

export interface BuiltPlugin {
  readonly manifest: PluginManifest;
  readonly componentPath: string;
  readonly packagePath: string;
  /** `sha256:…` of the package. */
  readonly digest: string;
}

const entryFile = "src/plugin.ts";

/**
 * Builds the plugin in `folder`: types from the schemas, type check, component, imports held against the manifest,
 * package. What it writes is whole or not there; the last package stands until a new one is done.
 * @throws {YoiError} YOI_BUILD_FAILED with findings, YOI_MANIFEST_INVALID, YOI_COMPONENT_INVALID, YOI_WORKSPACE_INVALID
 */
export async function buildPlugin({ folder, onStep, timeoutMs = limits.buildMs }: BuildOptions): Promise<BuiltPlugin> {
  requireToolchain();
  const finish = timeSteps(onStep);
  const manifest = await readFolderManifest(folder);
  await requireEntry(folder);
  await writeTypes(folder, manifest);
  await writeManifestSchema(folder);

  const component = await compileGuest({
    folder,
    entry: join(folder, entryFile),
    timeoutMs: Math.min(timeoutMs, limits.buildMs),
    onTypesChecked: () => finish("types", entryFile),
  });
  if ("findings" in component) {
    throw new YoiError("YOI_BUILD_FAILED", "the plugin does not build", { findings: component.findings });
  }
  const componentPath = join(folder, manifest.runtime.component);
  await writeWhole(componentPath, component);
  finish("component", manifest.runtime.component, component.byteLength);

  inspectComponent(component, manifest);
  finish("manifest", manifestName);

  const { bytes, digest } = await packPackage(folder);
  const packageFile = `build/${packageFileName(manifest)}`;
  await writeWhole(join(folder, packageFile), bytes);
  finish("package", packageFile, bytes.byteLength);
  return { manifest, componentPath, packagePath: join(folder, packageFile), digest };
}

async function requireEntry(folder: string): Promise<void> {
  const entry = await lstat(join(folder, entryFile)).catch(() => undefined);
  if (entry?.isFile() === true) return;
  const findings = [{ message: `there is no \`${entryFile}\``, remedy: "a plugin's code begins there" }];
  throw new YoiError("YOI_BUILD_FAILED", "the plugin does not build", { findings });
}

/** Reports each step with the time since the one before. */
function timeSteps(onStep: BuildOptions["onStep"]) {
  let since = performance.now();
  return (name: BuildStep["name"], file: string, bytes?: number): void => {
    const now = performance.now();
    onStep?.({ name, file, ...(bytes !== undefined && { bytes }), ms: now - since });
    since = now;
  };
}
