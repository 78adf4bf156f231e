// Station: text that a person or a package wrote → a typed value, before anything believes it.
// In: TOML text, the name to call it by, and a zod schema. Out: the value with the place of each of its keys,
// or findings that each point at a line and a column.
// It must never know what the file is for, and never repeat what stands in it: a file can hold secrets.
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { limits } from "../calls/limits.ts";
import type { Finding, Place } from "../errors/error-details.ts";
import { describeIssue, valueAt, withoutEchoes } from "./describe-issue.ts";
import { indexToml, type TomlIndex, type TomlPath } from "./locate-key.ts";

export interface TomlReading<T> {
  /** What the messages call the file. */
  readonly file: string;
  /** The key is put before messages of its own checks, as in "`zone` must be known"; they quote no value. */
  readonly schema: z.ZodType<T>;
  /** Keys that later versions know, as dotted patterns with `*` for any key or element: `capabilities.https`. */
  readonly later?: readonly string[];
}

export interface TomlValue<T> {
  readonly value: T;
  placeOf(path: TomlPath): Place;
  /** Checks one table or element of the file against a schema of its own, so that a bad entry spoils nothing but itself. */
  part<S>(path: TomlPath, schema: z.ZodType<S>): TomlResult<S>;
}

export type TomlResult<T> = TomlValue<T> | { readonly findings: readonly Finding[] };

/**
 * Parses TOML and checks it against a strict schema, answering findings for syntax, unknown keys (with
 * did-you-mean) and wrong values. No finding quotes a value of the file, and `__proto__` is no key.
 */
export function readToml<T>(text: string, { file, schema, later = [] }: TomlReading<T>): TomlResult<T> {
  const parsed = parseToml(text, file);
  if ("finding" in parsed) return { findings: [parsed.finding] };
  const index = indexToml(text);
  const odd = findOddity(parsed.tree, []);
  if (odd !== undefined) return { findings: [{ message: odd.message, place: placeIn(index, file, odd.path, "key") }] };
  return checkTree({ tree: parsed.tree, index, file, later }, schema);
}

interface ParsedToml {
  readonly tree: unknown;
  readonly index: TomlIndex;
  readonly file: string;
  readonly later: readonly string[];
}

function checkTree<T>(parsed: ParsedToml, schema: z.ZodType<T>): TomlResult<T> {
  const { tree, index, file, later } = parsed;
  const checked = schema.safeParse(tree);
  if (checked.success) {
    return {
      value: checked.data,
      placeOf: (path) => placeIn(index, file, path, "key"),
      part(path, partSchema) {
        const around = path.reduceRight<z.ZodType>(
          (inner, key) => (typeof key === "number" ? elementAt(key, inner) : z.looseObject({ [key]: inner })),
          partSchema,
        );
        const part = checkTree(parsed, around);
        return "findings" in part ? part : { ...part, value: partSchema.parse(valueAt(tree, path)) };
      },
    };
  }
  const issues = checked.error.issues
    .slice(0, limits.findingsMax)
    .flatMap((issue) => describeIssue(issue, { schema, later, tree }));
  const findings = withoutEchoes(issues)
    .slice(0, limits.findingsMax)
    .map(({ message, remedy, path, at }) => ({
      message,
      ...(remedy !== undefined && { remedy }),
      place: placeIn(index, file, path, at),
    }))
    .toSorted((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0));
  return { findings };
}

/** Any list whose one element is of this schema. */
function elementAt(index: number, schema: z.ZodType): z.ZodType {
  const before: readonly z.ZodType[] = Array.from({ length: index }, () => z.unknown());
  const [first = schema, ...others] = [...before, schema];
  return z.tuple([first, ...others]).rest(z.unknown());
}

// What smol-toml can say. Its messages go on to quote the source, so only words known to quote nothing are kept.
const syntaxMessages = new Set([
  "each key-value declaration must be followed by an end-of-line",
  "expected comma or end of structure",
  "expected end of table array declaration",
  "illegal character in key",
  "illegal character in numeric literal",
  "illegal empty bare key",
  "illegal leading zero",
  "incomplete key-value: cannot find end of key",
  "integer value cannot be represented losslessly",
  "invalid date",
  "invalid value",
  "trying to redefine an already defined table or value",
  "trying to redefine an already defined value",
  "unexpected end of key",
  "unfinished array",
  "unfinished string",
  "unfinished table",
]);

function parseToml(text: string, file: string): { readonly tree: unknown } | { readonly finding: Finding } {
  try {
    return { tree: parse(text, { maxDepth: limits.tomlDepthMax }) };
  } catch (error) {
    if (!(error instanceof TomlError)) return { finding: { message: "not valid TOML", place: { file } } };
    const said = error.message.split("\n", 1)[0]?.replace("Invalid TOML document: ", "") ?? "";
    const message = syntaxMessages.has(said) ? `not valid TOML: ${said}` : "not valid TOML";
    return { finding: { message, place: { file, line: error.line, column: error.column } } };
  }
}

/** What no schema should have to think of: names that reach prototypes, half characters, tables without end. */
function findOddity(value: unknown, path: TomlPath): { readonly message: string; readonly path: TomlPath } | undefined {
  if (path.length > limits.tomlDepthMax) {
    return { message: `nested deeper than ${limits.tomlDepthMax} levels`, path: path.slice(0, 1) };
  }
  if (typeof value === "string")
    return value.isWellFormed() ? undefined : { message: "text with half a character", path };
  if (typeof value !== "object" || value === null || value instanceof Date) return undefined;
  const entries: Iterable<readonly [string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, inner] of entries) {
    if (!String(key).isWellFormed()) return { message: "a key with half a character", path };
    // ATTACK: zod drops this key from records without a word, and plain assignment sets a prototype (threats 37).
    if (key === "__proto__") return { message: "`__proto__` cannot be a key", path: [...path, key] };
    const odd = findOddity(inner, [...path, key]);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function placeIn(index: TomlIndex, file: string, path: TomlPath, at: "key" | "value"): Place {
  return { file, ...index.nearest(path, at) };
}
