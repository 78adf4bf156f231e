import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, extname, join } from "node:path";

const description = findPackageJSON(import.meta.url);
if (description === undefined) throw new Error("the installation has no package.json");

/** The folder of the installation: with `policies/`, `wit/` and `package.json`, beside `src/` or `dist/`. */
export const packageRoot = dirname(description);

// The repository runs TypeScript as it is, the package is compiled.
const extension = extname(import.meta.filename);

/** The folder of our modules. What is started or read from there is not beside a module that runs: that may be bundled. */
export const modulesFolder = join(packageRoot, extension === ".ts" ? "src" : "dist");

/** The file of one of our modules, such as `sandbox/child/child-main`. */
export function moduleFile(name: string): string {
  return join(modulesFolder, `${name}${extension}`);
}

/** This installation's version, from its `package.json`. */
export function yoiVersion(): string {
  const read: unknown = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  return typeof read === "object" && read !== null && "version" in read ? String(read.version) : "0.0.0";
}
