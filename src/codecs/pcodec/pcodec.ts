/**
 * `pcodec` of numcodecs: numbers compressed without loss by Pco.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/compression/pcodec.html
 * @module
 */
import { MetadataValidationError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { sizeOf, wrapBlock } from "../../kernels/block.ts";
import { CodecConfiguration } from "../codec-configuration.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "../codec.ts";
import { contiguousBytes } from "../contiguous.ts";
import { numcodecsCall, pythonCall } from "../python-call.ts";
import { PCO_TYPES } from "./number-type.ts";
import { pcoDecode } from "./pco-decode.ts";
import { pcoEncode } from "./pco-encode.ts";

const NAME = "numcodecs.pcodec";
const DELTAS = ["auto", "no_op", "none", "try_consecutive", "try_lookback"] as const;

/**
 * `pcodec`: the configuration of numcodecs, which says how hard its encoder tries: `level` (8), `mode_spec`, `delta_spec`,
 * `paging_spec`, `delta_encoding_order`, `equal_pages_up_to`. All files of Pco up to format 4 are read. What is written
 * is valid and lossless, but only packed by its range, whatever the configuration says. Works on integers of 8 to
 * 64 bits and on `float16`, `float32`, `float64`.
 */
export const pcodecCodec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  v2Id: "pcodec",
  fromV3(configuration = {}) {
    const settings = readSettings(NAME, configuration);
    return make(settings, configuration, numcodecsCall("PCodec", NAME, configuration));
  },
  fromV2(configuration) {
    const settings = readSettings("pcodec", configuration);
    const sorted = Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
    return make(settings, configuration, pythonCall("PCodec", sorted));
  },
};

function readSettings(name: string, configuration: JsonObject): JsonObject {
  const read = new CodecConfiguration(name, configuration);
  read.value("id");
  const settings: JsonObject = {
    level: read.integer("level", 0, 12, 8),
    mode_spec: read.oneOf("mode_spec", ["auto", "classic"], "auto"),
    delta_spec: read.oneOf("delta_spec", DELTAS, "auto"),
    paging_spec: read.oneOf("paging_spec", ["equal_pages_up_to"], "equal_pages_up_to"),
    delta_encoding_order:
      (read.value("delta_encoding_order") ?? null) === null
        ? null
        : read.integer("delta_encoding_order", 0, 7),
    equal_pages_up_to: read.integer("equal_pages_up_to", 1, 2 ** 24, 2 ** 18),
  };
  read.done();
  return settings;
}

function make(settings: JsonObject, configuration: JsonObject, text: string): Codec {
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => text,
    bind,
    toV2: () => ({ id: "pcodec", ...settings }),
  };
}

function bind({ dataType, shape }: ChunkSpec): BoundArrayBytesCodec {
  const type = PCO_TYPES.find(({ name }) => name === dataType.name);
  if (type === undefined) {
    throw new MetadataValidationError(`The codec ${NAME} cannot compress ${dataType.name}.`, {
      codec: NAME,
      expected: PCO_TYPES.map(({ name }) => name),
      actual: dataType.name,
    });
  }
  return {
    kind: "array-bytes",
    name: NAME,
    encodedSize: undefined,
    maxEncodedSize: undefined,
    encode: (block) => pcoEncode(contiguousBytes(block), type),
    decode: (bytes) => wrapBlock(pcoDecode(bytes, type, sizeOf(shape)), shape, dataType.itemSize),
  };
}
