import type { JsonObject } from "../base/json.ts";
import { bz2Decode } from "../kernels/bz2-decode.ts";
import { bz2Encode, bz2MaxEncodedSize } from "../kernels/bz2-encode.ts";
import { bytesBytesCodec, mostBytes } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.bz2";

/** `numcodecs.bz2`: bzip2 with blocks of `level` (1 to 9, by default 1) times 100,000 bytes. */
export const bz2Codec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "bz2",
  fromV3: (configuration = {}) =>
    make(configuration, configuration, () => numcodecsCall("BZ2", NAME, configuration)),
  fromV2: (json) => make(json, undefined, (level) => pythonCall("BZ2", { level })),
};

function make(
  json: JsonObject,
  configuration: JsonObject | undefined,
  text: (level: number) => string,
): Codec {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  const level = read.integer("level", 1, 9, 1);
  read.done();
  return bytesBytesCodec({
    name: NAME,
    configuration: configuration ?? { level },
    text: text(level),
    v2: { id: "bz2", level },
    transform: () => ({
      isFixedSize: false,
      maxEncodedSize: bz2MaxEncodedSize,
      encode: (bytes) => bz2Encode(bytes, level),
      decode: (bytes, limit) => bz2Decode(bytes, mostBytes(limit)),
    }),
  });
}
