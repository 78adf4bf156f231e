import { callOf, type PluginAction } from "../../src/calls/call.ts";
import type { Targets } from "../../src/calls/description.ts";
import { newId, type PluginRef } from "../../src/calls/identifiers.ts";
import type { Powers } from "../../src/calls/powers.ts";
import type { Bounds } from "../../src/decisions/obligation.ts";
import { issueWarrant } from "../../src/warrants/issue-warrant.ts";
import type { Warrant } from "../../src/warrants/warrant.ts";
import { noonish } from "./broker-parts.ts";
import { callerOf } from "./calls.ts";

/** What a warrant says besides what is asked for and acted on; what is left out is ordinary. */
export interface WarrantTerms {
  readonly plugin?: PluginRef;
  readonly revision?: string;
  readonly bounds?: Bounds;
  readonly signal?: AbortSignal;
}

/** The parts of a warrant, issued for nothing yet. */
export function warrantParts<A extends PluginAction>(
  action: A,
  ask: Powers[A]["ask"],
  target: Targets[A],
  {
    plugin = "project:example.notes",
    revision = "9f3c",
    bounds = {},
    signal = new AbortController().signal,
  }: WarrantTerms = {},
): Warrant<A> {
  const call = callOf(callerOf(plugin, "run"), action, ask, noonish);
  return { action, call, decision: newId(noonish), revision, target, bounds, signal };
}

/** An unspent warrant. */
export function warrantFor<A extends PluginAction>(...parts: Parameters<typeof warrantParts<A>>): Warrant<A> {
  return issueWarrant(warrantParts<A>(...parts));
}
