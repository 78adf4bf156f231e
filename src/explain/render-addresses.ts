import type { PolicyInfo } from "../decisions/policy-info.ts";
import { escapeText } from "../errors/escape-text.ts";
import { labelled } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import type { AddressExplanation, AddressRow } from "./explain-addresses.ts";

// The classes that people are led to; the others are one line where they all get the same answer.
const named = ["public", "private", "loopback", "link-local", "metadata", "cgnat"];

/** The addresses behind a request: what each would come to, or what each class would, as no name is looked up. */
export function renderAddresses({ known, judgedAs, rows }: AddressExplanation, paint: Paint): readonly string[] {
  if (known) {
    const lines = rows.map((row) => [`${row.address} (${row.class})`, answerOf(row, paint)] as const);
    const [title, worst] = rows.length === 1 ? ["The address", ""] : ["The addresses", `  all count as ${judgedAs}`];
    return [`${paint.bold(title)}${worst}`, ...labelled(lines, "  ")];
  }
  return [
    `${paint.bold("The address")}  ? not looked up: to explain, no name server is asked`,
    ...labelled(foldOthers(rows, paint), "  "),
    ...(rows.some(({ hangsOn }) => hangsOn.length > 0) ? ["  ? looks at the very address: --address IP tells"] : []),
  ];
}

function foldOthers(rows: readonly AddressRow[], paint: Paint): readonly (readonly [string, string])[] {
  const lines = rows.map((row) => ({ row, line: [row.range ?? row.class, answerOf(row, paint)] as const }));
  const isOther = ({ row }: { readonly row: AddressRow }) => row.range === undefined && !named.includes(row.class);
  const others = lines.filter(isOther);
  const [first] = others;
  if (first === undefined || others.some(({ line }) => line[1] !== first.line[1])) return lines.map(({ line }) => line);
  return [...lines.filter((one) => !isOther(one)).map(({ line }) => line), ["any other", first.line[1]]];
}

function answerOf({ answer, cause, by, openedBy, hangsOn }: AddressRow, paint: Paint): string {
  const how = by.length > 0 ? `by ${namesOf(by)}` : `(${cause ?? "no-permit"})`;
  const text = answer === "allow" ? paint.good(`→ allowed ${how}`) : paint.bad(`→ denied ${how}`);
  const opened = openedBy === undefined ? "" : `, opened in ${escapeText(openedBy)}`;
  return `${text}${opened}${hangsOn.length === 0 ? "" : `; ${paint.warn("?")} ${namesOf(hangsOn)}`}`;
}

function namesOf(policies: readonly PolicyInfo[]): string {
  return policies.map(({ name }) => escapeText(name, 60)).join(", ");
}
