import type { DatabaseSync } from "node:sqlite";
import type { GuestLogLine } from "./journal.ts";
import { inTransaction } from "./open-database.ts";

/** Writes lines of guests in their order, dropping the oldest beyond `rowsMax`. */
export function guestLogWriter(db: DatabaseSync, rowsMax: number): (lines: readonly GuestLogLine[]) => void {
  const insert = db.prepare("INSERT INTO guest_log (at, plugin, call, level, line) VALUES (?, ?, ?, ?, ?)");
  const drop = db.prepare("DELETE FROM guest_log WHERE id <= (SELECT max(id) FROM guest_log) - ?");
  return (lines) => {
    inTransaction(db, () => {
      for (const { at, plugin, call, level, text } of lines) insert.run(at, plugin, call ?? null, level, text);
      drop.run(rowsMax);
    });
  };
}
