/**
 * Steps of a codec chain by the kernels. Each returns `undefined` where there are no kernels, no room, or the data are
 * damaged: the plain twin then does it, or says what is wrong. `transient` results stay in the kernels' memory.
 *
 * @module
 */
import { openCall, resultOf } from "./memory.ts";

/** The kernels know where the planes of so many bytes lie. */
const MAX_ITEM = 255;

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
