import type { PluginRef, ToolId } from "../calls/identifiers.ts";
import type { ToolEffect } from "../calls/inventory.ts";
import type { JsonObject } from "../calls/json.ts";

// What the agent sees. Tools come in when `tool.register` was allowed, and go when it no longer is.
// Nothing in here decides or runs anything.

/** Where a tool came from, carried to policy, journal and history. */
export interface ToolOrigin {
  readonly kind: "builtin" | "plugin";
  readonly plugin: PluginRef;
  readonly version: string;
  readonly digest: string;
}

/** A tool that could be registered. */
export interface ToolOffer {
  readonly id: ToolId;
  readonly plugin: PluginRef;
  /** The plugin's own name of the tool. */
  readonly tool: string;
  /** What the model sees: the tool's name, or the operator's alias of it. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly effects: readonly ToolEffect[];
  readonly origin: ToolOrigin;
}

/** A tool's definition as a model is given it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

/** The tools that may be called now, by the name that the model sees. */
export interface ToolRegistry {
  /** Registers an offer, or answers with the tool that has its name already. The first one keeps it. */
  register(offer: ToolOffer): ToolOffer | undefined;
  unregister(id: ToolId): void;
  find(name: string): ToolOffer | undefined;
  has(id: ToolId): boolean;
  /** In the order of names, so that a model's cache of them holds. */
  list(): readonly ToolOffer[];
}

/** An empty registry. */
export function createToolRegistry(): ToolRegistry {
  const byName = new Map<string, ToolOffer>();
  return {
    register(offer) {
      const taken = byName.get(offer.name);
      if (taken !== undefined && taken.id !== offer.id) return taken;
      byName.set(offer.name, offer);
      return undefined;
    },
    unregister(id) {
      for (const [name, offer] of byName) if (offer.id === id) byName.delete(name);
    },
    find: (name) => byName.get(name),
    has: (id) => [...byName.values()].some((offer) => offer.id === id),
    list: () => [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** What a model is told of a tool, and nothing more. */
export function toDefinition({ name, description, inputSchema }: ToolOffer): ToolDefinition {
  return { name, description, inputSchema };
}
