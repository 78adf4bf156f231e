// The workbench answers an operator's questions about policy: before it goes live, from tests and from what is on
// record; after, from the journal. In come policy sets and recorded calls, out go reports. It decides nothing that
// counts, writes nothing into the journal, and never runs a plugin.
import { readEvidence } from "../broker/evidence.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { DecidedEntry } from "../journal/journal-entry.ts";
import type { DecisionFilter, JournalReader } from "../journal/read-journal.ts";

/** A decision on record, and what it was made from where that is still known. */
export interface RecordedCall {
  readonly entry: DecidedEntry;
  /** Absent where its evidence is gone or was altered: such a decision cannot be made again. */
  readonly request?: AuthorizationRequest;
}

/** The newest decisions, the oldest of them first, each with the request that it was made on. */
export function* recordedCalls(reader: JournalReader, filter: DecisionFilter): Generator<RecordedCall> {
  for (const { entry, evidence } of reader.decisions(filter)) {
    const request = evidence === undefined ? undefined : requestIn(evidence);
    yield { entry, ...(request !== undefined && { request }) };
  }
}

// Its hash holds, so it is what was written, unless whoever may write the file wrote both anew: then it is none.
function requestIn(evidence: string): AuthorizationRequest | undefined {
  try {
    return readEvidence(evidence).request;
  } catch {
    return undefined;
  }
}
