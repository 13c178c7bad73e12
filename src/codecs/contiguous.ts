import type { Block } from "../kernels/block.ts";
import { allocateBlock, isCContiguous, sizeOf } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";

/** The elements of a block of fixed-size elements, one after another in C order. Aliases the block where they lie so. */
export function contiguousBytes(block: Block): Uint8Array {
  const { itemSize, offset } = block;
  // A codec is only handed blocks of its own data type, whose elements are bytes.
  const source = (isCContiguous(block) ? block : gathered(block)).data as Uint8Array;
  const start = isCContiguous(block) ? offset * itemSize : 0;
  return source.subarray(start, start + sizeOf(block.shape) * itemSize);
}

/** The values of a block of variable-length elements in C order. Aliases the block where they are its whole list. */
export function contiguousValues(block: Block): readonly unknown[] {
  // A codec is only handed blocks of its own data type, whose elements are values.
  const source = (isCContiguous(block) ? block : gathered(block)).data as unknown[];
  const start = isCContiguous(block) ? block.offset : 0;
  const size = sizeOf(block.shape);
  return start === 0 && size === source.length ? source : source.slice(start, start + size);
}

function gathered(block: Block): Block {
  const copy = allocateBlock(block.shape, block.itemSize);
  copyBlock(block, copy);
  return copy;
}
