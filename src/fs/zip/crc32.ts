/**
 * CRC-32 as zip has it: polynomial 0xEDB88320, reflected.
 *
 * @module
 */
import { tryNodeBuiltin } from "../../base/platform.ts";

const SLICES = 8;
let tables: Uint32Array | undefined;

/** The CRC-32 of some bytes, as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  const native = tryNodeBuiltin("zlib")?.crc32; // Node 20.15 and later
  return native === undefined ? crc32Portable(bytes) : native(bytes);
}

/** The same in plain JavaScript, eight bytes a step. */
export function crc32Portable(bytes: Uint8Array): number {
  const table = (tables ??= makeTables());
  let crc = 0xffffffff;
  let at = 0;
  for (const last = bytes.length - 8; at <= last; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[1792 + (crc & 0xff)]! ^
      table[1536 + ((crc >>> 8) & 0xff)]! ^
      table[1280 + ((crc >>> 16) & 0xff)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function makeTables(): Uint32Array {
  const table = new Uint32Array(256 * SLICES);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[n] = crc;
  }
  for (let n = 256; n < table.length; n++) {
    const previous = table[n - 256]!;
    table[n] = table[previous & 0xff]! ^ (previous >>> 8);
  }
  return table;
}
