/**
 * Rounding of little-endian words to fewer significant bits, ties to even.
 *
 * @module
 */
import { viewAs } from "../dtypes/typed-array-view.ts";

/** Rounds the mantissas of floats of `size` bytes, of which `mantissaBits` bits are mantissa. Returns `source` itself where nothing is to do. */
export function roundFloatBits(
  source: Uint8Array,
  size: number,
  mantissaBits: number,
  keepbits: number,
): Uint8Array {
  if (keepbits >= mantissaBits) return source;
  const result = source.slice();
  const bits = size * 8;
  if (size === 8) {
    const infinity = ((1n << BigInt(bits - 1 - mantissaBits)) - 1n) << BigInt(mantissaBits);
    roundBigWords(viewAs(BigUint64Array, result), infinity, BigInt(mantissaBits - keepbits));
  } else {
    const words = size === 4 ? viewAs(Uint32Array, result) : viewAs(Uint16Array, result);
    const infinity = (2 ** (bits - 1 - mantissaBits) - 1) * 2 ** mantissaBits;
    roundWords(words, 2 ** (bits - 1), infinity, mantissaBits - keepbits);
  }
  return result;
}

function roundWords(words: Uint16Array | Uint32Array, sign: number, infinity: number, drop: number): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const size = word >= sign ? word - sign : word;
    if (size >= infinity) continue;
    words[i] = word - size + roundedTo(size, drop, infinity);
  }
}

/** A non-negative integer of at most 32 bits without its lowest `drop` bits, rounded unless that gives `limit` or more. */
function roundedTo(value: number, drop: number, limit: number): number {
  const step = 2 ** drop;
  const below = Math.floor(value / step);
  const rest = value - below * step;
  const isUp = rest * 2 > step || (rest * 2 === step && below % 2 === 1);
  const rounded = (isUp ? below + 1 : below) * step;
  return rounded < limit ? rounded : below * step;
}

function roundBigWords(words: BigUint64Array, infinity: bigint, drop: bigint): void {
  const sign = 1n << 63n;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const size = word & (sign - 1n);
    if (size >= infinity) continue;
    words[i] = (word & sign) | roundedBigTo(size, drop, infinity);
  }
}

function roundedBigTo(value: bigint, drop: bigint, limit: bigint): bigint {
  const below = value >> drop;
  const rest = value - (below << drop);
  const half = 1n << (drop - 1n);
  const isUp = rest > half || (rest === half && (below & 1n) === 1n);
  const rounded = (isUp ? below + 1n : below) << drop;
  return rounded < limit ? rounded : below << drop;
}

/** Rounds integers of `size` bytes from their highest set bit on; negative ones by their magnitude. */
export function roundIntegerBits(
  source: Uint8Array,
  size: number,
  isSigned: boolean,
  keepbits: number,
): Uint8Array {
  const result = source.slice();
  const bits = size * 8;
  if (size === 8) {
    const words = isSigned ? viewAs(BigInt64Array, result) : viewAs(BigUint64Array, result);
    roundBigIntegers(words, isSigned, keepbits);
    return result;
  }
  const [Signed, Unsigned] =
    size === 1 ? [Int8Array, Uint8Array] : size === 2 ? [Int16Array, Uint16Array] : [Int32Array, Uint32Array];
  const values: { [index: number]: number; readonly length: number } = viewAs<
    Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
  >(isSigned ? Signed : Unsigned, result);
  const limit = 2 ** (isSigned ? bits - 1 : bits);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const magnitude = Math.abs(value);
    const drop = 32 - Math.clz32(magnitude) - keepbits;
    if (drop > 0 && magnitude < limit) values[i] = Math.sign(value) * roundedTo(magnitude, drop, limit);
  }
  return result;
}

function roundBigIntegers(values: BigInt64Array | BigUint64Array, isSigned: boolean, keepbits: number): void {
  const limit = 1n << (isSigned ? 63n : 64n);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const magnitude = value < 0n ? -value : value;
    const drop = bitLength(magnitude) - keepbits;
    // The smallest integer has one bit set, and stands for "not a time" in dates.
    if (drop <= 0 || magnitude >= limit) continue;
    const rounded = roundedBigTo(magnitude, BigInt(drop), limit);
    values[i] = value < 0n ? -rounded : rounded;
  }
}

function bitLength(value: bigint): number {
  const high = Number(value >> 32n);
  return high === 0 ? 32 - Math.clz32(Number(value)) : 64 - Math.clz32(high);
}
