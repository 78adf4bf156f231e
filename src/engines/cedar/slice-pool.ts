import { type PolicySet, preparsePolicySet } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";

// The library keeps preparsed sets in a map of its thread that has no delete, so every set ever named in it stays.
// INVARIANT: only the ids of this pool are ever named. Writing over one is the atomic swap.

/** Whoever holds a slot; the same object finds it again. */
type Holder = object;

const held = new Map<Holder, number>();
const free = Array.from({ length: limits.slicePoolMax }, (_, slot) => limits.slicePoolMax - 1 - slot);

/**
 * The id under which the library holds this holder's policies, preparsed at first use; the slot that was not used for
 * longest makes room. The id is good until the next call of this function.
 * @throws {Error} when the library refuses the policies, and then no slot is taken
 */
export function preparsedId(holder: Holder, policies: () => PolicySet): string {
  const known = held.get(holder);
  const slot = known ?? free.pop() ?? takeOldest();
  held.delete(holder);
  if (known === undefined) {
    const answer = preparsePolicySet(slotId(slot), policies());
    if (answer.type === "failure") {
      free.push(slot);
      throw new Error(answer.errors[0]?.message ?? "the policies do not parse");
    }
  }
  held.set(holder, slot);
  return slotId(slot);
}

/** Gives a holder's slot back. */
export function releaseSlot(holder: Holder): void {
  const slot = held.get(holder);
  if (slot !== undefined && held.delete(holder)) free.push(slot);
}

/** How many slots are taken. */
export function slotsTaken(): number {
  return held.size;
}

function slotId(slot: number): string {
  return `yoi-slice-${slot}`;
}

function takeOldest(): number {
  for (const [holder, slot] of held) {
    held.delete(holder);
    return slot;
  }
  throw new Error("the pool has no slots");
}
