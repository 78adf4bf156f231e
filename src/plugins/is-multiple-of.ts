/**
 * Whether a number is a multiple of another as both are written in decimal: 0.3 is one of 0.1, though the quotient of
 * the doubles is not whole.
 */
export function isMultipleOf(value: number, divisor: number): boolean {
  const [a, b] = [toDecimal(value), toDecimal(divisor)];
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = (number: Decimal): bigint => number.digits * 10n ** BigInt(number.exponent - exponent);
  return b.digits !== 0n && scale(a) % scale(b) === 0n;
}

interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The shortest decimal that means this double, as digits × 10^exponent. */
function toDecimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
