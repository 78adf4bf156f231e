import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the installation: with `policies/`, `wit/` and `package.json`, beside `src/` or `dist/`. */
export const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** This installation's version, from its `package.json`. */
export function yoiVersion(): string {
  const read: unknown = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  return typeof read === "object" && read !== null && "version" in read ? String(read.version) : "0.0.0";
}
