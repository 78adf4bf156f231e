import type { PreparedPolicies } from "../engines/policy-engine.ts";

/** One prepared set per engine, switched together; a decision never mixes two revisions. */
export interface PolicyRevision {
  /** Digest over every engine's set. */
  readonly digest: string;
  readonly sets: readonly PreparedPolicies[];
  /** Why there is no set at all: such a revision answers every call with an engine's error. */
  readonly failure?: string;
  /** Versions by engine, for the journal. */
  readonly versions: ReadonlyMap<string, string>;
}

/** A revision together with how many decisions are under way on it. */
export interface HeldRevision {
  readonly revision: PolicyRevision;
  /** Ends one decision's hold; a retired revision is disposed of with its last hold. */
  release(): void;
}

/** Where a decision takes the revision that it is made under: once, at its start. */
export interface RevisionHolder {
  current(): PolicyRevision;
  hold(): HeldRevision;
  /** One assignment: decisions from here on see `next`; the old one is disposed of when its last decision ends. */
  switchTo(next: PolicyRevision): void;
}

interface Counted {
  readonly revision: PolicyRevision;
  holds: number;
  retired: boolean;
}

/** Starts with `first`, which may be a failed revision: that denies everything. */
export function createRevisionHolder(first: PolicyRevision): RevisionHolder {
  let now: Counted = { revision: first, holds: 0, retired: false };

  function disposeWhenUnused(counted: Counted): void {
    if (counted.retired && counted.holds === 0) for (const set of counted.revision.sets) set.dispose();
  }

  return {
    current: () => now.revision,
    hold() {
      const counted = now;
      counted.holds++;
      let held = true;
      return {
        revision: counted.revision,
        release() {
          if (!held) return;
          held = false;
          counted.holds--;
          disposeWhenUnused(counted);
        },
      };
    },
    switchTo(next) {
      const old = now;
      now = { revision: next, holds: 0, retired: false };
      old.retired = true;
      disposeWhenUnused(old);
    },
  };
}
