/**
 * Lists with a trailer, as `json2` and `msgpack2` of numcodecs write a chunk: its elements, nested as its
 * shape says, then NumPy's name of the data type, then the shape.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf } from "../kernels/block.ts";
import { blockScalars, scalarsBlock } from "./scalar-block.ts";

/** The list of a block. */
export function toItemList(dataType: DataType, block: Block): unknown[] {
  const { shape } = block;
  const code = dataType.toV2();
  if (typeof code !== "string") {
    throw new CodecError(`Records of ${dataType.name} have no form in a list of items.`, {
      actual: dataType.name,
    });
  }
  let items: readonly unknown[] = blockScalars(dataType, block);
  for (let axis = shape.length - 1; axis > 0; axis--)
    items = inRows(items, shape[axis]!, sizeOf(shape.slice(0, axis)));
  return [...items, code, [...shape]];
}

function inRows(items: readonly unknown[], length: number, count: number): unknown[][] {
  return Array.from({ length: count }, (_, row) => items.slice(row * length, (row + 1) * length));
}

/**
 * The block of a list that was read.
 *
 * @throws CodecError when the list is not what its trailer says, or not as long as the chunk.
 */
export function fromItemList(list: unknown, dataType: DataType, shape: readonly number[]): Block {
  if (!Array.isArray(list) || list.length < 2)
    throw broken("is no list with a data type and a shape at its end");
  const stored: unknown = list.at(-1);
  if (typeof list.at(-2) !== "string" || !isShape(stored)) {
    throw broken("does not end with a data type and a shape");
  }
  if (sizeOf(stored) !== sizeOf(shape)) {
    throw broken("does not hold as many items as its shape says", sizeOf(shape), sizeOf(stored));
  }
  let items: unknown[] = list.slice(0, -2);
  if (items.length !== (stored[0] ?? 1))
    throw broken("is not as long as its trailer says", stored[0], items.length);
  for (const length of stored.slice(1)) items = items.flatMap((row) => rowOf(row, length));
  return scalarsBlock(dataType, items, shape);
}

function rowOf(row: unknown, length: number): unknown[] {
  if (!Array.isArray(row) || row.length !== length) {
    throw broken("is not nested as its trailer says", length, Array.isArray(row) ? row.length : undefined);
  }
  return row;
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
}

function broken(what: string, expected?: unknown, actual?: unknown): CodecError {
  return new CodecError(`A chunk of items ${what}.`, { expected, actual });
}
