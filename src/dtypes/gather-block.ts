import { allocateBlock, type Block } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";

/** Copies the elements of a strided block into a new one in C order. */
export function gatherBlock(block: Block): Block {
  const result = allocateBlock(block.shape, block.itemSize);
  copyBlock(block, result);
  return result;
}
