/** The digits of Crockford's base 32: no I, L, O, U. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The id of an object as it is part of its file's name: base 32, zero bits at the end. */
export function encodeObjectId(id: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of id) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS[(held >> bits) & 31]!;
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + DIGITS[(held << (5 - bits)) & 31]!;
}

/** Is this the id of a snapshot, manifest or chunk: 12 bytes in base 32? */
export function isObjectId(text: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{20}$/.test(text);
}
