import type { Place } from "./error-details.ts";

/** In the order of files, lines and columns; where all are the same, of what was found. */
export function byPlace(
  one: { readonly place?: Place; readonly message: string },
  other: { readonly place?: Place; readonly message: string },
): number {
  return (
    compare(one.place?.file ?? "", other.place?.file ?? "") ||
    (one.place?.line ?? 0) - (other.place?.line ?? 0) ||
    (one.place?.column ?? 0) - (other.place?.column ?? 0) ||
    compare(one.message, other.message)
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
