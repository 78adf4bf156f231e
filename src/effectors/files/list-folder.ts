import { type Dirent, fstatSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { isSegment } from "../../calls/guest-path.ts";
import { limits } from "../../calls/limits.ts";
import type { FileKind, FolderEntry } from "../../calls/powers.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed } from "../effect-failure.ts";
import { inTurn } from "./in-turn.ts";
import type { Place } from "./open-place.ts";
import { screenNames } from "./screen-names.ts";
import type { Visit } from "./visit-mount.ts";

/** An entry with its name as the file system has it: a character for each byte, which may be no text. */
interface RawEntry extends FolderEntry {
  readonly bytes: string;
}

/**
 * Lists the entries of a folder whose names are greater than `after`, in the order of their code points, which is that
 * of their UTF-8 bytes. Nothing but the folder is opened. Left out is what no guest could ask for by its name, what lies
 * behind a wall, and what is mounted over a name.
 */
export async function listFolder(visit: Visit, { target }: Warrant<"fs.list">): Promise<readonly FolderEntry[]> {
  // ATTACK: many lists of long folders at once must not hold the host up longer than one does (threats 22).
  return inTurn("list", async () => {
    visit.stop.throwIfAborted();
    using folder = visit.openPlace();
    if (!fstatSync(folder.fd).isDirectory()) throw effectFailed("not-a-folder");
    return await entriesOf(folder, visit, target.after ?? "");
  });
}

async function entriesOf(folder: Place, { walls, stop }: Visit, after: string): Promise<readonly FolderEntry[]> {
  const isHidden = screenNames(folder, walls);
  const from = Buffer.from(after).toString("latin1");
  const entries: RawEntry[] = [];
  for await (const entry of namesIn(folder, stop)) {
    const bytes = entry.name;
    const name = nameOf(bytes);
    if (name !== undefined && bytes > from && !isHidden(bytes)) entries.push({ bytes, name, kind: kindOf(entry) });
  }
  entries.sort((one, other) => (one.bytes < other.bytes ? -1 : 1));
  return entries.map(({ name, kind }) => ({ name, kind }));
}

/** What is in a folder, as it comes. */
async function* namesIn(folder: Place, stop: AbortSignal): AsyncGenerator<Dirent> {
  let seen = 0;
  for await (const entry of await opendir(folder.path, { encoding: "latin1", bufferSize: limits.namesPerTurnMax })) {
    stop.throwIfAborted();
    seen++;
    if (seen > limits.folderEntriesMax) {
      throw effectFailed("too-large", `the folder has more than ${limits.folderEntriesMax} entries`);
    }
    yield entry;
  }
}

/** The name as text, where it is one that a path could have. */
function nameOf(bytes: string): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
    return isSegment(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(entry: Dirent): FileKind {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}
