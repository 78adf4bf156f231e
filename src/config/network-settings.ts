import { z } from "zod";
import { limits } from "../calls/limits.ts";
import type { Finding, Place } from "../errors/error-details.ts";
import { duration, parseQuantity } from "./enablement.ts";
import { ownFile, type Places } from "./places.ts";

/** How requests leave the machine, as the user's own configuration says. What is absent is the platform's default. */
export interface NetworkSettings {
  /** The origin of a proxy that every request goes through, such as `http://proxy.lan:3128`. */
  readonly proxy?: string;
  /** The absolute path of a PEM file with further certificate authorities. */
  readonly caFile?: string;
  readonly totalMs?: number;
  readonly connectMs?: number;
}

// The operator alone may raise a time, and not without end: a request holds one of the plugin's host calls.
const time = duration.refine(
  (text) => !(parseQuantity(text) > limits.httpsRaisedMsMax),
  `is longer than ${limits.httpsRaisedMsMax / 60_000} minutes`,
);

/** A path as a file of configuration names one. */
export const filePath = z
  .string()
  .min(1)
  .max(limits.pathBytesMax)
  .refine((path) => !path.includes("\0"), "must be a path");

/** The table `[network]`, as far as single keys go. */
export const networkSchema = z.strictObject({
  proxy: z
    .string()
    .refine(
      (text) => text === "environment" || proxyOrigin(text) !== undefined,
      'must be `"environment"`, or a proxy such as `"http://proxy.lan:3128"`, without a name and password',
    )
    .optional(),
  ca: filePath.optional(),
  timeout: time.optional(),
  connect_timeout: time.optional(),
});

const proxyVariables = ["HTTPS_PROXY", "https_proxy"];

/**
 * The settings of a table that its schema took. The environment's proxy counts only where the table says
 * `environment`, and then one that cannot be used is a finding: a request must not leave by another way.
 */
export function readNetwork(
  table: z.infer<typeof networkSchema>,
  places: Places,
  place: Place,
): NetworkSettings | { readonly finding: Finding } {
  const fromEnvironment = proxyVariables.find((name) => (places.variable(name) ?? "") !== "");
  const asked = table.proxy === "environment" ? places.variable(fromEnvironment ?? "") : table.proxy;
  const proxy = asked === undefined ? undefined : proxyOrigin(asked);
  if (asked !== undefined && proxy === undefined) {
    const message = `\`${fromEnvironment}\` of the environment is no proxy that can be used`;
    const remedy = "it must be like `http://proxy.lan:3128`, without a name and password";
    return { finding: { message, remedy, place } };
  }
  return {
    ...(proxy !== undefined && { proxy }),
    ...(table.ca !== undefined && { caFile: ownFile(table.ca, places) }),
    ...(table.timeout !== undefined && { totalMs: parseQuantity(table.timeout) }),
    ...(table.connect_timeout !== undefined && { connectMs: parseQuantity(table.connect_timeout) }),
  };
}

function proxyOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "http:" || url.username !== "" || url.password !== "") return undefined;
  return url.pathname === "/" && url.search === "" && url.hash === "" ? url.origin : undefined;
}
