import { canonicalUrl, domainsOf, urlAncestors } from "./canonical-url.ts";
import { pathAncestors } from "./guest-path.ts";
import type { EntityRef } from "./value.ts";

/** What an entity lies in as far as its own id says so, near and far: the folders of a path, and of a URL its origin and domains too. */
export function ancestorsById({ type, id }: EntityRef): readonly EntityRef[] {
  switch (type) {
    case "Path":
      return pathAncestors(id).map((path) => ({ type: "Path", id: path }));
    case "Url": {
      const url = canonicalUrl(id);
      if (typeof url === "string") return [];
      return [
        ...urlAncestors(url).map((above): EntityRef => ({ type: "Url", id: above })),
        ...domainsOf(url).map((domain): EntityRef => ({ type: "Domain", id: domain })),
      ];
    }
    default:
      return [];
  }
}
