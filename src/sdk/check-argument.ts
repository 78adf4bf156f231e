import { isWellFormed } from "./well-formed.ts";

// What the toolchain does with an argument of another type than the interface's is no service to an author: it ends the
// instance without a word of why, or wraps a number around. So each is looked at before it gets there.

/** Text as it is. What is no text, or has half a character in it, is a TypeError. */
export function checkText(value: string, what: string): string {
  if (typeof value !== "string") throw new TypeError(`${what} must be text`);
  if (!isWellFormed(value)) throw new TypeError(`${what} has half of a surrogate pair in it`);
  return value;
}

/** Bytes as they are. Anything but a Uint8Array is a TypeError. */
export function checkBytes(value: Uint8Array, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${what} must be a Uint8Array`);
  return value;
}

/** A whole number from 0 to `max`, as it is. Any other is a RangeError. */
export function checkCount(value: number, max: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`${what} must be a whole number from 0 to ${max}`);
}
