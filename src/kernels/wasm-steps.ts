/**
 * Steps of a codec chain by the kernels. Each returns `undefined` where there are no kernels, no room, or the data are
 * damaged: the plain twin then does it, or says what is wrong. `transient` results stay in the kernels' memory.
 *
 * @module
 */
import { openCall, resultOf } from "./memory.ts";

/** The kernels know where the planes of so many bytes lie. */
const MAX_ITEM = 255;
/** The table of the LZ4 encoder. */
const LZ4_HEADS_BYTES = 65536;

/** Encodes an LZ4 block behind `prefix` bytes that are left for the caller to write. */
export function wasmLz4Encode(
  bytes: Uint8Array,
  prefix: number,
  room: number,
  acceleration: number,
  transient: boolean,
): Uint8Array | undefined {
  const heads = Math.ceil((prefix + room + 64) / 64) * 64;
  const call = openCall(bytes, heads + LZ4_HEADS_BYTES);
  if (call === undefined) return undefined;
  const { source, exports } = call;
  const target = call.room + prefix;
  const size = exports.encodeLz4(source, bytes.length, target, room, acceleration, call.room + heads);
  return size === 0 ? undefined : resultOf(call, call.room, prefix + size, transient);
}

/** Decodes an LZ4 block of exactly `size` bytes. */
export function wasmLz4Decode(block: Uint8Array, size: number, transient: boolean): Uint8Array | undefined {
  const call = openCall(block, size);
  if (call === undefined) return undefined;
  const whole = call.exports.decodeLz4(call.source, block.length, call.room, size);
  return whole === 0 ? undefined : resultOf(call, call.room, size, transient);
}

/** Decodes all frames of a zstd value, with their checksums, to at most `room` bytes. */
export function wasmZstdDecode(bytes: Uint8Array, room: number, transient: boolean): Uint8Array | undefined {
  const call = openCall(bytes, room);
  if (call === undefined) return undefined;
  const size = call.exports.decodeZstd(call.source, bytes.length, call.room, room);
  return size < 0 ? undefined : resultOf(call, call.room, size, transient);
}

/** Reverses the bytes of words of 2, 4, 8 or 16 bytes. */
export function wasmSwapBytes(bytes: Uint8Array, size: number, transient: boolean): Uint8Array | undefined {
  if (size !== 2 && size !== 4 && size !== 8 && size !== 16) return undefined;
  const call = openCall(bytes, bytes.length);
  if (call === undefined) return undefined;
  const whole = bytes.length - (bytes.length % size);
  call.exports.swapBytes(call.source, whole, size, call.room);
  // What is no whole word stays.
  if (whole < bytes.length)
    call.heap.copyWithin(call.room + whole, call.source + whole, call.source + bytes.length);
  return resultOf(call, call.room, bytes.length, transient);
}

/** Decodes a DEFLATE stream to at most `room` bytes, which stay in the kernels' memory; `taken` are those of the stream. */
export function wasmInflate(
  bytes: Uint8Array,
  room: number,
): { readonly content: Uint8Array; readonly taken: number } | undefined {
  const call = openCall(bytes, room);
  if (call === undefined) return undefined;
  const size = call.exports.inflate(call.source, bytes.length, call.room, room);
  if (size < 0) return undefined;
  return { content: resultOf(call, call.room, size, true), taken: call.exports.inflateTaken() };
}

/** Shuffles the bytes or the bits of elements of `itemSize` bytes. */
export function wasmShuffle(
  bytes: Uint8Array,
  itemSize: number,
  bits: boolean,
  transient: boolean,
): Uint8Array | undefined {
  const { length } = bytes;
  const scratch = Math.ceil((length + 64) / 64) * 64;
  const call = openCall(bytes, bits ? scratch + length : length);
  if (call === undefined) return undefined;
  if (bits) call.exports.bitshuffle(call.source, length, itemSize, call.room, call.room + scratch);
  else call.exports.shuffle(call.source, length, itemSize, call.room);
  return resultOf(call, call.room, length, transient);
}

/** Undoes a shuffle of the bytes of elements of `itemSize` bytes. */
export function wasmUnshuffle(
  bytes: Uint8Array,
  itemSize: number,
  transient: boolean,
): Uint8Array | undefined {
  if (itemSize > MAX_ITEM) return undefined;
  const call = openCall(bytes, bytes.length);
  if (call === undefined) return undefined;
  call.exports.undoShuffle(call.source, bytes.length, itemSize, call.room);
  return resultOf(call, call.room, bytes.length, transient);
}
