import { setImmediate as nextTurn } from "node:timers/promises";
import { type Caller, callOf } from "../calls/call.ts";
import { limits } from "../calls/limits.ts";
import type { FolderEntry } from "../calls/powers.ts";
import type { GuestValue } from "../sandbox/sandbox.ts";
import type { GuestParts } from "./guest-parts.ts";

/**
 * One page of a folder: the entries that policy lets be seen, each asked about as if it were listed itself. What is
 * not seen leaves no trace, in the page, its length or its end.
 */
export async function listVisible(
  parts: Pick<GuestParts, "broker" | "nowMs">,
  caller: Caller,
  folder: string,
  found: readonly FolderEntry[],
  signal: AbortSignal,
): Promise<GuestValue> {
  const visible: FolderEntry[] = [];
  for (let decided = 0; decided < found.length; decided += limits.listBatchMax) {
    const batch = found.slice(decided, decided + limits.listBatchMax);
    for (const entry of await inOwnTurn(() => visibleOf(batch, parts, caller, folder, signal))) {
      // The page is full, and there is one more to be seen: only now is there a next page.
      if (visible.length === limits.listEntriesMax) return { kind: "page", entries: visible, ...nextOf(visible) };
      visible.push(entry);
    }
  }
  return { kind: "page", entries: visible };
}

let last: Promise<unknown> = Promise.resolve();

// ATTACK: many lists of long folders at once must not hold up everybody else's calls: all listings of the host share
// its turns, a batch of one of them in each (threats 22).
function inOwnTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(() => nextTurn()).then(work);
  last = turn.catch(() => undefined);
  return turn;
}

async function visibleOf(
  batch: readonly FolderEntry[],
  { broker, nowMs }: Pick<GuestParts, "broker" | "nowMs">,
  caller: Caller,
  folder: string,
  signal: AbortSignal,
): Promise<readonly FolderEntry[]> {
  const visible: FolderEntry[] = [];
  for (const entry of batch) {
    signal.throwIfAborted();
    const call = callOf(caller, "fs.list", { path: `${folder}/${entry.name}` }, nowMs());
    // see docs/decisions/0016
    // ATTACK: a name in a denied place must not be learned from the folder above it (threats 27).
    const { decision } = await broker.judge(call);
    if (decision.kind === "allow" || decision.cause === "limit") visible.push(entry);
  }
  return visible;
}

function nextOf(visible: readonly FolderEntry[]): { readonly next?: string } {
  const end = visible.at(-1);
  return end === undefined ? {} : { next: end.name };
}
