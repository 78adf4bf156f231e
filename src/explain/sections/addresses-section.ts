import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { AddressExplanation, AddressRow } from "../explain-addresses.ts";
import type { Explanation } from "../explanation.ts";
import type { Block, Fact, Part, Section } from "../report/report.ts";

// The classes that people are led to; the others are one line where they all get the same answer.
const named = ["public", "private", "loopback", "link-local", "metadata", "cgnat"];

/** The addresses behind a request: what each would come to, or what each class would, as no name is looked up. */
export function addressesSection({ addresses }: Explanation): Section {
  if (addresses === undefined) return { title: "The address", blocks: [] };
  const { known, rows } = addresses;
  const title = known && rows.length > 1 ? "The addresses" : "The address";
  return { title, blocks: known ? knownBlocks(addresses) : classBlocks(rows) };
}

function knownBlocks({ judgedAs, rows }: AddressExplanation): readonly Block[] {
  const facts = rows.map((row) => ({ label: `${row.address} (${row.class})`, ...answerOf(row) }));
  return [
    ...(rows.length > 1
      ? [{ kind: "tree", nodes: [{ words: `all count as ${judgedAs}` }], indent: "  " } as const]
      : []),
    { kind: "facts", rows: facts, indent: "  " },
  ];
}

function classBlocks(rows: readonly AddressRow[]): readonly Block[] {
  const isHanging = rows.some(({ hangsOn }) => hangsOn.length > 0);
  return [
    unknown("not looked up: to explain, no name server is asked"),
    { kind: "facts", rows: foldOthers(rows), indent: "  " },
    ...(isHanging ? [unknown("looks at the very address: --address IP tells")] : []),
  ];
}

function unknown(words: string): Block {
  return { kind: "tree", nodes: [{ mark: "depends", words }], indent: "  " };
}

function foldOthers(rows: readonly AddressRow[]): readonly Fact[] {
  const isOther = (row: AddressRow) => row.range === undefined && !named.includes(row.class);
  const facts = rows.map((row) => ({ row, fact: { label: row.range ?? row.class, ...answerOf(row) } }));
  const others = facts.filter(({ row }) => isOther(row));
  const [first] = others;
  const same = JSON.stringify(first?.fact.words);
  if (first === undefined || others.some(({ fact }) => JSON.stringify(fact.words) !== same))
    return facts.map(({ fact }) => fact);
  const kept = facts.filter(({ row }) => !isOther(row)).map(({ fact }) => fact);
  return [...kept, { ...first.fact, label: "any other" }];
}

function answerOf({ answer, cause, by, openedBy, hangsOn }: AddressRow): Pick<Fact, "words" | "tone"> {
  const how: readonly Part[] = by.length > 0 ? ["by ", ...namesOf(by)] : [`(${cause ?? "no-permit"})`];
  const opened: readonly Part[] = openedBy === undefined ? [] : [", opened in ", { code: openedBy }];
  const hanging: readonly Part[] = hangsOn.length === 0 ? [] : ["; ? ", ...namesOf(hangsOn)];
  const words = [answer === "allow" ? "→ allowed " : "→ denied ", ...how, ...opened, ...hanging];
  return { words, tone: answer === "allow" ? "good" : "bad" };
}

function namesOf(policies: readonly PolicyInfo[]): readonly Part[] {
  return policies.flatMap(({ name }, index) => (index === 0 ? [{ name }] : [", ", { name }]));
}
