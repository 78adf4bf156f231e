import { type EntityRef, type EntityType, showEntity } from "../../calls/value.ts";
import type { Finding, Place } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import type { PolicyDocument } from "../policy-engine.ts";
import { literalFlaw } from "./canonical-literals.ts";
import { type JsonPlaces, locateJson } from "./json-places.ts";
import { type AddedAncestors, entityKey } from "./known-entities.ts";
import { didYouMean } from "./policy-annotations.ts";
import { advance } from "./split-policies.ts";

const parentTypes = {
  Agent: ["Group"],
  Group: ["Group"],
  Domain: ["Domain", "Group"],
} as const satisfies { readonly [T in EntityType]?: readonly EntityType[] };
type MemberType = keyof typeof parentTypes;
const memberTypes = ["Agent", "Group", "Domain"] as const satisfies readonly MemberType[];

interface Member {
  readonly uid: { readonly type: MemberType; readonly id: string };
  readonly parents: readonly EntityRef[];
  readonly place: Place;
}

type Report = (message: string, at: readonly (string | number)[], fix?: { readonly remedy?: string }) => void;

/** What operators say that agents, groups and domains lie in. */
export interface EntityAdditions {
  /** By all files together. */
  readonly added: AddedAncestors;
  /** By the user's own file alone. */
  readonly addedByUser: AddedAncestors;
  /** The workspace's file, where there is one. */
  readonly workspaceFile?: string;
  readonly findings: readonly Finding[];
}

/**
 * Reads each `entities.json`: the groups that agents are in, and the groups and domains that domains lie in.
 * FAIL-CLOSED: anything else is a finding, for a parent left out would silence the forbids that hang on it.
 */
export function readEntities(documents: readonly PolicyDocument[]): EntityAdditions {
  const findings: Finding[] = [];
  const members = (layer: PolicyDocument["layer"]) =>
    documents.filter((one) => one.layer === layer).flatMap((one) => readMembers(one, findings));
  const [own, brought] = [members("user"), members("workspace")];
  const addedByUser = closeAncestors(own, findings);
  const workspaceFile = documents.find(({ layer }) => layer === "workspace")?.file;
  if (workspaceFile === undefined) return { added: addedByUser, addedByUser, findings };
  return { added: closeAncestors([...own, ...brought], findings), addedByUser, workspaceFile, findings };
}

function readMembers({ file, text }: PolicyDocument, findings: Finding[]): readonly Member[] {
  const parsed = parseJson(file, text, findings);
  if (parsed === undefined) return [];
  const places: JsonPlaces = locateJson(text);
  const report: Report = (message, at, fix = {}) =>
    findings.push({ message, place: { file, ...places.at(...at) }, ...fix });
  for (const { key, position } of places.repeated) {
    findings.push({ message: `the key \`${escapeText(key, 64)}\` twice in one object`, place: { file, ...position } });
  }
  if (!Array.isArray(parsed)) report("entities are a list", []);
  const named = new Set<string>();
  return (Array.isArray(parsed) ? parsed : []).flatMap((entry: unknown, index) => {
    const member = readMember(entry, index, report);
    if (member === undefined) return [];
    if (named.has(entityKey(member.uid))) report(`${shown(member)} is named twice`, [index, "uid"]);
    named.add(entityKey(member.uid));
    return [{ ...member, place: { file, ...places.at(index, "parents") } }];
  });
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

function readMember(entry: unknown, index: number, report: Report): Omit<Member, "place"> | undefined {
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
    report("what operators name has no attributes", [index, "attrs"]);
  const uid = readUid(entry["uid"], memberTypes, [index, "uid"], report);
  if (!Array.isArray(parents)) return void report("`parents` is a list of entities", [index, "parents"]);
  if (uid === undefined) return undefined;
  const above = parents.flatMap(
    (parent: unknown, at) => readUid(parent, parentTypes[uid.type], [index, "parents", at], report) ?? [],
  );
  return { uid, parents: above };
}

function readUid<T extends MemberType>(
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
  if (flaw !== undefined) return void report(flaw.why, [...at, "id"], flaw.fix);
  return { type, id: uid["id"] };
}

function closeAncestors(members: readonly Member[], findings: Finding[]): AddedAncestors {
  const named = Map.groupBy(members, ({ uid }) => entityKey(uid));
  // A domain also lies in the names above it, which nobody has to write down.
  const parentsOf = (uid: EntityRef) => [
    ...namesAbove(uid),
    ...(named.get(entityKey(uid)) ?? []).flatMap(({ parents }) => parents),
  ];
  return new Map(
    members.map((member) => {
      const reached = new Map(parentsOf(member.uid).map((uid) => [entityKey(uid), uid]));
      for (const uid of reached.values()) for (const above of parentsOf(uid)) reached.set(entityKey(above), above);
      if (reached.has(entityKey(member.uid)))
        findings.push({ message: `${shown(member)} lies in itself`, place: member.place });
      return [entityKey(member.uid), [...reached.values()]];
    }),
  );
}

function namesAbove({ type, id }: EntityRef): readonly EntityRef[] {
  const dot = id.indexOf(".");
  return type === "Domain" && dot >= 0 ? [{ type, id: id.slice(dot + 1) }] : [];
}

function shown({ uid }: Pick<Member, "uid">): string {
  return `\`${showEntity(uid)}\``;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
