/**
 * The `lz4` codec of v2, which is `numcodecs.lz4` in v3: the size in four bytes, little-endian,
 * then an LZ4 block.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { lz4Decode, Lz4Encoder, lz4MaxEncodedSize } from "../kernels/lz4.ts";
import { wasmLz4Decode, wasmLz4Encode } from "../kernels/wasm-steps.ts";
import { bytesBytesCodec, mostBytes } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.lz4";
const SIZE_BYTES = 4;
/** The most that liblz4 encodes at once. */
const MAX_BYTES = 0x7e000000;
/** liblz4 takes larger ones for this. */
const MAX_ACCELERATION = 65537;

/** `numcodecs.lz4`: `acceleration` from 1, the default, trades size for speed. */
export const lz4Codec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "lz4",
  fromV3: (configuration = {}) =>
    make(configuration, configuration, () => numcodecsCall("LZ4", NAME, configuration)),
  fromV2: (json) => make(json, undefined, (acceleration) => pythonCall("LZ4", { acceleration })),
};

function make(
  json: JsonObject,
  configuration: JsonObject | undefined,
  text: (acceleration: number) => string,
): Codec {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  const acceleration = read.integer("acceleration", -(2 ** 31), 2 ** 31 - 1, 1);
  read.done();
  return bytesBytesCodec({
    name: NAME,
    configuration: configuration ?? { acceleration },
    text: text(acceleration),
    v2: { id: "lz4", acceleration },
    transform: () => ({
      isFixedSize: false,
      synchronous: true,
      encodesSynchronously: true,
      maxEncodedSize: (size) => SIZE_BYTES + lz4MaxEncodedSize(size),
      encode: (bytes, transient) => encode(bytes, acceleration, transient),
      decode: (bytes, limit, transient) => decode(bytes, mostBytes(limit), transient),
    }),
  });
}

function encode(bytes: Uint8Array, acceleration: number, transient: boolean): Uint8Array {
  if (bytes.length > MAX_BYTES) {
    throw new CodecError(`LZ4 encodes at most ${MAX_BYTES} bytes at once.`, {
      expected: MAX_BYTES,
      actual: bytes.length,
    });
  }
  const known = Math.max(1, Math.min(MAX_ACCELERATION, acceleration));
  const room = lz4MaxEncodedSize(bytes.length);
  const encoded = wasmLz4Encode(bytes, SIZE_BYTES, room, known, transient);
  if (encoded !== undefined) {
    new DataView(encoded.buffer, encoded.byteOffset).setUint32(0, bytes.length, true);
    return encoded;
  }
  const target = new Uint8Array(SIZE_BYTES + room);
  new DataView(target.buffer).setUint32(0, bytes.length, true);
  const encoder = new Lz4Encoder(known);
  return target.slice(0, encoder.encode(bytes, 0, bytes.length, target, SIZE_BYTES, target.length));
}

function decode(bytes: Uint8Array, max: number, transient: boolean): Uint8Array {
  if (bytes.length <= SIZE_BYTES) throw new CodecError("The LZ4 data are cut off.");
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (size > max) {
    throw new CodecError(`The LZ4 data say ${size} bytes, more than the ${max} they may have.`, {
      expected: max,
      actual: size,
    });
  }
  const decoded = wasmLz4Decode(bytes.subarray(SIZE_BYTES), size, transient);
  if (decoded !== undefined) return decoded;
  const target = new Uint8Array(size);
  const end = lz4Decode(bytes, SIZE_BYTES, bytes.length, target, 0, size);
  if (end !== size) {
    throw new CodecError(`The LZ4 data hold ${end} bytes, not the ${size} they say.`, {
      expected: size,
      actual: end,
    });
  }
  return target;
}
