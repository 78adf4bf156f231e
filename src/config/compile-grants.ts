import { parseGuestPath, pathId } from "../calls/guest-path.ts";
import type { PluginRef } from "../calls/identifiers.ts";
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
 * Compiles the entries' shorthand to Cedar permits: `agents` to registration, preparation and execution, and each
 * grant to one permit. A grant that cannot be compiled is left out with a finding, which denies.
 */
export function compileGrants(plugins: ReadonlyMap<PluginRef, PluginEntry>): CompiledGrants {
  const sources: PolicySource[] = [];
  const findings = new Map<PluginRef, readonly Finding[]>();
  for (const [ref, entry] of plugins) {
    if ("findings" in entry) continue;
    const { agents = [], grants = [] } = entry.enablement;
    if (agents.length > 0) sources.push(source(entry.place, agentPermits(ref, agents)));
    const bad: Finding[] = [];
    for (const [index, grant] of grants.entries()) {
      const place = entry.grantPlace(index);
      const compiled = grantPermit(ref, grant, index);
      if (compiled.problem === undefined) sources.push(source(place, compiled.text));
      else
        bad.push({
          message: `grant ${index + 1} is left out: ${compiled.problem}`,
          place,
          remedy: "mend it or take it out",
        });
    }
    if (bad.length > 0) findings.set(ref, bad);
  }
  return { sources, findings };
}

function source(place: Place, text: string): PolicySource {
  const origin = { file: place.file, line: place.line ?? 1, column: place.column ?? 1 };
  return { file: place.file, layer: "grant", language: "cedar", text, origin };
}

function agentPermits(ref: PluginRef, agents: readonly string[]): string {
  const plugin = `Yoi::Plugin::${JSON.stringify(ref)}`;
  const execute = [...new Set(agents)].map(
    (agent) => `@id(${JSON.stringify(`${ref}/execute/${agent}`)})
permit (principal == Yoi::Agent::${JSON.stringify(agent)}, action == Yoi::Action::"tool.execute", resource in ${plugin});`,
  );
  return [
    `@id(${JSON.stringify(`${ref}/register`)})
permit (principal == ${plugin}, action == Yoi::Action::"tool.register", resource in ${plugin});`,
    `@id(${JSON.stringify(`${ref}/prepare`)})
permit (principal == Yoi::Agent::"host", action == Yoi::Action::"plugin.prepare", resource == ${plugin});`,
    ...execute,
  ].join("\n");
}

function grantPermit(
  ref: PluginRef,
  grant: Grant,
  index: number,
): { readonly text: string; readonly problem?: undefined } | { readonly problem: string } {
  const path = grant.path.includes("/") ? parseGuestPath(grant.path) : parseGuestPath(`${grant.path}/x`);
  if (typeof path === "string") return { problem: path };
  const id = grant.path.includes("/") ? pathId(path.mount, path.segments) : path.mount;
  const obligations = [
    grant.max_response_bytes === undefined ? [] : [`@max_response_bytes("${grant.max_response_bytes}")`],
    grant.timeout === undefined ? [] : [`@timeout("${grant.timeout}")`],
    grant.rate === undefined ? [] : [`@rate("${grant.rate}")`],
  ].flat();
  const head = [`@id(${JSON.stringify(`${ref}/grant-${index + 1}`)})`, ...obligations].join("\n");
  return {
    text: `${head}
permit (principal == Yoi::Plugin::${JSON.stringify(ref)}, action == Yoi::Action::"fs.read", resource in Yoi::Path::${JSON.stringify(id)});`,
  };
}
