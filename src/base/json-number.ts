/**
 * Numbers of JSON: the text that the writer chooses for a number, and the value of a text.
 *
 * @module
 */

/** All integers up to here are numbers; the next one is not. */
const MAX_EXACT = 2 ** 53;

/** Integers of more digits are refused: converting them costs more than linear time. Python stops here too. */
const MAX_INTEGER_DIGITS = 4300;

/**
 * The text of a number, as Python's `json` writes the number that JavaScript holds: integers up to
 * 2^53 as integers (`3`), everything else as a float that reads back as the same float (`0.1`, `1e-05`, `1e+16`,
 * `-0.0`), and the bare tokens `NaN`, `Infinity`, `-Infinity`.
 */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size <= MAX_EXACT) return Object.is(value, -0) ? "-0.0" : String(value);
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  if (!Number.isFinite(value)) return String(value);
  // Without an argument, toExponential gives the shortest digits that read back.
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/**
 * The value of the text of a JSON number: `bigint` for integers beyond 2^53, else `number`;
 * `undefined` when it has more digits than is reasonable.
 */
export function numberFromText(text: string, isInteger: boolean): number | bigint | undefined {
  const value = Number(text);
  if (!isInteger || Number.isSafeInteger(value)) return value;
  if (text.length > MAX_INTEGER_DIGITS) return undefined;
  const exact = BigInt(text);
  // 2^53 + 1 rounds to 2^53, so only the exact value tells.
  return Math.abs(value) === MAX_EXACT && exact === BigInt(value) ? value : exact;
}
