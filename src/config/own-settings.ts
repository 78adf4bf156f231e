// What only the user's own yoi.toml can say: secrets, openings, and how requests leave the machine. A workspace can
// come from a stranger, and may bring none of the three (threats 44).
import { z } from "zod";
import { canonicalRange } from "../calls/address-class.ts";
import { canonicalUrl } from "../calls/canonical-url.ts";
import { isSecretName } from "../calls/identifiers.ts";
import type { Opening, SecretPlace, SecretStanding } from "../calls/inventory.ts";
import { limits } from "../calls/limits.ts";
import { canonicalHeaders, carriesCredentials } from "../calls/request-headers.ts";
import type { Finding, Place } from "../errors/error-details.ts";
import type { TomlPath } from "../toml/locate-key.ts";
import { filePath, type NetworkSettings, type networkSchema, readNetwork } from "./network-settings.ts";
import { ownFile, type Places } from "./places.ts";

/** The keys of a file that nothing but the user's own can have. */
export const ownKeys = ["secrets", "open", "network"] as const;

const origin = z.string().refine((text) => {
  const url = canonicalUrl(text);
  return typeof url !== "string" && url.origin === text;
}, "must be an origin and no more, such as `https://api.example.com`: in lower case, without a default port");

const range = z.string().transform((text, context): string => {
  const canonical = canonicalRange(text);
  if (canonical !== undefined) return canonical;
  context.addIssue({ code: "custom", message: "must be a range of addresses, such as `192.168.7.0/24`" });
  return z.NEVER;
});

const header = z
  .string()
  .transform((name) => name.toLowerCase())
  .refine(canCarrySecret, "must be the name of a header, and none that the host itself or a proxy sets");

const secretSchema = z.strictObject({
  from: z.union([
    z.strictObject({
      env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "must be the name of a variable"),
    }),
    z.strictObject({ file: filePath }),
  ]),
  place: z.union([
    z.strictObject({
      header,
      prefix: z
        .string()
        .regex(/^[\x20-\x7e]{1,64}$/, "must be 1 to 64 visible characters of ASCII or spaces")
        .optional(),
    }),
    z.strictObject({
      path: z.string().regex(/^\{[A-Za-z0-9_-]{1,64}\}$/, "must be a placeholder in braces, such as `{token}`"),
    }),
    z.strictObject({
      query: z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, "must be the key of a query, in A-Z a-z 0-9 . _ ~ -"),
    }),
  ]),
  origins: z.array(origin).min(1).max(limits.secretOriginsMax),
});

// What frames a message or speaks for another hop is no place for a value, whoever defines it; what a guest may not send
// because it carries credentials is the very place.
function canCarrySecret(name: string): boolean {
  if (/^proxy[^a-z0-9]/.test(name)) return false;
  return carriesCredentials(name) || typeof canonicalHeaders([{ name, value: "x" }]) !== "string";
}

/** `[secrets.<name>]`: what is put on the wire for a plugin, and where it may go. */
export const secretsSchema = z
  .record(
    z.string().refine(isSecretName, "must be lower-case letters, digits and `-`, beginning with a letter"),
    secretSchema,
  )
  .refine((secrets) => Object.keys(secrets).length <= limits.secretsMax, `has more than ${limits.secretsMax} secrets`);

/** `[[open]]`: the one way to an address that is not public, or to plain http. */
export const openSchema = z.array(z.strictObject({ origin, range })).max(limits.openingsMax);

/** What the user's own file says beyond what any file may. */
export interface OwnSettings {
  readonly secrets: ReadonlyMap<string, SecretStanding>;
  readonly openings: readonly Opening[];
  readonly network: NetworkSettings;
  /** Where the file of certificate authorities is named. */
  readonly caPlace?: Place;
}

/** What holds where the user's own file says nothing of it. */
export const noOwnSettings: OwnSettings = { secrets: new Map(), openings: [], network: {} };

interface OwnTables {
  readonly secrets?: z.infer<typeof secretsSchema> | undefined;
  readonly open?: z.infer<typeof openSchema> | undefined;
  readonly network?: z.infer<typeof networkSchema> | undefined;
}

/** Turns the tables of the user's own file, which their schemas took, into settings; or says what does not fit together. */
export function readOwnSettings(
  { secrets = {}, open = [], network = {} }: OwnTables,
  placeOf: (path: TomlPath) => Place,
  places: Places,
): OwnSettings | { readonly findings: readonly Finding[] } {
  const openings = open.map((one, n) => ({ ...one, place: showPlace(placeOf(["open", n, "origin"])) }));
  const reach = readNetwork(network, places, placeOf(["network", "proxy"]));
  const findings = "finding" in reach ? [reach.finding] : [];
  const standings = new Map<string, SecretStanding>();
  for (const [name, { from, place, origins }] of Object.entries(secrets)) {
    const plain = origins.findIndex((one) => one.startsWith("http:") && !openings.some((open) => open.origin === one));
    // FAIL-CLOSED: plain http is readable to everybody on the way; only an opening says that the way is one's own.
    if (plain >= 0) findings.push(inTheClear(name, placeOf(["secrets", name, "origins", plain])));
    const kept = "env" in from ? from : { file: ownFile(from.file, places) };
    standings.set(name, { name, from: kept, place: toPlace(place), origins });
  }
  if (findings.length > 0 || "finding" in reach) return { findings };
  const caPlace = reach.caFile === undefined ? undefined : placeOf(["network", "ca"]);
  return { secrets: standings, openings, network: reach, ...(caPlace !== undefined && { caPlace }) };
}

function toPlace(place: z.infer<typeof secretSchema>["place"]): SecretPlace {
  if (!("header" in place)) return place;
  return { header: place.header, ...(place.prefix !== undefined && { prefix: place.prefix }) };
}

function inTheClear(name: string, place: Place): Finding {
  return {
    message: `the secret \`${name}\` would go over plain http to an origin that no \`[[open]]\` names`,
    place,
    remedy: "name an https origin, or open exactly this one",
  };
}

function showPlace({ file, line }: Place): string {
  return line === undefined ? file : `${file}:${line}`;
}
