/** Tables of the high and low halves. */
let tables: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

/**
 * CRC-64 as xz has it (ECMA-182, reflected), as two unsigned halves.
 *
 * @example
 * ```ts
 * const { high, low } = crc64(new TextEncoder().encode("123456789"));
 * high; // 0x995dc9bb
 * low; // 0xdf1939fa
 * ```
 */
export function crc64(bytes: Uint8Array): { readonly high: number; readonly low: number } {
  tables ??= makeTables();
  const { high: highTable, low: lowTable } = tables;
  let high = -1;
  let low = -1;
  for (let at = 0; at < bytes.length; at++) {
    const index = (low ^ bytes[at]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ lowTable[index]!;
    high = (high >>> 8) ^ highTable[index]!;
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}

function makeTables(): { high: Uint32Array; low: Uint32Array } {
  const highTable = new Uint32Array(256);
  const lowTable = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd === 1) {
        low ^= 0xd7870f42;
        high ^= 0xc96c5795;
      }
    }
    highTable[byte] = high;
    lowTable[byte] = low;
  }
  return { high: highTable, low: lowTable };
}
