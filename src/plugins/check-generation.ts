import { z } from "zod";
import type { ManifestFault, ManifestFinding, Place } from "../errors/error-details.ts";
import { readToml } from "../toml/read-toml.ts";
import { toolPluginWorld } from "./plugin-manifest.ts";

const anyManifest = z.looseObject({ schema_version: z.unknown(), runtime: z.unknown() });
const anyRuntime = z.looseObject({ kind: z.unknown(), world: z.unknown() });
const worldPattern = /^yoi:[a-z][a-z-]*\/[a-z][a-z-]*@\d{1,6}\.\d{1,6}\.\d{1,6}$/;

/**
 * Whether a manifest was written for this generation of the platform at all. One that was not gets this answer alone,
 * instead of a finding for every key that its own generation knows.
 */
export function checkGeneration(text: string, file: string): readonly ManifestFinding[] {
  const manifest = readToml(text, { file, schema: anyManifest });
  if ("findings" in manifest) return manifest.findings.map((finding) => ({ ...finding, fault: "invalid" }));
  const say = (fault: ManifestFault, message: string, place: Place, remedy: string): readonly ManifestFinding[] => [
    { fault, message, place, remedy },
  ];
  const version = manifest.value.schema_version;
  if (typeof version === "number" && version !== 1) {
    const message = `\`schema_version\` is ${version}, and this host reads 1`;
    return say("runtime-mismatch", message, manifest.placeOf(["schema_version"]), "use a package made for this host");
  }
  const runtime = anyRuntime.safeParse(manifest.value.runtime).data;
  if (runtime === undefined) return [];
  if (runtime.kind === "wasm") {
    const message = "`runtime.kind` is `wasm`: raw modules are retired, and no longer run";
    return say(
      "legacy-runtime",
      message,
      manifest.placeOf(["runtime", "kind"]),
      'build a component, `kind = "wasm-component"`',
    );
  }
  const legacyKey = ["entry", "abi"].find((key) => Object.hasOwn(runtime, key));
  if (legacyKey !== undefined) {
    const message = `\`runtime.${legacyKey}\` belongs to the retired raw modules`;
    return say(
      "legacy-runtime",
      message,
      manifest.placeOf(["runtime", legacyKey]),
      "remove it: a component's world says it all",
    );
  }
  const { world } = runtime;
  if (typeof world === "string" && world !== toolPluginWorld && worldPattern.test(world)) {
    const message = `the plugin is built for \`${world}\`, and this host runs \`${toolPluginWorld}\``;
    return say(
      "runtime-mismatch",
      message,
      manifest.placeOf(["runtime", "world"]),
      "build the plugin for this host's world",
    );
  }
  return [];
}
