import { parseMountPath, pathId } from "../calls/guest-path.ts";
import type { PluginRef } from "../calls/identifiers.ts";
import { isBroad, parseUrlPattern } from "../calls/url-pattern.ts";
import { showEntity } from "../calls/value.ts";
import { dischargeable, type ObligationKind } from "../decisions/obligation.ts";
import type { PolicySource } from "../engines/policy-engine.ts";
import type { Finding, Place } from "../errors/error-details.ts";
import type { Grant } from "./enablement.ts";
import type { PluginEntry } from "./read-config.ts";

/** Grants as Cedar, each source leading back to its line; and the ones that were left out. */
export interface CompiledGrants {
  readonly sources: readonly PolicySource[];
  readonly findings: ReadonlyMap<PluginRef, readonly Finding[]>;
}

/**
 * Compiles the entries' shorthand to Cedar permits: `agents` to registration, preparation and execution, each of
 * `secrets` to its use, and each grant to one permit. A grant that cannot be compiled is left out with a finding, which denies.
 */
export function compileGrants(plugins: ReadonlyMap<PluginRef, PluginEntry>): CompiledGrants {
  const sources: PolicySource[] = [];
  const findings = new Map<PluginRef, readonly Finding[]>();
  for (const [ref, entry] of plugins) {
    if ("findings" in entry) continue;
    const { agents = [], secrets = [] } = entry.enablement;
    if (agents.length > 0) sources.push(source(entry.placeOf(["agents"]), agentPermits(ref, agents)));
    if (secrets.length > 0) sources.push(source(entry.placeOf(["secrets"]), secretPermits(ref, secrets)));
    const bad: Finding[] = [];
    for (const [index, grant] of entry.grants.entries()) {
      const place = entry.placeOf(["grants", index]);
      const compiled = "findings" in grant ? grant : grantPermit(ref, grant.grant, index);
      if ("text" in compiled) sources.push(source(place, compiled.text));
      else bad.push(...leftOut(compiled, index, place));
    }
    if (bad.length > 0) findings.set(ref, bad);
  }
  return { sources, findings };
}

function leftOut(why: Uncompiled, index: number, place: Place): readonly Finding[] {
  const findings = "findings" in why ? why.findings : [{ message: why.problem, place }];
  return findings.map((finding) => ({
    remedy: "mend it or take it out",
    ...finding,
    message: `grant ${index + 1} is left out: ${finding.message}`,
  }));
}

type Uncompiled = { readonly findings: readonly Finding[] } | { readonly problem: string };

function source(place: Place, text: string): PolicySource {
  const origin = { file: place.file, line: place.line ?? 1, column: place.column ?? 1 };
  return { file: place.file, layer: "grant", language: "cedar", text, origin };
}

function agentPermits(ref: PluginRef, agents: readonly string[]): string {
  const plugin = showEntity({ type: "Plugin", id: ref });
  const execute = [...new Set(agents)].map(
    (agent) => `@id(${JSON.stringify(`${ref}/execute/${agent}`)})
permit (principal == ${showEntity({ type: "Agent", id: agent })}, action == Yoi::Action::"tool.execute", resource in ${plugin});`,
  );
  return [
    `@id(${JSON.stringify(`${ref}/register`)})
permit (principal == ${plugin}, action == Yoi::Action::"tool.register", resource in ${plugin});`,
    `@id(${JSON.stringify(`${ref}/prepare`)})
permit (principal == Yoi::Agent::"host", action == Yoi::Action::"plugin.prepare", resource == ${plugin});`,
    ...execute,
  ].join("\n");
}

function secretPermits(ref: PluginRef, secrets: readonly string[]): string {
  const plugin = showEntity({ type: "Plugin", id: ref });
  const permits = [...new Set(secrets)].map(
    (secret) => `@id(${JSON.stringify(`${ref}/secret/${secret}`)})
permit (principal == ${plugin}, action == Yoi::Action::"secret.use", resource == ${showEntity({ type: "Secret", id: secret })});`,
  );
  return permits.join("\n");
}

type Compiled<T> = (T & { readonly problem?: undefined }) | { readonly problem: string };

function grantPermit(ref: PluginRef, grant: Grant, index: number): Compiled<{ readonly text: string }> {
  const obligations = obligationsOf(grant);
  const idle = obligations.find(([kind]) => !dischargeable[grant.action].includes(kind));
  if (idle !== undefined) return { problem: `\`${idle[0]}\` cannot be discharged for \`${grant.action}\`` };
  const scope = scopeOf(grant);
  if (scope.problem !== undefined) return scope;
  const annotations = [
    `@id(${JSON.stringify(`${ref}/grant-${index + 1}`)})`,
    ...obligations.map(([kind, text]) => `@${kind}("${text}")`),
  ];
  const { resource, condition = "" } = scope;
  return {
    text: `${annotations.join("\n")}
permit (principal == ${showEntity({ type: "Plugin", id: ref })}, action == Yoi::Action::"${grant.action}", resource in ${resource})${condition};`,
  };
}

function obligationsOf(grant: Grant): readonly (readonly [kind: ObligationKind, text: string])[] {
  const { max_response_bytes: bytes, timeout, rate, redact } = grant;
  return [
    ...(bytes === undefined ? [] : [["max_response_bytes", String(bytes)] as const]),
    ...(timeout === undefined ? [] : [["timeout", timeout] as const]),
    ...(rate === undefined ? [] : [["rate", rate] as const]),
    ...(redact === undefined ? [] : [["redact", redact.join(", ")] as const]),
  ];
}

function scopeOf(grant: Grant): Compiled<{ readonly resource: string; readonly condition?: string }> {
  if (grant.action !== "https.request") return pathScope(grant.path);
  const pattern = parseUrlPattern(grant.url, grant.methods);
  if (typeof pattern === "string") return { problem: pattern };
  // What is broad needs a policy of its own, with somebody's thoughts in it.
  if (isBroad(pattern)) return { problem: "a grant names one host; what is broad needs a policy" };
  // A plain grant never covers what the manifest asks for broadly, even of this very origin.
  const condition = ` when { ${JSON.stringify(grant.methods)}.contains(context.method) && !context.broad }`;
  return { resource: showEntity({ type: "Url", id: grant.url }), condition };
}

function pathScope(text: string): Compiled<{ readonly resource: string }> {
  const path = parseMountPath(text);
  if (typeof path === "string") return { problem: path };
  return { resource: showEntity({ type: "Path", id: pathId(path.mount, path.segments) }) };
}
