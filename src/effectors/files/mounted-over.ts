import { basename, dirname } from "node:path";

/**
 * The names in a folder that something else is mounted over, a folder or a file, by Linux's table of mounts
 * (`/proc/<pid>/mountinfo`). Table, path and names have a character for each byte.
 */
export function mountedOver(
  table: string,
  folder: { readonly path: string; readonly mountId: string },
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of table.split("\n")) {
    const [, parentId, , , escaped] = line.split(" ");
    // By its path alone, a mount could be one over the same path in a mount that lies beneath.
    if (parentId !== folder.mountId || escaped === undefined) continue;
    const point = readOctal(escaped);
    if (dirname(point) === folder.path) names.add(basename(point));
  }
  return names;
}

// Blanks, line breaks and backslashes are written in octal, as in `\040`.
function readOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
