// With the flag `u`, a surrogate matches only where it is half of a pair.
const halves = /[\ud800-\udfff]/gu;

/**
 * Text with U+FFFD for each half of a surrogate pair, such as cutting text anywhere leaves. The interface carries
 * whole characters only: a half would end the instance.
 */
export function toWellFormed(text: string): string {
  return text.replace(halves, "\ufffd");
}

/** Whether text is whole characters only. */
export function isWellFormed(text: string): boolean {
  return text.search(halves) === -1;
}
