/**
 * The `zstd` codec, and `numcodecs.zstd`.
 *
 * @module
 */
import { chain } from "../base/async.ts";
import type { JsonObject } from "../base/json.ts";
import { bytesBytesCodec, mostBytes } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";
import { zstdDecode, zstdEncoder, zstdMaxEncodedSize } from "./zstd-stream.ts";

interface Settings {
  /** -131072 (fastest) to 22; 0 is the encoder's default, 3. */
  readonly level: number;
  /** Write a checksum of the content, which readers verify. */
  readonly checksum: boolean;
}

/** `zstd`: `level` is -131072 to 22, by default 0; `checksum` is false by default. */
export const zstdCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "zstd",
  v2Id: "zstd",
  fromV3(configuration) {
    const settings = readSettings("zstd", configuration, true);
    return make("zstd", settings, { ...settings }, pythonCall("ZstdCodec", { ...settings }));
  },
  fromV2(configuration) {
    const settings = readSettings("zstd", configuration, false);
    return make("zstd", settings, { ...settings }, pythonCall("Zstd", { level: settings.level }));
  },
};

/** `numcodecs.zstd`, configured as in numcodecs. */
export const numcodecsZstdCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "numcodecs.zstd",
  fromV3(configuration = {}) {
    const settings = readSettings("numcodecs.zstd", configuration, false);
    return make(
      "numcodecs.zstd",
      settings,
      configuration,
      numcodecsCall("Zstd", "numcodecs.zstd", configuration),
    );
  },
};

function readSettings(name: string, configuration: JsonObject | undefined, required: boolean): Settings {
  const read = new CodecConfiguration(name, configuration, required);
  read.value("id");
  const level = read.integer("level", -131072, 22, 0);
  const checksum = read.boolean("checksum", false);
  read.done();
  return { level, checksum };
}

function make(name: string, settings: Settings, configuration: JsonObject, text: string): Codec {
  const { level, checksum } = settings;
  return bytesBytesCodec({
    name,
    configuration,
    text,
    // numcodecs leaves the key out unless it is set, so that older readers understand the rest.
    v2: checksum ? { id: "zstd", level, checksum } : { id: "zstd", level },
    transform: () => ({
      isFixedSize: false,
      synchronous: true,
      maxEncodedSize: zstdMaxEncodedSize,
      encode: (bytes) => chain(zstdEncoder(), (encode) => encode(bytes, level, checksum)),
      decode: (bytes, limit, transient) => zstdDecode(bytes, mostBytes(limit), transient),
    }),
  });
}
