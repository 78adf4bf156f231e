import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { YoiError } from "../errors/yoi-error.ts";

/**
 * The workspace of a command: the folder that was named, or the nearest parent of `from` with a `.yoi` in it.
 * @throws {YoiError} YOI_WORKSPACE_INVALID when there is none
 */
export function findWorkspace(from: string, named: string | undefined): string {
  if (named !== undefined) {
    const folder = resolve(from, named);
    if (existsSync(join(folder, ".yoi"))) return folder;
    throw new YoiError(
      "YOI_WORKSPACE_INVALID",
      `\`${named}\` is not a workspace: it has no \`.yoi\` folder; \`yoi init\` makes one`,
      { path: named },
    );
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".yoi"))) return folder;
    if (folder === dirname(folder)) break;
  }
  const message = "no workspace here: neither this folder nor one above it has `.yoi`; `yoi init` makes one";
  throw new YoiError("YOI_WORKSPACE_INVALID", message, { path: from });
}
