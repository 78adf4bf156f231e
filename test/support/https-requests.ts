import type { ExecutionContext } from "ava";
import { canonicalUrl } from "../../src/calls/canonical-url.ts";
import type { Targets } from "../../src/calls/description.ts";
import type { SecretPlace, SecretStanding } from "../../src/calls/inventory.ts";
import type { HttpsResponse } from "../../src/calls/powers.ts";
import { SecretValue } from "../../src/calls/secret-value.ts";
import {
  createRequestSender,
  type NetworkOptions,
  type RequestSender,
} from "../../src/effectors/https/send-request.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import type { Warrant } from "../../src/warrants/warrant.ts";
import { loopbackRoot } from "./certificates.ts";
import { type WarrantTerms, warrantFor } from "./warrants.ts";

/** One request as a test wants it; what is left out is ordinary. */
export interface Asking extends WarrantTerms, Partial<Omit<Targets["https.request"], "url">> {
  readonly url: string;
  readonly address?: string;
}

/** A URL in canonical form; a test that writes one that has none is wrong. */
export function urlOf(text: string) {
  const url = canonicalUrl(text);
  if (typeof url === "string") throw new Error(`${text}: ${url}`);
  return url;
}

/** A secret that goes to a place. */
export function secretStanding(name: string, place: SecretPlace): SecretStanding {
  return { name, place, from: { env: "UNUSED" }, origins: [] };
}

/** An unspent warrant to make the request. */
export function requestWarrant(asking: Asking): Warrant<"https.request"> {
  const { url, address: _a, plugin: _p, revision: _r, bounds: _b, signal: _s, ...rest } = asking;
  const ask = { method: "GET", url, headers: [], secrets: [], hop: 0 };
  const target = { ...ask, url: urlOf(url), secrets: [], revealedHeaders: [], ...rest };
  return warrantFor("https.request", ask, target, asking);
}

/** An unspent warrant to connect for it. */
export function connectWarrant(asking: Asking): Warrant<"network.connect"> {
  const { url, address = "127.0.0.1" } = asking;
  const ask = { url, address, answer: [address], behalf: "https.request" } as const;
  return warrantFor("network.connect", ask, { ...ask, url: urlOf(url), addressClass: "loopback" }, asking);
}

/** A sender that trusts the loopback root, unless a test wants none; it is closed when the test ends. */
export function senderFor(t: ExecutionContext, options: Partial<NetworkOptions> & { trustsNobody?: true } = {}) {
  const { trustsNobody, ...wanted } = options;
  const ca = trustsNobody === undefined ? { ca: loopbackRoot } : {};
  const sender = createRequestSender({ ...ca, totalMs: 10_000, connectMs: 5_000, ...wanted });
  t.teardown(() => sender.close());
  return sender;
}

/** Sends a request with warrants of its own; `values` are those of its secrets, in their order. */
export function send(sender: RequestSender, asking: Asking, values: readonly string[] = []): Promise<HttpsResponse> {
  const secrets = values.map((value, index) => new SecretValue(asking.secrets?.[index]?.name ?? "", value));
  return sender.send(requestWarrant(asking), connectWarrant(asking), secrets);
}

/** The word with which something failed, and whether anything had been sent: `tls`, `timeout, sent`. */
export async function failureOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (YoiError.is(error, "YOI_WARRANT_SPENT")) return "no warrant";
    if (!YoiError.is(error, "YOI_EFFECT_FAILED")) throw error;
    return error.details.sent === true ? `${error.details.why}, sent` : error.details.why;
  }
  return "none";
}

/** The text of a response's body. */
export function textOf({ body }: HttpsResponse): string {
  return new TextDecoder().decode(body);
}
