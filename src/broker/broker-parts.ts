import type { Inventory } from "../calls/inventory.ts";
import type { Effectors } from "../effectors/effector.ts";
import type { Journal } from "../journal/journal.ts";
import type { RevisionHolder } from "./policy-revision.ts";

/** What a broker is made of. Each part is passed in; the broker finds nothing by itself. */
export interface BrokerParts {
  readonly revisions: RevisionHolder;
  /** Read once for each decision. */
  readonly inventory: () => Inventory;
  readonly effectors: Effectors;
  readonly journal: Journal;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}
