import { escapeText } from "../errors/escape-text.ts";
import { limits } from "./limits.ts";
import type { Header } from "./powers.ts";

const nameBytesMax = 64;
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const visible = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/;

const requestCredentials = words(`
  authorization cookie cookie2 proxy-authorization
  api-key apikey x-api-key x-apikey x-goog-api-key dd-api-key x-functions-key ocp-apim-subscription-key
  x-auth-token x-access-token x-auth-key x-session-token x-csrf-token x-csrftoken x-xsrf-token
  private-token x-gitlab-token x-vault-token x-amz-security-token x-shopify-access-token
`);
const responseCredentials = words(`
  set-cookie set-cookie2 www-authenticate proxy-authenticate authentication-info proxy-authentication-info
`);
const setByHost = words(`
  host connection keep-alive content-length transfer-encoding te trailer upgrade expect http2-settings accept-encoding
`);
// What a gateway in front of a server says to it: who is asking, from where, and by which certificate.
const setByProxies = words(`
  via forwarded x-forwarded x-real-ip x-client-ip x-cluster-client-ip client-ip true-client-ip cf-connecting-ip
  early-data proxy remote-user x-remote-user x-goog-iap-jwt-assertion
`);
const setByBrowsers = /^sec-/;
const setByProxiesToo = new RegExp(
  `^(?:${[
    "x-forwarded-",
    "proxy-",
    "x-envoy-",
    "x-ssl-",
    "ssl-client-",
    "x-client-cert",
    "x-goog-authenticated-user-",
    "x-ms-client-principal",
    "x-amzn-oidc-",
  ].join("|")})`,
);
// ATTACK: they turn a GET into a DELETE, or one path into another, in the server and behind policy's back.
const rewriting = words(`
  x-http-method x-http-method-override x-method-override
  x-original-method x-original-url x-original-uri x-rewrite-url x-original-host x-host
`);

/**
 * A guest's headers in canonical form, names in lower case and in the order in which they came; a string says what is
 * wrong with them. Refused are names that are the host's to set or that carry credentials, names that come twice, and
 * values of anything but visible ASCII with spaces and tabs inside.
 */
export function canonicalHeaders(headers: readonly Header[]): readonly Header[] | string {
  const { httpsRequestHeadersMax, httpsHeadersBytesMax } = limits;
  if (headers.length > httpsRequestHeadersMax) return `the request has more than ${httpsRequestHeadersMax} headers`;
  const bytes = headers.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (bytes > httpsHeadersBytesMax) return `the headers are longer than ${httpsHeadersBytesMax} bytes`;

  const seen = new Set<string>();
  const canonical: Header[] = [];
  for (const { name: written, value } of headers) {
    const name = written.toLowerCase();
    const flaw = headerFlaw(name, value) ?? (seen.has(name) ? "comes twice" : undefined);
    if (flaw !== undefined) return `the header \`${escapeText(name, nameBytesMax)}\` ${flaw}`;
    seen.add(name);
    canonical.push({ name, value });
  }
  return canonical;
}

function headerFlaw(name: string, value: string): string | undefined {
  if (!token.test(name)) return "has a name of other characters than a header's";
  if (name.length > nameBytesMax) return `has a name of more than ${nameBytesMax} bytes`;
  if (name.length + value.length > limits.httpsHeaderBytesMax) {
    return `is longer than ${limits.httpsHeaderBytesMax} bytes`;
  }
  if (!visible.test(value)) return "has a value that is not visible ASCII with single lines and no space at its ends";
  return refusalOf(folded(name), value);
}

function refusalOf(name: string, value: string): string | undefined {
  if (carriesCredentials(name)) return "carries credentials: name a secret instead";
  if (setByHost.has(name)) return "is set by the host alone";
  if (setByProxies.has(name) || setByProxiesToo.test(name)) return "speaks for a proxy";
  if (setByBrowsers.test(name)) return "speaks for a browser";
  if (rewriting.has(name)) return "would change the method or URL that policy has seen";
  if (name === "accept" && value.toLowerCase().includes("text/event-stream")) {
    return "asks for a stream of events, which has no end";
  }
  return undefined;
}

/** Whether a header, by its name in lower case, is one that carries credentials, in either direction. */
export function carriesCredentials(name: string): boolean {
  return requestCredentials.has(folded(name)) || responseCredentials.has(folded(name));
}

// Apache takes the second name for the first.
const askingForParts = words("range request-range if-range");

/** The canonical name of a header by which only a part of the answer is asked for; `undefined` when there is none. */
export function partAsked(headers: readonly Header[]): string | undefined {
  return headers.find(({ name }) => askingForParts.has(folded(name)))?.name;
}

// ATTACK: gateways that pass headers on as variables write `_` for every sign in a name, so that `content_length`
// arrives as `content-length` (threats 20).
function folded(name: string): string {
  return name.replace(/[^a-z0-9]/g, "-");
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
