/**
 * Half-precision floats (binary16) from and to other numbers, by their bits. Rounding is to nearest, ties to even; a NaN keeps
 * its sign and becomes quiet.
 *
 * @module
 */

/** So many numbers are rounded at a time, in the first cache. */
const MAX_FLOATS = 4096;

/** Numbers of any typed array but those of 64-bit integers. */
export type Numbers =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Rounds numbers to half precision; `target` has as many elements as `source`. */
export function toHalves(source: Numbers, target: Uint16Array): void {
  const floats = new Float32Array(Math.min(source.length, MAX_FLOATS));
  const bits = new Uint32Array(floats.buffer);
  for (let start = 0; start < source.length; start += MAX_FLOATS) {
    const piece = source.subarray(start, start + MAX_FLOATS);
    // Integers that single precision does not hold are beyond half precision.
    floats.set(piece);
    if (piece instanceof Float64Array) roundToOdd(piece, floats, bits);
    for (let i = 0; i < piece.length; i++) target[start + i] = halfOf(bits[i]!);
  }
}

/** Half-precision numbers in single precision, which holds them exactly. */
export function fromHalves(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) bits[i] = floatOf(source[i]!);
}

/** Doubles in single precision, inexact ones with an odd last bit: rounded once more, they come out as if rounded once. */
function roundToOdd(doubles: Float64Array, floats: Float32Array, bits: Uint32Array): void {
  for (let i = 0; i < doubles.length; i++) {
    const double = doubles[i]!;
    const float = floats[i]!;
    if (float === double || double !== double) continue;
    const nearest = bits[i]!;
    bits[i] = (Math.abs(float) > Math.abs(double) ? nearest - 1 : nearest) | 1;
  }
}

function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  // Infinity stays, and what rounds up to 65520 and beyond becomes it.
  if (magnitude >= 0x477ff000)
    return magnitude > 0x7f800000 ? sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff) : sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const even = (magnitude >>> 13) & 1;
    return sign | ((magnitude - 0x38000000 + 0xfff + even) >>> 13);
  }
  if (magnitude <= 0x33000000) return sign; // half of the smallest, at most: a tie goes to zero
  const shift = 126 - (magnitude >>> 23);
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const whole = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (whole + (rest > tie || (rest === tie && (whole & 1) === 1) ? 1 : 0));
}

function floatOf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const magnitude = half & 0x7fff;
  if (magnitude >= 0x7c00) return sign | 0x7f800000 | ((magnitude & 0x3ff) << 13);
  if (magnitude >= 0x400) return sign | ((magnitude << 13) + 0x38000000);
  if (magnitude === 0) return sign;
  const shift = Math.clz32(magnitude) - 21; // to its first bit
  return sign | (((magnitude << (shift + 13)) & 0x7fffff) + ((113 - shift) << 23));
}
