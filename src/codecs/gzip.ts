/**
 * The `gzip` codec, and `numcodecs.gzip`.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/gzip/index.html
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import { bytesBytesCodec } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { deflateDecode, deflateEncode, deflateMaxEncodedSize } from "./deflate.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

/** `gzip`: `level` is 0 to 9, by default 5 (1 in v2). */
export const gzipCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "gzip",
  v2Id: "gzip",
  fromV3(configuration) {
    const read = new CodecConfiguration("gzip", configuration, true);
    const level = read.integer("level", 0, 9, 5);
    read.done();
    return make("gzip", level, { level }, pythonCall("GzipCodec", { level }));
  },
  fromV2(configuration) {
    const level = readLevel("gzip", configuration);
    return make("gzip", level, { level }, pythonCall("GZip", { level }));
  },
};

/** `numcodecs.gzip`: `level` is -1 to 9, by default 1. */
export const numcodecsGzipCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "numcodecs.gzip",
  fromV3(configuration = {}) {
    const level = readLevel("numcodecs.gzip", configuration);
    return make(
      "numcodecs.gzip",
      level,
      configuration,
      numcodecsCall("GZip", "numcodecs.gzip", configuration),
    );
  },
};

function readLevel(name: string, configuration: JsonObject): number {
  const read = new CodecConfiguration(name, configuration);
  read.value("id");
  const level = read.integer("level", -1, 9, 1);
  read.done();
  return level;
}

function make(name: string, level: number, configuration: JsonObject, text: string): Codec {
  return bytesBytesCodec({
    name,
    configuration,
    text,
    v2: { id: "gzip", level },
    transform: () => ({
      isFixedSize: false,
      synchronous: true,
      maxEncodedSize: deflateMaxEncodedSize,
      encode: (bytes) => deflateEncode("gzip", bytes, level),
      decode: (bytes, limit, transient) => deflateDecode("gzip", bytes, limit, transient),
    }),
  });
}
