import type { Finding } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { wrap } from "./layout.ts";
import type { Paint } from "./paint.ts";

/** What a finding is to whoever reads it: something to mend, something to look at, or something to know. */
export type FindingMark = "✗" | "!" | "·";

/** `file:line:column  message` with the remedy below it, all behind one indent. */
export function renderFinding(finding: Finding, paint: Paint, indent = "", mark: FindingMark = "✗"): readonly string[] {
  const { place } = finding;
  const where =
    place === undefined
      ? ""
      : `${[place.file, place.line, place.column].filter((part) => part !== undefined).join(":")}  `;
  const [first = "", ...rest] = wrap(escapeText(where + finding.message, 1_000), `${indent}  `);
  const tone = { "✗": paint.bad, "!": paint.warn, "·": paint.dim }[mark];
  return [
    `${indent}${tone(mark)} ${first.trimStart()}`,
    ...rest,
    ...(finding.remedy === undefined ? [] : wrap(escapeText(finding.remedy, 1_000), `${indent}    `).map(paint.dim)),
  ];
}
