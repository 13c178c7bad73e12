/**
 * Index arrays of every kind the user may pass, read into one form.
 *
 * @module
 */
import { SelectionError } from "../base/errors.ts";
import type { IndexArray, IndexTypedArray } from "./selection-types.ts";

/** An index array in C order, its values as given: negative indices are still negative. A copy. */
export type ParsedIndexArray =
  | { readonly kind: "integers"; readonly shape: readonly number[]; readonly values: Float64Array }
  | { readonly kind: "booleans"; readonly shape: readonly number[]; readonly values: Uint8Array };

// As many as NumPy has.
const MAX_NDIM = 64;

/** Is this something that {@link parseIndexArray} may read? */
export function isIndexArray(value: unknown): value is IndexArray {
  return Array.isArray(value) || isTypedArray(value) || isStrided(value);
}

/**
 * Reads an index array.
 *
 * @throws SelectionError when elements are neither all whole numbers nor all booleans, lists are ragged,
 * or strides leave the data; `item` names the array.
 */
export function parseIndexArray(value: IndexArray, item: string): ParsedIndexArray {
  if (isTypedArray(value)) return finish([value.length], value, item);
  if (isStrided(value)) return parseStrided(value, item);
  const shape = nestedShape(value, item);
  const flat = new Array<unknown>(sizeIn(shape, item));
  flatten(value, shape, 0, flat, 0, item);
  return finish(shape, flat, item);
}

/** A bigint as the nearest number, except that one which a number cannot hold stays beyond all that can. */
export function indexFromBigInt(value: bigint): number {
  const number = Number(value);
  return Math.abs(number) === 2 ** 53 && BigInt(number) !== value ? number * 2 : number;
}

interface Strided {
  readonly data: ArrayLike<unknown>;
  readonly shape: readonly number[];
  readonly stride?: readonly number[] | undefined;
  readonly offset?: number | undefined;
  readonly dtype?: unknown;
}

function isTypedArray(value: unknown): value is IndexTypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isStrided(value: unknown): value is Strided {
  if (typeof value !== "object" || value === null || !("data" in value) || !("shape" in value)) return false;
  return Array.isArray(value.shape) && (Array.isArray(value.data) || isTypedArray(value.data));
}

function parseStrided(value: Strided, item: string): ParsedIndexArray {
  const { data, shape, offset = 0 } = value;
  if (shape.length > MAX_NDIM || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new SelectionError(`the shape (${shape.join(", ")}) of ${item} is not one of an array`, {
      actual: shape,
    });
  }
  const size = sizeIn(shape, item);
  const stride = value.stride ?? rowMajor(shape);
  let low = offset;
  let high = offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const reach = (shape[axis]! - 1) * (stride[axis] ?? Number.NaN);
    if (reach < 0) low += reach;
    else high += reach;
  }
  if (size > 0 && !(Number.isInteger(low) && Number.isInteger(high) && low >= 0 && high < data.length)) {
    throw new SelectionError(`the strides of ${item} leave its ${data.length} elements`, {
      expected: data.length,
      actual: stride,
    });
  }
  const boolean = isBooleanType(value.dtype);
  if (isTypedArray(data) && isRowMajor(shape, stride)) {
    return finish(shape, data.subarray(offset, offset + size), item, boolean); // a mask may have 10^8 elements
  }
  const flat = new Array<unknown>(size);
  const index = new Array<number>(shape.length).fill(0);
  let position = offset;
  for (let i = 0; i < size; i++) {
    flat[i] = data[position];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return finish(shape, flat, item, boolean);
}

/** NumPy names, zarr names and data type objects of booleans. */
function isBooleanType(dtype: unknown): boolean {
  const name = typeof dtype === "object" && dtype !== null && "name" in dtype ? dtype.name : dtype;
  return name === "bool" || name === "|b1";
}

function finish(
  shape: readonly number[],
  flat: ArrayLike<unknown>,
  item: string,
  boolean = false,
): ParsedIndexArray {
  if (boolean || typeof flat[0] === "boolean") {
    const values = new Uint8Array(flat.length);
    for (let i = 0; i < values.length; i++) values[i] = booleanOf(flat[i], item);
    return { kind: "booleans", shape, values };
  }
  const values = new Float64Array(flat.length);
  for (let i = 0; i < values.length; i++) values[i] = integerOf(flat[i], item);
  return { kind: "integers", shape, values };
}

function booleanOf(value: unknown, item: string): number {
  if (value === true || value === 1) return 1;
  if (value === false || value === 0) return 0;
  throw new SelectionError(`${item} mixes booleans with ${String(value)}`, {
    expected: "booleans",
    actual: value,
  });
}

function integerOf(value: unknown, item: string): number {
  if (typeof value === "bigint") return indexFromBigInt(value);
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new SelectionError(`${item} holds ${String(value)}, which is not a whole number`, {
    expected: "whole numbers or booleans",
    actual: value,
  });
}

function nestedShape(value: readonly unknown[], item: string): number[] {
  const shape: number[] = [];
  let level: unknown = value;
  while (Array.isArray(level) || isTypedArray(level)) {
    if (shape.length === MAX_NDIM) throw new SelectionError(`${item} nests deeper than ${MAX_NDIM} lists`);
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

// Depth is bounded by `shape`, which nestedShape bounds.
function flatten(
  value: unknown,
  shape: readonly number[],
  axis: number,
  flat: unknown[],
  first: number,
  item: string,
): number {
  if (axis === shape.length) {
    if (Array.isArray(value) || isTypedArray(value)) throw ragged(item);
    flat[first] = value;
    return first + 1;
  }
  if (!(Array.isArray(value) || isTypedArray(value)) || value.length !== shape[axis]) throw ragged(item);
  let next = first;
  for (let i = 0; i < value.length; i++) next = flatten(value[i], shape, axis + 1, flat, next, item);
  return next;
}

function ragged(item: string): SelectionError {
  return new SelectionError(`the lists within ${item} differ in length or depth`);
}

function rowMajor(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return stride;
}

function isRowMajor(shape: readonly number[], stride: readonly number[]): boolean {
  const expected = rowMajor(shape);
  return shape.every((length, axis) => length === 1 || stride[axis] === expected[axis]);
}

function sizeIn(shape: readonly number[], item: string): number {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size < 2 ** 32) return size;
  throw new SelectionError(`${item} has ${size} elements, more than can be indexed with`, { actual: size });
}
