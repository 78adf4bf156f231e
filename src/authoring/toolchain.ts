import { join } from "node:path";
import { YoiError } from "../errors/yoi-error.ts";
import { moduleFile, modulesFolder, packageRoot } from "../package-root.ts";

/** Where the parts lie that a build needs, in the sources and in the published package alike. */
export const toolchain = {
  sdk: moduleFile("sdk/index"),
  /** What a compiler reads of the SDK: its declarations, or the sources themselves. */
  sdkTypes: moduleFile("sdk/index").replace(/\.js$/, ".d.ts"),
  hostImports: join(modulesFolder, "sdk/host-imports.d.ts"),
  wit: join(packageRoot, "wit"),
  template: join(modulesFolder, "authoring/template"),
  compiler: moduleFile("authoring/compile-guest-child"),
} as const;

// Building is an author's need, so these are optional: a host that only runs plugins does without 90 MB of them.
const packages = ["typescript", "rolldown", "componentize-qjs"] as const;

/**
 * Makes sure that what building needs is installed.
 * @throws {YoiError} YOI_BUILD_FAILED with a finding for each package that is missing.
 */
export function requireToolchain(resolve: (name: string) => unknown = import.meta.resolve): void {
  const missing = packages.filter((name) => !isInstalled(name, resolve));
  if (missing.length === 0) return;
  throw new YoiError("YOI_BUILD_FAILED", "what building a plugin needs is not installed", {
    findings: missing.map((name) => ({
      message: `\`${name}\` is not installed`,
      remedy: "install yoi with its optional dependencies: npm install --include=optional",
    })),
  });
}

function isInstalled(name: string, resolve: (name: string) => unknown): boolean {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}
