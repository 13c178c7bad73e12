// Sample values of the numeric data types, as typed arrays and as the bytes that a reader must see.

import { Float16ArrayClass } from "../../src/dtypes/float16-array.ts";
import { viewAs } from "../../src/dtypes/typed-array-view.ts";

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** An integer from `low` up to, without, `high`. */
export function integerFrom(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low));
}

type Numbers =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface Storage {
  readonly bool: typeof Uint8Array;
  readonly int8: typeof Int8Array;
  readonly int16: typeof Int16Array;
  readonly int32: typeof Int32Array;
  readonly int64: typeof BigInt64Array;
  readonly uint8: typeof Uint8Array;
  readonly uint16: typeof Uint16Array;
  readonly uint32: typeof Uint32Array;
  readonly uint64: typeof BigUint64Array;
  readonly float16: typeof Uint16Array;
  readonly float32: typeof Float32Array;
  readonly float64: typeof Float64Array;
  readonly complex64: typeof Float32Array;
  readonly complex128: typeof Float64Array;
}

/** Storage of each data type: complex numbers are pairs; float16 is given as its bits. */
const STORAGE: Storage = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

export type NumberName = keyof Storage;
// The keys are exactly those of the object above.
export const NUMBER_NAMES = Object.keys(STORAGE) as NumberName[];

/** Bytes of one element. */
export function itemSizeOf(name: NumberName): number {
  return STORAGE[name].BYTES_PER_ELEMENT * (name.startsWith("complex") ? 2 : 1);
}

/** float16 bits of -0, 1, infinity, NaN, the largest and the smallest number, then small numbers. */
const HALVES = [0x8000, 0x3c00, 0x7c00, 0x7e00, 0x7bff, 0x0001, 0xc200, 0x3555];

/** `count` elements: extremes among small numbers that repeat, so that codecs have work. */
export function sampleNumbers(name: NumberName, count: number, random: () => number): Numbers {
  const length = name.startsWith("complex") ? 2 * count : count;
  const data = new STORAGE[name](length);
  for (let i = 0; i < length; i++) {
    const n = integerFrom(random, 0, 60);
    if (name === "bool") data[i] = n % 2;
    else if (name === "float16") data[i] = HALVES[n % HALVES.length]!;
    else if (data instanceof BigInt64Array)
      data[i] = n === 0 ? -(2n ** 63n) : n === 1 ? 2n ** 63n - 1n : BigInt(n);
    else if (data instanceof BigUint64Array) data[i] = n === 0 ? 2n ** 64n - 1n : BigInt(n);
    else if (data instanceof Float32Array || data instanceof Float64Array)
      data[i] = [-0, Infinity, -Infinity, NaN, 1 / 3, -1e30][n] ?? n / 4;
    else data[i] = n === 0 ? -1 : n === 1 ? 2 ** (8 * data.BYTES_PER_ELEMENT - 1) : n; // wraps to the extremes
  }
  return data;
}

/** Elements as `set` takes them, over bytes: float16 as the library's own class, complex numbers as pairs. */
export function arrayOver(
  name: NumberName,
  bytes: Uint8Array,
): ArrayBufferView & { readonly length: number } {
  if (name === "float16") return viewAs(Float16ArrayClass, bytes.slice());
  const elements = new STORAGE[name](bytes.length / STORAGE[name].BYTES_PER_ELEMENT);
  new Uint8Array(elements.buffer).set(bytes);
  return elements;
}

/** `count` elements of one value, as bytes; of float16 only 0 and 1 are known here. */
export function filledBytes(name: NumberName, value: number | bigint, count: number): Uint8Array {
  const one = new STORAGE[name](name.startsWith("complex") ? 2 : 1);
  if (one instanceof BigInt64Array || one instanceof BigUint64Array) one[0] = BigInt(value);
  else one[0] = name === "float16" ? (Number(value) === 0 ? 0 : 0x3c00) : Number(value);
  const element = bytesOf(one);
  const bytes = new Uint8Array(count * element.length);
  for (let i = 0; i < count; i++) bytes.set(element, i * element.length);
  return bytes;
}

/** The bytes of a typed array. The hosts that tests run on are little-endian. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
}
