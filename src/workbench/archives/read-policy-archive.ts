import { isDeepStrictEqual, promisify } from "node:util";
import { gunzip } from "node:zlib";
import { limits } from "../../calls/limits.ts";
import { readBoundedFile } from "../../config/read-bounded-file.ts";
import { languageOf } from "../../engines/load-policies.ts";
import type { PolicyDocument, PolicySource, PolicySources } from "../../engines/policy-engine.ts";
import { readTar, TarFault, type TarFile } from "../../engines/read-tar.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { kindOf } from "../suites/find-suites.ts";
import { archiveManifestSchema, contentFolder, listContent, manifestFile } from "./archive-manifest.ts";

/**
 * Reads an archive that `yoi policy build` made, as the policies and documents of a workspace. Every file in it is one
 * that the manifest lists, with the bytes that it lists, or the archive is refused whole.
 * @throws {YoiError} YOI_POLICY_INVALID
 */
export async function readPolicyArchive(path: string): Promise<PolicySources> {
  const read = await readBoundedFile(path, limits.policyArchiveBytesMax, "base64");
  if (!("text" in read)) throw refused("problem" in read ? `cannot be read: ${read.problem}` : "is not there");
  try {
    const files = readTar(await expand(Buffer.from(read.text, "base64")), limits.policyArchiveEntriesMax);
    return sourcesOf(verified(files));
  } catch (error) {
    throw error instanceof TarFault ? refused(error.message) : error;
  }
}

function refused(why: string): YoiError<"YOI_POLICY_INVALID"> {
  const message = `the policy archive ${why}`;
  const remedy = "make it anew with `yoi policy build`";
  return new YoiError("YOI_POLICY_INVALID", message, { findings: [{ message, remedy }] });
}

// ATTACK: a few bytes that expand to all the memory there is, and bytes behind the end that no digest covers (threats 29).
async function expand(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new TarFault("is none");
  const expanded = await promisify(gunzip)(bytes, { maxOutputLength: limits.policyArchiveBytesMax, info: true }).then(
    // Node's types leave out what `info` adds.
    (answer: unknown) => answer as { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } },
    () => undefined,
  );
  if (expanded === undefined) throw new TarFault(`cannot be expanded to at most ${limits.policyArchiveBytesMax} bytes`);
  if (expanded.engine.bytesWritten !== bytes.byteLength) throw new TarFault("has bytes after its end");
  return expanded.buffer;
}

/** The content of an archive, held against its manifest. */
function verified(files: readonly TarFile[]): readonly TarFile[] {
  const listing = files.find(({ path }) => path === manifestFile);
  if (listing === undefined) throw new TarFault(`has no \`${manifestFile}\``);
  const manifest = archiveManifestSchema.safeParse(parsed(listing));
  if (!manifest.success) throw new TarFault("has a manifest of another format");
  const content = files.filter((file) => file !== listing);
  const { digest, files: listed } = manifest.data;
  const found = listContent(content);
  const changed = found.files.find((file) => !listed.some((one) => isDeepStrictEqual(one, file)));
  // ATTACK: a forbid that was taken out, or a permit that was put in, on the way here (threats 29).
  if (changed !== undefined) throw new TarFault(`does not list \`${escapeText(changed.path)}\` as it is`);
  if (!isDeepStrictEqual(found, { digest, files: listed })) throw new TarFault("lacks what its manifest lists");
  return content;
}

function parsed({ content }: TarFile): unknown {
  try {
    return JSON.parse(textOf(content));
  } catch {
    return undefined;
  }
}

function textOf(content: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new TarFault("has text that is not UTF-8");
  }
}

function sourcesOf(files: readonly TarFile[]): PolicySources {
  const policies: PolicySource[] = [];
  const entities: PolicyDocument[] = [];
  const data: PolicyDocument[] = [];
  for (const { path, content } of files.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
    if (!path.startsWith(contentFolder)) throw new TarFault(`has a file outside of \`${contentFolder}\``);
    const name = path.slice(contentFolder.length);
    const placed = { file: `.yoi/policies/${name}`, layer: "workspace" } as const;
    const language = languageOf(name);
    if (language === "bundle") policies.push({ ...placed, language, text: Buffer.from(content).toString("base64") });
    else if (language !== undefined) policies.push({ ...placed, language, text: textOf(content) });
    else if (name === "entities.json") entities.push({ ...placed, text: textOf(content) });
    else if (name === "data.json" || name === "data.yaml") data.push({ ...placed, text: textOf(content) });
    else if (kindOf(name) === undefined) {
      // FAIL-CLOSED: what nobody reads may have been meant to forbid.
      throw new TarFault(`has a file \`${escapeText(path)}\`, for which there is no use`);
    }
  }
  return { policies, entities, data };
}
