/**
 * The container of Blosc 1: a header of 16 bytes, the positions of the blocks, the blocks.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

/** Bytes of a container's header. */
export const BLOSC_HEADER_BYTES = 16;
/** The most bytes that a container holds. */
export const BLOSC_MAX_BYTES: number = 0x7fffffff - BLOSC_HEADER_BYTES;
/** The most bytes that a block holds. */
export const BLOSC_MAX_BLOCK_BYTES: number = Math.floor((0x7fffffff - 255 * 4) / 3);
/** Format of the container that c-blosc 1 reads and writes. */
export const BLOSC_VERSION = 2;

/** Flags of the header's third byte. */
export const BLOSC_FLAG = { shuffle: 1, memcpyed: 2, bitshuffle: 4, reserved: 8, notSplit: 16 } as const;

/** What compresses the blocks; lz4hc writes what lz4 reads. The index is the code in the header. */
export const BLOSC_FORMATS = ["blosclz", "lz4", "snappy", "zlib", "zstd"] as const;
export type BloscFormat = (typeof BLOSC_FORMATS)[number];

/** Compressors of Blosc by name. */
export const BLOSC_COMPRESSORS = ["lz4", "lz4hc", "blosclz", "snappy", "zlib", "zstd"] as const;
export type BloscCompressor = (typeof BLOSC_COMPRESSORS)[number];

/** How the bytes of a block are rearranged before it is compressed. */
export type BloscShuffle = "noshuffle" | "shuffle" | "bitshuffle";

/** The header of a container, checked for consistency. */
export interface BloscHeader {
  readonly format: BloscFormat;
  readonly shuffle: BloscShuffle;
  /** The content is stored as it is, without blocks. */
  readonly memcpyed: boolean;
  /** Are whole blocks compressed as `typesize` streams? */
  readonly split: boolean;
  readonly typesize: number;
  /** Bytes of the content. */
  readonly nbytes: number;
  /** Bytes of a block's content; the last may have fewer. */
  readonly blocksize: number;
  readonly blockCount: number;
  /** Bytes of the whole container. */
  readonly cbytes: number;
}

/** Is a block of `blocksize` bytes split into one stream for each byte of an element, where it may be? */
export function bloscSplits(typesize: number, blocksize: number): boolean {
  return typesize <= 16 && Math.floor(blocksize / typesize) >= 128;
}

/**
 * Reads and checks a header. Nothing is allocated by what it says.
 *
 * @param bytes At least the first 16 bytes of a container.
 * @param size Bytes of the whole container, as stored.
 * @throws CodecError when the header contradicts itself or the size.
 */
export function readBloscHeader(bytes: Uint8Array, size: number): BloscHeader {
  if (bytes.length < BLOSC_HEADER_BYTES) throw damaged("it is shorter than its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[2]!;
  const typesize = bytes[3]!;
  const nbytes = view.getUint32(4, true);
  const blocksize = view.getUint32(8, true);
  const cbytes = view.getUint32(12, true);
  if (bytes[0] !== BLOSC_VERSION) throw damaged(`its format version is ${bytes[0]}, not ${BLOSC_VERSION}`);
  if ((flags & BLOSC_FLAG.reserved) !== 0) throw damaged("its header uses a reserved flag");
  const format = BLOSC_FORMATS[flags >> 5];
  if (format === undefined) throw damaged(`its compressor ${flags >> 5} is unknown`);
  if (cbytes !== size) throw damaged(`its header says ${cbytes} bytes, and ${size} are stored`);
  if (nbytes > BLOSC_MAX_BYTES) throw damaged("its header says an impossible size");
  if (typesize === 0) throw damaged("its element size is zero");
  const memcpyed = (flags & BLOSC_FLAG.memcpyed) !== 0;
  if (nbytes > 0 && (blocksize === 0 || blocksize > nbytes || blocksize > BLOSC_MAX_BLOCK_BYTES))
    throw damaged("its header says an impossible block size");
  const blockCount = nbytes === 0 ? 0 : Math.ceil(nbytes / blocksize);
  if (memcpyed ? cbytes !== BLOSC_HEADER_BYTES + nbytes : cbytes < BLOSC_HEADER_BYTES + 4 * blockCount)
    throw damaged("its header says an impossible size");
  return {
    format,
    shuffle:
      (flags & BLOSC_FLAG.shuffle) !== 0
        ? "shuffle"
        : (flags & BLOSC_FLAG.bitshuffle) !== 0
          ? "bitshuffle"
          : "noshuffle",
    memcpyed,
    // Containers older than the flag split wherever they could.
    split: (flags & BLOSC_FLAG.notSplit) === 0 && bloscSplits(typesize, blocksize),
    typesize,
    nbytes,
    blocksize,
    blockCount,
    cbytes,
  };
}

/**
 * Reads where the blocks begin, in bytes from the start of the container. Blocks may lie in any
 * order; each ends before the next larger start.
 *
 * @param bytes At least the first `16 + 4 * blockCount` bytes of a container that is not `memcpyed`.
 * @throws CodecError when a start lies outside the blocks.
 */
export function readBloscStarts(bytes: Uint8Array, header: BloscHeader): Uint32Array {
  const first = BLOSC_HEADER_BYTES + 4 * header.blockCount;
  if (bytes.length < first) throw damaged("the positions of its blocks are cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = new Uint32Array(header.blockCount);
  for (let block = 0; block < starts.length; block++) {
    const start = view.getUint32(BLOSC_HEADER_BYTES + 4 * block, true);
    if (start < first || start + 4 > header.cbytes) throw damaged(`block ${block} lies outside`);
    starts[block] = start;
  }
  return starts;
}

function damaged(what: string): CodecError {
  return new CodecError(`The Blosc container is damaged: ${what}.`);
}
