import { createHash, randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../calls/limits.ts";

/** JSON by a key that says all that it was made from. */
export interface OwnCache {
  /** Nothing where it is not there, or not as it was written. */
  read(key: string): Promise<unknown>;
  write(key: string, value: object): Promise<void>;
}

/**
 * Keeps what is slow to make in a folder that is the user's alone and lies outside every workspace: what lies in it
 * decides, so a stranger's repository must not be able to bring it along. A cache that cannot be used is an empty one.
 */
export function createOwnCache(folder: string): OwnCache {
  const fileOf = (key: string) => join(folder, `${key.replace("sha256:", "")}.json`);
  return {
    async read(key) {
      try {
        if (!(await isOwn(folder))) return undefined;
        const text = await readFile(fileOf(key), "utf8");
        const digest = text.slice(0, text.indexOf("\n"));
        const body = text.slice(digest.length + 1);
        // A file that was cut short, or altered, is one that is not there.
        return digest === digestOf(body) ? JSON.parse(body) : undefined;
      } catch {
        return undefined;
      }
    },
    async write(key, value) {
      const body = JSON.stringify(value);
      const temporary = join(folder, `new-${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        if (!(await isOwn(folder))) return;
        await writeFile(temporary, `${digestOf(body)}\n${body}`, { mode: 0o600 });
        await rename(temporary, fileOf(key));
        await dropOldest(folder);
      } catch {
        // A full disk costs time at the next start, and no decision.
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

function digestOf(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

// ATTACK: another user of the machine who puts his own policies where ready ones are looked for (threats 30).
async function isOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  const foreign = process.getuid !== undefined && found.uid !== process.getuid();
  return found.isDirectory() && !foreign && (found.mode & 0o022) === 0;
}

async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= limits.policyCacheFilesMax) return;
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  const oldest = files.sort((one, other) => one.at - other.at).slice(0, files.length - limits.policyCacheFilesMax);
  await Promise.all(oldest.map(({ path }) => rm(path, { force: true, recursive: true })));
}
