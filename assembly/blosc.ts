// Blosc containers: their blocks, one after another.
import { joinBits } from "./bitshuffle";
import { decodeBlosclz } from "./blosclz";
import { decodeLz4 } from "./lz4";
import { joinPlanes, plane, setPlane, setPlanes } from "./unshuffle";
import { decodeZstd } from "./zstd";

/** How bytes are rearranged: not, by bytes, by bits. */
const SHUFFLE: u32 = 1;
const BITSHUFFLE: u32 = 2;
/** Formats of blocks, as in the header. */
const BLOSCLZ: u32 = 0;
const ZSTD: u32 = 4;

/** What came of it. */
const DONE: i32 = 0;
const DAMAGED: i32 = 1;
const OVERLAPS: i32 = 2;

/**
 * Decodes blocks of a Blosc container whose inner format is BloscLZ, LZ4 or zstd, one after another.
 *
 * @param source The container; `cbytes` bytes of it.
 * @param starts Positions of its blocks (u32).
 * @param first First block wanted; `end` is behind the last.
 * @param nbytes Bytes of its content.
 * @param streams Streams of a whole block: the item size where blocks are split, else 1.
 * @param filter 0 for none, 1 for a shuffle of bytes, 2 of bits.
 * @param scratch Room for a block where there is a filter; for two where bits of several bytes are shuffled.
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
  format: u32,
  filter: u32,
  scratch: usize,
  target: usize,
): i32 {
  const blockCount = (nbytes + blocksize - 1) / blocksize;
  const head = <u32>(starts - source) + 4 * blockCount;
  if (cbytes < head) return DAMAGED;
  for (let block: u32 = 0; block < blockCount; block++) {
    const at = load<u32>(starts + (<usize>block << 2));
    if (at < head || at > cbytes - 4) return DAMAGED;
  }
  // Blocks that share bytes would let a small container cost much time.
  let budget = <i64>(cbytes - head);
  for (let block = first; block < end; block++) {
    const length = min(blocksize, nbytes - block * blocksize);
    const parts: u32 = length == blocksize ? streams : 1;
    const size = length / parts;
    if (size * parts != length) return DAMAGED;
    const filtered = filter == SHUFFLE ? itemSize > 1 : filter == BITSHUFFLE && length >= itemSize;
    const room = filtered ? scratch : target;
    let at: u32 = load<u32>(starts + (<usize>block << 2));
    for (let part: u32 = 0; part < parts; part++) {
      if (at > cbytes || cbytes - at < 4) return DAMAGED;
      const stored = load<u32>(source + at);
      at += 4;
      if (stored > cbytes - at) return DAMAGED;
      budget -= 4 + <i64>stored;
      if (budget < 0) return OVERLAPS;
      let to = room + part * size;
      if (stored == size) {
        if (filtered) to = source + at;
        else memory.copy(to, source + at, size);
      } else {
        const whole =
          format == BLOSCLZ
            ? decodeBlosclz(source + at, stored, to, size)
            : format == ZSTD
              ? decodeZstd(source + at, stored, to, size) == <i32>size
              : decodeLz4(source + at, stored, to, size);
        if (!whole) return DAMAGED;
      }
      if (filtered) setPlane(part, to);
      at += stored;
    }
    if (filtered) undoFilter(filter, length, itemSize, parts, scratch + blocksize + 64, target);
    target += length;
  }
  return DONE;
}

/** From the streams of a block, each a plane or all of it, to its content. */
function undoFilter(
  filter: u32,
  length: usize,
  itemSize: usize,
  parts: u32,
  scratch: usize,
  target: usize,
): void {
  const count = length / itemSize;
  const whole = count * itemSize;
  const first = plane(0);
  if (filter == SHUFFLE ? count < 2 : (count & 7) != 0) {
    if (parts == 1) memory.copy(target, first, length);
    else for (let part: usize = 0; part < itemSize; part++) memory.copy(target + part * count, plane(part), count);
    return;
  }
  if (parts == 1) {
    setPlanes(first, count, itemSize);
    memory.copy(target + whole, first + whole, length - whole);
  }
  if (filter == BITSHUFFLE) {
    if (itemSize == 1) {
      joinBits(first, count, target);
      return;
    }
    for (let byte: usize = 0; byte < itemSize; byte++) {
      const to = scratch + byte * count;
      joinBits(plane(byte), count, to);
      setPlane(byte, to);
    }
  }
  joinPlanes(count, itemSize, target);
}
