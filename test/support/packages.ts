import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ExecutionContext } from "ava";
import { writeArchive } from "../../src/packages/write-archive.ts";
import { forgeComponent } from "./components.ts";
import { weatherManifest } from "./manifests.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Changes = Readonly<Record<string, string | Uint8Array | undefined>>;

/** The files of a sound package, with some replaced, added or (as `undefined`) left out. */
export function weatherFiles(changed: Changes = {}): ReadonlyMap<string, Uint8Array> {
  const files = {
    "plugin.toml": weatherManifest,
    "plugin.wasm": forgeComponent({ imports: ["yoi:host/log@2.0.0"] }),
    "assets/units.json": "{}",
    ...changed,
  };
  return new Map(
    Object.entries(files).flatMap(([path, content]) =>
      content === undefined ? [] : [[path, new Uint8Array(Buffer.from(content))]],
    ),
  );
}

/** The same as an archive. */
export function weatherPackage(changed: Changes = {}): Uint8Array {
  return writeArchive([...weatherFiles(changed)].map(([path, content]) => ({ path, content })));
}

/** A temporary folder with files in it, gone when the test ends. */
export function folderWith(t: ExecutionContext, files: ReadonlyMap<string, Uint8Array> = new Map()): string {
  const folder = temporaryFolder(t);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
