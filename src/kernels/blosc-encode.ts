/**
 * Encodes Blosc containers that c-blosc reads, with its choice of block sizes and splits.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { bitshuffle } from "./bitshuffle.ts";
import {
  BLOSC_FLAG,
  BLOSC_FORMATS,
  BLOSC_HEADER_BYTES,
  BLOSC_MAX_BLOCK_BYTES,
  BLOSC_MAX_BYTES,
  BLOSC_VERSION,
  bloscSplits,
  type BloscFormat,
  type BloscShuffle,
} from "./blosc-header.ts";
import { BlosclzEncoder } from "./blosclz.ts";
import { Lz4Encoder } from "./lz4.ts";
import { shuffle } from "./shuffle.ts";
import { SnappyEncoder } from "./snappy.ts";

/** Compressors of Blosc by name. */
export const BLOSC_COMPRESSORS = ["lz4", "lz4hc", "blosclz", "snappy", "zlib", "zstd"] as const;
export type BloscCompressor = (typeof BLOSC_COMPRESSORS)[number];

/** Encodes all of `source` at a Blosc level from 1 to 9. */
export type BloscInnerEncoder = (source: Uint8Array, level: number) => Uint8Array;

/** Encoders of the formats that the kernels have none for. */
export type BloscInnerEncoders = Readonly<Record<"zlib" | "zstd", BloscInnerEncoder>>;

/** How a container is made. */
export interface BloscEncodeOptions {
  readonly compressor: BloscCompressor;
  /** 0 (stored) to 9. */
  readonly level: number;
  readonly shuffle: BloscShuffle;
  /** Bytes of an element; above 255 it counts as 1. */
  readonly typesize: number;
  /** Bytes of a block; 0: chosen by level, compressor and typesize. */
  readonly blocksize: number;
}

/** Below this, and at level 0, content is stored as it is. */
const MIN_BYTES = 128;
const FIRST_BLOCK = 32 * 1024;

/** The most bytes that a container of `size` bytes takes, whoever wrote it. */
export function bloscMaxEncodedSize(size: number): number {
  return size + BLOSC_HEADER_BYTES;
}

/**
 * Encodes a container.
 *
 * @param encoders Needed for `zlib` and `zstd` only.
 * @throws CodecError when there are more bytes than a container can hold (2 GiB).
 */
export function bloscEncode(
  bytes: Uint8Array,
  options: BloscEncodeOptions,
  encoders: BloscInnerEncoders,
): Uint8Array {
  if (bytes.length > BLOSC_MAX_BYTES) {
    throw new CodecError(`Blosc holds at most ${BLOSC_MAX_BYTES} bytes.`, {
      expected: BLOSC_MAX_BYTES,
      actual: bytes.length,
    });
  }
  const typesize = options.typesize > 255 || options.typesize < 1 ? 1 : options.typesize;
  const { compressor, level } = options;
  const format: BloscFormat = compressor === "lz4hc" ? "lz4" : compressor;
  const blocksize = chooseBlockSize(bytes.length, typesize, options);
  const split = splits(compressor, typesize, blocksize);
  const target = new Uint8Array(bloscMaxEncodedSize(bytes.length));
  const view = new DataView(target.buffer);
  target[0] = BLOSC_VERSION;
  target[1] = 1; // version of the compressor's format
  target[2] =
    (BLOSC_FORMATS.indexOf(format) << 5) |
    (split ? 0 : BLOSC_FLAG.notSplit) |
    (options.shuffle === "noshuffle" ? 0 : BLOSC_FLAG[options.shuffle]);
  target[3] = typesize;
  view.setUint32(4, bytes.length, true);
  view.setUint32(8, blocksize, true);
  const stored = level === 0 || bytes.length < MIN_BYTES;
  const end = stored ? -1 : encodeBlocks(bytes, target, view, blocksize, split, typesize, options, encoders);
  if (end >= 0) {
    view.setUint32(12, end, true);
    return target.length - end > 1024 ? target.slice(0, end) : target.subarray(0, end);
  }
  target[2] |= BLOSC_FLAG.memcpyed;
  target.set(bytes, BLOSC_HEADER_BYTES);
  view.setUint32(12, target.length, true);
  return target;
}

/** Encodes the blocks; returns the size of the container, or -1 where it would be larger than storing. */
function encodeBlocks(
  bytes: Uint8Array,
  target: Uint8Array,
  view: DataView,
  blocksize: number,
  split: boolean,
  typesize: number,
  options: BloscEncodeOptions,
  encoders: BloscInnerEncoders,
): number {
  const blockCount = Math.ceil(bytes.length / blocksize);
  const encode = innerEncoder(options, split, encoders);
  const scratch = options.shuffle === "noshuffle" ? undefined : new Uint8Array(blocksize);
  let to = BLOSC_HEADER_BYTES + 4 * blockCount;
  for (let block = 0; block < blockCount; block++) {
    if (to > target.length) return -1;
    view.setUint32(BLOSC_HEADER_BYTES + 4 * block, to, true);
    const start = block * blocksize;
    const length = Math.min(blocksize, bytes.length - start);
    let source = bytes.subarray(start, start + length);
    if (scratch !== undefined) source = filter(source, options.shuffle, typesize, scratch);
    const streams = split && length === blocksize ? typesize : 1;
    const size = length / streams;
    for (let stream = 0; stream < streams; stream++) {
      const sizeAt = to;
      to += 4;
      if (to > target.length) return -1;
      const part = source.subarray(stream * size, (stream + 1) * size);
      // A stream as long as its content is read as stored, so the encoder must save a byte.
      const space = target.subarray(to, to + size - 1);
      let written = encode(part, space);
      if (written <= 0) {
        if (to + size > target.length) return -1;
        target.set(part, to);
        written = size;
      }
      view.setUint32(sizeAt, written, true);
      to += written;
    }
  }
  return to;
}

function filter(source: Uint8Array, kind: BloscShuffle, typesize: number, scratch: Uint8Array): Uint8Array {
  const { length } = source;
  if (kind === "shuffle") {
    if (typesize === 1) return source;
    shuffle(source, 0, length, typesize, scratch, 0);
  } else {
    if (length < typesize) return source;
    bitshuffle(source, 0, length, typesize, scratch, 0);
  }
  return scratch.subarray(0, length);
}

/** Encodes `source` to the start of `target`; the number of bytes, or 0 and less where they do not fit. */
type FittingEncoder = (source: Uint8Array, target: Uint8Array) => number;

function innerEncoder(
  options: BloscEncodeOptions,
  split: boolean,
  encoders: BloscInnerEncoders,
): FittingEncoder {
  const { compressor, level } = options;
  switch (compressor) {
    case "lz4": {
      const encoder = new Lz4Encoder(10 - level);
      return (source, target) => encoder.encode(source, 0, source.length, target, 0, target.length);
    }
    case "lz4hc": {
      const encoder = new Lz4Encoder(1, 1 << Math.min(level, 9));
      return (source, target) => encoder.encode(source, 0, source.length, target, 0, target.length);
    }
    case "blosclz": {
      const encoder = new BlosclzEncoder(split ? Math.min(9, level + 1) : level);
      return (source, target) => encoder.encode(source, 0, source.length, target, 0, target.length);
    }
    case "snappy": {
      const encoder = new SnappyEncoder();
      return (source, target) => encoder.encode(source, 0, source.length, target, 0, target.length);
    }
    case "zlib":
    case "zstd": {
      const encode = encoders[compressor];
      return (source, target) => {
        const encoded = encode(source, level);
        if (encoded.length > target.length) return -1;
        target.set(encoded);
        return encoded.length;
      };
    }
    default:
      return compressor satisfies never;
  }
}

function splits(compressor: BloscCompressor, typesize: number, blocksize: number): boolean {
  return compressor !== "zstd" && bloscSplits(typesize, blocksize);
}

/** c-blosc's choice, so that readers meet the block sizes they are tuned for. */
function chooseBlockSize(size: number, typesize: number, options: BloscEncodeOptions): number {
  if (size < typesize || size === 0) return 1;
  const { compressor, level } = options;
  const thorough = compressor === "lz4hc" || compressor === "zlib" || compressor === "zstd";
  let blocksize = size;
  if (options.blocksize > 0) {
    blocksize = Math.min(BLOSC_MAX_BLOCK_BYTES, Math.max(MIN_BYTES, options.blocksize));
  } else if (size >= FIRST_BLOCK) {
    const scale = [1 / 4, 1 / 2, 1, 2, 4, 4, 8, 8, 8, thorough ? 16 : 8][level] ?? 4;
    blocksize = FIRST_BLOCK * (thorough ? 2 : 1) * scale;
  }
  if (level > 0 && splits(compressor, typesize, blocksize)) {
    blocksize = Math.min(1 << 20, Math.max(1 << 16, Math.min(blocksize, 1 << 18) * typesize));
  }
  blocksize = Math.min(blocksize, size);
  if (blocksize > typesize) blocksize -= blocksize % typesize;
  return blocksize;
}
