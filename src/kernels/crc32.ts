/**
 * Cyclic redundancy checks of 32 bits, reflected, eight bytes at a time with eight tables; and CRC-32 (ISO-HDLC, as in gzip,
 * zip and xz), which Node has, too.
 *
 * @module
 */
import { tryNodeBuiltin } from "../base/platform.ts";

const TABLES = 8;
let ieee: Uint32Array | undefined;

/**
 * CRC-32 of bytes, as an unsigned integer.
 *
 * @param value The checksum of what came before, to go on from; default 0.
 * @example
 * ```ts
 * crc32(new TextEncoder().encode("123456789")); // 0xcbf43926
 * ```
 */
export function crc32(bytes: Uint8Array, value = 0): number {
  const native = tryNodeBuiltin("zlib")?.crc32; // Node 20.15 and later
  return native === undefined ? crc32Plainly(bytes, value) : native(bytes, value);
}

/** The plain twin of `crc32`. */
export function crc32Plainly(bytes: Uint8Array, value = 0): number {
  ieee ??= crcTables(0xedb88320);
  return crcOn(ieee, bytes, value);
}

/** The tables of a polynomial: table `k` advances a byte by `k` further zero bytes; they lie one after the other. */
export function crcTables(polynomial: number): Uint32Array {
  const tables = new Uint32Array(256 * TABLES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const previous = tables[index - 256]!;
    tables[index] = (previous >>> 8) ^ tables[previous & 0xff]!;
  }
  return tables;
}

/** A checksum, gone on with by such tables. */
export function crcOn(table: Uint32Array, bytes: Uint8Array, value: number): number {
  let crc = ~value;
  const { length } = bytes;
  const whole = length - (length % 8);
  let at = 0;
  for (; at < whole; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      table[1792 + (low & 0xff)]! ^
      table[1536 + ((low >>> 8) & 0xff)]! ^
      table[1280 + ((low >>> 16) & 0xff)]! ^
      table[1024 + (low >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
