/**
 * Blosc blocks of LZ4, BloscLZ and zstd, decoded in WebAssembly with SIMD where the runtime has it.
 *
 * @module
 */
import {
  BLOSC_FORMATS,
  BLOSC_HEADER_BYTES,
  type BloscFormat,
  type BloscHeader,
  type BloscShuffle,
} from "./blosc-header.ts";
import { openCall, resultOf } from "./memory.ts";

/** Formats of blocks that the kernels know. */
const FORMATS: readonly BloscFormat[] = ["blosclz", "lz4", "zstd"];
/** Their numbers for what rearranges bytes. */
const FILTERS: readonly BloscShuffle[] = ["noshuffle", "shuffle", "bitshuffle"];
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
  if (bytes.length < cbytes) return undefined;
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
