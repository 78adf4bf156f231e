import { YoiError } from "../errors/yoi-error.ts";
import type { Journal } from "../journal/journal.ts";

/**
 * The journal of an inspection: it has no room in any window to take, and refuses to be written. What inspects a
 * workspace works on a full disk and a read-only folder, and leaves no trace.
 */
export const readOnlyJournal: Journal = {
  append: refuse,
  keepPolicySet: refuse,
  claimRates: async (_claims, _atMs, { consume }) => (consume ? refuse() : []),
  keepGuestLog: () => undefined,
  close: () => undefined,
};

async function refuse(): Promise<never> {
  throw new YoiError("YOI_JOURNAL_UNWRITABLE", "an inspection writes nothing", { path: "none" });
}
