import { prepareKept } from "../../broker/prepare-kept.ts";
import type { PolicyEngine, PreparedPolicies } from "../../engines/policy-engine.ts";
import type { JournalReader } from "../../journal/read-journal.ts";

/** The policy sets of former times, as a journal keeps them. */
export interface KeptSets {
  /** The sets that were in force under this digest; nothing where they cannot be had any more. */
  under(digest: string): Promise<readonly PreparedPolicies[] | undefined>;
  dispose(): void;
}

/** How many sets of former times are prepared for one report. */
const preparedMax = 8;

/** Prepares what a journal keeps, each set once and the first few alone. */
export function keptSets(reader: JournalReader, engines: readonly PolicyEngine[]): KeptSets {
  const prepared = new Map<string, Promise<readonly PreparedPolicies[] | undefined>>();
  const made: PreparedPolicies[] = [];
  const prepare = async (digest: string) => {
    const kept = reader.policySet(digest);
    if (kept === undefined) return undefined;
    const prepared = await prepareKept(kept, engines);
    if (prepared === undefined) return undefined;
    made.push(...prepared.revision.sets);
    // Another version of an engine, or a journal that was altered: what was in force is known by its digest alone.
    return prepared.revision.digest === digest ? prepared.revision.sets : undefined;
  };
  return {
    under: async (digest) => {
      const known = prepared.get(digest);
      if (known !== undefined || prepared.size >= preparedMax) return known;
      const sets = prepare(digest);
      prepared.set(digest, sets);
      return sets;
    },
    dispose: () => {
      for (const set of made) set.dispose();
    },
  };
}
