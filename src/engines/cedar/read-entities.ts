import type { EntityRef } from "../../calls/value.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { literalFlaw } from "./canonical-literals.ts";
import { type JsonPlaces, locateJson } from "./json-places.ts";
import { didYouMean } from "./policy-annotations.ts";
import { advance } from "./split-policies.ts";

/** Every group that an agent is in, near and far, by the agent's id. */
export type GroupsOfAgents = ReadonlyMap<string, readonly EntityRef[]>;

interface Member {
  readonly type: "Agent" | "Group";
  readonly id: string;
  readonly groups: readonly string[];
  readonly index: number;
}

type Report = (message: string, at: readonly (string | number)[], fix?: { readonly remedy?: string }) => void;

/**
 * Reads `entities.json`: agents and groups, and the groups that they are in.
 * FAIL-CLOSED: anything else is a finding, for a parent left out would silence the forbids that hang on it.
 */
export function readEntities(
  file: string,
  text: string,
): { readonly groups: GroupsOfAgents; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const parsed = parseJson(file, text, findings);
  if (parsed === undefined) return { groups: new Map(), findings };
  const places: JsonPlaces = locateJson(text);
  const report: Report = (message, at, fix = {}) =>
    findings.push({ message, place: { file, ...places.at(...at) }, ...fix });
  for (const { key, position } of places.repeated) {
    findings.push({ message: `the key \`${escapeText(key, 64)}\` twice in one object`, place: { file, ...position } });
  }
  if (!Array.isArray(parsed)) report("entities are a list", []);
  const members = (Array.isArray(parsed) ? parsed : []).flatMap((entry: unknown, index) => {
    const member = readMember(entry, index, report);
    return member === undefined ? [] : [member];
  });
  return { groups: closeGroups(members, report), findings };
}

function parseJson(file: string, text: string, findings: Finding[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Only the number, where there is one, is taken from the system's own words: the rest of them quotes the file.
    const index = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const position = index === undefined ? {} : advance({ line: 1, column: 1 }, text.slice(0, Number(index)));
    findings.push({ message: "this is not JSON", place: { file, ...position } });
    return undefined;
  }
}

function readMember(entry: unknown, index: number, report: Report): Member | undefined {
  if (!isObject(entry)) return void report("an entity is an object with `uid` and `parents`", [index]);
  for (const key of Object.keys(entry)) {
    if (["uid", "parents", "attrs"].includes(key)) continue;
    report(
      `unknown key \`${escapeText(key, 64)}\``,
      [index, key],
      didYouMean(suggestName(key, ["uid", "parents", "attrs"])),
    );
  }
  const { attrs = {}, parents = [] } = entry;
  if (!isObject(attrs) || Object.keys(attrs).length > 0)
    report("agents and groups have no attributes", [index, "attrs"]);
  if (!Array.isArray(parents)) return void report("`parents` is a list of groups", [index, "parents"]);
  const uid = readUid(entry["uid"], ["Agent", "Group"], [index, "uid"], report);
  const groups = parents.flatMap(
    (parent: unknown, at) => readUid(parent, ["Group"], [index, "parents", at], report) ?? [],
  );
  return uid && { ...uid, groups: groups.map(({ id }) => id), index };
}

function readUid<T extends "Agent" | "Group">(
  uid: unknown,
  types: readonly T[],
  at: readonly (string | number)[],
  report: Report,
) {
  const wanted = types.map((type) => `\`Yoi::${type}\``).join(" or ");
  if (
    !isObject(uid) ||
    typeof uid["id"] !== "string" ||
    Object.keys(uid).some((key) => key !== "type" && key !== "id")
  ) {
    return void report('an entity is named `{ "type": …, "id": … }`', at);
  }
  const named = uid["type"];
  const type = types.find((known) => named === `Yoi::${known}`);
  if (type === undefined) {
    const meant = suggestName(
      String(named),
      types.map((known) => `Yoi::${known}`),
    );
    return void report(`only ${wanted} can stand here`, [...at, "type"], didYouMean(meant));
  }
  const flaw = literalFlaw({ type: `Yoi::${type}`, id: uid["id"] });
  if (flaw !== undefined) return void report(flaw.why, [...at, "id"]);
  return { type, id: uid["id"] };
}

function closeGroups(members: readonly Member[], report: Report): GroupsOfAgents {
  const known = new Map<string, Member>();
  for (const member of members) {
    const key = `${member.type} ${member.id}`;
    if (known.has(key)) report(`\`Yoi::${member.type}::"${member.id}"\` is named twice`, [member.index, "uid"]);
    known.set(key, member);
  }
  const groups = new Map<string, readonly EntityRef[]>();
  for (const member of members) {
    const reached = new Set<string>(member.groups);
    for (const group of reached) for (const above of known.get(`Group ${group}`)?.groups ?? []) reached.add(above);
    if (member.type === "Agent")
      groups.set(
        member.id,
        [...reached].map((id) => ({ type: "Group", id })),
      );
    else if (reached.has(member.id)) report(`the group \`${member.id}\` lies in itself`, [member.index, "parents"]);
  }
  return groups;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
