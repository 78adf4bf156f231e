import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";

/** A file to be laid out: where it lies, and how a person is told of it. */
export interface PolicyFile {
  readonly path: string;
  readonly file: string;
}

/**
 * The files of Cedar and Rego among what was named: a file itself, and of a folder all below it but the hidden.
 * @throws {YoiError} YOI_USAGE for what is not there, or is neither
 */
export async function findPolicyFiles(named: readonly PolicyFile[]): Promise<readonly PolicyFile[]> {
  const found = (await Promise.all(named.map(filesOf))).flat();
  const distinct = new Map(found.map((one) => [one.path, one]));
  if (distinct.size > limits.policyFilesMax) {
    throw new YoiError("YOI_USAGE", `more than ${limits.policyFilesMax} files; name fewer`, {});
  }
  return [...distinct.values()].toSorted((one, other) => (one.file < other.file ? -1 : 1));
}

async function filesOf(named: PolicyFile): Promise<readonly PolicyFile[]> {
  const shown = escapeText(named.file, limits.terminalTextMax);
  const found = await lstat(named.path).catch(() => undefined);
  if (found === undefined) throw new YoiError("YOI_USAGE", `there is no \`${shown}\``, {});
  if (found.isDirectory()) return below(named);
  if (isPolicy(named.path)) return [named];
  throw new YoiError("YOI_USAGE", `\`${shown}\` ends in neither \`.cedar\` nor \`.rego\``, {});
}

async function below(folder: PolicyFile): Promise<readonly PolicyFile[]> {
  const entries = await readdir(folder.path, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  const found = visible.map(async (entry): Promise<readonly PolicyFile[]> => {
    const one = { path: join(folder.path, entry.name), file: join(folder.file, entry.name) };
    if (entry.isDirectory()) return below(one);
    return isPolicy(entry.name) ? [one] : [];
  });
  return (await Promise.all(found)).flat();
}

function isPolicy(name: string): boolean {
  return name.endsWith(".cedar") || name.endsWith(".rego");
}
