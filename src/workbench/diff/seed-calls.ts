import type { Call } from "../../calls/call.ts";
import { canonicalUrl } from "../../calls/canonical-url.ts";
import { parseMountPath } from "../../calls/guest-path.ts";
import { isAgentId, isPluginRef, isSecretName, newId, parseToolId } from "../../calls/identifiers.ts";
import { limits } from "../../calls/limits.ts";
import { parseCall } from "../../calls/parse-call.ts";
import type { Action } from "../../calls/powers.ts";
import type { EntityRef, EntityType } from "../../calls/value.ts";
import type { ConditionOutline, PolicyOutline, ScopeOutline } from "../../engines/policy-outline.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { representatives } from "../../explain/explain-addresses.ts";
import type { Mention } from "../../explain/nearby/nearby-call.ts";
import { namedBy } from "../../explain/reach/named-entities.ts";

/** What there is to ask by and about, for policies that name it by something that it lies in, or not at all. */
export interface KnownSeeds {
  readonly plugins: readonly string[];
  /** What operators have put into a group or a domain. */
  readonly membersOf: (entity: EntityRef) => readonly EntityRef[];
}

/** Calls that a policy could be about: of its actions, by those and on what its head and its conditions name. */
export function* seedCalls(outline: PolicyOutline, known: KnownSeeds, atMs: number): Generator<Call> {
  const mentions = mentionsIn(outline);
  const entities = namedBy(outline);
  const members = entities.flatMap(known.membersOf).slice(0, limits.mentionedLiteralsMax);
  const idsOf = (type: EntityType) => members.filter((one) => one.type === type).map(({ id }) => id);
  const sources = [
    ...entities.filter(({ type }) => type === "Source").map(({ id }) => id),
    ...textsAt(mentions, ["principal.source", "resource.source"]),
  ];
  const named: Named = { mentions, idsOf, anyOfSources: sources.map((source) => `${source}:example.any`) };
  for (const action of outline.actions) {
    for (const who of askersOf(action, outline, named, known.plugins)) {
      for (const ask of asksOf(action, outline, named, who)) {
        const call = callFor(action, who, ask, atMs);
        if (call !== undefined) yield call;
      }
    }
  }
}

/** What a policy speaks of. */
interface Named {
  readonly mentions: readonly Mention[];
  /** The members, by type, of the groups and domains that it names. */
  readonly idsOf: (type: EntityType) => readonly string[];
  /** A plugin of each source that it names, as it could be called. */
  readonly anyOfSources: readonly string[];
}

/** What a policy holds parts of a request against, in its head and in its conditions. */
export function mentionsIn({ principal, resource, conditions }: PolicyOutline): readonly Mention[] {
  return [
    ...mentionedBy("principal", principal),
    ...mentionedBy("resource", resource),
    ...leavesOf(conditions).flatMap(({ reads, literals }) => reads.map((path) => ({ path, literals }))),
  ];
}

function mentionedBy(path: "principal" | "resource", scope: ScopeOutline): readonly Mention[] {
  const entity = entityOf(scope);
  return entity === undefined ? [] : [{ path, literals: [{ entity }] }];
}

function leavesOf(conditions: readonly ConditionOutline[]): readonly ConditionOutline[] {
  return conditions.flatMap((condition) =>
    condition.children.length === 0 ? [condition] : [condition, ...leavesOf(condition.children)],
  );
}

const anyPlugin = "project:example.any";
const anyTool = "any";

function askersOf(
  action: Action,
  { principal }: PolicyOutline,
  { mentions, idsOf, anyOfSources }: Named,
  plugins: readonly string[],
): readonly string[] {
  const isByAgent = action === "tool.execute" || action === "plugin.prepare";
  const named = [
    ...scopeIds(principal, isByAgent ? "Agent" : "Plugin"),
    ...textsAt(mentions, ["principal", "principal.id", "context.plugin.id", "context.via.agent"]),
    ...(isByAgent ? idsOf("Agent") : anyOfSources),
  ];
  const fitting = named.filter(isByAgent ? isAgentId : isPluginRef);
  if (fitting.length > 0) return [...new Set(fitting)];
  return isByAgent ? ["cli"] : [anyPlugin, ...plugins.slice(0, 1)];
}

function* asksOf(
  action: Action,
  outline: PolicyOutline,
  { mentions, idsOf, anyOfSources }: Named,
  who: string,
): Generator<object> {
  const types = resourceTypes(action);
  const named = new Set([
    ...types.flatMap((type) => scopeIds(outline.resource, type)),
    ...textsAt(mentions, ["resource", "resource.id", "resource.host", "resource.within", "context.url"]),
    ...types.flatMap(idsOf),
    ...anyOfSources,
  ]);
  switch (action) {
    case "tool.register":
      for (const tool of [...toolsIn(named, who), anyTool]) yield { plugin: who, tool };
      return;
    case "plugin.prepare":
      for (const plugin of [...named].filter(isPluginRef).concat(anyPlugin)) yield { plugin };
      return;
    case "tool.execute":
      for (const id of [...named, `${anyPlugin}/${anyTool}`]) {
        const parsed = parseToolId(id);
        if (parsed !== undefined) yield { plugin: parsed.plugin, tool: parsed.tool, input: {} };
        else if (isPluginRef(id)) yield { plugin: id, tool: anyTool, input: {} };
      }
      return;
    case "https.request":
      for (const url of urlsIn(named)) yield { method: "GET", url, headers: [], secrets: [], hop: 0 };
      return;
    case "network.connect":
      for (const url of urlsIn(named))
        yield { url, address: representatives.public[0], answer: [representatives.public[0]], behalf: "https.request" };
      return;
    case "secret.use": {
      const secrets = [...named].filter(isSecretName);
      for (const secret of secrets.length > 0 ? secrets : ["any"]) {
        for (const url of urlsIn(named)) yield { secret, url };
      }
      return;
    }
    default:
      for (const path of pathsIn(named)) {
        yield {
          path,
          ...(action === "fs.write" && { mode: "create" }),
          ...(writes(action) && { bytes: new Uint8Array() }),
        };
      }
  }
}

function writes(action: Action): boolean {
  return action === "fs.write" || action === "fs.append";
}

function resourceTypes(action: Action): readonly EntityType[] {
  switch (action) {
    case "tool.register":
    case "tool.execute":
      return ["Tool", "Plugin"];
    case "plugin.prepare":
      return ["Plugin"];
    case "secret.use":
      return ["Secret"];
    case "https.request":
    case "network.connect":
      return ["Url", "Domain"];
    default:
      return ["Path"];
  }
}

function scopeIds(scope: ScopeOutline, type: EntityType): readonly string[] {
  const entity = entityOf(scope);
  return entity?.type === type ? [entity.id] : [];
}

function entityOf(scope: ScopeOutline): EntityRef | undefined {
  if (scope.op === "any") return undefined;
  return scope.op === "is" ? scope.in : scope.entity;
}

function textsAt(mentions: readonly Mention[], paths: readonly string[]): readonly string[] {
  return mentions.flatMap(({ path, literals }) =>
    paths.includes(path)
      ? literals.flatMap((literal) => {
          if (typeof literal === "string") return [literal];
          return typeof literal === "object" && "entity" in literal ? [literal.entity.id] : [];
        })
      : [],
  );
}

function toolsIn(named: ReadonlySet<string>, plugin: string): readonly string[] {
  return [...named].flatMap((id) => {
    const parsed = parseToolId(id);
    return parsed?.plugin === plugin ? [parsed.tool] : [];
  });
}

function* urlsIn(named: ReadonlySet<string>): Generator<string> {
  for (const text of named) {
    if (typeof canonicalUrl(text) !== "string") yield* [text, `${unslashed(text)}/any`];
    else if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(text)) yield* [`https://${text}/any`, `https://any.${text}/any`];
  }
  yield "https://any.example/any";
}

function* pathsIn(named: ReadonlySet<string>): Generator<string> {
  for (const text of named) {
    const path = unslashed(text);
    if (typeof parseMountPath(path) !== "string") yield* [`${path}/any`, path];
  }
  yield "any/any";
}

function callFor(action: Action, who: string, ask: object, atMs: number): Call | undefined {
  const id = newId(atMs);
  const isByAgent = action === "tool.execute" || action === "plugin.prepare";
  const principal = isByAgent ? { kind: "agent", id: who } : { kind: "plugin", id: who };
  const via = isByAgent ? { agent: who, command: false, depth: 0 } : { command: false, depth: 1 };
  try {
    return parseCall({ id, root: id, action, principal, via, ask });
  } catch (error) {
    // What a policy names need not be anything that can be asked for.
    if (YoiError.is(error, "YOI_CALL_MALFORMED")) return undefined;
    throw error;
  }
}

/** A folder may be written with a slash behind it, as what begins the name of everything in it. */
function unslashed(text: string): string {
  return text.replace(/\/$/, "");
}
