import * as host from "yoi:host/https@2.0.0";
import { checkBytes, checkCount, checkText } from "./check-argument.ts";
import { encodeUtf8 } from "./encode-utf8.ts";
import { FetchResponse, HttpError } from "./fetch-response.ts";
import { askHost } from "./host-error.ts";
import type {
  FetchInit,
  HeadersInit,
  HttpsHeader,
  HttpsRequest,
  HttpsResponse,
  RequestBounds,
  RequestOptions,
} from "./https-messages.ts";
import { quote, withoutQuery } from "./quote.ts";

/**
 * Requests to the servers that the manifest asks for. Each hop is decided by policy, by its name and by its address.
 * A request that is not done throws a `HostError` with its `tag`, and with `sent`: whether it may have reached a server.
 * Answers are there when the call returns, so nothing here is a promise; a 404 is an answer like any other.
 */
export const https = {
  /** Sends a request as it is, and answers with what the server did. */
  send({ method, url, headers = [], body, secrets = [], ...bounds }: HttpsRequest): HttpsResponse {
    const request = {
      method: checkText(method, "a method"),
      url: checkText(url, "a URL"),
      headers: headers.map(checkHeader),
      body: body === undefined ? null : checkBytes(body, "a body"),
      secrets: secrets.map((name) => checkText(name, "a secret's name")),
      bounds: toBounds(bounds),
    };
    return askHost(`cannot ${quote(`${method} ${withoutQuery(url)}`)}`, () => host.send(request));
  },

  /** The same in the shape of `fetch`. */
  fetch(url: string, { method = "GET", headers, body, ...options }: FetchInit = {}): FetchResponse {
    const lines = pairsOf(headers).map(([name, value]) => ({ name, value }));
    const request = { ...options, method: method.toUpperCase(), url, headers: lines };
    if (body === undefined) return new FetchResponse(https.send(request));
    return new FetchResponse(https.send({ ...request, body: typeof body === "string" ? encodeUtf8(body) : body }));
  },

  /**
   * What a server answers to a GET, as JSON. You say what type that is; nothing checks it.
   * @throws {HttpError} The status is not one from 200 to 299, or the body was cut short or is not JSON.
   */
  getJson<T = unknown>(url: string, options: RequestOptions = {}): T {
    return takeJson(https.fetch(url, { ...options, headers: withHeader(options.headers, "accept", jsonType) }));
  },

  /**
   * Sends a value as JSON, and answers like `getJson`.
   * @throws {HttpError} As `getJson` does. A value that JSON cannot hold is a TypeError.
   */
  postJson<T = unknown>(url: string, value: unknown, options: RequestOptions = {}): T {
    const body = JSON.stringify(value);
    if (body === undefined) throw new TypeError("what is posted must be something that JSON can hold");
    const headers = withHeader(withHeader(options.headers, "accept", jsonType), "content-type", jsonType);
    return takeJson(https.fetch(url, { ...options, method: "POST", body, headers }));
  },
} as const;

const jsonType = "application/json";

function takeJson<T>(response: FetchResponse): T {
  if (!response.ok) throw new HttpError(response, String(response.status));
  return response.json<T>();
}

function pairsOf(headers: HeadersInit = {}): readonly (readonly [name: string, value: string])[] {
  return Symbol.iterator in headers ? [...headers] : Object.entries(headers);
}

function withHeader(headers: HeadersInit | undefined, name: string, value: string): HeadersInit {
  const pairs = pairsOf(headers);
  return pairs.some(([own]) => own.toLowerCase() === name) ? pairs : [...pairs, [name, value]];
}

function checkHeader({ name, value }: HttpsHeader): HttpsHeader {
  return { name: checkText(name, "a header's name"), value: checkText(value, `the header ${quote(name)}`) };
}

function toBounds({ timeoutMs, responseBytes, redirects }: RequestBounds): host.Bounds {
  return {
    timeoutMs: checkBound(timeoutMs, 0xffff_ffff, "`timeoutMs`"),
    responseBytes: checkBound(responseBytes, 0xffff_ffff, "`responseBytes`"),
    redirects: checkBound(redirects, 0xff, "`redirects`"),
  };
}

function checkBound(value: number | undefined, max: number, what: string): number | null {
  return value === undefined ? null : checkCount(value, max, what);
}
