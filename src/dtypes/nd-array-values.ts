/**
 * What users write, as a block: scalars, arrays, typed arrays, records, nested lists.
 *
 * @module
 */
import { ShapeMismatchError } from "../base/errors.ts";
import { allocateBlock, type Block, cStride, sizeOf, wrapBlock } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import { broadcastBlock, broadcastShapes } from "./broadcast.ts";
import { castElements } from "./cast-elements.ts";
import { canCast, type Casting, isSameType } from "./casting.ts";
import type { DataType } from "./data-type.ts";
import type { DataOf } from "./data-types.ts";
import { describeValue } from "./describe-value.ts";
import { fieldsOf, isNDArray, NDArray, shapeText } from "./nd-array.ts";
import { nestedLeaves, nestedShape } from "./nested-list.ts";
import { isDataType, parseDataType } from "./registry.ts";
import { SubarrayDataType } from "./subarray.ts";
import { type AnyTypedArray, dataTypeOfTypedArray } from "./typed-array-types.ts";

/** How values are converted. */
export interface ValuesOptions {
  /** `same_kind` (default): as NumPy's rule of that name; `unsafe`: anything, as C converts. */
  readonly casting?: Casting | undefined;
}

/**
 * The value that a user writes, as a block of `dataType` in memory form, broadcast to `shape` as NumPy
 * does it. Nothing is copied where the value has the very type already; broadcast axes have stride 0.
 *
 * Takes scalars, `NDArray`s, `{ data, shape, stride?, offset?, dtype? }`, typed arrays (one dimension;
 * one of a complex type's container holds re and im in turn), nested lists of scalars or typed arrays,
 * and for structured types a record of any of these by field.
 *
 * @throws RangeError for a scalar that is not representable: 300 in `uint8`, 1.5 in `int32`.
 * @throws TypeError for a value of another kind, and for an array whose type needs `casting: "unsafe"`.
 * @throws ShapeMismatchError when the shapes do not fit; it names both.
 * @example
 * ```ts
 * valuesFrom([1, 2, 3], parseDataType("float64"), [2, 3]).stride; // [0, 1]
 * ```
 */
export function valuesFrom(
  value: unknown,
  dataType: DataType,
  shape: readonly number[],
  options: ValuesOptions = {},
): Block {
  return broadcastBlock(blockFrom(value, dataType, { ...options, maxDimensions: shape.length }), shape);
}

/** Options of `blockFrom`. */
export interface BlockFromOptions extends ValuesOptions {
  /** For types whose scalars may be lists themselves (`object`): how many levels of lists are dimensions. Default: all. */
  readonly maxDimensions?: number | undefined;
}

/**
 * The value that a user writes, as a block of `dataType` in the shape that it has: `[]` for a scalar.
 * Takes and throws what `valuesFrom` does.
 */
export function blockFrom(value: unknown, dataType: DataType, options: BlockFromOptions = {}): Block {
  const casting = options.casting ?? "same_kind";
  if (typeof value !== "object" || value === null) return scalarBlock(dataType.toScalar(value), dataType);
  if (isNDArray(value)) return convert(value, dataType, casting);
  if (dataType.isScalarObject?.(value) === true) return scalarBlock(dataType.toScalar(value), dataType);
  if (dataTypeOfTypedArray(value) !== undefined) {
    return convert(arrayOfTypedArray(value as AnyTypedArray, dataType), dataType, casting); // it has an element type
  }
  if (Array.isArray(value)) return blockFromList(value, dataType, options);
  if (isStrided(value, dataType)) return blockFromStrided(value, dataType, options);
  if (dataType.fields !== undefined) return blockFromRecord(value, dataType, options);
  return scalarBlock(dataType.toScalar(value), dataType);
}

/** One scalar as a block without dimensions. */
function scalarBlock(scalar: unknown, dataType: DataType): Block {
  const { itemSize } = dataType;
  if (itemSize === 0) return wrapBlock([scalar], [], itemSize);
  const data = new Uint8Array(itemSize);
  dataType.writeScalar(scalar, data, 0);
  return wrapBlock(data, [], itemSize);
}

/** The elements of an array as a block of another type; its own block where the type is the same. */
function convert(array: NDArray, dataType: DataType, casting: Casting): Block {
  if (isSameType(array.dataType, dataType)) return array.toBlock();
  if (!canCast(array.dataType, dataType, casting)) {
    throw new TypeError(
      casting === "same_kind" && canCast(array.dataType, dataType, "unsafe")
        ? `Cannot cast an array of ${array.dataType} to ${dataType} by the rule "same_kind"; { casting: "unsafe" } allows it.`
        : `Cannot cast an array of ${array.dataType} to ${dataType}.`,
    );
  }
  return wrapBlock(castElements(array, dataType), array.shape, dataType.itemSize);
}

/** A typed array as an array of one dimension; of `dataType` if that lies in such a typed array. */
function arrayOfTypedArray(value: AnyTypedArray, dataType: DataType): NDArray {
  if (!dataType.isContainer(value)) {
    const own = dataTypeOfTypedArray(value)!; // the caller has looked
    const data =
      value instanceof Uint8ClampedArray
        ? new Uint8Array(value.buffer, value.byteOffset, value.length)
        : value;
    return new NDArray(own, { data: data as DataOf, shape: [value.length] }); // the type was found by the array
  }
  const length = value.length / dataType.containerStep;
  if (!Number.isInteger(length)) {
    throw new TypeError(
      `Elements of data type ${dataType.name} lie in pairs, not in ${value.length} numbers.`,
    );
  }
  requireCanonical(value, length, dataType);
  return new NDArray(dataType, { data: value as DataOf, shape: [length] }); // isContainer holds
}

/** Refuses a typed array with values that the type does not have, where the typed array could hold more. */
function requireCanonical(value: AnyTypedArray, length: number, dataType: DataType): void {
  if (dataType.canonicalize === undefined) return;
  const bytes = dataType.fromContainer(value, 0, length);
  if (bytes instanceof Uint8Array && dataType.canonicalize(bytes) !== bytes) {
    throw new RangeError(
      `The typed array has values that are not representable in data type ${dataType.name}.`,
    );
  }
}

function blockFromList(value: readonly unknown[], dataType: DataType, options: BlockFromOptions): Block {
  // Only an object may be a list itself; elsewhere a list within lists is one level more.
  const levels = dataType.castKind === "other" ? options.maxDimensions : undefined;
  if (levels === 0) return scalarBlock(dataType.toScalar(value), dataType);
  const { shape, hasArrayLeaves } = nestedShape(value, dataType, levels ?? Infinity);
  const { itemSize } = dataType;
  if (hasArrayLeaves) return blockFromRows(value, dataType, shape, options);
  const leaves = nestedLeaves(value, shape);
  if (itemSize === 0) {
    return wrapBlock(
      Array.from(leaves, (leaf) => dataType.toScalar(leaf)),
      shape,
      itemSize,
    );
  }
  const data = new Uint8Array(sizeOf(shape) * itemSize);
  let at = 0;
  for (const leaf of leaves) {
    dataType.writeScalar(dataType.toScalar(leaf), data, at);
    at += itemSize;
  }
  return wrapBlock(data, shape, itemSize);
}

/** Lists whose innermost parts are arrays: each is converted and they are put behind each other. */
function blockFromRows(
  value: readonly unknown[],
  dataType: DataType,
  shape: readonly number[],
  options: BlockFromOptions,
): Block {
  const parts = Array.from(nestedLeaves(value, shape), (leaf) => blockFrom(leaf, dataType, options));
  const rowShape = parts[0]?.shape ?? [];
  const result = allocateBlock([...shape, ...rowShape], dataType.itemSize);
  const rowSize = sizeOf(rowShape);
  for (const [row, part] of parts.entries()) {
    if (
      part.shape.length !== rowShape.length ||
      part.shape.some((length, axis) => length !== rowShape[axis])
    ) {
      throw new ShapeMismatchError(
        `Arrays in a list are not all of shape ${shapeText(rowShape)}: one is of shape ${shapeText(part.shape)}.`,
        { expected: rowShape, actual: part.shape },
      );
    }
    copyBlock(part, { ...result, shape: rowShape, stride: cStride(rowShape), offset: row * rowSize });
  }
  return result;
}

/** A value of the form `{ data, shape, stride?, offset?, dtype? }`. */
interface StridedValue {
  readonly data: unknown;
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly offset?: number;
  readonly dtype?: unknown;
}

function isStrided(value: object, dataType: DataType): value is StridedValue {
  if (!("data" in value) || !("shape" in value) || !Array.isArray(value.shape)) return false;
  return dataType.fields?.some(({ name }) => name === "shape") !== true; // else it is a record
}

function blockFromStrided(value: StridedValue, dataType: DataType, options: BlockFromOptions): Block {
  const { data, dtype, shape, stride, offset } = value;
  const casting = options.casting ?? "same_kind";
  const named = typeof dtype === "string" || isDataType(dtype) ? parseDataType(dtype) : undefined;
  const type = named ?? (dataType.isContainer(data) ? dataType : dataTypeOfTypedArray(data));
  if (type?.fields !== undefined && typeof data === "object" && data !== null) {
    // The fields come in the shape of the whole.
    return broadcastBlock(blockFromRecord(data, type, options), shape);
  }
  if (Array.isArray(data)) {
    // Each value of a list is checked, also those of a list that the type's elements lie in.
    const flat = blockFromList(data, type ?? dataType, { ...options, maxDimensions: 1 });
    const list = NDArray.fromBlock(type ?? dataType, flat).data;
    return convert(new NDArray(type ?? dataType, { data: list, shape, stride, offset }), dataType, casting);
  }
  if (type === undefined || !type.isContainer(data)) {
    throw new TypeError(
      `The data of ${describeValue(value)} cannot hold elements of data type ${dataType.name}.`,
    );
  }
  return convert(new NDArray(type, { data: data as DataOf, shape, stride, offset }), dataType, casting); // isContainer holds
}

/** A record of values by field, each broadcast to the shape of all. */
function blockFromRecord(value: object, dataType: DataType, options: BlockFromOptions): Block {
  const fields = dataType.fields ?? [];
  const unknown = Object.keys(value).find((key) => !fields.some(({ name }) => name === key));
  const missing = fields.find(({ name }) => !Object.hasOwn(value, name));
  if (unknown !== undefined || missing !== undefined) {
    const problem =
      missing === undefined ? `has no field "${unknown}"` : `needs a value for its field "${missing.name}"`;
    throw new TypeError(`The data type ${dataType} ${problem}.`);
  }
  const record = value as Record<string, unknown>; // an object whose own keys are the fields
  const parts = fields.map(({ name, dataType: type }) => {
    // A field of several elements has their axes after those of the records.
    const [elementType, own] = type instanceof SubarrayDataType ? [type.base, type.shape] : [type, []];
    const block = blockFrom(record[name], elementType, options);
    const records = block.shape.slice(0, Math.max(0, block.shape.length - own.length));
    return { name, elementType, block, own, records };
  });
  const shape = broadcastShapes(parts.map((part) => part.records));
  const entries = parts.map(({ name, elementType, block, own }) => {
    return [name, NDArray.fromBlock(elementType, broadcastBlock(block, [...shape, ...own]))] as const;
  });
  return new NDArray(dataType, { data: fieldsOf(entries), shape }).toBlock();
}
