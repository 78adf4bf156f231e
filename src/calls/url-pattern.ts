import { type CanonicalUrl, canonicalUrl } from "./canonical-url.ts";
import type { UrlPattern } from "./inventory.ts";

const shape = /^(https?:\/\/)(\*\.|\*(?=[:/]|$))?(.*)$/s;

/**
 * Parses the URL of a manifest's capability: `https://api.example.com/v1`, `https://*.example.com` for every name below,
 * `https://*` for every host. A string says what is wrong with it, and how it has to be written. Methods are canonical.
 */
export function parseUrlPattern(text: string, methods: readonly string[]): UrlPattern | string {
  const [, scheme = "", wildcard = "", rest = text] = shape.exec(text) ?? [];
  // A name stands in for every host: the rest is then a URL, and held to what a URL is.
  const url = canonicalUrl(`${scheme}${wildcard === "*" ? standIn : ""}${rest}`);
  if (typeof url === "string") return rest.includes("*") ? misplacedWildcard : url;
  if (url.query !== "") return "a pattern of URLs has no query: a path covers every query";
  if (url.segments.some((segment) => segment.includes("*"))) return misplacedWildcard;
  if (wildcard !== "" && url.isAddress) return "no names lie below an address";
  const canonical = url.id.replace(`://${wildcard === "*" ? standIn : ""}`, `://${wildcard}`);
  if (text !== canonical) return `it has to be written \`${canonical}\``;
  return { scheme: url.scheme, host: hostOf(wildcard, url.host), port: url.port, segments: url.segments, methods };
}

const standIn = "any.invalid";
const misplacedWildcard =
  "`*` can stand for a host or for names below one, as in `https://*.example.com`; a path covers all that lies in it";

function hostOf(wildcard: string, name: string): UrlPattern["host"] {
  if (wildcard === "*") return { kind: "any" };
  return { kind: wildcard === "*." ? "below" : "exact", name };
}

/** Whether a pattern covers the URLs of more than one host: such a one needs a permit that is not a plain grant. */
export function isBroad(pattern: UrlPattern): boolean {
  return pattern.host.kind !== "exact";
}

/** Whether a pattern covers a URL, asked for by a method or, where none is given, by any. */
export function coversUrl(pattern: UrlPattern, method: string | undefined, url: CanonicalUrl): boolean {
  const { scheme, host, port, segments, methods } = pattern;
  if (scheme !== url.scheme || port !== url.port) return false;
  if (method !== undefined && !methods.includes(method)) return false;
  if (host.kind === "exact" && host.name !== url.host) return false;
  if (host.kind === "below" && (url.isAddress || !url.host.endsWith(`.${host.name}`))) return false;
  return segments.every((segment, index) => url.segments[index] === segment);
}
