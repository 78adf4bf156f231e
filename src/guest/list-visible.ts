import { setImmediate as nextTurn } from "node:timers/promises";
import { type Caller, callOf } from "../calls/call.ts";
import { limits } from "../calls/limits.ts";
import type { FolderEntry } from "../calls/powers.ts";
import type { GuestAnswer, GuestValue } from "../sandbox/sandbox.ts";
import type { GuestParts } from "./guest-parts.ts";

/**
 * One page of a folder: the entries that policy lets be seen, each asked about as if it were listed itself. What is
 * not seen leaves no trace, in the page, its length or its end. When the time is up it ends in `timeout`.
 */
export async function listVisible(
  parts: Pick<GuestParts, "broker" | "nowMs">,
  caller: Caller,
  folder: string,
  found: readonly FolderEntry[],
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<GuestAnswer> {
  const late = new AbortController();
  const { promise: tooLate, resolve } = Promise.withResolvers<GuestAnswer>();
  const timer = setTimeout(() => {
    late.abort();
    resolve({ ok: false, error: { tag: "timeout" } });
  }, timeoutMs);
  try {
    const page = readPage(parts, caller, folder, found, AbortSignal.any([signal, late.signal]));
    return await Promise.race([tooLate, page.then((value): GuestAnswer => ({ ok: true, value }))]);
  } finally {
    clearTimeout(timer);
  }
}

async function readPage(
  parts: Pick<GuestParts, "broker" | "nowMs">,
  caller: Caller,
  folder: string,
  found: readonly FolderEntry[],
  stop: AbortSignal,
): Promise<GuestValue> {
  const visible: FolderEntry[] = [];
  const over = whenOver(stop);
  for (let decided = 0; decided < found.length; decided += limits.listBatchMax) {
    const batch = found.slice(decided, decided + limits.listBatchMax);
    const seen = await inOwnTurn(() => Promise.race([over, visibleOf(batch, parts, caller, folder, stop)]));
    for (const entry of seen) {
      // The page is full, and there is one more to be seen: only now is there a next page.
      if (visible.length === limits.listEntriesMax) return { kind: "page", entries: visible, ...nextOf(visible) };
      visible.push(entry);
    }
  }
  return { kind: "page", entries: visible };
}

/** Rejects when the signal fires. */
function whenOver(stop: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  stop.addEventListener("abort", () => reject(stop.reason), { once: true });
  // Nobody may be waiting for it by then.
  promise.catch(() => undefined);
  return promise;
}

let last: Promise<unknown> = Promise.resolve();

// ATTACK: many lists of long folders at once must not hold up everybody else's calls: all listings of the host share
// its turns, a batch of one of them in each (threats 22). A turn ends with its list's time, whatever it waits for.
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
