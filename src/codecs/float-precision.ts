/**
 * Rounding of real numbers to a floating-point format, in any direction.
 *
 * @module
 */
import type { FloatFormat } from "../dtypes/float-format.ts";
import { NarrowFloatFormat } from "../dtypes/float-format.ts";
import type { Rounding } from "./rounding.ts";
import { roundToInteger } from "./rounding.ts";

/** What rounding needs to know of a format. */
export interface FloatPrecision {
  /** Bits of the significand after the leading one. */
  readonly mantissaBits: number;
  /** Distance of the smallest numbers. */
  readonly smallestStep: number;
  /** Largest finite number. */
  readonly most: number;
  /** Smallest number: `-most`, or a positive one where there is neither sign nor zero. */
  readonly least: number;
  readonly hasNaN: boolean;
  readonly hasInfinity: boolean;
}

/** The precision of a format. */
export function precisionOf(format: FloatFormat): FloatPrecision {
  const { hasNaN, hasInfinity } = format;
  const common = { hasNaN, hasInfinity };
  if (!(format instanceof NarrowFloatFormat)) {
    return format.byteLength === 8
      ? { ...common, mantissaBits: 52, smallestStep: Number.MIN_VALUE, most: MAX, least: -MAX }
      : { ...common, mantissaBits: 23, smallestStep: 2 ** -149, most: FLOAT32_MAX, least: -FLOAT32_MAX };
  }
  let most = 0;
  for (let bits = 0; bits < 2 ** format.bits; bits++) {
    const value = format.fromBits(bits);
    if (Number.isFinite(value) && value > most) most = value;
  }
  const isSigned = format.kind !== "exponent";
  return {
    ...common,
    mantissaBits: -Math.log2(format.fromBits(format.toBits(1) + 1) - 1),
    smallestStep: isSigned ? format.fromBits(1) : 0,
    most,
    least: isSigned ? -most : format.fromBits(0),
  };
}

const MAX = Number.MAX_VALUE;
const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new Uint32Array(FLOAT64.buffer);

/**
 * The number of that precision next to a finite one, as if exponents had no upper end: the result may be beyond
 * `most`. Keeps the sign of zero.
 */
export function roundToPrecision(value: number, precision: FloatPrecision, rounding: Rounding): number {
  if (precision.mantissaBits >= 52 || value === 0) return value;
  FLOAT64[0] = value;
  // Subnormal doubles give -1023, below every narrower format.
  const exponent = ((FLOAT64_BITS[1]! >>> 20) & 0x7ff) - 1023;
  const step = Math.max(2 ** (exponent - precision.mantissaBits), precision.smallestStep);
  // Steps are powers of two, so that the division is exact.
  return roundToInteger(value / step, rounding) * step;
}

/** The same for an integer of 64 bits. */
export function roundBigint(value: bigint, precision: FloatPrecision, rounding: Rounding): number {
  const isNegative = value < 0n;
  const size = isNegative ? -value : value;
  const excess = size.toString(2).length - precision.mantissaBits - 1;
  if (excess <= 0) return Number(value);
  const shift = BigInt(excess);
  const whole = size >> shift;
  const rest = size - (whole << shift);
  const isUp = rest !== 0n && roundsUp(rounding, isNegative, rest, 1n << (shift - 1n), (whole & 1n) === 1n);
  const rounded = Number((isUp ? whole + 1n : whole) << shift);
  return isNegative ? -rounded : rounded;
}

function roundsUp(
  rounding: Rounding,
  isNegative: boolean,
  rest: bigint,
  half: bigint,
  isOdd: boolean,
): boolean {
  switch (rounding) {
    case "nearest-even":
      return rest > half || (rest === half && isOdd);
    case "nearest-away":
      return rest >= half;
    case "towards-zero":
      return false;
    case "towards-positive":
      return !isNegative;
    case "towards-negative":
      return isNegative;
    default:
      rounding satisfies never;
      return false;
  }
}
