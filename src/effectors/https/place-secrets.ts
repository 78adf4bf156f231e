import type { Targets } from "../../calls/description.ts";
import type { SecretStanding } from "../../calls/inventory.ts";
import type { Header } from "../../calls/powers.ts";
import type { SecretValue } from "../../calls/secret-value.ts";
import { canonicalSegments } from "../../calls/url-path.ts";
import { requestFailed } from "./request-failure.ts";

/** The parts of a request that secrets go into, as they are put on the wire. */
export interface Placed {
  readonly path: string;
  readonly query: string;
  readonly headers: readonly Header[];
}

const headerValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Puts each secret where its definition says. A place that the guest has filled, a placeholder that is not exactly one
 * whole segment of the path, and a value that its place cannot hold are refused.
 * @throws {YoiError} YOI_EFFECT_FAILED with `secret`
 */
export function placeSecrets(
  { url, headers, secrets }: Targets["https.request"],
  values: readonly SecretValue[],
): Placed {
  // FAIL-CLOSED: a request that lacks a secret, or has one more, is not the request that was decided.
  if (values.length !== secrets.length) throw requestFailed("secret");
  const queryKeys = new Set(url.queryKeys);
  return secrets.reduce<Placed>(
    (placed, standing, index) => {
      const value = values[index];
      if (value?.name !== standing.name) throw requestFailed("secret");
      return placeOne(placed, standing, value.reveal(), queryKeys);
    },
    { path: url.path, query: url.query, headers },
  );
}

function placeOne(placed: Placed, { place }: SecretStanding, value: string, queryKeys: Set<string>): Placed {
  if ("header" in place) {
    const { header, prefix = "" } = place;
    return { ...placed, headers: withHeader(placed.headers, header.toLowerCase(), `${prefix}${value}`) };
  }
  if ("path" in place) return { ...placed, path: withSegment(placed.path, place.path, value) };
  if (queryKeys.has(place.query)) throw requestFailed("secret");
  queryKeys.add(place.query);
  const pair = `${encodeURIComponent(place.query)}=${encodeURIComponent(value)}`;
  return { ...placed, query: placed.query.length > 1 ? `${placed.query}&${pair}` : `?${pair}` };
}

function withHeader(headers: readonly Header[], name: string, value: string): readonly Header[] {
  const isTaken = headers.some((header) => header.name === name);
  if (isTaken || !headerValue.test(value)) throw requestFailed("secret");
  return [...headers, { name, value }];
}

function withSegment(path: string, placeholder: string, value: string): string {
  const wanted = canonicalSegments(`/${placeholder}`);
  if (typeof wanted === "string" || wanted.length !== 1) throw requestFailed("secret");
  const segments = path.split("/");
  const isWanted = (segment: string) => segment === wanted[0];
  if (segments.filter(isWanted).length !== 1) throw requestFailed("secret");
  return segments.map((segment) => (isWanted(segment) ? encodeURIComponent(value) : segment)).join("/");
}
