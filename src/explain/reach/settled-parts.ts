import type { Value } from "../../calls/value.ts";
import type { TraceNode } from "../../decisions/trace.ts";
import type { Capability } from "./capability.ts";
import { hasManyHosts, type Place } from "./places.ts";

/** What all calls of one part of a capability have in common, beside what every call of the plugin has. */
export interface Part {
  readonly capability: Capability;
  /** Absent where the capability has no places. */
  readonly place?: Place;
  readonly extent: "itself" | "below";
  /** Whether all calls are on behalf of one agent. */
  readonly isOneAgent: boolean;
  /** Whether the user's own configuration has openings, which hang on a request's origin. */
  readonly hasOpenings: boolean;
  /** The ids of the places that this part was told apart from. */
  readonly isTold: (literal: Value) => boolean;
}

// What the host puts into a call, the same for all that one tool asks for of one capability.
const always: readonly string[] = [
  "principal",
  "context.plugin",
  "context.workspace",
  "context.declared",
  "context.covered",
  "context.grantedEffects",
  "context.broad",
  "context.method",
  "context.mount",
  "context.mounted",
  "context.defined",
  "context.originAllowed",
  "context.place",
  "context.via.tool",
  "context.via.command",
  "context.via.depth",
];

/** Whether what a node came to holds for every call of the part: it reads nothing in which two of them can differ. */
export function isSettled(node: TraceNode, part: Part): boolean {
  if (node.value === "unreached") return false;
  if (node.children.length === 0) return readsOnlyFixed(node, part);
  return node.children.filter(({ value }) => value !== "unreached").every((child) => isSettled(child, part));
}

/** Whether every read of an expression without parts is of something that all calls of the part have in common. */
export function readsOnlyFixed({ text, reads, literals = [] }: TraceNode, part: Part): boolean {
  if (asksAboutConstant(text)) return false;
  return reads?.every((read) => isFixed(read, literals, part)) ?? false;
}

/** Whether an expression asks what a constant lies in, or has: that is known only of the entities that came with the request. */
export function asksAboutConstant(text: string): boolean {
  return /::""(?:\.| in\b| has\b)/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
}

function isFixed(read: string, literals: readonly Value[], part: Part): boolean {
  if (always.some((name) => read === name || read.startsWith(`${name}.`))) return true;
  if (read === "context.via.agent" || read.startsWith("context.via.agent.")) return part.isOneAgent;
  const { capability, place } = part;
  const varying = capability.about === "secret" ? "context.url" : "resource";
  if (read !== varying && !read.startsWith(`${varying}.`)) {
    if (read === "context.openedBy") return !part.hasOpenings || !isAmongHosts(place);
    return read === "resource" || read.startsWith("resource.");
  }
  // A capability without places has one resource.
  if (place === undefined) return capability.about === "tool";
  // INVARIANT: a part was told apart from every place that a policy names, so all of it lies in one or none of it does.
  if (read === varying) return literals.every(part.isTold);
  return isAttributeFixed(read.slice(varying.length + 1), place, part.extent);
}

function isAttributeFixed(attribute: string, place: Place, extent: Part["extent"]): boolean {
  if (attribute === "scheme" || attribute === "port") return true;
  if (isAmongHosts(place)) return false;
  return attribute === "host" || (attribute === "path" && extent === "itself");
}

function isAmongHosts(place: Place | undefined): boolean {
  return place === undefined || hasManyHosts(place);
}
