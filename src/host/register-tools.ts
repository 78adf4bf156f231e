import type { Broker } from "../broker/broker.ts";
import { type CallId, newId, type PluginRef, type ToolId } from "../calls/identifiers.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { ToolOffer, ToolRegistry } from "../tools/tool-registry.ts";

/** A tool that is not registered, and why. */
export interface UnregisteredTool {
  readonly offer: ToolOffer;
  readonly why: "denied" | "name-taken" | "failed";
  readonly call: CallId;
  readonly decision: string;
}

/** The tools on offer, by id: what the effector of `tool.register` looks into. */
export interface OfferTable {
  replace(offers: readonly ToolOffer[]): void;
  /** Registers an offered tool. @throws {YoiError} YOI_EFFECT_FAILED `name-taken`, `not-found` */
  register(id: ToolId): void;
}

/** An empty table of offers for a registry. */
export function createOfferTable(registry: ToolRegistry): OfferTable {
  let offered = new Map<ToolId, ToolOffer>();
  return {
    replace(offers) {
      offered = new Map(offers.map((offer) => [offer.id, offer]));
    },
    register(id) {
      const offer = offered.get(id);
      if (offer === undefined)
        throw new YoiError("YOI_EFFECT_FAILED", `no tool \`${id}\` is on offer`, { why: "not-found" });
      const holder = registry.register(offer);
      if (holder === undefined) return;
      const message = `the name \`${offer.name}\` belongs to \`${holder.id}\`; give this tool an alias`;
      throw new YoiError("YOI_EFFECT_FAILED", message, { why: "name-taken" });
    },
  };
}

/**
 * Decides every offer again, in order, the agent's own first: what is permitted now is registered, and what no longer
 * is goes. Answers with what is not registered.
 */
export async function registerTools(
  broker: Pick<Broker, "submit">,
  registry: ToolRegistry,
  offers: readonly ToolOffer[],
  nowMs: () => number,
): Promise<readonly UnregisteredTool[]> {
  const names = new Map(offers.map((offer) => [offer.id, offer.name]));
  // What is gone, or goes by another name now, frees its name before anybody else asks for it.
  for (const { id, name } of registry.list()) if (names.get(id) !== name) registry.unregister(id);
  const left: UnregisteredTool[] = [];
  for (const offer of offers) {
    const id = newId(nowMs());
    const outcome = await broker.submit({
      id,
      root: id,
      action: "tool.register",
      principal: { kind: "plugin", id: offer.plugin },
      via: { command: false, depth: 0 },
      ask: { plugin: offer.plugin, tool: offer.tool },
    });
    if (outcome.status === "performed") continue;
    registry.unregister(offer.id);
    left.push({ offer, why: whyOf(outcome), call: id, decision: outcome.decision.id });
  }
  return left;
}

function whyOf(outcome: { readonly status: "denied" | "failed"; readonly error?: YoiError }): UnregisteredTool["why"] {
  if (outcome.status === "denied") return "denied";
  const taken = YoiError.is(outcome.error, "YOI_EFFECT_FAILED") && outcome.error.details.why === "name-taken";
  return taken ? "name-taken" : "failed";
}

/** Asks for a plugin to be instantiated ahead of its first call. A denial or failure costs only that. */
export async function preparePlugin(
  broker: Pick<Broker, "submit">,
  plugin: PluginRef,
  nowMs: () => number,
): Promise<void> {
  const id = newId(nowMs());
  await broker.submit({
    id,
    root: id,
    action: "plugin.prepare",
    principal: { kind: "agent", id: "host" },
    via: { command: false, depth: 0 },
    ask: { plugin },
  });
}
