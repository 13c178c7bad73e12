/**
 * Copies between a tile and its box of the result or of the values, with turns for others.
 *
 * @module
 */
import type { Block } from "../kernels/block.ts";
import { sizeOf } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import type { Tile } from "../workers/tile-plan.ts";

/** Bytes that are copied before others may have their turn. */
const COPY_BYTES = 4 * 2 ** 20;

/** The box of a whole that a tile is. */
export function boxOf(whole: Block, tile: Tile): Block {
  const offset = tile.start.reduce((sum, at, axis) => sum + at * whole.stride[axis]!, whole.offset);
  return { ...whole, shape: tile.shape, offset };
}

/** Copies a block to another of the same shape, calling `pause` every few MiB. */
export async function copyInTurns(source: Block, target: Block, pause: () => Promise<void>): Promise<void> {
  const { shape } = source;
  // Along the first axis that is longer than 1: a piece then has the same runs as the whole.
  const axis = Math.max(
    0,
    shape.findIndex((length) => length > 1),
  );
  const length = shape[axis]!;
  const rowBytes = (sizeOf(shape) / length) * source.itemSize;
  const step = Math.max(1, Math.floor(COPY_BYTES / rowBytes));
  for (let from = 0; from < length; from += step) {
    const piece = [...shape];
    piece[axis] = Math.min(step, length - from);
    copyBlock(
      { ...source, shape: piece, offset: source.offset + from * source.stride[axis]! },
      { ...target, shape: piece, offset: target.offset + from * target.stride[axis]! },
    );
    await pause();
  }
}
