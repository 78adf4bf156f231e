import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { limits } from "../calls/limits.ts";
import { manifestName, readPluginManifest } from "../plugins/read-plugin-manifest.ts";
import { judgeInterfaces } from "./inspect-component.ts";
import { isDigest } from "./package-digest.ts";
import type { PackageSummary } from "./plugin-package.ts";
import { readPlainFile } from "./read-plain-file.ts";
import { writeWholeFile } from "./write-whole-file.ts";

/** What was noted of a store's packages when they were last read. For listing alone: nothing runs by a note. */
export interface PackageNotes {
  /** What was noted of this very file, judged anew; nothing where the file has changed or the note is not sound. */
  find(path: string, stamp: string | undefined): PackageSummary | undefined;
  note(path: string, stamp: string | undefined, summary: PackageSummary): void;
  /** Writes what was found and noted since, and forgets the rest. Where nothing can be written, nothing is. */
  save(): Promise<void>;
}

const noteSchema = z.strictObject({
  stamp: z.string(),
  digest: z.string().refine(isDigest),
  manifest: z.string(),
  imports: z.array(z.string()),
  exports: z.array(z.string()),
  entries: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0) })),
});
const notesSchema = z.strictObject({ version: z.literal(1), packages: z.record(z.string(), noteSchema) });
type Note = z.infer<typeof noteSchema>;

/** Opens the notes of one store in a folder that belongs to the user; without a folder nothing is known or kept. */
export async function openPackageNotes(folder: string | undefined, store: string): Promise<PackageNotes> {
  const file = folder && join(folder, `${createHash("sha256").update(store).digest("hex").slice(0, 32)}.json`);
  const before = file === undefined ? new Map<string, Note>() : await readNotes(file);
  const after = new Map<string, Note>();
  let changed = false;
  return {
    find(path, stamp) {
      const note = before.get(path);
      if (note === undefined || stamp === undefined || note.stamp !== stamp) return undefined;
      const summary = toSummary(note);
      if (summary !== undefined) after.set(path, note);
      return summary;
    },
    note(path, stamp, summary) {
      if (stamp === undefined) return;
      changed = true;
      after.set(path, toNote(stamp, summary));
    },
    async save() {
      if (file === undefined || (!changed && after.size === before.size)) return;
      const text = JSON.stringify({ version: 1, packages: Object.fromEntries(after) });
      // Listing works on a read-only system and a full disk; it is only slower there.
      await writeWholeFile(file, Buffer.from(text)).catch(() => undefined);
    },
  };
}

/** What changes whenever a file's content may have changed; nothing for what is no plain file. */
export async function stampOf(path: string): Promise<string | undefined> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  if (stat?.isFile() !== true) return undefined;
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
}

async function readNotes(file: string): Promise<ReadonlyMap<string, Note>> {
  const read = await readPlainFile(file, limits.packageNotesBytesMax);
  if (!("bytes" in read)) return new Map();
  try {
    const notes = notesSchema.safeParse(JSON.parse(Buffer.from(read.bytes).toString()));
    return new Map(Object.entries(notes.data?.packages ?? {}));
  } catch {
    return new Map();
  }
}

function toNote(stamp: string, { digest, manifestBytes, interfaces, entries }: PackageSummary): Note {
  const { imports, exports } = interfaces;
  const manifest = Buffer.from(manifestBytes).toString();
  return { stamp, digest, manifest, imports: [...imports], exports: [...exports], entries: [...entries] };
}

/** A note is judged by the rules of today, as if it had been read from the package. */
function toSummary({ digest, manifest: text, imports, exports, entries }: Note): PackageSummary | undefined {
  try {
    const manifestBytes = new TextEncoder().encode(text);
    const manifest = readPluginManifest(manifestBytes, manifestName);
    judgeInterfaces({ imports, exports }, manifest);
    return { manifest, manifestBytes, digest, interfaces: { imports, exports }, entries };
  } catch {
    return undefined;
  }
}
