/**
 * Blosc blocks of LZ4, decoded in WebAssembly with SIMD where the runtime has it.
 *
 * @module
 */
import type { BloscHeader } from "./blosc-header.ts";
import { BLOSC_HEADER_BYTES } from "./blosc-header.ts";
import { openCall, resultOf } from "./memory.ts";

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
  if (header.format !== "lz4" || header.shuffle === "bitshuffle" || header.memcpyed) return undefined;
  const { cbytes, blocksize, typesize } = header;
  const scratch = Math.ceil((contentBytes + SLACK) / SLACK) * SLACK;
  const call = openCall(bytes.subarray(0, cbytes), scratch + blocksize);
  if (call === undefined) return undefined;
  const shuffled = header.shuffle === "shuffle" && typesize > 1;
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
    shuffled ? 1 : 0,
    call.room + scratch,
    call.room,
  );
  if (failed === 0) return resultOf(call, call.room, contentBytes, transient);
  return failed === 2 ? "blocks overlap" : "a block cannot be decoded";
}
