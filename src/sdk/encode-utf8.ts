/** UTF-8 bytes of text; QuickJS has no TextEncoder. Half of a surrogate pair becomes U+FFFD, as TextEncoder has it. */
export function encodeUtf8(text: string): Uint8Array {
  // One UTF-16 unit is three bytes at most; a pair of them is four.
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) length = encodePoint(character.codePointAt(0) ?? 0, bytes, length);
  return bytes.slice(0, length);
}

function encodePoint(given: number, bytes: Uint8Array, at: number): number {
  const point = given >= 0xd800 && given <= 0xdfff ? 0xfffd : given;
  if (point < 0x80) {
    bytes[at] = point;
    return at + 1;
  }
  const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  bytes[at] = ([0, 0xc0, 0xe0, 0xf0][more] ?? 0) | (point >> (6 * more));
  for (let next = 1; next <= more; next++) bytes[at + next] = 0x80 | ((point >> (6 * (more - next))) & 0x3f);
  return at + 1 + more;
}
