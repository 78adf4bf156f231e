import type { JsonObject } from "../calls/json.ts";
import type { ToolOrigin } from "./tool-registry.ts";

/** A call as the agent's loop keeps it. */
export interface ToolCallItem {
  readonly kind: "call";
  readonly callId: string;
  readonly name: string;
  readonly input: JsonObject;
  readonly origin?: ToolOrigin;
}

/** A result as the agent's loop keeps it. Every call gets exactly one. */
export interface ToolResultItem {
  readonly kind: "result";
  readonly callId: string;
  readonly name: string;
  readonly summary: string;
  readonly content?: string;
  readonly isError: boolean;
  /** The id under which an operator can ask why. */
  readonly decision?: string;
  readonly origin?: ToolOrigin;
}

export type HistoryItem = ToolCallItem | ToolResultItem;

/** How a history is pruned for a request to a model. Sizes in bytes of content. */
export interface Pruning {
  /** The newest content that is never dropped. */
  readonly protectedBytes?: number;
  /** What dropping must at least save, else nothing is dropped. */
  readonly savingBytesMin?: number;
}

/** The calls and results of one agent, in the order in which they began and ended. */
export interface ToolHistory {
  begin(call: ToolCallItem): void;
  /** Adds the result of a call; a second one for the same call is ignored. */
  end(result: ToolResultItem): void;
  items(): readonly HistoryItem[];
  /** The same items with old `content` dropped; what is stored does not change. */
  pruned(pruning?: Pruning): readonly HistoryItem[];
}

// About 8,000 and 4,096 tokens at four bytes each.
const protectedBytesDefault = 32_000;
const savingBytesDefault = 16_384;

/** An empty history. */
export function createToolHistory(): ToolHistory {
  const items: HistoryItem[] = [];
  const open = new Set<string>();
  return {
    begin(call) {
      open.add(call.callId);
      items.push(Object.freeze(call));
    },
    end(result) {
      if (open.delete(result.callId)) items.push(Object.freeze(result));
    },
    items: () => [...items],
    pruned: (pruning) => pruneHistory(items, pruning),
  };
}

function pruneHistory(items: readonly HistoryItem[], pruning: Pruning = {}): readonly HistoryItem[] {
  const { protectedBytes = protectedBytesDefault, savingBytesMin = savingBytesDefault } = pruning;
  let seen = 0;
  let saving = 0;
  const old = new Set<HistoryItem>();
  for (const item of items.toReversed()) {
    if (item.kind === "call" || item.content === undefined) continue;
    const bytes = Buffer.byteLength(item.content);
    seen += bytes;
    if (seen <= protectedBytes) continue;
    saving += bytes;
    old.add(item);
  }
  return saving < savingBytesMin ? [...items] : items.map((item) => (old.has(item) ? withoutContent(item) : item));
}

function withoutContent(item: HistoryItem): HistoryItem {
  if (item.kind === "call") return item;
  const { content: _dropped, ...kept } = item;
  return kept;
}
