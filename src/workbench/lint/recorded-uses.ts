import { limits } from "../../calls/limits.ts";
import { type Action, isAction } from "../../calls/powers.ts";
import type { EntityRef, EntityType } from "../../calls/value.ts";
import type { JournalReader } from "../../journal/read-journal.ts";
import { recordedCalls } from "../recorded-calls.ts";

/** What a policy has permitted, as far as it is on record. */
export interface RecordedUse {
  readonly allows: number;
  readonly actions: ReadonlySet<Action>;
  readonly principals: readonly EntityRef[];
  readonly resources: readonly EntityRef[];
}

/** What the newest decisions on record were determined by. */
export interface RecordedUses {
  /** How many decisions were made while a policy of this text was in force, as far as the journal keeps what was. */
  decisionsWith(text: string): number;
  /** By the policy's id. */
  readonly of: ReadonlyMap<string, RecordedUse>;
}

interface Gathered {
  allows: number;
  readonly actions: Set<Action>;
  readonly principals: Map<string, EntityRef>;
  readonly resources: Map<string, EntityRef>;
}

/** Reads them. Only an allow is a use: what determined a denial permitted nothing. */
export function recordedUses(reader: JournalReader): RecordedUses {
  const gathered = new Map<string, Gathered>();
  const bySet = new Map<string, number>();
  for (const { entry } of recordedCalls(reader, { last: limits.evidenceRowsMax })) {
    bySet.set(entry.policies, (bySet.get(entry.policies) ?? 0) + 1);
    const [principal, resource] = [readEntity(entry.principal), readEntity(entry.resource)];
    const { action, answer } = entry;
    if (answer !== "allow" || principal === undefined || resource === undefined || !isAction(action)) continue;
    for (const { id } of entry.verdicts.flatMap((verdict) => verdict.determining)) {
      const use = gathered.get(id) ?? { allows: 0, actions: new Set(), principals: new Map(), resources: new Map() };
      use.allows++;
      use.actions.add(action);
      use.principals.set(entry.principal, principal);
      use.resources.set(entry.resource, resource);
      gathered.set(id, use);
    }
  }
  const uses = [...gathered].map(([id, { principals, resources, ...use }]) => {
    return [id, { ...use, principals: [...principals.values()], resources: [...resources.values()] }] as const;
  });
  return { decisionsWith: decisionsWith(bySet, reader), of: new Map(uses) };
}

/** How many sets of former times are looked at: the newest. */
const setsMax = 8;

function decisionsWith(bySet: ReadonlyMap<string, number>, reader: JournalReader): RecordedUses["decisionsWith"] {
  const newest = [...bySet].slice(-setsMax);
  const kept = newest.map(([digest, decisions]) => ({ decisions, sources: reader.policySet(digest) ?? "" }));
  return (text) => {
    // The sources are kept as JSON.
    const written = JSON.stringify(text).slice(1, -1);
    return kept.reduce((sum, { decisions, sources }) => sum + (sources.includes(written) ? decisions : 0), 0);
  };
}

/** `Yoi::Path::"notes"`, as the journal has it. */
function readEntity(shown: string): EntityRef | undefined {
  const [, type, id] = /^Yoi::(\w+)::(".*")$/s.exec(shown) ?? [];
  return type === undefined || id === undefined ? undefined : { type: type as EntityType, id: JSON.parse(id) };
}
