/**
 * Bytes in metadata and as Python prints them.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import { decodeBase64 } from "./base64.ts";

/** Bytes from a fill value: base64, or a list of integers from 0 to 255. `undefined` when it is neither. */
export function bytesOfFill(json: JsonValue): Uint8Array | undefined {
  if (typeof json === "string") return decodeBase64(json);
  if (!Array.isArray(json)) return undefined;
  return json.every(isByte) ? Uint8Array.from(json) : undefined;
}

function isByte(item: unknown): item is number {
  return typeof item === "number" && Number.isInteger(item) && item >= 0 && item <= 255;
}

/** Are these forms of "nothing" that zarr-python 2 wrote for bytes and text? */
export function isEmptyV2Fill(json: JsonValue, zarrFormat: 2 | 3): boolean {
  return zarrFormat === 2 && (json === "" || json === 0);
}

/** The bytes of a user's value: a `Uint8Array`, or ASCII text. `undefined` when it is neither. */
export function toBytesScalar(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") return undefined;
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f)
      throw new RangeError("Text that becomes bytes has only ASCII characters; encode it first.");
    bytes[i] = code;
  }
  return bytes;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x27, "\\'"],
  [0x5c, "\\\\"],
]);

/** `b'abc\x00'`, as Python prints bytes. */
export function bytesText(bytes: Uint8Array): string {
  const withDouble = bytes.includes(0x27) && !bytes.includes(0x22);
  const quote = withDouble ? '"' : "'";
  let text = "";
  for (const byte of bytes) {
    const escape = byte === 0x27 && withDouble ? undefined : ESCAPES.get(byte);
    if (escape !== undefined) text += escape;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `b${quote}${text}${quote}`;
}
