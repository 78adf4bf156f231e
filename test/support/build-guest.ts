import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { buildPlugin } from "../../src/authoring/build-plugin.ts";

const root = join(import.meta.dirname, "../..");
const fixtures = join(root, "fixtures/plugins");
const cache = join(tmpdir(), `yoi-guests-${userInfo().uid}`);

/** What a guest is made of besides its own files. */
const ingredients = ["src/sdk", "src/authoring", "src/packages", "wit", "package-lock.json"];

/** A plugin of `fixtures/plugins`, built. */
export interface BuiltGuest {
  readonly id: string;
  readonly packagePath: string;
  readonly componentPath: string;
}

/**
 * Builds a plugin of `fixtures/plugins` once for what it is made of; later runs, and other test processes, find it
 * ready. The first to finish wins, and the others use what it built.
 */
export async function buildGuest(name: string): Promise<BuiltGuest> {
  const digest = await digestTree([join(fixtures, name), ...ingredients.map((path) => join(root, path))]);
  const place = join(cache, `${name}-${digest.slice(0, 24)}`);
  const built = await findBuilt(place);
  if (built !== undefined) return built;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(cache, ".building-"));
  try {
    await cp(join(fixtures, name), folder, { recursive: true });
    await buildPlugin({ folder });
    await rename(folder, place).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST")))
        throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const fresh = await findBuilt(place);
  if (fresh === undefined) throw new Error(`the fixture ${name} left no package`);
  return fresh;
}

async function findBuilt(place: string): Promise<BuiltGuest | undefined> {
  const files = await readdir(join(place, "build")).catch(() => []);
  const file = files.find((found) => found.endsWith(".yoi-plugin"));
  if (file === undefined) return undefined;
  const id = file.slice(0, file.lastIndexOf("-0.1.0.yoi-plugin"));
  return { id, packagePath: join(place, "build", file), componentPath: join(place, "build/plugin.wasm") };
}

async function digestTree(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
    const files = entries?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)) ?? [
      path,
    ];
    for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest("hex");
}
