import type { DatabaseSync } from "node:sqlite";

/** How much evidence is kept. */
export interface EvidenceBounds {
  readonly evidenceBytesMax: number;
  readonly evidenceRowsMax: number;
  readonly evidenceRowsPerPluginMax: number;
}

/** Keeps the evidence of one entry; must run inside the entry's own transaction. */
export type EvidenceKeeper = (seq: number, plugin: string | undefined, evidence: string) => void;

// Counting back is what costs, so it is not done for every row: so many may be kept beyond a bound.
const rowsBetweenSweeps = 64;

/**
 * Keeps evidence up to its bounds: so much of each plugin, and so much in all. The oldest goes first.
 * ATTACK: a plugin that asks for nothing, very often, must not push out what others' decisions were made from
 * (threats 35).
 */
export function evidenceKeeper(
  db: DatabaseSync,
  { evidenceRowsMax, evidenceRowsPerPluginMax }: Omit<EvidenceBounds, "evidenceBytesMax">,
): EvidenceKeeper {
  const insert = db.prepare("INSERT INTO evidence (seq, plugin, request) VALUES (?, ?, ?)");
  const dropOfPlugin = db.prepare(`
    DELETE FROM evidence WHERE plugin = ?1 AND id <=
      (SELECT id FROM evidence WHERE plugin = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`);
  const drop = db.prepare(`
    DELETE FROM evidence WHERE id <= (SELECT id FROM evidence ORDER BY id DESC LIMIT 1 OFFSET ?)`);
  let untilSweep = 0;

  return (seq, plugin = "", evidence) => {
    insert.run(seq, plugin, evidence);
    if (untilSweep-- > 0) return;
    untilSweep = Math.min(rowsBetweenSweeps, evidenceRowsPerPluginMax, evidenceRowsMax) - 1;
    dropOfPlugin.run(plugin, evidenceRowsPerPluginMax);
    drop.run(evidenceRowsMax);
  };
}
