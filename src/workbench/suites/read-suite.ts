// Station: the text of a `*.test.toml` → cases that can be judged, or findings that each point at a line and a column.
// One mistake refuses its whole suite: a case that silently counted for nothing would be a test that cannot fail.
import { limits } from "../../calls/limits.ts";
import type { Finding, Place } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { indexToml, type TomlPath } from "../../toml/locate-key.ts";
import { readToml } from "../../toml/read-toml.ts";
import { type CaseReading, readCase } from "./read-case.ts";
import { linesOf, placesInText } from "./read-grid.ts";
import { type MatrixCell, readMatrix } from "./read-matrix.ts";
import type { SuiteCase } from "./suite-case.ts";
import { suiteSchema, type WrittenCase, type WrittenMatrix } from "./suite-schema.ts";

/** A suite that can be run, or what is wrong with it. */
export type SuiteReading = { readonly cases: readonly SuiteCase[] } | { readonly findings: readonly Finding[] };

/** Reads a suite whole; `file` is what messages call it. */
export function readSuite(text: string, file: string, reading: CaseReading): SuiteReading {
  const parsed = readToml(text, { file, schema: suiteSchema });
  if ("findings" in parsed) return parsed;
  const { case: written = [], matrix = [] } = parsed.value;
  const index = indexToml(text);
  const lines = linesOf(text);
  const placeOf: PlaceOf = (path, at) => ({ file, ...(index.nearest(path, at) ?? { line: 1, column: 1 }) });
  const read = [
    ...written.map((one, at) => caseOf(one, (path, what) => placeOf(["case", at, ...path], what), reading)),
    ...matrix.flatMap((one, at) =>
      casesOf(one, lines, (path, what) => placeOf(["matrix", at, ...path], what), reading),
    ),
  ];
  const findings = read.flatMap((one) => ("finding" in one ? [one.finding] : []));
  if (findings.length > 0) return { findings: findings.slice(0, limits.findingsMax) };
  const cases = read.flatMap((one) => ("finding" in one ? [] : [one]));
  if (cases.length > 0) return { cases };
  return { findings: [{ message: "no case in it: write a `[[case]]` or a `[[matrix]]`", place: { file } }] };
}

type PlaceOf = (path: TomlPath, at: "key" | "value") => Required<Place>;

type ReadCase = SuiteCase | { readonly finding: Finding };

function caseOf(written: WrittenCase, placeOf: PlaceOf, reading: CaseReading): ReadCase {
  const { title, expect: answer, at: atMs, ...rest } = written;
  const place = placeOf([], "key");
  const asked = { ...rest, ...(atMs !== undefined && { atMs }), answer, place, file: place.file };
  const read = readCase({ ...asked, titleOf: (words) => title ?? words }, reading);
  if (!("key" in read)) return read;
  const { key, at = [], ...problem } = read;
  return { finding: { ...problem, place: placeOf([key, ...at], at.length > 0 ? "key" : "value") } };
}

function casesOf(
  written: WrittenMatrix,
  lines: readonly string[],
  placeOf: PlaceOf,
  reading: CaseReading,
): readonly ReadCase[] {
  const at = placesInText(lines, written.expect, placeOf(["expect"], "value"));
  const cells = readMatrix(written);
  if ("message" in cells) {
    const { line, ...problem } = cells;
    return [{ finding: { ...problem, place: at(line ?? 0, 0) } }];
  }
  return cells.map((one): ReadCase => {
    const place = at(one.line, one.offset);
    const read = readCase({ ...askedBy(one, written), place, file: place.file }, reading);
    if (!("key" in read)) return read;
    const { key: _, at: __, message, ...problem } = read;
    return {
      finding: { ...problem, message: one.label === "" ? message : `${escapeText(one.label)}: ${message}`, place },
    };
  });
}

function askedBy(
  { who, action, what, atMs, address, label, beside, answer, because }: MatrixCell,
  matrix: WrittenMatrix,
) {
  const { title, given } = matrix;
  return {
    call: `${who} ${action} ${what}`,
    answer,
    ...(atMs !== undefined && { atMs }),
    ...(address !== undefined && { address }),
    ...(because !== undefined && { because }),
    ...(given !== undefined && { given }),
    titleOf: (words: string) => (title === undefined ? words + beside : label === "" ? title : `${title}: ${label}`),
  };
}
