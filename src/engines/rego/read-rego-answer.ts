import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";

/** One entry of a set that policies add to, with the name of its `yoi.policy.<name>` package. */
export interface SaidEntry {
  readonly policy: string;
  readonly id: string;
  readonly because?: string;
  /** What an entry of `oblige` says besides: obligations by name. */
  readonly further: ReadonlyMap<string, unknown>;
}

/** What a unit said, as far as it can be read, and everything that cannot. */
export interface SaidByUnit {
  readonly permit: readonly SaidEntry[];
  readonly forbid: readonly SaidEntry[];
  readonly oblige: readonly SaidEntry[];
  /** FAIL-CLOSED: one flaw makes the unit's answer an error, whatever else it says. */
  readonly flaws: readonly string[];
}

const kinds = ["permit", "forbid", "oblige"] as const;

/**
 * Reads the document `yoi/decision` of one unit, which nothing is believed about: a bundle is whatever somebody put into
 * the folder, and a policy can compute anything.
 */
export function readRegoAnswer(answer: unknown): SaidByUnit {
  const flaws: string[] = [];
  const decision = membersOf(answer);
  const said = (kind: (typeof kinds)[number]) => readEntries(kind, decision?.get(kind), flaws);
  // ATTACK: an answer of another shape may hold a forbid where nobody looks for it (threats 15, 17).
  if (decision === undefined) return { permit: [], forbid: [], oblige: [], flaws: [noDecision(answer)] };
  for (const name of decision.keys()) {
    if (name !== "malformed" && !kinds.some((kind) => kind === name))
      flaws.push(`the decision has an unknown member ${quote(name)}`);
  }
  flaws.push(...readMalformed(decision.get("malformed")));
  return { permit: said("permit"), forbid: said("forbid"), oblige: said("oblige"), flaws };
}

function noDecision(answer: unknown): string {
  return answer === undefined ? "it has no decision" : "its decision is no object";
}

function readMalformed(names: unknown): readonly string[] {
  if (!Array.isArray(names)) return ["the decision has no list `malformed`"];
  return names
    .slice(0, limits.findingsMax)
    .map((name: unknown) =>
      typeof name === "string"
        ? `\`permit\`, \`forbid\` or \`oblige\` of the package ${quote(`yoi.policy.${name}`)} is no set`
        : "the decision names a malformed package that is no text",
    );
}

function readEntries(kind: (typeof kinds)[number], entries: unknown, flaws: string[]): readonly SaidEntry[] {
  if (!Array.isArray(entries)) {
    flaws.push(`the decision has no list \`${kind}\``);
    return [];
  }
  if (entries.length > limits.regoEntriesMax) {
    flaws.push(`\`${kind}\` has more than ${limits.regoEntriesMax} entries`);
    return [];
  }
  return entries.flatMap((entry: unknown): readonly SaidEntry[] => {
    const read = readEntry(kind, entry);
    if (typeof read !== "string") return [read];
    if (flaws.length < limits.findingsMax) flaws.push(read);
    return [];
  });
}

function readEntry(kind: (typeof kinds)[number], collected: unknown): SaidEntry | string {
  const members = membersOf(collected);
  const [policy, said] = [members?.get("policy"), membersOf(members?.get("entry"))];
  if (typeof policy !== "string" || !packageName.test(policy))
    return `an entry of \`${kind}\` has no package that can be named`;
  const inside = `an entry of \`${kind}\` in ${quote(`yoi.policy.${policy}`)}`;
  if (members?.size !== 2 || said === undefined) return `${inside} is no object`;
  const [id, because] = [said.get("id"), said.get("because")];
  if (!isName(id)) return `${inside} has no usable id`;
  if (because !== undefined && typeof because !== "string")
    return `${inside}, ${quote(id)}, has a \`because\` that is no text`;
  const further = new Map([...said].filter(([name]) => name !== "id" && name !== "because"));
  const [unknown] = kind === "oblige" ? [] : further.keys();
  if (unknown !== undefined) return `${inside}, ${quote(id)}, has an unknown member ${quote(unknown)}`;
  return { policy, id, ...(because !== undefined && { because }), further };
}

/** The own members of an object, `__proto__` like any other; `undefined` for what is none. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

const nameCharactersMax = 128;
// Without a slash, so that a policy's name tells its package and id apart.
const packageName = /^[\w-]{1,128}$/;

// Names go to the journal and the terminal as they are, so what would have to be escaped is none.
function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && escapeText(value, nameCharactersMax) === value;
}

function quote(name: string): string {
  return `\`${escapeText(name, 160)}\``;
}
