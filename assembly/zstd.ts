// Frames of zstd (RFC 8878): values of one or more, with their checksums. What is refused here may still be decoded, or
// is explained, by the plain twin.
import { BLOCK_MAX, FRAME, LITERALS, work } from "./layout";
import { LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS } from "./zstd-fse";
import { makeSingle, maxSymbolOf, prepareCodes, readTable, tableAt, takeDefault } from "./zstd-fse";
import { decodeFour, decodeStream, readHuffman } from "./zstd-huffman";
import { repeatSlot, runSequences, tableSlot } from "./zstd-sequences";
import { xxHash64Low } from "./xxhash";

const MAGIC: u32 = 0xfd2fb528;
const SKIPPABLE_MAGIC: u32 = 0x184d2a50;
const MAX_WINDOW_LOG: u32 = 31;
/** What is damaged, or refused. */
const REFUSED: i32 = -1;

/** Bits of the Huffman code at hand; 0 for none. */
// @ts-expect-error AssemblyScript's decorator
@inline
function huffmanSlot(): usize {
  return work + FRAME + 36;
}

// Where the literals of the block at hand begin and end.
let literals: usize = 0;
let literalsEnd: usize = 0;

/**
 * Decodes all frames of a value to at most `room` bytes at `target`, behind which 64 may be overwritten.
 *
 * @returns Bytes of the content, or -1.
 */
export function decodeZstd(source: usize, length: usize, target: usize, room: usize): i32 {
  prepareCodes();
  const end = source + length;
  let at = source;
  let to = target;
  const limit = target + room;
  if (length == 0) return REFUSED;
  while (at < end) {
    if (end - at < 8) return REFUSED;
    const magic = load<u32>(at);
    if ((magic & 0xfffffff0) == SKIPPABLE_MAGIC) {
      const size = <usize>load<u32>(at, 4);
      if (size > end - at - 8) return REFUSED;
      at += 8 + size;
      continue;
    }
    if (magic != MAGIC) return REFUSED;
    const descriptor = <u32>load<u8>(at, 4);
    // A reserved bit.
    if (descriptor & 8) return REFUSED;
    const single = (descriptor & 32) != 0;
    at += 5;
    let windowSize: u64 = 0;
    if (!single) {
      const byte = <u32>load<u8>(at++);
      const log: u32 = 10 + (byte >> 3);
      if (log > MAX_WINDOW_LOG) return REFUSED;
      windowSize = (<u64>1 << log) + (<u64>(byte & 7) << (log - 3));
    }
    // A dictionary, unless it is said to be none.
    for (let bytes: u32 = (1 << (descriptor & 3)) >> 1; bytes; bytes--) if (load<u8>(at++)) return REFUSED;
    const sizeFlag = descriptor >> 6;
    const sizeBytes: usize = sizeFlag == 0 ? (single ? 1 : 0) : 1 << sizeFlag;
    if (at > end || sizeBytes > end - at) return REFUSED;
    let contentSize: u64 = 0;
    if (sizeBytes == 1) contentSize = load<u8>(at);
    else if (sizeBytes == 2) contentSize = <u64>load<u16>(at) + 256;
    else if (sizeBytes == 4) contentSize = load<u32>(at);
    else if (sizeBytes == 8) contentSize = load<u64>(at);
    at += sizeBytes;
    if (single) windowSize = contentSize;
    if (sizeBytes && contentSize > limit - to) return REFUSED;
    const start = to;
    const frameLimit = sizeBytes ? start + <usize>contentSize : limit;
    const blockMax = <usize>min<u64>(BLOCK_MAX, windowSize);
    startFrame();
    let last = false;
    while (!last) {
      if (end - at < 3) return REFUSED;
      const header = <u32>load<u16>(at) | ((<u32>load<u8>(at, 2)) << 16);
      at += 3;
      last = (header & 1) != 0;
      const kind = (header >> 1) & 3;
      const size = <usize>(header >> 3);
      const stored: usize = kind == 1 ? 1 : size;
      if (kind == 3 || size > blockMax || at > end || stored > end - at) return REFUSED;
      if (kind == 2) {
        to = decodeBlock(at, at + size, to, min(frameLimit, to + blockMax), start);
        if (to == 0) return REFUSED;
      } else {
        if (size > frameLimit - to) return REFUSED;
        if (kind == 0) memory.copy(to, at, size);
        else memory.fill(to, load<u8>(at), size);
        to += size;
      }
      at += stored;
    }
    if (sizeBytes && to != frameLimit) return REFUSED;
    if (descriptor & 4) {
      if (at > end || end - at < 4) return REFUSED;
      if (load<u32>(at) != xxHash64Low(start, to - start)) return REFUSED;
      at += 4;
    }
  }
  return at == end ? <i32>(to - target) : REFUSED;
}

function startFrame(): void {
  memory.fill(work + FRAME, 0, 64);
  store<u32>(repeatSlot(), 1);
  store<u32>(repeatSlot(), 4, 4);
  store<u32>(repeatSlot(), 8, 8);
}

/** Decodes a compressed block; where the output ends, or 0. */
function decodeBlock(start: usize, end: usize, target: usize, limit: usize, origin: usize): usize {
  let at = readLiterals(start, end, target, limit);
  if (at == 0 || at >= end) return 0;
  let count = <u32>load<u8>(at++);
  if (count >= 128) {
    if (end - at < <usize>(count == 255 ? 2 : 1)) return 0;
    if (count == 255) {
      count = <u32>load<u16>(at) + 0x7f00;
      at += 2;
    } else count = ((count - 128) << 8) | <u32>load<u8>(at++);
  }
  if (count == 0) {
    const size = literalsEnd - literals;
    if (at != end || size > limit - target) return 0;
    if (literals != target) memory.copy(target, literals, size);
    return target + size;
  }
  if (at >= end) return 0;
  const modes = <u32>load<u8>(at++);
  if (modes & 3) return 0;
  at = readKind(LITERAL_LENGTHS, modes >> 6, at, end);
  if (at) at = readKind(OFFSETS, (modes >> 4) & 3, at, end);
  if (at) at = readKind(MATCH_LENGTHS, (modes >> 2) & 3, at, end);
  if (at == 0) return 0;
  return runSequences(count, at, end, literals, literalsEnd, target, limit, origin);
}

/** Sees to the table of a kind of codes; the position after what it took, or 0. */
function readKind(kind: u32, mode: u32, at: usize, end: usize): usize {
  // One more than the accuracy, 0 where there is no table.
  const slot = tableSlot(kind);
  if (mode == 3) return load<u32>(slot) == 0 ? 0 : at;
  let log: u32 = 0;
  if (mode == 0) log = takeDefault(kind);
  else if (mode == 1) {
    if (at >= end) return 0;
    const symbol = <u32>load<u8>(at++);
    if (symbol > maxSymbolOf(kind)) return 0;
    makeSingle(kind, symbol);
  } else {
    const read = readTable(kind, at, end, tableAt(kind));
    if (read == 0) return 0;
    at = <usize>(read >> 4);
    log = <u32>read & 15;
  }
  store<u32>(slot, log + 1);
  return at;
}

/** Reads the literals section; the position after it, or 0. Literals of a block that has no more go to `target`. */
function readLiterals(start: usize, end: usize, target: usize, limit: usize): usize {
  if (start >= end) return 0;
  const first = <u32>load<u8>(start);
  const kind = first & 3;
  const format = (first >> 2) & 3;
  if (kind < 2) {
    const headerBytes: usize = format == 1 ? 2 : format == 3 ? 3 : 1;
    if (headerBytes > end - start) return 0;
    const header = load<u32>(start);
    const size = <usize>(format == 1 ? (header & 0xffff) >> 4 : format == 3 ? (header & 0xffffff) >> 4 : first >> 3);
    const at = start + headerBytes;
    const stored: usize = kind == 0 ? size : 1;
    if (stored > end - at || size > BLOCK_MAX) return 0;
    if (kind == 0) literals = at;
    else {
      literals = work + LITERALS;
      memory.fill(literals, load<u8>(at), size);
    }
    literalsEnd = literals + size;
    return at + stored;
  }
  const headerBytes: usize = format < 2 ? 3 : format + 2;
  if (headerBytes > end - start) return 0;
  const sizeBits: u64 = format < 2 ? 10 : format == 2 ? 14 : 18;
  const header = load<u64>(start) >> 4;
  const mask = (<u64>1 << sizeBits) - 1;
  const size = <usize>(header & mask);
  const stored = <usize>((header >> sizeBits) & mask);
  let at = start + headerBytes;
  if (stored > end - at || size > BLOCK_MAX) return 0;
  const stop = at + stored;
  if (kind == 2) {
    const read = readHuffman(at, stop);
    if (read == 0) return 0;
    store<u32>(huffmanSlot(), <u32>read & 15);
    at = <usize>(read >> 4);
  }
  const bits = load<u32>(huffmanSlot());
  if (bits == 0) return 0;
  literals = stop < end && load<u8>(stop) == 0 && size <= limit - target ? target : work + LITERALS;
  literalsEnd = literals + size;
  const whole =
    format == 0 ? decodeStream(at, stop, literals, literalsEnd) : decodeFour(at, stop, literals, size);
  return whole ? stop : 0;
}
