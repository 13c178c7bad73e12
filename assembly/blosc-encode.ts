// Encodes the blocks of a Blosc container, the same as the plain twin.
import { encodeBlosclz } from "./blosclz-encode";
import { CHAIN_BYTES, encodeLz4, encodeLz4hc } from "./lz4-encode";
import { HEADS_BYTES } from "./search";
import { bitshuffle, shuffle } from "./shuffle";

/** Compressors: BloscLZ, LZ4, LZ4 by chains. */
const BLOSCLZ: u32 = 0;
const LZ4: u32 = 1;
const SHUFFLE: u32 = 1;
const BITSHUFFLE: u32 = 2;

/** Bytes that `encodeBlocks` needs besides two blocks and its target. */
export const ENCODER_BYTES: usize = HEADS_BYTES + CHAIN_BYTES;

/**
 * Encodes all blocks.
 *
 * @param target The container: positions of the blocks go to `first`, the blocks behind them.
 * @param first Bytes of the header.
 * @param size Bytes of the container at most.
 * @param effort Acceleration of LZ4, depth of its chains, level of BloscLZ.
 * @param filter 0 for none, 1 for a shuffle of bytes, 2 of bits.
 * @param scratch Two blocks, each with 64 bytes behind it, then what the encoders need.
 * @returns Bytes of the container, or 0 where it would be larger than `size`.
 */
export function encodeBlocks(
  source: usize,
  nbytes: usize,
  target: usize,
  first: usize,
  size: usize,
  blocksize: usize,
  itemSize: usize,
  split: bool,
  compressor: u32,
  effort: u32,
  filter: u32,
  scratch: usize,
): usize {
  const blockCount = (nbytes + blocksize - 1) / blocksize;
  const second = scratch + blocksize + 64;
  const heads = second + blocksize + 64;
  const chain = heads + HEADS_BYTES;
  if (compressor > LZ4) memory.fill(chain, 0, CHAIN_BYTES);
  let to = first + 4 * blockCount;
  for (let block: usize = 0; block < blockCount; block++) {
    if (to > size) return 0;
    store<u32>(target + first + (block << 2), <u32>to);
    const start = block * blocksize;
    const length = min(blocksize, nbytes - start);
    let from = source + start;
    if (filter == SHUFFLE && itemSize > 1) {
      shuffle(from, length, itemSize, scratch);
      from = scratch;
    } else if (filter == BITSHUFFLE && length >= itemSize) {
      bitshuffle(from, length, itemSize, scratch, second);
      from = scratch;
    }
    const streams = split && length == blocksize ? itemSize : 1;
    const part = length / streams;
    for (let stream: usize = 0; stream < streams; stream++) {
      const sizeAt = target + to;
      to += 4;
      if (to > size) return 0;
      // A stream as long as its content is read as stored, so the encoder must save a byte.
      const room = min(part - 1, size - to);
      let written =
        compressor == BLOSCLZ
          ? encodeBlosclz(from, part, target + to, room, effort, heads)
          : compressor == LZ4
            ? encodeLz4(from, part, target + to, room, effort, heads)
            : encodeLz4hc(from, part, target + to, room, effort, heads, chain);
      if (written == 0) {
        if (part > size - to) return 0;
        memory.copy(target + to, from, part);
        written = part;
      }
      store<u32>(sizeAt, <u32>written);
      to += written;
      from += part;
    }
  }
  return to;
}
