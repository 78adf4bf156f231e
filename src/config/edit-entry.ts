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
    return checked(`${before === "" ? "" : `${before}\n\n`}${block.join("\n")}\n`, text, ref, file);
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
  return checked(lines.join("\n"), text, ref, file);
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
  return checked(`${kept.join("\n").trimEnd()}\n`, text, ref, file);
}

// INVARIANT: an edit changes one entry and nothing else. What parses otherwise afterwards is not written.
function checked(after: string, before: string, ref: string, file: string): string {
  try {
    if (isDeepStrictEqual(withoutEntry(after, ref), withoutEntry(before, ref))) return after;
  } catch {
    throw byHand(file, ref);
  }
  throw byHand(file, ref);
}

function withoutEntry(text: string, ref: string): unknown {
  const tree = parse(text);
  const { plugins, ...rest } = tree;
  if (typeof plugins !== "object" || plugins === null || Array.isArray(plugins) || plugins instanceof Date) return rest;
  const others = Object.entries(plugins).filter(([key]) => key !== ref);
  return others.length === 0 ? rest : { ...rest, plugins: Object.fromEntries(others) };
}

function byHand(file: string, ref: string): YoiError<"YOI_CONFIG_INVALID"> {
  const finding = {
    message: `the entry of \`${ref}\` is written in a way that cannot be edited safely`,
    place: { file },
    remedy: "change it by hand",
  };
  return new YoiError("YOI_CONFIG_INVALID", "the configuration was not changed", { findings: [finding] });
}
