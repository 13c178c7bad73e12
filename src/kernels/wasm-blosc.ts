/**
 * Blosc blocks of LZ4, BloscLZ and zstd (only decoded), in WebAssembly with SIMD where the runtime has it.
 *
 * @module
 */
import {
  BLOSC_FORMATS,
  BLOSC_HEADER_BYTES,
  type BloscCompressor,
  type BloscFormat,
  type BloscHeader,
  type BloscShuffle,
} from "./blosc-header.ts";
import { kernelMemory, openCall, resultOf } from "./memory.ts";

/** Formats of blocks that the kernels know. */
const FORMATS: readonly BloscFormat[] = ["blosclz", "lz4", "zstd"];
/** Their numbers for what rearranges bytes. */
const FILTERS: readonly BloscShuffle[] = ["noshuffle", "shuffle", "bitshuffle"];
/** And for compressors. */
const COMPRESSORS: readonly BloscCompressor[] = ["blosclz", "lz4", "lz4hc"];
/** The kernels write up to this many bytes past the end of a buffer. */
const SLACK = 64;

/**
 * Decodes the blocks `first` up to, not including, `end`, `contentBytes` in all. Positions of blocks are checked by the
 * kernel, against the container.
 *
 * @param bytes The container.
 * @param transient May the result stay in the memory of the kernels?
 * @returns What is wrong when the container is damaged; `undefined` where the plain twin has to do it.
 */
export function wasmDecodeBlocks(
  bytes: Uint8Array,
  header: BloscHeader,
  first: number,
  end: number,
  contentBytes: number,
  transient: boolean,
): Uint8Array | string | undefined {
  if (!FORMATS.includes(header.format) || header.memcpyed) return undefined;
  const { cbytes, blocksize, typesize } = header;
  if (bytes.length < cbytes || header.blockCount === 0) return undefined;
  const scratch = Math.ceil((contentBytes + SLACK) / SLACK) * SLACK;
  const blocks = header.shuffle === "bitshuffle" && typesize > 1 ? 2 : header.shuffle === "noshuffle" ? 0 : 1;
  const call = openCall(bytes.subarray(0, cbytes), scratch + blocks * (blocksize + SLACK));
  if (call === undefined) return undefined;
  const failed = call.exports.decodeBlocks(
    call.source,
    cbytes,
    call.source + BLOSC_HEADER_BYTES,
    first,
    end,
    header.nbytes,
    blocksize,
    typesize,
    header.split ? typesize : 1,
    BLOSC_FORMATS.indexOf(header.format),
    FILTERS.indexOf(header.shuffle),
    call.room + scratch,
    call.room,
  );
  if (failed === 0) return resultOf(call, call.room, contentBytes, transient);
  return failed === 2 ? "blocks overlap" : "a block cannot be decoded";
}

/** How the kernels encode blocks. */
export interface BlockEncoding {
  readonly compressor: BloscCompressor;
  /** Acceleration of LZ4, depth of its chains, level of BloscLZ. */
  readonly effort: number;
  readonly shuffle: BloscShuffle;
  readonly typesize: number;
  readonly blocksize: number;
  readonly split: boolean;
}

/**
 * Encodes the blocks of a container of at most `size` bytes, whose header is left for the caller to write.
 *
 * @param transient May it stay in the memory of the kernels?
 * @returns The container; `false` where it would be larger, `undefined` where the plain twin has to do it.
 */
export function wasmEncodeBlocks(
  bytes: Uint8Array,
  size: number,
  how: BlockEncoding,
  transient: boolean,
): Uint8Array | false | undefined {
  const compressor = COMPRESSORS.indexOf(how.compressor);
  if (compressor < 0) return undefined;
  const scratch = Math.ceil((size + SLACK) / SLACK) * SLACK;
  const call = openCall(bytes, scratch + 2 * (how.blocksize + SLACK) + encoderBytes());
  if (call === undefined) return undefined;
  const written = call.exports.encodeBlocks(
    call.source,
    bytes.length,
    call.room,
    BLOSC_HEADER_BYTES,
    size,
    how.blocksize,
    how.typesize,
    how.split ? 1 : 0,
    compressor,
    how.effort,
    FILTERS.indexOf(how.shuffle),
    call.room + scratch,
  );
  return written === 0 ? false : resultOf(call, call.room, written, transient);
}

function encoderBytes(): number {
  // Globals of the module are 32-bit integers.
  return (kernelMemory()?.exports.ENCODER_BYTES.value as number | undefined) ?? 0;
}
