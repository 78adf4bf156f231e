import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import { YoiError } from "../errors/yoi-error.ts";
import { locateKey } from "../toml/locate-key.ts";

/** A key of an entry, and its value as TOML writes it. */
export type EntryKeys = { readonly [key: string]: string };

/**
 * Sets keys in the entry `[plugins."<ref>"]`, which is made if there is none. Comments and everything else stay as
 * they are.
 * @throws {YoiError} YOI_CONFIG_INVALID when the text cannot be edited safely
 */
export function setEntryKeys(text: string, ref: string, keys: EntryKeys, file: string): string {
  const header = `[plugins.${JSON.stringify(ref)}]`;
  const lines = text.split("\n");
  if (locateKey(text, ["plugins", ref]) === undefined) {
    const block = [header, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`)];
    const before = text.trimEnd();
    const after = `${before === "" ? "" : `${before}\n\n`}${block.join("\n")}\n`;
    return checked({ after, before: text, ref, file, keys });
  }
  const missing: string[] = [];
  for (const [key, value] of Object.entries(keys)) {
    const place = locateKey(text, ["plugins", ref, key]);
    if (place === undefined) missing.push(`${key} = ${value}`);
    else lines[place.line - 1] = `${(lines[place.line - 1] ?? "").slice(0, place.column - 1)}${key} = ${value}`;
  }
  const at = lines.findIndex((line) => line.trimStart().startsWith(header));
  if (missing.length > 0 && at < 0) throw byHand(file, ref);
  lines.splice(at + 1, 0, ...missing);
  return checked({ after: lines.join("\n"), before: text, ref, file, keys });
}

/**
 * Takes the entry of one plugin out, with its grants and tables.
 * @throws {YoiError} YOI_CONFIG_INVALID when the text cannot be edited safely
 */
export function removeEntry(text: string, ref: string, file: string): string {
  const own = `plugins.${JSON.stringify(ref)}`;
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split("\n")) {
    const header = /^\s*\[{1,2}\s*([^\]]*?)\s*\]{1,2}/.exec(line)?.[1];
    if (header !== undefined) inside = header === own || header.startsWith(`${own}.`);
    if (!inside) kept.push(line);
  }
  return checked({ after: `${kept.join("\n").trimEnd()}\n`, before: text, ref, file });
}

interface Edit {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
  readonly file: string;
  /** What the entry is to say afterwards; where it is absent, the entry is to be gone. */
  readonly keys?: EntryKeys;
}

// INVARIANT: an edit does what it says to one entry, and nothing else. TOML can spell one entry in many ways, so what
// was meant is looked for in what the edited text parses to; what parses otherwise is not written.
function checked({ before, after, ref, file, keys }: Edit): string {
  try {
    const [was, is] = [splitEntry(before, ref), splitEntry(after, ref)];
    const isDone = keys === undefined ? is.entry === undefined : says(is.entry, keys);
    if (isDone && isDeepStrictEqual(was.others, is.others)) return after;
  } catch {
    throw byHand(file, ref);
  }
  throw byHand(file, ref);
}

function says(entry: unknown, keys: EntryKeys): boolean {
  if (!isTable(entry)) return false;
  return Object.entries(keys).every(([key, value]) =>
    isDeepStrictEqual(entry[key], parse(`value = ${value}`)["value"]),
  );
}

function splitEntry(text: string, ref: string): { readonly entry: unknown; readonly others: unknown } {
  const { plugins, ...rest } = parse(text);
  if (!isTable(plugins)) return { entry: undefined, others: plugins === undefined ? rest : { ...rest, plugins } };
  const others = Object.entries(plugins).filter(([key]) => key !== ref);
  return {
    entry: Object.hasOwn(plugins, ref) ? plugins[ref] : undefined,
    others: others.length === 0 ? rest : { ...rest, plugins: Object.fromEntries(others) },
  };
}

function isTable(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function byHand(file: string, ref: string): YoiError<"YOI_CONFIG_INVALID"> {
  const finding = {
    message: `the entry of \`${ref}\` is written in a way that cannot be edited safely`,
    place: { file },
    remedy: "change it by hand",
  };
  return new YoiError("YOI_CONFIG_INVALID", "the configuration was not changed", { findings: [finding] });
}
