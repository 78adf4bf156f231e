import { type CanonicalUrl, canonicalUrl } from "../../calls/canonical-url.ts";
import { didYouMean } from "./policy-annotations.ts";

const wildcardHost = /^(?:https?:\/\/)?\*\.([^/]*)/i;
const wildcardPath = /\/\*{1,2}$/;

/** What is wrong with the id of a `Url` in a policy, and which one was probably meant. */
export function urlFlaw(id: string): { readonly why: string; readonly fix: { remedy?: string } } | undefined {
  const url = canonicalUrl(id);
  if (typeof url !== "string" && url.id === id && !wildcardPath.test(id)) return undefined;
  const below = wildcardHost.exec(id)?.[1];
  if (below !== undefined) return { why: "names below another are a domain", fix: didYouMean(meantDomain(below)) };
  return { why: typeof url === "string" ? url : whyNotCanonical(id), fix: didYouMean(meantUrl(id)) };
}

function whyNotCanonical(id: string): string {
  if (wildcardPath.test(id)) return "a URL covers everything below it, without `*`";
  if (id.includes("?")) return "a URL is named without its query: see `context.queryKeys`";
  return id.endsWith("/") ? "a URL is named without a slash at its end" : "it is not in the form that requests use";
}

function meantUrl(id: string): string | undefined {
  const [place = ""] = id.replace(wildcardPath, "").split(/[?#]/, 1);
  const url = canonicalUrl(place.includes("://") ? place : `https://${place}`);
  return typeof url === "string" ? undefined : `Yoi::Url::"${url.id}"`;
}

/** What is wrong with the id of a `Domain` in a policy or in entities, and which one was probably meant. */
export function domainFlaw(id: string): { readonly why: string; readonly fix: { remedy?: string } } | undefined {
  const url = canonicalUrl(`https://${id}`);
  if (typeof url !== "string" && url.host === id && !url.isAddress) return undefined;
  return { why: whyNoDomain(id, url), fix: didYouMean(meantDomain(id)) };
}

function whyNoDomain(id: string, url: CanonicalUrl | string): string {
  if (/^\*?\./.test(id)) return "a domain covers everything below it, without `*`";
  if (typeof url !== "string" && url.isAddress) return "an address lies in no domain: see `context.address`";
  return "a domain is a name in lower-case ASCII without a dot at its end, as in `example.com`";
}

function meantDomain(id: string): string | undefined {
  const name = id.replace(/^(?:\*?\.)+/, "");
  const url = canonicalUrl(name.includes("://") ? name : `https://${name}`);
  return typeof url === "string" || url.isAddress ? undefined : `Yoi::Domain::"${url.host}"`;
}
