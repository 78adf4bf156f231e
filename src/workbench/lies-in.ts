import { ancestorsById } from "../calls/entity-ancestors.ts";
import { type EntityRef, isSameEntity } from "../calls/value.ts";

/**
 * Whether one entity lies in another, or is it, by their ids alone: `true` only where every request has it so. What
 * operators add in `entities.json`, groups and further domains, is not known here.
 */
export function liesIn(one: EntityRef, other: EntityRef): boolean {
  if (isSameEntity(one, other)) return true;
  switch (`${one.type} in ${other.type}`) {
    case "Tool in Plugin":
      return one.id.startsWith(`${other.id}/`);
    case "Plugin in Source":
    case "Tool in Source":
      return one.id.startsWith(`${other.id}:`);
    case "Domain in Domain":
      return one.id.endsWith(`.${other.id}`);
    default:
      return ancestorsById(one).some((above) => isSameEntity(above, other));
  }
}
