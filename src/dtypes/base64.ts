/**
 * Base64 as metadata has it: the standard alphabet, padded.
 *
 * @module
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS = new Map([...ALPHABET].map((letter, value) => [letter.charCodeAt(0), value]));
const PADDING = "=".charCodeAt(0);

/** Decodes base64; `undefined` when the text is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  let end = text.length;
  while (end > text.length - 2 && end > 0 && text.charCodeAt(end - 1) === PADDING) end--;
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  let [word, bits, at] = [0, 0, 0];
  for (let i = 0; i < end; i++) {
    const digit = DIGITS.get(text.charCodeAt(i));
    if (digit === undefined) return undefined;
    word = ((word << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = word >> bits;
  }
  return bytes;
}

/** Encodes bytes as base64. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
    text += i + 1 < bytes.length ? ALPHABET[(word >> 6) & 63]! : "=";
    text += i + 2 < bytes.length ? ALPHABET[word & 63]! : "=";
  }
  return text;
}
