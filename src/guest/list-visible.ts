import { setImmediate as nextTurn } from "node:timers/promises";
import type { Call } from "../calls/call.ts";
import { newId } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import type { FolderEntry } from "../calls/powers.ts";
import type { GuestValue } from "../sandbox/sandbox.ts";
import type { GuestCall, GuestParts } from "./guest-parts.ts";

/**
 * One page of a folder: the entries that policy lets be seen, each asked about as if it were listed itself. What is
 * not seen leaves no trace, in the page, its length or its end.
 */
export async function listVisible(
  { broker, nowMs }: Pick<GuestParts, "broker" | "nowMs">,
  common: GuestCall,
  folder: string,
  found: readonly FolderEntry[],
  signal: AbortSignal,
): Promise<GuestValue> {
  const visible: FolderEntry[] = [];
  for (const [index, entry] of found.entries()) {
    // A long folder must not hold up everybody else's calls.
    if (index % limits.listBatchMax === limits.listBatchMax - 1) await nextTurn();
    signal.throwIfAborted();
    const ask = { path: `${folder}/${entry.name}` };
    const call: Call<"fs.list"> = { ...common, id: newId(nowMs()), action: "fs.list", ask };
    // ATTACK: a name in a denied place must not be learned from the folder above it (threats 27).
    const { decision } = await broker.judge(call);
    if (decision.kind === "deny" && decision.cause !== "limit") continue;
    // The page is full, and there is one more to be seen: only now is there a next page.
    if (visible.length === limits.listEntriesMax) return { kind: "page", entries: visible, ...nextOf(visible) };
    visible.push(entry);
  }
  return { kind: "page", entries: visible };
}

function nextOf(visible: readonly FolderEntry[]): { readonly next?: string } {
  const last = visible.at(-1);
  return last === undefined ? {} : { next: last.name };
}
