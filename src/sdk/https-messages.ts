/** Header lines by name, or as pairs where a name comes more than once. */
export type HeadersInit = { readonly [name: string]: string } | Iterable<readonly [name: string, value: string]>;

/** Whose secrets go along, and what the plugin itself wants to be bound by: it can only tighten what the host allows. */
export interface RequestBounds {
  /** Names of secrets from the manifest. The host puts their values where the operator said; the plugin never sees them. */
  readonly secrets?: readonly string[];
  /** For all redirects together. */
  readonly timeoutMs?: number;
  /** Of the decoded body. A longer one is cut short, and `truncated`. */
  readonly responseBytes?: number;
  /** How many redirects are followed; with 0, a redirect is answered as it came. */
  readonly redirects?: number;
}

/** A request as `yoi:host/https` has it. */
export interface HttpsRequest extends RequestBounds {
  /** Any method but CONNECT and TRACE, in upper case. */
  readonly method: string;
  readonly url: string;
  readonly headers?: readonly HttpsHeader[];
  readonly body?: Uint8Array;
}

/** A response as `yoi:host/https` has it: names of headers are in lower case, and the body is decoded. */
export interface HttpsResponse {
  readonly status: number;
  readonly headers: readonly HttpsHeader[];
  readonly body: Uint8Array;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Whether the body was cut short at a limit. */
  readonly truncated: boolean;
}

export interface HttpsHeader {
  readonly name: string;
  readonly value: string;
}

/** What can be asked of every request besides its method, URL and body. */
export interface RequestOptions extends RequestBounds {
  readonly headers?: HeadersInit;
}

export interface FetchInit extends RequestOptions {
  /** Absent, `GET`. */
  readonly method?: string;
  /** Text goes as UTF-8, and without a `content-type` of its own. */
  readonly body?: string | Uint8Array;
}
