import { decodeUtf8, wholeCharacters } from "./decode-utf8.ts";
import type { HttpsHeader, HttpsResponse } from "./https-messages.ts";
import { quote, withoutQuery } from "./quote.ts";

/** The headers of a response, by names in any case. */
export class FetchHeaders implements Iterable<readonly [name: string, value: string]> {
  readonly #headers: readonly HttpsHeader[];

  constructor(headers: readonly HttpsHeader[]) {
    this.#headers = headers;
  }

  /** The value, or `null` where there is none; those of a header that came more than once, joined by commas. */
  get(name: string): string | null {
    const values = this.#headers.filter((header) => header.name === name.toLowerCase()).map(({ value }) => value);
    return values.length === 0 ? null : values.join(", ");
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (const { name, value } of this.#headers) yield [name, value];
  }
}

/** What a server answered, in the shape of `fetch`. It is all there: nothing in it is a promise or is read only once. */
export class FetchResponse {
  readonly status: number;
  readonly headers: FetchHeaders;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Whether the body was cut short at a limit. */
  readonly truncated: boolean;
  readonly #body: Uint8Array;

  constructor(from: HttpsResponse) {
    this.status = from.status;
    this.headers = new FetchHeaders(from.headers);
    this.url = from.url;
    this.truncated = from.truncated;
    this.#body = from.body;
  }

  /** Whether the status is one from 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** The body, decoded, as it came. */
  bytes(): Uint8Array {
    return this.#body;
  }

  /** The body as text; of one that was cut short, its whole characters. A body that is not UTF-8 is a TypeError. */
  text(): string {
    return decodeUtf8(this.truncated ? wholeCharacters(this.#body) : this.#body).replace(/^\uFEFF/, "");
  }

  /**
   * The body as what its JSON says, whatever the status. You say what type that is; nothing checks it.
   * @throws {HttpError} The body was cut short, or is not JSON.
   */
  json<T = unknown>(): T {
    if (this.truncated)
      throw new HttpError(this, `${this.status} with more than the ${this.#body.length} bytes that it may`);
    try {
      const value: T = JSON.parse(this.text());
      return value;
    } catch {
      throw new HttpError(this, `${this.status} with a body that is not JSON`);
    }
  }
}

/**
 * A server's answer that is not what was asked for: a status outside 200 to 299, a body that was cut short, or one that
 * is not JSON. Left uncaught, it ends the tool call as an error that the agent can read.
 */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  /** All that the server answered, such as the body of an error. */
  readonly response: FetchResponse;

  constructor(response: FetchResponse, why: string) {
    super(`${quote(withoutQuery(response.url))} answered ${why}`);
    this.status = response.status;
    this.response = response;
  }
}
