/**
 * A Blosc container that is held open: runs of blocks are read and decoded without the rest.
 *
 * @module
 */
import type { OpenValue } from "../base/open-value.ts";
import { CodecError } from "../base/errors.ts";
import type { BloscInnerDecoders } from "../kernels/blosc-decode.ts";
import { decodeBloscBlocks } from "../kernels/blosc-decode.ts";
import type { BloscHeader } from "../kernels/blosc-header.ts";
import { BLOSC_HEADER_BYTES, readBloscHeader, readBloscStarts } from "../kernels/blosc-header.ts";
import { inputRoom } from "../kernels/memory.ts";
import { planScatter, scatterShuffled } from "../kernels/wasm-scatter.ts";

/** Read with the header: the positions of up to 252 blocks. */
const HEAD_BYTES = 1024;

/**
 * The content of a container, which has `size` bytes.
 *
 * @throws CodecError when the container says another size, or is damaged.
 */
export function openBlosc(value: OpenValue, size: number, decoders: BloscInnerDecoders): OpenValue {
  const head = value.read(0, Math.min(HEAD_BYTES, value.size));
  const header = readBloscHeader(head, value.size);
  if (header.nbytes !== size) {
    throw new CodecError(`The Blosc container says ${header.nbytes} bytes, and the chunk has ${size}.`, {
      codec: "blosc",
      expected: size,
      actual: header.nbytes,
    });
  }
  if (header.memcpyed) {
    return {
      size,
      step: 1,
      read: (start, end, place) => value.read(BLOSC_HEADER_BYTES + start, BLOSC_HEADER_BYTES + end, place),
    };
  }
  const headBytes = BLOSC_HEADER_BYTES + 4 * header.blockCount;
  const starts = readBloscStarts(headBytes <= head.length ? head : value.read(0, headBytes), header);
  const { blocksize, typesize, shuffle } = header;
  return {
    size,
    step: blocksize,
    read(start, end) {
      if (end <= start) return new Uint8Array(0);
      const first = Math.floor(start / blocksize);
      const behind = Math.ceil(end / blocksize);
      const content = decodeBlocks(value, header, starts, first, behind, decoders);
      return content.subarray(start - first * blocksize, end - first * blocksize);
    },
    scatter(start, end, target) {
      if (shuffle !== "shuffle" || typesize < 2 || end <= start || start % blocksize !== 0) return false;
      if (end % blocksize !== 0 && end !== size) return false;
      const plan = planScatter(end - start, blocksize, typesize, target);
      if (plan === undefined) return false;
      const first = start / blocksize;
      const behind = Math.ceil(end / blocksize);
      // As they are stored: the planes of a block, one after another.
      const blocks = decodeBlocks(
        value,
        { ...header, shuffle: "noshuffle" },
        starts,
        first,
        behind,
        decoders,
      );
      return scatterShuffled(blocks, plan);
    },
  };
}

/** Decodes some blocks as a container of their own, which has only these. */
function decodeBlocks(
  value: OpenValue,
  header: BloscHeader,
  starts: Uint32Array,
  first: number,
  behind: number,
  decoders: BloscInnerDecoders,
): Uint8Array {
  const low = starts[first]!;
  const high = behind < starts.length ? starts[behind]! : header.cbytes;
  for (let block = first + 1; block < behind; block++)
    if (starts[block]! <= starts[block - 1]!) return decodeAll(value, header, first, behind, decoders);
  if (high <= starts[behind - 1]!) return decodeAll(value, header, first, behind, decoders);
  const count = behind - first;
  const headBytes = BLOSC_HEADER_BYTES + 4 * count;
  const length = headBytes + high - low;
  const bytes = inputRoom(length) ?? new Uint8Array(length);
  const stored = bytes.subarray(headBytes);
  const read = value.read(low, high, stored);
  if (read !== stored) stored.set(read);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  for (let block = 0; block < count; block++)
    view.setUint32(BLOSC_HEADER_BYTES + 4 * block, starts[first + block]! - low + headBytes, true);
  const { blocksize } = header;
  const nbytes = Math.min(header.nbytes, behind * blocksize) - first * blocksize;
  const run = { ...header, nbytes, blockCount: count, cbytes: length };
  return decodeBloscBlocks(bytes, run, 0, count, decoders, true);
}

/** Blocks that lie in another order than their content, as only some writers put them: the whole container is read. */
function decodeAll(
  value: OpenValue,
  header: BloscHeader,
  first: number,
  behind: number,
  decoders: BloscInnerDecoders,
): Uint8Array {
  const room = inputRoom(value.size) ?? new Uint8Array(value.size);
  return decodeBloscBlocks(value.read(0, value.size, room), header, first, behind, decoders, true);
}
