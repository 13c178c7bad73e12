/**
 * Selections as users write them.
 *
 * @module
 */
import type { newAxis, Slice } from "./slice.ts";

/** A typed array whose elements are taken as whole numbers; a `Uint8Array` holds numbers, not booleans. */
export type IndexTypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Anything strided, `NDArray` among them; boolean where its `dtype` or its elements say so. `stride` and `offset` count elements. */
export interface IndexNDArray {
  readonly data: IndexTypedArray | readonly (number | bigint | boolean)[];
  readonly shape: readonly number[];
  /** Default: C order. */
  readonly stride?: readonly number[] | undefined;
  /** Default: 0. */
  readonly offset?: number | undefined;
  readonly dtype?: unknown;
}

/** A list of indices or of booleans, or lists of such lists of one length. */
export type NestedIndices = readonly (number | bigint | boolean | IndexTypedArray | NestedIndices)[];

/** An index array: whole numbers (negative ones count from the end) or booleans. */
export type IndexArray = IndexTypedArray | IndexNDArray | NestedIndices;

/** What selects along one axis without an array: `null` is `:`. */
export type BasicItem = number | bigint | Slice | null | "..." | typeof newAxis;

/** What selects along one axis; a boolean array of several dimensions selects along as many. */
export type SelectionItem = BasicItem | IndexArray;

/**
 * Which elements: a tuple with an item per axis, one item that is not a plain array, NumPy's notation
 * as a string, or `null` for everything. Axes without an item are taken whole.
 */
export type Selection =
  | readonly SelectionItem[]
  | BasicItem
  | IndexTypedArray
  | IndexNDArray
  | string
  | undefined;

/** A {@link Selection} without arrays. */
export type BasicSelection = readonly BasicItem[] | BasicItem | string | undefined;

/** A boolean array of the shape of the array it selects from. */
export type MaskSelection = IndexNDArray | NestedIndices;
