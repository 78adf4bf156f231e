import { canonicalAddress } from "./address-class.ts";
import { limits } from "./limits.ts";
import { canonicalSegments, percentFlaw } from "./url-path.ts";

/** A URL in the one form that policy sees, that is dialled, and that the journal keeps. */
export interface CanonicalUrl {
  readonly scheme: "https" | "http";
  /** A name in lower-case ASCII without a dot at its end, or an address: IPv6 without brackets, mapped IPv4 unwrapped. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
  /** Such as `https://api.example.com` or `https://[2001:db8::1]:8443`: without a default port, without a slash. */
  readonly origin: string;
  /** Encoded in the canonical way, none of them empty. */
  readonly segments: readonly string[];
  /** As it is sent: begins with a slash, and keeps one at its end. */
  readonly path: string;
  /** As it is sent, with its `?`; empty where there is none. */
  readonly query: string;
  /** All of it as it is sent. */
  readonly href: string;
  /** The id of its `Url` entity: the origin and the segments, without query and without a slash at the end. */
  readonly id: string;
  /** Decoded, each once. */
  readonly queryKeys: readonly string[];
}

type Authority = Pick<CanonicalUrl, "scheme" | "host" | "isAddress" | "port" | "origin">;

const shape = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i;
const refused = /[\s\\]|\p{Cc}|\p{Surrogate}/u;
const hostName = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const hostNameMax = 253;
const encodedControl = /%(?:[01][0-9a-f]|7f)/i;
const queryOrFragment = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s;
// The user's name and password stand before the last `@` of what could be an authority, in any parser's reading.
// ATTACK: blanks can stand in one place of it only, or a long row of them would be tried in every way (threats 38).
const userinfo = /^([^:/\\]*:)?([\s/\\]*)(?:[^\s/\\][^/\\]*)?@/;
const defaultPorts = { https: 443, http: 80 } as const;

// see docs/decisions/0015
/**
 * Parses a URL, once: whatever is accepted is read by a WHATWG parser as the same origin, path and query. What could be
 * read in two ways is not repaired but answered with what is wrong with it (docs/urls.md).
 */
export function canonicalUrl(text: string): CanonicalUrl | string {
  if (Buffer.byteLength(text) > limits.urlBytesMax) return tooLong;
  if (refused.test(text)) return "the URL has whitespace, a backslash, a control character or half a character";
  const parts = shape.exec(text);
  if (parts === null) return "a URL begins with `https://`";
  const [, scheme = "", host = "", pathText = "", queryText = "", fragment] = parts;
  if (fragment !== undefined) return "a URL that is asked for has no `#` and nothing after it";
  const authority = canonicalAuthority(scheme.toLowerCase() === "https" ? "https" : "http", host);
  if (typeof authority === "string") return authority;
  const segments = canonicalSegments(pathText);
  if (typeof segments === "string") return segments;
  const search = canonicalQuery(queryText);
  if (typeof search === "string") return search;

  const folders = segments.map((segment) => `/${segment}`).join("");
  const path = folders === "" || pathText.endsWith("/") ? `${folders}/` : folders;
  const href = `${authority.origin}${path}${search.query}`;
  // INVARIANT: what is accepted is canonical, also where encoding has made it longer than it was.
  if (href.length > limits.urlBytesMax) return tooLong;
  return { ...authority, segments, path, ...search, href, id: `${authority.origin}${folders}` };
}

const tooLong = `the URL is longer than ${limits.urlBytesMax} bytes`;

function canonicalAuthority(scheme: "https" | "http", text: string): Authority | string {
  // ATTACK: `https://good.example@evil.example/` (threats 12); an empty user name is refused like any other.
  if (text.includes("@")) return "a URL has no user name or password: name a secret instead";
  if (!URL.canParse(`${scheme}://${text}/`)) return "the URL has no valid host and port";
  const { hostname, port: portText } = new URL(`${scheme}://${text}/`);
  const port = portText === "" ? defaultPorts[scheme] : Number(portText);
  if (port === 0) return "nothing can be reached at port 0";
  const address = canonicalAddress(hostname.replace(/^\[(.*)\]$/, "$1"));
  const host = address ?? hostname.replace(/\.$/, "");
  if (address === undefined && (host.length > hostNameMax || !hostName.test(host))) {
    return "a host is made of labels of 1 to 63 of A-Z a-z 0-9 - _ with dots between, 253 in all";
  }
  const shown = host.includes(":") ? `[${host}]` : host;
  const origin = `${scheme}://${shown}${port === defaultPorts[scheme] ? "" : `:${port}`}`;
  return { scheme, host, isAddress: address !== undefined, port, origin };
}

function canonicalQuery(text: string): Pick<CanonicalUrl, "query" | "queryKeys"> | string {
  const flaw = percentFlaw(text);
  if (flaw !== undefined) return flaw;
  if (encodedControl.test(text)) return "the URL's query has an encoded control character";
  const query = new URL(`https://localhost/${text}`).search;
  // ATTACK: some servers part a query at `;` too, and a key that policy does not see would pass it.
  const parts = query.slice(1).split(/[&;]/);
  const queryKeys = [...new Set(parts.filter((part) => part !== "").map(keyOf))];
  if (queryKeys.length > limits.queryKeysMax) return `the URL's query has more than ${limits.queryKeysMax} keys`;
  return { query, queryKeys };
}

/** The key of one part of a query, decoded once; as it is where it cannot be decoded. */
function keyOf(part: string): string {
  const [key = ""] = part.split("=", 1);
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}

/** The ids of every `Url` that a URL lies in, nearest first: its path's folders, then its origin. */
export function urlAncestors(url: CanonicalUrl): readonly string[] {
  return url.segments.map((_, index) => {
    const folders = url.segments.slice(0, url.segments.length - 1 - index);
    return [url.origin, ...folders].join("/");
  });
}

/** The names of every `Domain` that a URL lies in, nearest first, its own host included; none for an address. */
export function domainsOf(url: CanonicalUrl): readonly string[] {
  if (url.isAddress) return [];
  const labels = url.host.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

/**
 * A URL's text as the journal keeps it: without the values of its query, but for those of the keys that are named plain,
 * and without userinfo or fragment. It takes any text, also what is no URL.
 */
export function redactQuery(text: string, plainKeys: readonly string[]): string {
  const [, place = "", query, fragment] = queryOrFragment.exec(text) ?? [];
  const shownQuery = query?.split("&").map((part) => redactPart(part, plainKeys));
  return [
    place.replace(userinfo, "$1$2"),
    shownQuery === undefined ? "" : `?${shownQuery.join("&")}`,
    fragment === undefined ? "" : "#…",
  ].join("");
}

function redactPart(part: string, plainKeys: readonly string[]): string {
  const equals = part.indexOf("=");
  if (equals < 0) return part;
  const [key, value] = [part.slice(0, equals), part.slice(equals + 1)];
  // A server that parts a query at `;` too reads another key in such a value, one that nobody named plain.
  return plainKeys.includes(keyOf(part)) && !value.includes(";") ? part : `${key}=…`;
}
