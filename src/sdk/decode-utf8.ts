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
