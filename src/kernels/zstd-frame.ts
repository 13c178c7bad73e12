/**
 * The framing of zstd (RFC 8878): which frames a value has, where they end, and what they claim.
 * Nothing is decoded, so lengths and limits can be checked before anything is allocated.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** The most bytes that a block holds. */
export const ZSTD_BLOCK_MAX: number = 1 << 17;
/** libzstd refuses larger windows too. */
const MAX_WINDOW_LOG = 31;

/** A data frame of a zstd value. */
export interface ZstdFrame {
  readonly start: number;
  /** Position of the first block's header. */
  readonly blocks: number;
  /** Position after the frame, its checksum included. */
  readonly end: number;
  /** Number of bytes the frame says it holds; `undefined` where it does not say. */
  readonly contentSize: number | undefined;
  /** The most bytes that its blocks can hold, by their headers. */
  readonly contentBound: number;
  /** How far back a match may reach, in bytes. */
  readonly windowSize: number;
  readonly hasChecksum: boolean;
}

/**
 * Finds the data frames of a value; skippable frames are left out.
 *
 * @param dictionaryId The dictionary at hand; 0 for none.
 * @throws CodecError when the value is not whole frames, needs another dictionary, or uses reserved bits.
 */
export function zstdFrames(source: Uint8Array, dictionaryId: number = 0): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let at = 0;
  if (source.length === 0) throw damaged("it is empty");
  while (at < source.length) {
    const magic = readUnsigned(source, at, 4);
    if (magic === MAGIC) {
      const frame = scanFrame(source, at, dictionaryId);
      frames.push(frame);
      at = frame.end;
    } else if ((magic & 0xfffffff0) === SKIPPABLE_MAGIC) {
      at += 8 + readUnsigned(source, at + 4, 4);
      if (at > source.length) throw damaged("a skippable frame is cut off");
    } else {
      throw damaged(at === 0 ? "it does not begin with a frame" : "bytes follow the last frame");
    }
  }
  return frames;
}

function scanFrame(source: Uint8Array, start: number, dictionaryId: number): ZstdFrame {
  const descriptor = readUnsigned(source, start + 4, 1);
  if ((descriptor & 8) !== 0) throw damaged("a frame header uses a reserved bit");
  const singleSegment = (descriptor & 32) !== 0;
  let at = start + 5;
  let windowSize = 0;
  if (!singleSegment) {
    const window = readUnsigned(source, at++, 1);
    const log = 10 + (window >> 3);
    if (log > MAX_WINDOW_LOG) throw damaged(`its window of 2^${log} bytes is too large`);
    windowSize = 2 ** log + 2 ** (log - 3) * (window & 7);
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const wanted = dictionaryBytes === 0 ? 0 : readUnsigned(source, at, dictionaryBytes);
  if (wanted !== 0 && wanted !== dictionaryId)
    throw new CodecError("The zstd frame needs a dictionary, which is not at hand.");
  at += dictionaryBytes;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
  let contentSize: number | undefined;
  if (sizeBytes > 0) contentSize = readUnsigned(source, at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  at += sizeBytes;
  if (singleSegment) windowSize = contentSize!;
  const blocks = at;
  const blockMax = Math.min(ZSTD_BLOCK_MAX, windowSize);
  let contentBound = 0;
  for (let last = false; !last;) {
    const header = readUnsigned(source, at, 3);
    last = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    if (kind === 3) throw damaged("a block is of the reserved kind");
    contentBound += kind === 2 ? blockMax : size;
    at += 3 + (kind === 1 ? 1 : size);
  }
  const hasChecksum = (descriptor & 4) !== 0;
  if (hasChecksum) at += 4;
  if (at > source.length) throw damaged("it is cut off");
  return { start, blocks, end: at, contentSize, contentBound, windowSize, hasChecksum };
}

function readUnsigned(source: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > source.length) throw damaged("it is cut off");
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + source[at + index]!;
  return value;
}

function damaged(what: string): CodecError {
  return new CodecError(`The zstd value is damaged: ${what}.`);
}

/**
 * The same frame with a content checksum, for encoders that cannot write one.
 * `frame` is a single frame without a checksum; `checksum` the low 32 bits of XXH64 of its content.
 */
export function withZstdChecksum(frame: Uint8Array, checksum: number): Uint8Array {
  const result = new Uint8Array(frame.length + 4);
  result.set(frame);
  result[4]! |= 4;
  new DataView(result.buffer).setUint32(frame.length, checksum, true);
  return result;
}
