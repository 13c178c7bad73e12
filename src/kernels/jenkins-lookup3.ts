/**
 * Bob Jenkins' lookup3 hash of 32 bits (`hashlittle`), as HDF5 uses it for metadata.
 *
 * @param seed The initial value, 0 in HDF5.
 * @returns An unsigned integer.
 * @example
 * ```ts
 * jenkinsLookup3(new TextEncoder().encode("Four score and seven years ago"), 0); // 0x17770551
 * ```
 */
export function jenkinsLookup3(bytes: Uint8Array, seed: number): number {
  const { length } = bytes;
  let a = (0xdeadbeef + length + seed) | 0;
  let b = a;
  let c = a;
  if (length === 0) return c >>> 0;
  let at = 0;
  for (let left = length; left > 12; left -= 12, at += 12) {
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    c = (c + word(bytes, at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  // The last 1 to 12 bytes, as if zeros followed.
  a = (a + word(bytes, at)) | 0;
  b = (b + word(bytes, at + 4)) | 0;
  c = (c + word(bytes, at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** A little-endian word; bytes past the end are zero. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}
