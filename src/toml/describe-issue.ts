import type { z } from "zod";
import { escapeText } from "../errors/escape-text.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { formsAt } from "./known-keys.ts";
import type { TomlPath } from "./locate-key.ts";

/** What the schema found, before it has a place. */
export interface DescribedIssue {
  readonly message: string;
  readonly remedy?: string;
  readonly path: TomlPath;
  readonly at: "key" | "value";
  /** Of a key that is not known: the one that was meant. */
  readonly meant?: string;
  /** A key that is not there. */
  readonly missing?: true;
}

export interface IssueSurroundings {
  readonly schema: z.ZodType;
  readonly later: readonly string[];
  /** The whole parsed file; looked at for did-you-mean, never quoted. */
  readonly tree: unknown;
}

type Issue = z.core.$ZodIssue;

/** An issue of zod in our own words: keys may be named, values never are. */
export function describeIssue(issue: Issue, around: IssueSurroundings): readonly DescribedIssue[] {
  const path = toTomlPath(issue.path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => describeUnknownKey(path, key, around));
  if (issue.code === "invalid_union") return describeUnion(issue, path, around);
  if (issue.code === "invalid_key") {
    const why = issue.issues.find((inner) => inner.code === "custom")?.message;
    const key = path.at(-1) ?? "";
    return [
      { message: `\`${escapeText(String(key), 64)}\` cannot be a key here${why ? `: ${why}` : ""}`, path, at: "key" },
    ];
  }
  const value = valueAt(around.tree, path);
  if (value === undefined && issue.code !== "custom") {
    return [missingKey(path)];
  }
  return [{ message: nameOf(path) + (messageOfSchema(issue) ?? ` ${requirement(issue, value)}`), path, at: "value" }];
}

function describeUnknownKey(path: TomlPath, key: string, around: IssueSurroundings): DescribedIssue {
  const whole = [...path, key];
  const named = `\`${escapeText(key, 64)}\``;
  if (around.later.some((pattern) => matches(pattern, whole))) {
    return { message: `${named} is not supported by this version`, remedy: "remove it", path: whole, at: "key" };
  }
  const forms = formsAt(around.schema, path);
  const known = [...new Set(forms.flat())];
  if (known.includes(key)) return { ...describeExcludedKey(path, key, forms, around), path: whole, at: "key" };
  const meant = suggestName(key, known);
  const remedy =
    meant !== undefined ? `did you mean \`${meant}\`?` : `known here: ${known.map((name) => `\`${name}\``).join(", ")}`;
  return {
    message: `unknown key ${named}`,
    ...((meant ?? known.length > 0) && { remedy }),
    path: whole,
    at: "key",
    ...(meant !== undefined && { meant }),
  };
}

function missingKey(path: TomlPath): DescribedIssue {
  return { message: `missing key \`${showPath(path)}\``, path, at: "key", missing: true };
}

/** One mistake is told once: a key that is misspelt is not missing too. */
export function withoutEchoes(issues: readonly DescribedIssue[]): readonly DescribedIssue[] {
  const meant = issues.flatMap(({ path, meant }) =>
    meant === undefined ? [] : [showPath([...path.slice(0, -1), meant])],
  );
  return issues.filter(({ path, missing }) => missing !== true || !meant.includes(showPath(path)));
}

/** A key of another form than the rest of its table: each is known, and they do not go together. */
function describeExcludedKey(
  path: TomlPath,
  key: string,
  forms: readonly (readonly string[])[],
  { tree }: IssueSurroundings,
): Pick<DescribedIssue, "message" | "remedy"> {
  const table = valueAt(tree, path);
  const present = typeof table === "object" && table !== null ? Object.keys(table) : [];
  const allied = forms.filter((form) => form.includes(key)).flat();
  const others = present.filter((other) => forms.flat().includes(other) && !allied.includes(other));
  const named = `\`${escapeText(key, 64)}\``;
  if (others.length === 0) return { message: `${named} does not go with what else stands here`, remedy: "take it out" };
  const list = others.map((other) => `\`${other}\``).join(", ");
  return { message: `${named} and ${list} exclude each other`, remedy: "take out the one that is not meant" };
}

/** Of the forms that a value may take, the one that was most likely meant. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: TomlPath,
  around: IssueSurroundings,
): readonly DescribedIssue[] {
  const types = issue.errors.map((errors) =>
    errors.find((inner) => inner.path.length === 0 && inner.code === "invalid_type"),
  );
  const fitting = issue.errors.filter((_, form) => types[form] === undefined);
  const nearest = fitting.toSorted((a, b) => a.length - b.length)[0];
  if (nearest !== undefined) {
    return nearest.flatMap((inner) => describeIssue({ ...inner, path: [...path, ...inner.path] }, around));
  }
  if (valueAt(around.tree, path) === undefined) return [missingKey(path)];
  const names = types.flatMap((type) => (type?.code === "invalid_type" ? [typeName(type.expected)] : []));
  const options = issue.errors.length === 0 ? optionsOf(issue) : [];
  const value = valueAt(around.tree, path);
  const meant = typeof value === "string" ? suggestName(value, options) : undefined;
  const forms = options.length > 0 ? options.map((option) => `\`${option}\``) : [...new Set(names)];
  const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
  return [{ message: `${nameOf(path)} must be ${forms.join(" or ")}${hint}`, path, at: "value" }];
}

/** The values that a discriminator can have. */
function optionsOf(issue: z.core.$ZodIssueInvalidUnion): readonly string[] {
  const options: unknown = "options" in issue ? issue.options : [];
  return Array.isArray(options) ? options.map(String) : [];
}

/** What the schema's author wrote for this check: a predicate follows the key, any other sentence a colon. */
function messageOfSchema({ code, message }: Issue): string | undefined {
  if ((code !== "custom" && code !== "invalid_format") || message.startsWith("Invalid ")) return undefined;
  return /^(?:must|cannot|is|has|names) /.test(message) ? ` ${message}` : `: ${message}`;
}

function requirement(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${typeName(issue.expected)}`;
    case "invalid_value": {
      const options = issue.values.map(String);
      const meant = typeof value === "string" ? suggestName(value, options) : undefined;
      const listed = options.map((option) => `\`${option}\``).join(", ");
      return `must be ${options.length > 1 ? `one of ${listed}` : listed}${meant ? `; did you mean \`${meant}\`?` : ""}`;
    }
    case "too_big":
      return `is more than ${issue.maximum}${unitOf(issue.origin)}`;
    case "too_small":
      return issue.minimum === 1 && issue.origin !== "number"
        ? "is empty"
        : `is less than ${issue.minimum}${unitOf(issue.origin)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return "is not of the form that is expected here";
    default:
      return "is not what is expected here";
  }
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    int: "a whole number",
    number: "a number",
    string: "a string",
    boolean: "true or false",
    array: "an array",
    object: "a table",
    record: "a table",
  };
  return names[expected] ?? "another type of value";
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " elements" : "";
}

function nameOf(path: TomlPath): string {
  return path.length === 0 ? "the file" : `\`${showPath(path)}\``;
}

/** A path as TOML writes it: `tools[0].name`. */
function showPath(path: TomlPath): string {
  let shown = "";
  for (const part of path) {
    if (typeof part === "number") shown += `[${part}]`;
    else shown += `${shown === "" ? "" : "."}${/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part)}`;
  }
  return escapeText(shown, 160);
}

function toTomlPath(path: readonly PropertyKey[]): TomlPath {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

/** What stands at a path of a parsed file, by own keys only. */
export function valueAt(tree: unknown, path: TomlPath): unknown {
  let value = tree;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function matches(pattern: string, path: TomlPath): boolean {
  const parts = pattern.split(".");
  return parts.length === path.length && parts.every((part, depth) => part === "*" || part === path[depth]);
}
