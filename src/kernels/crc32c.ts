/**
 * CRC-32C (Castagnoli, as in RFC 3720), which the kernels fold.
 *
 * @module
 */
import { crcOn, crcTables } from "./crc32.ts";
import { isInMemory, kernelMemory } from "./memory.ts";

let castagnoli: Uint32Array | undefined;

/** Below this the tables are as fast. */
const MIN_FOLDED = 256;

/**
 * CRC-32C of bytes, as an unsigned integer.
 *
 * @param value The checksum of what came before, to go on from; default 0.
 * @example
 * ```ts
 * crc32c(new TextEncoder().encode("123456789")); // 0xe3069283
 * ```
 */
export function crc32c(bytes: Uint8Array, value = 0): number {
  const memory = bytes.length < MIN_FOLDED ? undefined : kernelMemory();
  if (memory === undefined) return crc32cPlainly(bytes, value);
  const { exports, heap, staging, stagingBytes } = memory;
  if (isInMemory(memory, bytes)) return exports.crc32c(bytes.byteOffset, bytes.length, value) >>> 0;
  for (let at = 0; at < bytes.length; at += stagingBytes) {
    const piece = bytes.subarray(at, at + stagingBytes);
    heap.set(piece, staging);
    value = exports.crc32c(staging, piece.length, value);
  }
  return value >>> 0;
}

/** The plain twin of `crc32c`. */
export function crc32cPlainly(bytes: Uint8Array, value = 0): number {
  castagnoli ??= crcTables(0x82f63b78);
  return crcOn(castagnoli, bytes, value);
}
