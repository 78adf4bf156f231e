import type { Broker } from "../broker/broker.ts";
import type { Outcome } from "../broker/outcome.ts";
import { type Caller, callOf } from "../calls/call.ts";
import { canonicalUrl } from "../calls/canonical-url.ts";
import { limits } from "../calls/limits.ts";
import type { HttpsResponse, Powers } from "../calls/powers.ts";
import { redactedMark } from "../calls/secret-value.ts";
import { effectFailed } from "../effectors/effect-failure.ts";
import type { YoiError } from "../errors/yoi-error.ts";

type Ask = Powers["https.request"]["ask"];

/** What is the same for every hop of one request of a guest. */
export interface Hops {
  readonly broker: Pick<Broker, "submit">;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** The time that all hops together have. */
  readonly totalMs: number;
  readonly caller: Caller;
  readonly redirectsMax: number;
}

/** How the last hop ended, where it went, and whether an earlier one had reached a server. */
export type Followed = { readonly url: string; readonly sentBefore: boolean } & (
  | { readonly outcome: Outcome<"https.request"> }
  | { readonly error: YoiError }
);

/**
 * Makes a request and follows its redirects (RFC 9110, 15.4), each hop a call with a decision of its own. Across
 * origins secrets stay behind, and so do all headers but those that describe what is wanted or sent.
 */
export async function followRedirects(hops: Hops, first: Omit<Ask, "hop">): Promise<Followed> {
  const totalMs = Math.min(first.timeoutMs ?? hops.totalMs, hops.totalMs);
  const endsAtMs = hops.nowMs() + totalMs;
  let ask: Ask = { ...first, hop: 0, timeoutMs: totalMs };
  for (;;) {
    const { broker, caller, nowMs, signal } = hops;
    const outcome = await broker.submit(callOf(caller, "https.request", ask, nowMs()), signal);
    const ended = { url: ask.url, sentBefore: ask.hop > 0 };
    const location = outcome.status === "performed" ? locationOf(outcome.value) : undefined;
    if (outcome.status !== "performed" || location === undefined || hops.redirectsMax === 0) {
      return { ...ended, outcome };
    }
    if (ask.hop >= hops.redirectsMax) return { ...ended, error: effectFailed("redirect", "too many redirects") };
    const next = nextAsk(ask, outcome.value.status, location);
    if (next === undefined) return { ...ended, error: effectFailed("redirect") };
    const timeoutMs = endsAtMs - nowMs();
    if (timeoutMs <= 0) return { ...ended, error: effectFailed("timeout", "the time for all hops was up") };
    ask = { ...next, timeoutMs };
  }
}

const redirects: readonly number[] = [301, 302, 303, 307, 308];

function locationOf({ status, headers }: HttpsResponse): string | undefined {
  return redirects.includes(status) ? headers.find(({ name }) => name === "location")?.value : undefined;
}

function nextAsk(ask: Ask, status: number, location: string): Ask | undefined {
  // What led there had a secret in it, which nobody here knows any more.
  if (location.includes(redactedMark)) return undefined;
  const resolved = resolveLocation(location, ask.url);
  if (resolved === undefined) return undefined;
  // A URL that is too long is too long without its end, too: so much of it can be put on record.
  const url = resolved.slice(0, limits.urlBytesMax + 1);
  const from = canonicalUrl(ask.url);
  if (typeof from === "string") return undefined;
  const to = canonicalUrl(url);
  // A flawed URL is for the broker to refuse, on record.
  const isSameOrigin = typeof to !== "string" && to.origin === from.origin;
  const { body, headers, secrets, ...rest } = ask;
  const method = methodAfter(status, ask.method);
  const keepsBody = method === ask.method;
  return {
    ...rest,
    url,
    method,
    hop: ask.hop + 1,
    // ATTACK: a redirect to a server of the attacker's choice, to be given what was meant for another (threats 1, 33).
    secrets: isSameOrigin ? secrets : [],
    headers: headers.filter(({ name }) => mayFollow(name.toLowerCase(), { isSameOrigin, keepsBody })),
    ...(keepsBody && body !== undefined && { body }),
  };
}

/** The redirect's target. Its fragment never goes on a wire; dot segments are resolved here, before anything is decided. */
function resolveLocation(location: string, base: string): string | undefined {
  if (!URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  url.hash = "";
  return url.href;
}

/** RFC 9110, 15.4: 303 asks for a GET; 301 and 302 turn a POST into one, as every client does; 307 and 308 keep all. */
function methodAfter(status: number, method: string): string {
  if (status === 303) return method === "HEAD" ? "HEAD" : "GET";
  return (status === 301 || status === 302) && method === "POST" ? "GET" : method;
}

const ofTheBody: readonly string[] = ["content-type", "content-language", "content-location", "content-encoding"];
const crossingOrigins: readonly string[] = ["accept", "accept-language", "user-agent", "range", ...ofTheBody];

function mayFollow(name: string, next: { readonly isSameOrigin: boolean; readonly keepsBody: boolean }): boolean {
  if (!next.keepsBody && ofTheBody.includes(name)) return false;
  return next.isSameOrigin || crossingOrigins.includes(name);
}
