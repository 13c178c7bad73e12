/**
 * Base64 of bytes to bytes (RFC 4648, with padding), without strings in between.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 61;
/** Marks a byte that no digit has. */
const NONE = 64;
let digits: Uint8Array | undefined;
let values: Uint8Array | undefined;

/** Bytes that base64 takes for `size` bytes. */
export function base64EncodedSize(size: number): number {
  return 4 * Math.ceil(size / 3);
}

/** Encodes with padding and without line breaks. */
export function base64Encode(bytes: Uint8Array): Uint8Array {
  digits ??= Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0));
  const result = new Uint8Array(base64EncodedSize(bytes.length));
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = (bytes[at]! << 16) | (left > 1 ? bytes[at + 1]! << 8 : 0) | (left > 2 ? bytes[at + 2]! : 0);
    result[to++] = digits[group >> 18]!;
    result[to++] = digits[(group >> 12) & 63]!;
    result[to++] = left > 1 ? digits[(group >> 6) & 63]! : PADDING;
    result[to++] = left > 2 ? digits[group & 63]! : PADDING;
  }
  return result;
}

/**
 * Decodes; line breaks and spaces are left out.
 *
 * @throws CodecError when a byte is not of the alphabet, padding is missing, or there are more than `max` bytes.
 */
export function base64Decode(text: Uint8Array, max: number): Uint8Array {
  values ??= makeValues();
  let count = 0;
  for (const byte of text) if (!isSpace(byte)) count++;
  let padding = 0;
  for (let at = text.length - 1; at >= 0 && (text[at] === PADDING || isSpace(text[at]!)); at--) {
    if (text[at] === PADDING) padding++;
  }
  if (count % 4 !== 0 || padding > 2) throw new CodecError("The base64 text is cut off.");
  const size = (count / 4) * 3 - padding;
  if (size > max) {
    throw new CodecError(`The base64 text holds ${size} bytes, more than the ${max} it may have.`, {
      expected: max,
      actual: size,
    });
  }
  const result = new Uint8Array(size);
  let to = 0;
  let group = 0;
  let held = 0;
  let left = count - padding;
  for (let at = 0; left > 0; at++) {
    const byte = text[at]!;
    if (isSpace(byte)) continue;
    const value = values[byte]!;
    if (value === NONE) throw new CodecError(`The byte ${byte} is not a digit of base64.`);
    left--;
    group = ((group << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      result[to++] = group >> held;
    }
  }
  return result;
}

function isSpace(byte: number): boolean {
  return byte === 10 || byte === 13 || byte === 32;
}

function makeValues(): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let value = 0; value < ALPHABET.length; value++) table[ALPHABET.charCodeAt(value)] = value;
  return table;
}
