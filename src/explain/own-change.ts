import { canonicalUrl } from "../calls/canonical-url.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Verdict } from "../decisions/verdict.ts";

/** The lines that the user's own yoi.toml would need, and what has to be known of them. */
export interface OwnChange {
  readonly title: string;
  readonly lines: readonly string[];
}

const ownFile = "~/.config/yoi/yoi.toml";

/**
 * The smallest change of the user's own configuration that lifts what a shipped forbid holds back: an opening of one
 * origin at one address, or one origin more for a secret. Nothing where no configuration can.
 */
export function ownChange(request: AuthorizationRequest, verdicts: readonly Verdict[]): OwnChange | undefined {
  const forbids = verdicts.flatMap(({ determining }) => determining).filter(({ effect }) => effect === "forbid");
  // One forbid more, and the change alone would not do.
  const names = forbids.map(({ layer, name }) => (layer === "invariant" ? name : ""));
  if (names.length > 0 && names.every((name) => opened.includes(name))) return openingFor(request);
  if (names.length === 1 && names[0] === "secret-to-its-own-origins") return originFor(request);
  return undefined;
}

const opened: readonly string[] = ["no-special-addresses", "no-plain-http"];

function openingFor({ resource, context }: AuthorizationRequest): OwnChange | undefined {
  const origin = originOf(resource.id);
  // What hands out credentials of the machine is nothing to lead anybody to.
  if (origin === undefined || context["addressClass"] === "metadata") return undefined;
  const { address } = context;
  const ip = typeof address === "object" && "ip" in address ? address.ip : undefined;
  const range =
    ip === undefined ? "the address that it leads to, as in 192.168.7.12/32" : `${ip}/${ip.includes(":") ? 128 : 32}`;
  return {
    title: `It would be opened by these lines of ${ownFile}`,
    lines: ["[[open]]", `origin = ${JSON.stringify(origin)}`, `range = ${JSON.stringify(range)}`],
  };
}

function originFor({ resource, context }: AuthorizationRequest): OwnChange | undefined {
  const { url } = context;
  const origin = typeof url === "object" && "entity" in url ? originOf(url.entity.id) : undefined;
  if (origin === undefined) return undefined;
  return {
    title: `It would go there with this among the \`origins\` of [secrets.${resource.id}] in ${ownFile}`,
    lines: [JSON.stringify(origin)],
  };
}

function originOf(url: string): string | undefined {
  const canonical = canonicalUrl(url);
  return typeof canonical === "string" ? undefined : canonical.origin;
}
