import type { JsonObject } from "../base/json.ts";
import { base64Decode, base64Encode, base64EncodedSize } from "../kernels/base64.ts";
import { bytesBytesCodec, mostBytes } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.base64";

/** `numcodecs.base64`: the bytes as base64 text, padded, without line breaks. It has no configuration. */
export const base64Codec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "base64",
  fromV3: (configuration = {}) => make(configuration, numcodecsCall("Base64", NAME, configuration)),
  fromV2: (configuration) => make(configuration, pythonCall("Base64", {})),
};

function make(json: JsonObject, text: string): Codec {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  read.done();
  return bytesBytesCodec({
    name: NAME,
    configuration: {},
    text,
    v2: { id: "base64" },
    transform: () => ({
      // What we write has this size; other writers may break lines.
      isFixedSize: false,
      maxEncodedSize: (size) => base64EncodedSize(size) + 2 * Math.ceil(base64EncodedSize(size) / 60) + 2,
      encode: base64Encode,
      decode: (bytes, limit) => base64Decode(bytes, mostBytes(limit)),
    }),
  });
}
