import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, realpath, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { type Places, showPath } from "./places.ts";
import { readBoundedFile } from "./read-bounded-file.ts";

// A workspace can come from a stranger's repository, policies, grants and all (threats 44). Until its operator has
// said `yoi trust`, recorded outside of it, it is inventory: every call is denied.

const digestText = z.string().regex(/^[0-9a-f]{64}$/);
const trustSchema = z.strictObject({
  version: z.literal(1),
  workspaces: z.record(
    z.string(),
    z.strictObject({
      at: z.string(),
      /** With `--exact`: SHA-256 by file of all that the workspace decides with. */
      exact: z.record(z.string(), digestText).optional(),
    }),
  ),
});
type TrustFile = z.infer<typeof trustSchema>;

/** What changed since an exact trust was given, by file. */
export interface TrustChange {
  readonly file: string;
  readonly change: "added" | "changed" | "removed";
}

export type Trust =
  | { readonly trusted: true; readonly exact: boolean }
  | {
      readonly trusted: false;
      readonly because: string;
      /** Against an exact trust that was given before. */
      readonly exact: boolean;
      readonly changes: readonly TrustChange[];
    };

/** Whether the workspace is trusted as it lies there now. Whatever cannot be told is not trusted. */
export async function readTrust(places: Places): Promise<Trust> {
  const foreign = await foreignOwner(places);
  if (foreign !== undefined) return { trusted: false, because: foreign, exact: false, changes: [] };
  const file = await readTrustFile(places);
  const record = file?.workspaces[await realWorkspace(places)];
  if (record === undefined)
    return { trusted: false, because: "nobody has said `yoi trust` for this workspace", exact: false, changes: [] };
  if (record.exact === undefined) return { trusted: true, exact: false };
  const changes = differences(record.exact, await digestFiles(places));
  if (changes.length === 0) return { trusted: true, exact: true };
  return { trusted: false, because: "it has changed since it was trusted with `--exact`", exact: true, changes };
}

/**
 * Records that the operator trusts the workspace; with `exact`, only as it lies there now.
 * @throws {YoiError} YOI_WORKSPACE_INVALID when `.yoi` belongs to another user or the record cannot be written
 */
export async function recordTrust(
  places: Places,
  options: { readonly exact: boolean; readonly at: Date },
): Promise<void> {
  const foreign = await foreignOwner(places);
  if (foreign !== undefined) throw new YoiError("YOI_WORKSPACE_INVALID", foreign, { path: places.dotYoi });
  const file = (await readTrustFile(places)) ?? { version: 1, workspaces: {} };
  const exact = options.exact ? await digestFiles(places) : undefined;
  const record = { at: options.at.toISOString(), ...(exact !== undefined && { exact }) };
  const workspaces = { ...file.workspaces, [await realWorkspace(places)]: record };
  await writeTrustFile(places, { version: 1, workspaces });
}

async function writeTrustFile(places: Places, file: TrustFile): Promise<void> {
  const temporary = `${places.trustFile}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(dirname(places.trustFile), { recursive: true, mode: 0o700 });
    await writeFile(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    await rename(temporary, places.trustFile);
  } catch (cause) {
    const path = showPath(places.trustFile, places);
    throw new YoiError("YOI_WORKSPACE_INVALID", `the trust record \`${path}\` cannot be written`, { path }, { cause });
  }
}

async function readTrustFile(places: Places): Promise<TrustFile | undefined> {
  const read = await readBoundedFile(places.trustFile, limits.configFileBytesMax);
  if (!("text" in read)) return undefined;
  try {
    // FAIL-CLOSED: a record that cannot be understood trusts nothing.
    return trustSchema.parse(JSON.parse(read.text));
  } catch {
    return undefined;
  }
}

async function realWorkspace(places: Places): Promise<string> {
  return realpath(places.workspace).catch(() => places.workspace);
}

async function foreignOwner(places: Places): Promise<string | undefined> {
  const uid = process.getuid?.();
  try {
    const found = await lstat(places.dotYoi);
    if (!found.isDirectory()) return "`.yoi` is not a folder";
    return uid !== undefined && found.uid !== uid ? "`.yoi` belongs to another user" : undefined;
  } catch {
    return "there is no `.yoi` folder; `yoi init` makes one";
  }
}

/** SHA-256 of everything in the workspace that decides: configuration, policies, data. */
async function digestFiles(places: Places): Promise<Record<string, string>> {
  const deciding = [places.workspaceConfig, places.localConfig, ...(await policyFiles(places.workspacePolicies))];
  const digests: Record<string, string> = {};
  for (const path of deciding) {
    // A compiled policy is no text.
    const read = await readBoundedFile(path, limits.regoBundleBytesMax, "base64");
    if ("absent" in read) continue;
    // FAIL-CLOSED: what cannot be read has a digest that no file has.
    const text = "text" in read ? read.text : randomBytes(32).toString("hex");
    digests[showPath(path, places)] = createHash("sha256").update(text).digest("hex");
  }
  return digests;
}

async function policyFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function differences(before: Record<string, string>, now: Record<string, string>): readonly TrustChange[] {
  const files = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return files.flatMap((file): readonly TrustChange[] => {
    if (before[file] === now[file]) return [];
    if (before[file] === undefined) return [{ file, change: "added" }];
    return [{ file, change: now[file] === undefined ? "removed" : "changed" }];
  });
}
