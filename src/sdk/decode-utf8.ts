/**
 * Text from UTF-8 bytes; QuickJS has no TextDecoder. Bytes that are not UTF-8 (overlong forms, halves of
 * characters, numbers beyond Unicode) are refused with a TypeError, never repaired.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const parts: string[] = [];
  let points: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { point, length } = decodePoint(bytes, at);
    points.push(point);
    at += length;
    if (points.length === 4_096) {
      parts.push(String.fromCodePoint(...points));
      points = [];
    }
  }
  return parts.join("") + String.fromCodePoint(...points);
}

/** The bytes up to the last whole character, of UTF-8 text that was cut anywhere. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  // The last byte that begins a character is one of the last four; the others continue one.
  for (let at = bytes.length - 1; at >= 0 && at >= bytes.length - 4; at--) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return at + length > bytes.length ? bytes.subarray(0, at) : bytes;
  }
  return bytes;
}

function decodePoint(bytes: Uint8Array, at: number): { readonly point: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { point: first, length: 1 };
  const length =
    first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  let point = first & (0x7f >> length);
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next] ?? 0;
    if ((byte & 0xc0) !== 0x80) throw notText();
    point = (point << 6) | (byte & 0x3f);
  }
  const smallest = [0, 0, 0x80, 0x800, 0x10000][length] ?? 0;
  const half = point >= 0xd800 && point <= 0xdfff;
  if (length === 0 || point < smallest || half || point > 0x10ffff) throw notText();
  return { point, length };
}

function notText(): TypeError {
  return new TypeError("the bytes are not UTF-8 text");
}
