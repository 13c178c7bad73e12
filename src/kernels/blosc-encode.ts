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
  type BloscCompressor,
  type BloscFormat,
  type BloscShuffle,
} from "./blosc-header.ts";
import { BlosclzEncoder } from "./blosclz.ts";
import { Lz4Encoder } from "./lz4.ts";
import { shuffle } from "./shuffle.ts";
import { SnappyEncoder } from "./snappy.ts";
import { wasmEncodeBlocks, type BlockEncoding } from "./wasm-blosc.ts";
import { wasmShuffle } from "./wasm-steps.ts";

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
 * @param transient May the result lie in the memory of the kernels? Default: no.
 * @throws CodecError when there are more bytes than a container can hold (2 GiB).
 */
export function bloscEncode(
  bytes: Uint8Array,
  options: BloscEncodeOptions,
  encoders: BloscInnerEncoders,
  transient = false,
): Uint8Array {
  return encodeContainer(bytes, options, encoders, true, transient);
}

/** The plain twin of `bloscEncode`: the same bytes, without the kernels. */
export function bloscEncodePlainly(
  bytes: Uint8Array,
  options: BloscEncodeOptions,
  encoders: BloscInnerEncoders,
): Uint8Array {
  return encodeContainer(bytes, options, encoders, false, false);
}

function encodeContainer(
  bytes: Uint8Array,
  options: BloscEncodeOptions,
  encoders: BloscInnerEncoders,
  kernels: boolean,
  transient: boolean,
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
  const size = bloscMaxEncodedSize(bytes.length);
  const header = new Uint8Array(BLOSC_HEADER_BYTES);
  const view = new DataView(header.buffer);
  header[0] = BLOSC_VERSION;
  header[1] = 1; // version of the compressor's format
  header[2] =
    (BLOSC_FORMATS.indexOf(format) << 5) |
    (split ? 0 : BLOSC_FLAG.notSplit) |
    (options.shuffle === "noshuffle" ? 0 : BLOSC_FLAG[options.shuffle]);
  header[3] = typesize;
  view.setUint32(4, bytes.length, true);
  view.setUint32(8, blocksize, true);
  let container: Uint8Array | false = false;
  if (level > 0 && bytes.length >= MIN_BYTES) {
    const how = { ...options, typesize, blocksize, split, effort: effortOf(options, split), kernels };
    container =
      (kernels ? wasmEncodeBlocks(bytes, size, how, transient) : undefined) ??
      encodeBlocksPlainly(bytes, size, how, encoders);
  }
  if (container === false) {
    container = new Uint8Array(size);
    container.set(bytes, BLOSC_HEADER_BYTES);
    header[2] |= BLOSC_FLAG.memcpyed;
  }
  view.setUint32(12, container.length, true);
  container.set(header);
  return container;
}

/** How blocks are encoded, all chosen. */
interface BlockOptions extends BlockEncoding {
  readonly level: number;
  /** May the kernels shuffle? */
  readonly kernels: boolean;
}

/** Encodes the blocks of a container, whose header is left to be written; false where it would be larger than `size`. */
function encodeBlocksPlainly(
  bytes: Uint8Array,
  size: number,
  how: BlockOptions,
  encoders: BloscInnerEncoders,
): Uint8Array | false {
  const target = new Uint8Array(size);
  const end = encodeBlocks(bytes, target, how, encoders);
  if (end < 0) return false;
  return size - end > 1024 ? target.slice(0, end) : target.subarray(0, end);
}

/** Encodes the blocks; returns the size of the container, or -1 where it would be larger than storing. */
function encodeBlocks(
  bytes: Uint8Array,
  target: Uint8Array,
  how: BlockOptions,
  encoders: BloscInnerEncoders,
): number {
  const { blocksize, split, typesize } = how;
  const view = new DataView(target.buffer);
  const blockCount = Math.ceil(bytes.length / blocksize);
  const encode = innerEncoder(how, encoders);
  const scratch = how.shuffle === "noshuffle" ? undefined : new Uint8Array(blocksize);
  let to = BLOSC_HEADER_BYTES + 4 * blockCount;
  for (let block = 0; block < blockCount; block++) {
    if (to > target.length) return -1;
    view.setUint32(BLOSC_HEADER_BYTES + 4 * block, to, true);
    const start = block * blocksize;
    const length = Math.min(blocksize, bytes.length - start);
    let source = bytes.subarray(start, start + length);
    if (scratch !== undefined) source = filter(source, how, scratch);
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

function filter(source: Uint8Array, how: BlockOptions, scratch: Uint8Array): Uint8Array {
  const { length } = source;
  const { typesize } = how;
  const bits = how.shuffle === "bitshuffle";
  if (bits ? length < typesize : typesize === 1) return source;
  // What follows, the encoders of libraries, makes no use of the kernels, so the result may stay in their memory.
  const shuffled = how.kernels ? wasmShuffle(source, typesize, bits, true) : undefined;
  if (shuffled !== undefined) return shuffled;
  (bits ? bitshuffle : shuffle)(source, 0, length, typesize, scratch, 0);
  return scratch.subarray(0, length);
}

/** Acceleration of LZ4, depth of its chains, level of BloscLZ. */
function effortOf({ compressor, level }: BloscEncodeOptions, split: boolean): number {
  if (compressor === "lz4") return 10 - level;
  if (compressor === "lz4hc") return 1 << Math.min(level, 9);
  return split ? Math.min(9, level + 1) : level;
}

/** Encodes `source` to the start of `target`; the number of bytes, or 0 and less where they do not fit. */
type FittingEncoder = (source: Uint8Array, target: Uint8Array) => number;

function innerEncoder(how: BlockOptions, encoders: BloscInnerEncoders): FittingEncoder {
  const { compressor, level, effort } = how;
  switch (compressor) {
    case "lz4": {
      const encoder = new Lz4Encoder(effort);
      return (source, target) => encoder.encode(source, 0, source.length, target, 0, target.length);
    }
    case "lz4hc": {
      const encoder = new Lz4Encoder(1, effort);
      return (source, target) => encoder.encode(source, 0, source.length, target, 0, target.length);
    }
    case "blosclz": {
      const encoder = new BlosclzEncoder(effort);
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
