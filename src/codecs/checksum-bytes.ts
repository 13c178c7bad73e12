/**
 * Codecs that put a checksum of four bytes, little-endian, before or after the data.
 *
 * @module
 */
import { ChecksumError, CodecError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { addressOf, roomAfter } from "../kernels/memory.ts";
import { bytesBytesCodec, type BytesTransform } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

/** Where the checksum lies. */
export type ChecksumLocation = "start" | "end";
const CHECKSUM_LOCATIONS: readonly ChecksumLocation[] = ["start", "end"];

const CHECKSUM_BYTES = 4;

/** Appends or prepends a checksum and verifies it. What `decode` returns aliases its input. */
export function checksumTransform(
  checksum: (bytes: Uint8Array) => number,
  location: ChecksumLocation,
): BytesTransform {
  return {
    isFixedSize: true,
    synchronous: true,
    encodesSynchronously: true,
    maxEncodedSize: (size) => size + CHECKSUM_BYTES,
    encode(bytes, transient) {
      const at = location === "start" ? CHECKSUM_BYTES : 0;
      // Room in the kernels' memory only for what is there already.
      const room =
        transient && addressOf(bytes) >= 0 ? roomAfter(bytes, bytes.length + CHECKSUM_BYTES) : undefined;
      const result = room ?? new Uint8Array(bytes.length + CHECKSUM_BYTES);
      const sum = checksum(bytes);
      result.set(bytes, at);
      const sumAt = location === "start" ? 0 : bytes.length;
      new DataView(result.buffer, result.byteOffset, result.byteLength).setUint32(sumAt, sum, true);
      return result;
    },
    decode(bytes) {
      const size = bytes.length - CHECKSUM_BYTES;
      if (size < 0) throw new CodecError(`${bytes.length} bytes are too few to hold a checksum.`);
      const stored = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(
        location === "start" ? 0 : size,
        true,
      );
      const data = location === "start" ? bytes.subarray(CHECKSUM_BYTES) : bytes.subarray(0, size);
      const computed = checksum(data);
      if (stored !== computed) {
        throw new ChecksumError("The checksum of the data is not the one that is stored.", {
          expected: hex(stored),
          actual: hex(computed),
        });
      }
      return data;
    },
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

/** What a checksum codec of numcodecs is. */
export interface NumcodecsChecksum {
  /** `id` in numcodecs, and the name after `numcodecs.` in v3. */
  readonly id: string;
  /** Class in Python, for the printed form. */
  readonly className: string;
  /** Where the checksum lies unless the configuration has a `location`. */
  readonly location: ChecksumLocation;
  checksum(bytes: Uint8Array): number;
}

/** The definition of `numcodecs.<id>`, whose one option is `location`: `start` or `end`. */
export function numcodecsChecksumCodec(codec: NumcodecsChecksum): CodecDefinition {
  const name = `numcodecs.${codec.id}`;
  return {
    kind: "bytes-bytes",
    name,
    v2Id: codec.id,
    fromV3: (configuration = {}) =>
      make(codec, configuration, configuration, numcodecsCall(codec.className, name, configuration)),
    fromV2(json) {
      const location = json["location"];
      const configuration: Record<string, JsonValue> = location === undefined ? {} : { location };
      return make(codec, json, configuration, pythonCall(codec.className, configuration));
    },
  };
}

function make(codec: NumcodecsChecksum, json: JsonObject, configuration: JsonObject, text: string): Codec {
  const name = `numcodecs.${codec.id}`;
  const read = new CodecConfiguration(name, json);
  read.value("id");
  const location = read.oneOf("location", CHECKSUM_LOCATIONS, codec.location);
  read.done();
  return bytesBytesCodec({
    name,
    configuration,
    text,
    v2: { ...configuration, id: codec.id },
    transform: () => checksumTransform((bytes) => codec.checksum(bytes), location),
  });
}
