import { basename } from "node:path";
import { limits } from "../calls/limits.ts";
import { escapeText } from "../errors/escape-text.ts";
import type { DiagnosticKind } from "./diagnostic-kinds.ts";
import { openPackage } from "./open-package.ts";
import { packageDiagnostic } from "./package-diagnostic.ts";
import type { PackageResult } from "./plugin-package.ts";
import { type FileFault, readPlainFile } from "./read-plain-file.ts";

/** Reads a package from a plain file, bounded, and judges it. */
export async function openPackageFile(path: string): Promise<PackageResult> {
  const read = await readPlainFile(path, limits.packageBytesMax);
  const name = basename(path);
  if ("bytes" in read) return openPackage(read.bytes, name);
  const [kind, message] = fileFaults[read.why];
  const file = escapeText(name, 120);
  return { diagnostics: [packageDiagnostic(kind, "discovery", { message, package: file, place: { file } })] };
}

const fileFaults: Readonly<Record<FileFault["why"], readonly [kind: DiagnosticKind, message: string]>> = {
  absent: ["io", "the package was not found"],
  link: ["traversal", "the package is a link"],
  "not-a-file": ["invalid-archive", "the package is not a plain file"],
  "too-large": ["bounds", `the package is larger than ${limits.packageBytesMax} bytes`],
  unreadable: ["io", "the package could not be read"],
};
