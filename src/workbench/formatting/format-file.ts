import { randomBytes } from "node:crypto";
import { lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { limits } from "../../calls/limits.ts";
import { readBoundedFile } from "../../config/read-bounded-file.ts";
import { formatCedar } from "../../engines/cedar/format-cedar.ts";
import type { RegoFormatter } from "../../engines/rego/format-rego.ts";
import type { Finding } from "../../errors/error-details.ts";
import type { PolicyFile } from "./find-policy-files.ts";

/** What became of a file, or with `check` would become of it. */
export interface FormattedFile {
  readonly file: string;
  /** `refused`: it was left as it is, for what the findings say. */
  readonly change: "none" | "formatted" | "unformatted" | "refused";
  readonly findings: readonly Finding[];
  /** Where it is or would be changed. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * Lays one file out and writes it back, whole or not at all, with its mode; with `check` nothing is written. What is no
 * plain file of the user's own to write is refused with a finding.
 */
export async function formatFile(
  { path, file }: PolicyFile,
  rego: RegoFormatter,
  options: { readonly check: boolean },
): Promise<FormattedFile> {
  const refused = (...findings: readonly Finding[]): FormattedFile => ({ file, change: "refused", findings });
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isSymbolicLink()) {
    return refused({ message: "is a link", place: { file }, remedy: "name the file that it leads to" });
  }
  const read = await readBoundedFile(path, limits.policyFileBytesMax);
  if (!("text" in read)) {
    return refused({ message: `cannot be read: ${"problem" in read ? read.problem : "it vanished"}`, place: { file } });
  }
  const before = read.text;
  const source = { file, text: before };
  const formatted = path.endsWith(".rego") ? await rego.format(source) : formatCedar(source);
  if ("findings" in formatted) return refused(...formatted.findings);
  const after = formatted.text;
  if (after === before) return { file, change: "none", findings: [] };
  if (options.check) return { file, change: "unformatted", findings: [], before, after };
  if (((stat?.mode ?? 0) & 0o200) === 0) {
    return refused({ message: "is read-only", place: { file }, remedy: "make it writable first" });
  }
  const problem = await replaceFile(path, before, after, (stat?.mode ?? 0o644) & 0o7777);
  if (problem !== undefined) return refused({ message: problem, place: { file } });
  return { file, change: "formatted", findings: [], before, after };
}

/** Puts the new text in the file's place; the answer is why that was not done. */
async function replaceFile(path: string, before: string, after: string, mode: number): Promise<string | undefined> {
  // Hidden, and with an ending that nobody takes for a policy: a running host may look at any moment.
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString("hex")}.part`);
  try {
    await using opened = await open(temporary, "wx", mode);
    await opened.chmod(mode);
    await opened.writeFile(after);
    await opened.sync();
    // What somebody wrote in the meantime is not to be lost.
    const again = await readBoundedFile(path, limits.policyFileBytesMax);
    if (!("text" in again) || again.text !== before) {
      await rm(temporary, { force: true });
      return "was changed while it was laid out";
    }
    await rename(temporary, path);
    return undefined;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return "cannot be written";
  }
}
