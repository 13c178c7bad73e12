/**
 * The `zlib` codec of v2, which is `numcodecs.zlib` in v3.
 *
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import { bytesBytesCodec } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { deflateDecode, deflateEncode, deflateMaxEncodedSize } from "./deflate.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

/** `numcodecs.zlib`: `level` is -1 to 9, by default 1. */
export const zlibCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "numcodecs.zlib",
  v2Id: "zlib",
  fromV3(configuration = {}) {
    return make(configuration, () => numcodecsCall("Zlib", "numcodecs.zlib", configuration));
  },
  fromV2(configuration) {
    return make(configuration, (level) => pythonCall("Zlib", { level }));
  },
};

function make(json: JsonObject, text: (level: number) => string): Codec {
  const read = new CodecConfiguration("numcodecs.zlib", json);
  read.value("id");
  const level = read.integer("level", -1, 9, 1);
  read.done();
  return bytesBytesCodec({
    name: "numcodecs.zlib",
    configuration: Object.hasOwn(json, "id") ? { level } : json,
    text: text(level),
    v2: { id: "zlib", level },
    transform: () => ({
      isFixedSize: false,
      synchronous: true,
      maxEncodedSize: deflateMaxEncodedSize,
      encode: (bytes) => deflateEncode("zlib", bytes, level),
      decode: (bytes, limit, transient) => deflateDecode("zlib", bytes, limit, transient),
    }),
  });
}
