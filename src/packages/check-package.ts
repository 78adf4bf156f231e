import { realpath, stat } from "node:fs/promises";
import { openPackageFile } from "./open-package-file.ts";
import { packFolder } from "./pack-package.ts";
import { packageDiagnostic } from "./package-diagnostic.ts";
import type { PackageResult } from "./plugin-package.ts";

/** Judges a package by itself, from its file or from the folder that it would be packed from. It writes nothing. */
export async function checkPackage(path: string): Promise<PackageResult> {
  try {
    // The operator names this path, so a link to a package or a folder is followed here and nowhere further.
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? await packFolder(real) : await openPackageFile(real);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return { diagnostics: [packageDiagnostic("io", "discovery", { message: "the package was not found" })] };
  }
}
