import { CodecError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock } from "../kernels/block.ts";
import { contiguousBytes, contiguousValues } from "./contiguous.ts";

/** The scalars of a block of fixed-size elements in C order. */
export function fixedScalars(dataType: DataType, block: Block): unknown[] {
  const bytes = contiguousBytes(block);
  const { itemSize } = dataType;
  return Array.from({ length: bytes.length / itemSize }, (_, i) => dataType.readScalar(bytes, i * itemSize));
}

/** The scalars of any block in C order. */
export function blockScalars(dataType: DataType, block: Block): readonly unknown[] {
  return dataType.itemSize === 0 ? contiguousValues(block) : fixedScalars(dataType, block);
}

/**
 * A block of scalars in C order. `values` come from stored data, so each is checked.
 *
 * @throws CodecError when a value is none of the data type.
 */
export function scalarsBlock(
  dataType: DataType,
  values: readonly unknown[],
  shape: readonly number[],
): Block {
  const block = allocateBlock(shape, dataType.itemSize);
  const { data } = block;
  for (let i = 0; i < values.length; i++) {
    const scalar = checkedScalar(dataType, values[i]);
    if (data instanceof Uint8Array) dataType.writeScalar(scalar, data, i * dataType.itemSize);
    else data[i] = scalar;
  }
  return block;
}

function checkedScalar(dataType: DataType, value: unknown): unknown {
  try {
    return dataType.toScalar(value);
  } catch (error) {
    throw new CodecError(`A chunk holds a value that is none of data type ${dataType.name}.`, {
      expected: dataType.name,
      cause: error,
    });
  }
}
