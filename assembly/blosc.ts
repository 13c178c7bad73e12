// Blosc containers: their blocks, one after another.
import { decodeLz4 } from "./lz4";
import { undoShuffle } from "./unshuffle";

/**
 * Decodes blocks of a Blosc container whose inner format is LZ4, one after another.
 *
 * @param source The container; `cbytes` bytes of it.
 * @param starts Positions of its blocks (u32).
 * @param first First block wanted; `end` is behind the last.
 * @param nbytes Bytes of its content.
 * @param streams Streams of a whole block: the item size where blocks are split, else 1.
 * @param shuffled Are bytes shuffled?
 * @param scratch Room for a block, if they are.
 * @param target Room for the content of the blocks.
 * @returns 0; 1 where the container is damaged; 2 where its blocks overlap.
 */
export function decodeBlocks(
  source: usize,
  cbytes: u32,
  starts: usize,
  first: u32,
  end: u32,
  nbytes: u32,
  blocksize: u32,
  itemSize: u32,
  streams: u32,
  shuffled: bool,
  scratch: usize,
  target: usize,
): i32 {
  // Blocks that share bytes would let a small container cost much time.
  let budget = <i64>cbytes;
  for (let block = first; block < end; block++) {
    const length = min(blocksize, nbytes - block * blocksize);
    const parts: u32 = length == blocksize ? streams : 1;
    const size = length / parts;
    if (size * parts != length) return 1;
    const filtered = shuffled ? scratch : target;
    let at: u32 = load<u32>(starts + (<usize>block << 2));
    for (let part: u32 = 0; part < parts; part++) {
      if (at > cbytes || cbytes - at < 4) return 1;
      const stored = load<u32>(source + at);
      at += 4;
      if (stored > cbytes - at) return 1;
      budget -= 4 + <i64>stored;
      if (budget < 0) return 2;
      const to = filtered + part * size;
      if (stored == size) memory.copy(to, source + at, size);
      else if (!decodeLz4(source + at, stored, to, size)) return 1;
      at += stored;
    }
    if (shuffled) undoShuffle(scratch, length, itemSize, target);
    target += length;
  }
  return 0;
}
