import type { Dispatcher } from "undici";
import type { SecretValue } from "../../calls/secret-value.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { acceptedCodings } from "./decode-body.ts";
import { placeSecrets } from "./place-secrets.ts";

/**
 * The request as it goes on the wire, secrets in their places. The library adds `connection` and `content-length`, and
 * nothing else.
 * @throws {YoiError} YOI_EFFECT_FAILED with `secret`
 */
export function composeMessage(
  { target }: Warrant<"https.request">,
  secrets: readonly SecretValue[],
): Dispatcher.DispatchOptions {
  const isSet = (name: string) => target.headers.some((header) => header.name === name);
  const host = { name: "host", value: target.url.origin.slice(`${target.url.scheme}://`.length) };
  const ours = [
    host,
    { name: "accept-encoding", value: acceptedCodings },
    ...(isSet("user-agent") ? [] : [{ name: "user-agent", value: "yoi-plugin" }]),
  ];
  const { path, query, headers } = placeSecrets({ ...target, headers: [...ours, ...target.headers] }, secrets);
  return {
    method: target.method,
    path: `${path}${query}`,
    headers: headers.flatMap(({ name, value }) => [name, value]),
    ...(target.body !== undefined && { body: target.body }),
  };
}
