// What to look for in what a server sends back: a secret's bytes, their hex digits, and the base64 digits that they
// become wherever they lie in something larger. Each of these *needles* is looked for in each view that `unescape.ts`
// makes of the response.

/** Bytes to look for. `before` and `after`: neighbours that hold some of the secret's bits, and go with it. */
export interface Needle {
  readonly bytes: Buffer;
  readonly before: number;
  readonly after: number;
}

const base64Bits = 6;

/** Every needle of a secret. */
export function needlesOf(secret: string): readonly Needle[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const whole = [secret, hex, hex.toUpperCase()].map((text) => ({ bytes: Buffer.from(text), before: 0, after: 0 }));
  return [...whole, ...[0, 1, 2].flatMap((offset) => base64Needles(bytes, offset))];
}

// ATTACK: `Authorization: Basic`, a JWT, a data URL: base64 of something in which the secret lies at any offset
// (threats 33). Digits that the secret alone determines are looked for; those at its edges hold bits of it, too.
function base64Needles(secret: Buffer, offset: number): readonly Needle[] {
  const digits = Buffer.concat([Buffer.alloc(offset), secret]).toString("base64");
  const [firstBit, endBit] = [offset * 8, (offset + secret.length) * 8];
  const core = digits.slice(Math.ceil(firstBit / base64Bits), Math.floor(endBit / base64Bits));
  const [before, after] = [firstBit % base64Bits === 0 ? 0 : 1, endBit % base64Bits === 0 ? 0 : 1];
  const spellings = new Set([core, core.replaceAll("+", "-").replaceAll("/", "_")]);
  return [...spellings].map((text) => ({ bytes: Buffer.from(text), before, after }));
}
