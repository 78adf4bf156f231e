import { limits } from "../calls/limits.ts";
import type { GuestAsk, HostError } from "../sandbox/sandbox.ts";

/** What one tool call may still change on the disk. */
export interface WriteBudget {
  /** Takes what an ask would change out of the budget; answers what is used up, and then takes nothing. */
  spend(asked: GuestAsk): HostError | undefined;
}

/**
 * A new call's budget: so many changes, and so many bytes in all of them together.
 * ATTACK: each ask is bounded, and a call may ask often: without this a guest fills the disk in seconds (threats 22).
 */
export function createWriteBudget(): WriteBudget {
  let changes = 0;
  let bytes = 0;
  return {
    spend(asked) {
      const more = bytesOf(asked);
      if (more === undefined) return undefined;
      if (changes >= limits.fileChangesPerCallMax) return { tag: "limit", val: "fileChangesPerCallMax" };
      if (bytes + more > limits.writtenBytesPerCallMax) return { tag: "limit", val: "writtenBytesPerCallMax" };
      changes += 1;
      bytes += more;
      return undefined;
    },
  };
}

/** How much an ask would write; `undefined` for one that adds nothing. */
function bytesOf(asked: GuestAsk): number | undefined {
  if (asked.kind === "fs.write" || asked.kind === "fs.append") return asked.bytes.length;
  return asked.kind === "fs.make-directory" ? 0 : undefined;
}
