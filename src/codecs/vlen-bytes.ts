/**
 * The `vlen-bytes` codec: byte strings, each with its length before it.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-bytes
 * @module
 */
import type { CodecDefinition } from "./codec.ts";
import { badItem, vlenDefinition } from "./vlen-codec.ts";

const NAME = "vlen-bytes";

/** `vlen-bytes` has no configuration. `null` and `undefined` are stored as no bytes, as numcodecs does it. */
export const vlenBytesCodec: CodecDefinition = vlenDefinition({
  name: NAME,
  castKind: "bytes",
  text: "VLenBytesCodec()",
  textV2: "VLenBytes()",
  toBytes(value) {
    if (value === null || value === undefined) return new Uint8Array(0);
    if (!(value instanceof Uint8Array)) throw badItem(NAME, value);
    return value;
  },
  // A copy, so that one item that a caller keeps does not keep the chunk.
  fromBytes: (bytes, start, end) => bytes.slice(start, end),
});
