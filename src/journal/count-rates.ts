import type { DatabaseSync } from "node:sqlite";
import type { RateClaim } from "./journal.ts";
import { inTransaction } from "./open-database.ts";
import { integerOf } from "./row-columns.ts";

/** Answers which claims are full at `atMs`; takes a place for each key when none is, and `consume` asks for it. */
export type RateCounter = (claims: readonly RateClaim[], atMs: number, consume: boolean) => readonly RateClaim[];

/** A counter over one database, so that every process of a workspace counts together. */
export function rateCounter(db: DatabaseSync): RateCounter {
  // FAIL-CLOSED: no upper end: what a clock that was set back has left in the future still counts.
  const taken = db.prepare("SELECT count(*) AS count FROM rates WHERE key = ? AND at > ?");
  const take = db.prepare("INSERT INTO rates (key, at, until) VALUES (?, ?, ?)");
  const forget = db.prepare("DELETE FROM rates WHERE until <= ?");

  const fullAt = (claims: readonly RateClaim[], atMs: number) =>
    claims.filter((claim) => integerOf(taken.get(claim.key, atMs - claim.windowMs) ?? {}, "count") >= claim.count);

  return (claims, atMs, consume) => {
    if (!consume) return fullAt(claims, atMs);
    return inTransaction(db, () => {
      forget.run(atMs);
      const full = fullAt(claims, atMs);
      if (full.length > 0) return full;
      for (const [key, windowMs] of longestWindows(claims)) take.run(key, atMs, atMs + windowMs);
      return [];
    });
  };
}

/** Two policies may count under one key: the place is taken once, and kept for the longer window. */
function longestWindows(claims: readonly RateClaim[]): ReadonlyMap<string, number> {
  const windows = new Map<string, number>();
  for (const { key, windowMs } of claims) windows.set(key, Math.max(windowMs, windows.get(key) ?? 0));
  return windows;
}
