import { createHash } from "node:crypto";
import { z } from "zod";
import type { TarFile } from "../../engines/read-tar.ts";

/** Where everything but the manifest lies. */
export const contentFolder = "policies/";
export const manifestFile = "manifest.json";

const digestText = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What a policy archive says of itself. */
export const archiveManifestSchema = z.strictObject({
  format: z.literal(1),
  /** The version of Yoi that made it, and of the engines that took it. */
  yoi: z.string(),
  engines: z.record(z.string(), z.string()),
  /** Of the content alone: paths and bytes. */
  digest: digestText,
  files: z.array(
    z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) }),
  ),
});

export type ArchiveManifest = z.infer<typeof archiveManifestSchema>;

/** The files of an archive as its manifest lists them, sorted by path, and the digest over all of them. */
export function listContent(files: readonly TarFile[]): Pick<ArchiveManifest, "digest" | "files"> {
  const listed = files
    .map(({ path, content }) => ({ path, sha256: sha256(content), bytes: content.byteLength }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  // No path holds a line break, so no two lists have one spelling.
  const spelled = listed.map(({ path, sha256: hash }) => `${hash}  ${path}\n`).join("");
  return { digest: `sha256:${sha256(Buffer.from(spelled))}`, files: listed };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
