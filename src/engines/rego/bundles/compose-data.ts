import { limits } from "../../../calls/limits.ts";
import type { TarFile } from "../../read-tar.ts";
import { PolicyRefusal } from "../evaluation/policy-fault.ts";

/** A folder of a bundle, with the document that its `data.json` is. */
interface Folder {
  readonly below: Map<string, Folder>;
  file?: TarFile;
}

/**
 * One document of all `data.json` of a bundle, each at the place that its folder says. Texts are put together, not
 * values, so that numbers keep all their digits.
 * @throws {PolicyRefusal} when one is no JSON, is in another's place or in that of `data.yoi`, or all are too much
 */
export function composeData(files: readonly TarFile[]): string {
  const root: Folder = { below: new Map() };
  let bytes = 0;
  for (const file of files) {
    const segments = file.path.split("/");
    if (segments.pop() !== "data.json") continue;
    bytes += file.content.byteLength;
    folderAt(root, segments).file = file;
  }
  // Before it is read, for reading it takes this thread's time.
  if (bytes > limits.regoDataBytesMax)
    throw new PolicyRefusal(`has data of more than ${limits.regoDataBytesMax} bytes`);
  return compose(root, []);
}

function folderAt(root: Folder, segments: readonly string[]): Folder {
  let folder = root;
  for (const segment of segments) {
    const next: Folder = folder.below.get(segment) ?? { below: new Map() };
    folder.below.set(segment, next);
    folder = next;
  }
  return folder;
}

function compose({ file, below }: Folder, place: readonly string[]): string {
  const own = file === undefined ? undefined : readDocument(file);
  const keys = own === undefined ? [] : keysOf(own.value);
  if (place.length === 0 && ([...below.keys()].includes("yoi") || keys?.includes("yoi"))) {
    throw new PolicyRefusal("has data at `data.yoi`, which is not an operator's to write in", "give it another name");
  }
  if (own !== undefined && below.size === 0 && place.length > 0) return own.text;
  const shared = [...below.keys()].find((key) => keys?.includes(key));
  if (keys === undefined || shared !== undefined) {
    const where = ["data", ...place, ...(shared === undefined ? [] : [shared])].join(".");
    throw new PolicyRefusal(
      `has two documents at \`${where}\`, or none that others fit into`,
      "put them into one `data.json`",
    );
  }
  const members = [...below].map(([key, folder]) => `${JSON.stringify(key)}:${compose(folder, [...place, key])}`);
  const inside = own === undefined ? "" : own.text.trim().slice(1, -1).trim();
  return `{${[inside, ...members].filter((text) => text !== "").join(",")}}`;
}

function readDocument({ path, content }: TarFile): { readonly text: string; readonly value: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return { text, value: JSON.parse(text) };
  } catch {
    throw new PolicyRefusal(`has a \`${path}\` that is no JSON`);
  }
}

function keysOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.keys(value);
}
