import { hash } from "node:crypto";

/** What the first entry has for its previous hash. */
export const genesis = "0".repeat(64);

/** An entry as it is stored: its place, and its canonical JSON, byte for byte. */
export interface StoredEntry {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
  readonly text: string;
}

/** SHA-256 of a text's UTF-8, in lower-case hex. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** The hash of an entry in its place. No part can hold a line break, so no two entries share one spelling. */
export function hashEntry(seq: number, previous: string, text: string): string {
  return sha256(`${seq}\n${previous}\n${text}`);
}

/** The entry that follows `head`, or the first. */
export function chainEntry(
  head: { readonly seq: number; readonly hash: string } | undefined,
  text: string,
): StoredEntry {
  const seq = (head?.seq ?? 0) + 1;
  const previous = head?.hash ?? genesis;
  return { seq, previous, hash: hashEntry(seq, previous, text), text };
}
