import { type EntityRef, showEntity } from "../../calls/value.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { literalsIn } from "./canonical-literals.ts";
import { entityKey } from "./known-entities.ts";
import type { EntityAdditions } from "./read-entities.ts";
import type { CedarPolicy } from "./read-policies.ts";

/**
 * What a workspace's `entities.json` adds to an entity that a policy of the user's own names.
 * ATTACK: a workspace that puts its domain into the one that the user's forbid spares has lifted that forbid, and one
 * that puts its agent into the user's group has widened the user's permit (threats 44). Both are refused whole: policies
 * look at what lies above an entity by naming it, so what no policy of the user's names changes none of their answers.
 */
export function liftingFindings(
  policies: readonly CedarPolicy[],
  { added, addedByUser, workspaceFile }: EntityAdditions,
): readonly Finding[] {
  if (workspaceFile === undefined) return [];
  const named = new Map<string, string>();
  for (const { info, tree } of policies) {
    if (info.layer !== "user" && info.layer !== "invariant") continue;
    for (const { type, id } of literalsIn(tree)) named.set(`${type.replace("Yoi::", "")} ${id}`, info.id);
  }
  return [...added].flatMap(([member, ancestors]) => {
    const own = new Set(addedByUser.get(member)?.map(entityKey));
    const brought = ancestors.filter((ancestor) => !own.has(entityKey(ancestor)) && !isNameAbove(ancestor, member));
    const above = brought.find((ancestor) => named.has(entityKey(ancestor)));
    if (above === undefined) return [];
    const policy = escapeText(named.get(entityKey(above)) ?? "", 160);
    const message = `\`${escapeText(member, 160)}\` is put into \`${escapeText(showEntity(above), 160)}\`, which \`${policy}\` of the user's own names`;
    const remedy = "take it out: what the user's own policies speak of, no workspace adds to";
    return [{ message, place: { file: workspaceFile }, remedy }];
  });
}

/** A domain lies in the names above it whatever anybody writes down. */
function isNameAbove({ type, id }: EntityRef, member: string): boolean {
  return type === "Domain" && member.startsWith("Domain ") && member.endsWith(`.${id}`);
}
