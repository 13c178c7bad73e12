/**
 * The `vlen-utf8` codec: texts, each with its length in bytes before it.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-utf8
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { hasLoneSurrogate } from "../dtypes/text-scalar.ts";
import type { CodecDefinition } from "./codec.ts";
import { badItem, vlenDefinition } from "./vlen-codec.ts";

const NAME = "vlen-utf8";
const ENCODER = new TextEncoder();
// A byte order mark is data, and bytes that are no UTF-8 are an error.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Up to this many bytes, ASCII is read faster without the decoder. */
const SHORT = 24;

/** `vlen-utf8` has no configuration. `null` and `undefined` are stored as the empty text, as numcodecs does it. */
export const vlenUtf8Codec: CodecDefinition = vlenDefinition({
  name: NAME,
  castKind: "string",
  text: "VLenUTF8Codec()",
  textV2: "VLenUTF8()",
  toBytes(value) {
    if (value === null || value === undefined) return new Uint8Array(0);
    if (typeof value !== "string") throw badItem(NAME, value);
    if (hasLoneSurrogate(value)) {
      throw new RangeError("A text with half of a surrogate pair cannot be stored.");
    }
    return ENCODER.encode(value);
  },
  fromBytes(bytes, start, end) {
    return (end - start <= SHORT ? asciiText(bytes, start, end) : undefined) ?? decodeText(bytes, start, end);
  },
});

function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeText(bytes: Uint8Array, start: number, end: number): string {
  // Decoders refuse shared memory.
  const part = bytes.buffer instanceof ArrayBuffer ? bytes.subarray(start, end) : bytes.slice(start, end);
  try {
    return DECODER.decode(part);
  } catch (error) {
    throw new CodecError("A chunk of texts holds one that is not UTF-8.", { codec: NAME, cause: error });
  }
}
