let table: Uint32Array | undefined;

/**
 * The CRC-32 of bzip2: the polynomial of gzip, highest bit first.
 *
 * @example
 * ```ts
 * bz2Crc(new TextEncoder().encode("123456789")); // 0xfc891918
 * ```
 */
export function bz2Crc(bytes: Uint8Array): number {
  table ??= makeTable();
  let crc = -1;
  for (let at = 0; at < bytes.length; at++) crc = (crc << 8) ^ table[(crc >>> 24) ^ bytes[at]!]!;
  return ~crc >>> 0;
}

/** The checksum of a stream goes on from that of its blocks before. */
export function combineBz2Crc(stream: number, block: number): number {
  return (((stream << 1) | (stream >>> 31)) ^ block) >>> 0;
}

function makeTable(): Uint32Array {
  const result = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    result[byte] = crc;
  }
  return result;
}
