import { canonicalUrl } from "../../calls/canonical-url.ts";
import type { UrlPattern } from "../../calls/inventory.ts";
import { limits } from "../../calls/limits.ts";
import { isBroad } from "../../calls/url-pattern.ts";
import type { EntityRef } from "../../calls/value.ts";
import type { Capability } from "./capability.ts";

/** One host, those at and below a name, those below it alone, or every host. */
type Hosts = { readonly kind: "one" | "within" | "below"; readonly name: string } | { readonly kind: "any" };

/** A part of a capability that a policy may single out: a path of a mount, or of the URLs of some hosts. */
export interface Place {
  /** As a person reads it: `notes/2026`, `https://*.example.org/v1`. */
  readonly shown: string;
  readonly hosts: Hosts;
  /** Of a file its id, of a URL what follows the origin. */
  readonly path: string;
  /** What stands before a host: `https://`. */
  readonly scheme: string;
  /** What stands behind it: a port that is not the default. */
  readonly port: string;
}

/** The places of a capability that policies name in it, the capability's own first; `isWhole` unless there are too many. */
export interface NamedPlaces {
  readonly places: readonly Place[];
  readonly isWhole: boolean;
}

/** Splits a capability where policies can tell its resources apart. `other` are the patterns that the plugin asks for beside it. */
export function placesOf(
  capability: Capability,
  named: readonly EntityRef[],
  other: readonly UrlPattern[] = [],
): NamedPlaces {
  switch (capability.about) {
    case "tool":
      return { places: [], isWhole: true };
    case "file":
      return bounded([filePlace(capability.folder), ...named.flatMap(fileLiteral)]);
    case "secret":
      return capability.origin === undefined
        ? { places: [], isWhole: true }
        : bounded([...urlPlace(capability.origin), ...named.flatMap(urlLiteral)]);
    case "url":
      return bounded([
        patternPlace(capability.pattern),
        ...named.flatMap((ref) => [...urlLiteral(ref), ...domainPlace(ref, capability.pattern)]),
        ...other.filter((one) => one !== capability.pattern && !isBroad(one)).map(patternPlace),
      ]);
  }
}

/** Keeps what lies in the first of the places, cut to it, each once. */
function bounded([root, ...named]: readonly (Place | undefined)[]): NamedPlaces {
  if (root === undefined) return { places: [], isWhole: true };
  const inside = named.flatMap((place) => (place === undefined ? [] : cutTo(place, root)));
  const places = [...new Map([root, ...inside].map((place) => [place.shown, place])).values()];
  return { places: places.slice(0, limits.reachPlacesMax), isWhole: places.length <= limits.reachPlacesMax };
}

/** What a place and the root have in common, where that is less than the root. */
function cutTo(place: Place, root: Place): readonly Place[] {
  if (place.scheme !== root.scheme || place.port !== root.port) return [];
  if (holds(place, root)) return [];
  if (!hostsHold(root.hosts, place.hosts)) return [];
  if (pathHolds(root.path, place.path)) return [place];
  // Of a host among many, the path that the capability has.
  return pathHolds(place.path, root.path) ? [withShown({ ...place, path: root.path })] : [];
}

/** Whether everything of `inner` lies in `outer`. */
export function holds(outer: Place, inner: Place): boolean {
  return hostsHold(outer.hosts, inner.hosts) && pathHolds(outer.path, inner.path);
}

function pathHolds(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}

function hostsHold(outer: Hosts, inner: Hosts): boolean {
  if (outer.kind === "any") return true;
  if (inner.kind === "any") return false;
  const isUnder = inner.name.endsWith(`.${outer.name}`);
  if (outer.kind === "one") return inner.kind === "one" && inner.name === outer.name;
  if (outer.kind === "within") return isUnder || inner.name === outer.name;
  return isUnder || (inner.kind === "below" && inner.name === outer.name);
}

/** Whether a place has the URLs of more hosts than one. */
export function hasManyHosts({ hosts }: Place): boolean {
  return hosts.kind !== "one";
}

const noHost = { scheme: "", port: "", hosts: { kind: "one", name: "" } } as const;

function filePlace(id: string): Place {
  return { ...noHost, shown: id, path: id };
}

function fileLiteral({ type, id }: EntityRef): readonly Place[] {
  return type === "Path" ? [filePlace(id)] : [];
}

function urlPlace(text: string): readonly Place[] {
  const url = canonicalUrl(text);
  if (typeof url === "string") return [];
  const port = /:(\d+)$/.exec(url.origin)?.[0] ?? "";
  const path = url.segments.map((segment) => `/${segment}`).join("");
  return [withShown({ scheme: `${url.scheme}://`, port, hosts: { kind: "one", name: url.host }, path, shown: "" })];
}

function urlLiteral({ type, id }: EntityRef): readonly Place[] {
  return type === "Url" ? urlPlace(id) : [];
}

function patternPlace({ scheme, host, port, segments }: UrlPattern): Place {
  const hosts: Hosts = host.kind === "any" ? host : { kind: host.kind === "exact" ? "one" : "below", name: host.name };
  const path = segments.map((segment) => `/${segment}`).join("");
  return withShown({ scheme: `${scheme}://`, port: portText(scheme, port), hosts, path, shown: "" });
}

function domainPlace({ type, id }: EntityRef, pattern: UrlPattern): readonly Place[] {
  if (type !== "Domain" || !isBroad(pattern)) return [];
  return [withShown({ ...patternPlace(pattern), hosts: { kind: "within", name: id } })];
}

/** A pattern as a manifest writes it. */
export function showPattern(pattern: UrlPattern): string {
  return patternPlace(pattern).shown;
}

function portText(scheme: UrlPattern["scheme"], port: number): string {
  return port === (scheme === "https" ? 443 : 80) ? "" : `:${port}`;
}

function withShown(place: Place): Place {
  const { scheme, hosts, port, path } = place;
  return { ...place, shown: `${scheme}${hostText(hosts)}${port}${path}` };
}

function hostText(hosts: Hosts): string {
  switch (hosts.kind) {
    case "any":
      return "*";
    case "below":
      return `*.${hosts.name}`;
    case "within":
      return `[*.]${hosts.name}`;
    case "one":
      return hosts.name.includes(":") ? `[${hosts.name}]` : hosts.name;
  }
}

/** A resource that lies in `place` and in none of the others that lie in it: the place itself, or something below it. */
export function sampleOf(place: Place, all: readonly Place[], extent: "itself" | "below"): string {
  const narrower = all.filter((one) => one !== place && holds(place, one));
  const host = hostSample(place, narrower);
  const here = `${place.scheme}${host}${place.port}${place.path}`;
  if (extent === "itself") return here;
  const isTaken = (name: string) => narrower.some(({ path }) => pathHolds(`${place.path}/${name}`, path));
  return `${here}/${untaken("any-file", isTaken)}`;
}

function hostSample({ hosts }: Place, narrower: readonly Place[]): string {
  if (hosts.kind === "one") return hostText(hosts);
  const isTaken = (name: string) => narrower.some((one) => hostsHold(one.hosts, { kind: "one", name }));
  if (hosts.kind === "any") return untaken("any-host.example", isTaken);
  const name = (label: string) => `${label}.${hosts.name}`;
  return name(untaken("any-host", (label) => isTaken(name(label))));
}

function untaken(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 2, tried = name; ; number++) {
    if (!isTaken(tried)) return tried;
    tried = `${name}-${number}`;
  }
}
