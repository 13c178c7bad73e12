/**
 * Numbers as Python and NumPy print them.
 *
 * @module
 */

/**
 * The shortest text that reads back as the same number of a format, as `str()` of a NumPy scalar gives it.
 *
 * @param round - rounds to the format, for example `Math.fround`.
 * @param maxDigits - decimal digits that tell any two numbers of the format apart.
 */
export function floatToString(value: number, round: (value: number) => number, maxDigits: number): string {
  if (value !== value) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  const { negative, digits, exponent } = shortestDigits(value, round, maxDigits);
  const sign = negative ? "-" : "";
  const size = Math.abs(value);
  // NumPy writes a power of ten where the format has no digits for the places.
  const largest = maxDigits === 17 ? 1e16 : 10 ** (maxDigits > 7 ? 6 : 3);
  if (size !== 0 && (size < 1e-4 || size >= largest)) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
  }
  return sign + positional(digits, exponent);
}

/** Decimal digits of a number, without trailing zeros, and the power of ten of the first. */
export interface DecimalDigits {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** The fewest digits that read back as the same number of a format. */
export function shortestDigits(
  value: number,
  round: (value: number) => number,
  maxDigits: number,
): DecimalDigits {
  const size = Math.abs(value);
  const negative = value < 0 || Object.is(value, -0);
  if (size === 0) return { negative, digits: "0", exponent: 0 };
  let text = size.toExponential();
  for (let count = 1; count < Math.min(maxDigits, 17); count++) {
    const shorter = size.toExponential(count - 1);
    if (shorter.length >= text.length) break;
    if (round(Number(shorter)) === size) {
      text = shorter;
      break;
    }
  }
  const [significand, power] = text.split("e");
  const digits = significand!.replace(".", "").replace(/0+$/, "");
  return { negative, digits: digits === "" ? "0" : digits, exponent: Number(power) };
}

function positional(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${whole}.${digits.slice(exponent + 1) || "0"}`;
}
