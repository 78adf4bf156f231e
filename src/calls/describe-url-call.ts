import { escapeText } from "../errors/escape-text.ts";
import { worstClass } from "./address-class.ts";
import type { Call } from "./call.ts";
import { type CanonicalUrl, canonicalUrl, redactQuery } from "./canonical-url.ts";
import type { Description } from "./description.ts";
import type { Flaw } from "./flaw.ts";
import { canonicalMethod } from "./http-method.ts";
import { isSecretName } from "./identifiers.ts";
import type { Inventory, SecretStanding } from "./inventory.ts";
import { limits } from "./limits.ts";
import type { Header } from "./powers.ts";
import { canonicalHeaders, partAsked } from "./request-headers.ts";
import type { EntityRef } from "./value.ts";

// The calls that lead to a network: their URL is parsed here, once, and what comes out is what policy sees, what is
// dialled and what is journaled.

/** Says a request in the words of policy. Secrets are placeholders in it: no value is known yet. */
export function describeRequest(call: Call<"https.request">, inventory: Inventory): Description<"https.request"> {
  const { ask } = call;
  const method = canonicalMethod(ask.method);
  const headers = canonicalHeaders(ask.headers);
  const url = readUrl(ask.url);
  const secrets = ask.secrets.map((name) => inventory.secret(name) ?? undefinedSecret(escapeText(name)));
  const flaw =
    url.flaw ??
    (method === undefined ? invalid("a method is an upper-case token, and not CONNECT or TRACE") : undefined) ??
    (typeof headers === "string" ? invalid(headers) : undefined) ??
    flawOfSecrets(ask.secrets, typeof headers === "string" ? [] : headers) ??
    flawOfBody(ask.body);
  return {
    ...partiesOf(call, url.resource),
    action: "https.request",
    target: {
      url: url.canonical,
      method: method ?? "",
      headers: typeof headers === "string" ? [] : headers,
      secrets,
      hop: ask.hop,
      revealedHeaders: inventory.plugin(call.principal.id)?.revealedHeaders ?? [],
      ...(ask.body !== undefined && { body: ask.body }),
      ...(ask.timeoutMs !== undefined && { timeoutMs: ask.timeoutMs }),
      ...(ask.responseBytesMax !== undefined && { responseBytesMax: ask.responseBytesMax }),
    },
    ...(flaw !== undefined && { flaw }),
  };
}

/** Says a connection in the words of policy: one address, with the worst class of all that the name resolved to. */
export function describeConnection(call: Call<"network.connect">): Description<"network.connect"> {
  const { address, answer } = call.ask;
  const url = readUrl(call.ask.url);
  // ATTACK: an address that the name did not resolve to would carry the class of others (threats 4, 5).
  const flaw = url.flaw ?? (answer.includes(address) ? undefined : invalid("the address is not among the answer"));
  return {
    ...partiesOf(call, url.resource),
    action: "network.connect",
    target: { url: url.canonical, address, answer, addressClass: worstClass(answer), behalf: call.ask.behalf },
    ...(flaw !== undefined && { flaw }),
  };
}

/** Says the use of a secret in the words of policy: which one, and for which URL. */
export function describeSecretUse(call: Call<"secret.use">, inventory: Inventory): Description<"secret.use"> {
  const url = readUrl(call.ask.url);
  const secret = inventory.secret(call.ask.secret) ?? undefinedSecret(call.ask.secret);
  return {
    ...partiesOf(call, { type: "Secret", id: secret.name }),
    action: "secret.use",
    target: { url: url.canonical, secret },
    ...(url.flaw !== undefined && { flaw: url.flaw }),
  };
}

function partiesOf(call: Call<"https.request" | "network.connect" | "secret.use">, resource: EntityRef) {
  const plugin = call.principal.id;
  return { principal: { type: "Plugin", id: plugin } as const, resource, plugin };
}

interface ReadUrl {
  readonly canonical: CanonicalUrl;
  readonly resource: EntityRef;
  readonly flaw?: Flaw;
}

function readUrl(text: string): ReadUrl {
  const read = canonicalUrl(text);
  if (typeof read !== "string") return { canonical: read, resource: { type: "Url", id: read.id } };
  // FAIL-CLOSED: the id is for the record only; a flawed call is never allowed, whatever matches it.
  const resource: EntityRef = { type: "Url", id: escapeText(redactQuery(text, [])) };
  return { canonical: nowhere, resource, flaw: invalid(read) };
}

const nowhere: CanonicalUrl = {
  scheme: "https",
  host: "",
  isAddress: false,
  port: 0,
  origin: "",
  segments: [],
  path: "",
  query: "",
  href: "",
  id: "",
  queryKeys: [],
};

/** What nobody defined goes nowhere: the invariants `secret-is-defined` and `secret-to-its-own-origins` forbid it. */
function undefinedSecret(name: string): SecretStanding {
  return { name, from: { env: "" }, place: { header: "" }, origins: [] };
}

function flawOfSecrets(names: readonly string[], headers: readonly Header[]): Flaw | undefined {
  if (!names.every(isSecretName)) return invalid("a secret's name is 1 to 64 of a-z 0-9 -, and begins with a letter");
  if (new Set(names).size < names.length) return invalid("a secret is named twice");
  if (names.length > limits.secretsPerRequestMax) {
    return { cause: "limit", message: `the request names more than ${limits.secretsPerRequestMax} secrets` };
  }
  // ATTACK: a server's echo of the secret, fetched in halves, of which neither is the secret (threats 33).
  const part = names.length > 0 ? partAsked(headers) : undefined;
  return part === undefined ? undefined : invalid(`a request with a secret asks for all of the answer: no \`${part}\``);
}

function flawOfBody(body: Uint8Array | undefined): Flaw | undefined {
  if (body === undefined || body.length <= limits.httpsBodyBytesMax) return undefined;
  return { cause: "limit", message: `the body is longer than ${limits.httpsBodyBytesMax} bytes` };
}

function invalid(message: string): Flaw {
  return { cause: "schema-invalid", message };
}
