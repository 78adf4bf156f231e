import type { SQLOutputValue } from "node:sqlite";

/** A row as node:sqlite answers it. */
export type Row = { readonly [column: string]: SQLOutputValue };

/** A column that must be text. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`the column ${column} holds no text`);
  return value;
}

/** A column that must be a whole number. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (!Number.isSafeInteger(value)) throw new TypeError(`the column ${column} holds no whole number`);
  return Number(value);
}
