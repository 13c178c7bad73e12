import type { JsonObject } from "../base/json.ts";
import { fletcher32 } from "../kernels/fletcher32.ts";
import { bytesBytesCodec } from "./bytes-bytes.ts";
import { checksumTransform } from "./checksum-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.fletcher32";

/** `numcodecs.fletcher32`: HDF5's checksum of four bytes, after the data. It has no configuration. */
export const fletcher32Codec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "fletcher32",
  fromV3: (configuration = {}) => make(configuration, numcodecsCall("Fletcher32", NAME, configuration)),
  fromV2: (configuration) => make(configuration, pythonCall("Fletcher32", {})),
};

function make(json: JsonObject, text: string): Codec {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  read.done();
  return bytesBytesCodec({
    name: NAME,
    configuration: {},
    text,
    v2: { id: "fletcher32" },
    transform: () => checksumTransform(fletcher32, "end"),
  });
}
