/**
 * `msgpack2` of numcodecs: a chunk as one MessagePack list.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/other/msgpacks.html
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { fromItemList, toItemList } from "./item-list.ts";
import { decodeMsgpack } from "./msgpack-decode.ts";
import { encodeMsgpack } from "./msgpack-encode.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.msgpack2";

interface Settings {
  readonly raw: boolean;
  readonly useSingleFloat: boolean;
  readonly useBinType: boolean;
}

/**
 * `msgpack2`: `raw` (default false: texts are decoded), `use_single_float` (false) and `use_bin_type` (true).
 * Elements may be anything that MessagePack can hold but extension types; integers beyond 2^53 are bigints.
 */
export const msgpack2Codec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  v2Id: "msgpack2",
  fromV3: (configuration = {}) =>
    make(readSettings(NAME, configuration), configuration, numcodecsCall("MsgPack", NAME, configuration)),
  fromV2(configuration) {
    const settings = readSettings("msgpack2", configuration);
    const { raw, useBinType, useSingleFloat } = settings;
    const text = pythonCall("MsgPack", { raw, use_bin_type: useBinType, use_single_float: useSingleFloat });
    return make(settings, configuration, text);
  },
};

function readSettings(name: string, configuration: JsonObject): Settings {
  const read = new CodecConfiguration(name, configuration);
  read.value("id");
  const raw = read.boolean("raw", false);
  const useSingleFloat = read.boolean("use_single_float", false);
  const useBinType = read.boolean("use_bin_type", true);
  // numcodecs wrote it before 0.6, and it says what `raw: false` says.
  if ((read.value("encoding") ?? null) !== null) read.oneOf("encoding", ["utf-8", "utf8"]);
  read.done();
  return { raw, useSingleFloat, useBinType };
}

function make(settings: Settings, configuration: JsonObject, text: string): Codec {
  const { raw, useSingleFloat, useBinType } = settings;
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => text,
    toV2: () => ({ id: "msgpack2", raw, use_single_float: useSingleFloat, use_bin_type: useBinType }),
    bind: ({ dataType, shape }) => ({
      kind: "array-bytes",
      name: NAME,
      encodedSize: undefined,
      maxEncodedSize: undefined,
      encode: (block) => encodeMsgpack(toItemList(dataType, block), settings),
      decode: (bytes) => fromItemList(trailerAsText(decodeMsgpack(bytes, raw)), dataType, shape),
    }),
  };
}

/** With `raw`, the data type in the trailer is bytes as well. */
function trailerAsText(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  const code: unknown = list.at(-2);
  return code instanceof Uint8Array
    ? [...list.slice(0, -2), new TextDecoder().decode(code), list.at(-1)]
    : list;
}
