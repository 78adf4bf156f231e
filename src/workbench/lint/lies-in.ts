import type { EntityRef } from "../../calls/value.ts";

/**
 * Whether one entity lies in another, or is it, by their ids alone: `true` only where every request has it so. What
 * operators add in `entities.json`, groups and further domains, is not known here.
 */
export function liesIn(one: EntityRef, other: EntityRef): boolean {
  if (one.type === other.type && one.id === other.id) return true;
  switch (`${one.type} in ${other.type}`) {
    case "Url in Url":
    case "Path in Path":
    case "Tool in Plugin":
      return one.id.startsWith(`${other.id}/`);
    case "Plugin in Source":
    case "Tool in Source":
      return one.id.startsWith(`${other.id}:`);
    case "Domain in Domain":
      return one.id.endsWith(`.${other.id}`);
    case "Url in Domain":
      return isHostIn(one.id, other.id);
    default:
      return false;
  }
}

function isHostIn(url: string, domain: string): boolean {
  const host = URL.parse(url)?.hostname;
  return host !== undefined && (host === domain || host.endsWith(`.${domain}`));
}
