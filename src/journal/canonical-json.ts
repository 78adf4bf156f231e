/**
 * The one spelling of a value as JSON: keys in the order of their UTF-16 units, no white space, absent members left
 * out. Two values that are the same give the same text. Refuses what JSON cannot say.
 * @throws {TypeError} for a number that is not finite, and for anything that is no JSON
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(",")}]`;
  if (typeof value === "object") return `{${members(value).join(",")}}`;
  throw new TypeError(`a ${typeof value} has no canonical JSON`);
}

function members(record: object): readonly string[] {
  return Object.entries(record)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
}
