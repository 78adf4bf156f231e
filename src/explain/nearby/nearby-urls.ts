import { type CanonicalUrl, canonicalUrl } from "../../calls/canonical-url.ts";
import { type Mention, type NearbyCall, numbersAround, type Origin, textsOf, withAsk } from "./nearby-call.ts";

/** The same call of other URLs: those that policies name, and those that lie beside and above. */
export function* nearbyUrls({ call, atMs }: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  if (!("url" in call.ask)) return;
  const { url: asked } = call.ask;
  const from = canonicalUrl(asked);
  if (typeof from === "string") return;
  for (const url of new Set(urlsNear(from, mentions))) {
    if (url === from.id) continue;
    const part = { what: "url", from: from.id, to: url };
    yield { part, call: withAsk(call, { url: url + from.query }), atMs };
  }
}

function* urlsNear(from: CanonicalUrl, mentions: readonly Mention[]): Generator<string> {
  for (const { path, literals } of mentions) {
    if (path !== "resource" && !path.startsWith("resource.") && path !== "context.url") continue;
    for (const text of textsOf(literals)) yield* urlsBy(path, text, from);
    for (const port of numbersAround(literals)) if (path === "resource.port") yield withPort(from, port);
  }
  if (from.scheme === "http") yield withHost("https", from.host, from);
}

function* urlsBy(path: string, text: string, from: CanonicalUrl): Generator<string> {
  const named = canonicalUrl(text);
  if (typeof named !== "string") {
    const beyond = from.segments.slice(named.segments.length);
    const last = from.segments.slice(-1);
    yield named.id + foldersOf(beyond);
    yield named.id + foldersOf(last);
    yield named.id;
    // Out of what a forbid names.
    const above = named.origin + foldersOf(named.segments.slice(0, -1));
    yield above + foldersOf(last);
    yield above;
    return;
  }
  if (path === "resource.scheme") yield withHost(text, from.host, from);
  else if (path === "resource.path")
    yield* [from.id, from.origin].map((place) => place + (text.startsWith("/") ? text : `/${text}`));
  else if (/^[a-z0-9.-]+$/.test(text)) {
    const host = text.replace(/^\.+/, "");
    const label = from.host.split(".")[0] ?? "";
    for (const named of [host, `${label}.${host}`]) {
      yield withHost(from.scheme, named, from);
      yield withPort({ ...from, host: named }, from.port);
    }
  }
}

function withPort(url: CanonicalUrl, port: number): string {
  const isDefault = port === (url.scheme === "https" ? 443 : 80);
  return withHost(url.scheme, url.host, url, isDefault ? "" : `:${port}`);
}

/** On the scheme's own port without another. */
function withHost(scheme: string, host: string, { segments }: CanonicalUrl, port = ""): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}${port}${foldersOf(segments)}`;
}

function foldersOf(segments: readonly string[]): string {
  return segments.map((segment) => `/${segment}`).join("");
}
