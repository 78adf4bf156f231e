import { type Dirent, fstatSync, lstatSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { isSegment } from "../../calls/guest-path.ts";
import { limits } from "../../calls/limits.ts";
import type { FileKind, FolderEntry } from "../../calls/powers.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed } from "../effect-failure.ts";
import { identityOf, type Place, type Walls } from "./open-place.ts";
import type { Visit } from "./visit-mount.ts";

/** An entry with its name as the file system has it: bytes, which may be no text. */
interface RawEntry extends FolderEntry {
  readonly bytes: Buffer;
}

// How many names are fetched before other work gets its turn.
const namesAtOnce = 256;

/**
 * Lists the entries of a folder whose names are greater than `after`, in the order of their code points, which is that
 * of their UTF-8 bytes. Nothing but the folder is opened. Left out is what no guest could ask for by its name, and what
 * lies behind a wall.
 */
export async function listFolder(
  { openPlace, walls, stop }: Visit,
  { target }: Warrant<"fs.list">,
): Promise<readonly FolderEntry[]> {
  using folder = openPlace();
  if (!fstatSync(folder.fd).isDirectory()) throw effectFailed("not-a-folder", "it is not a folder");
  const after = Buffer.from(target.after ?? "");
  const entries: RawEntry[] = [];
  for await (const entry of namesIn(folder, stop)) {
    const bytes = entry.name;
    const name = nameOf(bytes);
    if (name === undefined || Buffer.compare(bytes, after) <= 0) continue;
    const kind = kindOf(entry);
    if (kind !== "folder" || !isWalled(`${folder.path}/${name}`, walls)) entries.push({ bytes, name, kind });
  }
  entries.sort((one, other) => Buffer.compare(one.bytes, other.bytes));
  return entries.map(({ name, kind }) => ({ name, kind }));
}

/** What is in a folder, as it comes. */
async function* namesIn(folder: Place, stop: AbortSignal): AsyncGenerator<Dirent<Buffer>> {
  let seen = 0;
  // The types of Node name the encoding of text alone; the documentation has `buffer` as for every path.
  const options = { encoding: "buffer" as BufferEncoding, bufferSize: namesAtOnce };
  for await (const entry of await opendir(folder.path, options)) {
    stop.throwIfAborted();
    seen++;
    if (seen > limits.folderEntriesMax) {
      throw effectFailed("too-large", `the folder has more than ${limits.folderEntriesMax} entries`);
    }
    yield entry as unknown as Dirent<Buffer>;
  }
}

/** The name as text, where it is one that a path could have. */
function nameOf(bytes: Uint8Array): string | undefined {
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return isSegment(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(entry: Dirent<Buffer>): FileKind {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}

function isWalled(path: string, walls: Walls): boolean {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && walls.has(identityOf(stats));
}
