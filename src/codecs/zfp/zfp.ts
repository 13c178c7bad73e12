/**
 * The `zfp` codec: an array compressed by zfp, without a header.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/zfp
 * @module
 */
import type { JsonObject } from "../../base/json.ts";
import { wrapBlock } from "../../kernels/block.ts";
import { CodecConfiguration } from "../codec-configuration.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "../codec.ts";
import { contiguousBytes } from "../contiguous.ts";
import { pythonCall } from "../python-call.ts";
import { BitReader, BitWriter } from "../bit-stream.ts";
import { decodeField, encodeField } from "./chunk-coder.ts";
import type { ZfpParameters, ZfpType } from "./parameters.ts";
import { fixedAccuracy, fixedPrecision, fixedRate, REVERSIBLE, ZFP_WORD_BYTES } from "./parameters.ts";
import { fieldShape, requireZfpType } from "./zfp-field.ts";

const NAME = "zfp";
const MODES = ["reversible", "expert", "fixed_accuracy", "fixed_rate", "fixed_precision"] as const;

type ParametersOf = (type: ZfpType, dimensions: number) => ZfpParameters;

/**
 * `zfp`: `mode` `reversible`; `fixed_accuracy` with `tolerance`; `fixed_rate` with `rate`, bits a value; `fixed_precision`
 * with `precision`, bit planes; or `expert` with `minbits`, `maxbits`, `maxprec` and `minexp`. Works on `int32`, `int64`,
 * `float32` and `float64` of at most four dimensions. NaN and infinities are a RangeError unless the mode is reversible.
 */
export const zfpCodec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  fromV3(configuration) {
    const read = new CodecConfiguration(NAME, configuration, true);
    const parameters = readParameters(read);
    read.done();
    return make(parameters, configuration ?? {});
  },
};

function readParameters(read: CodecConfiguration): ParametersOf {
  const mode = read.oneOf("mode", MODES);
  switch (mode) {
    case "reversible":
      return () => REVERSIBLE;
    case "fixed_accuracy": {
      const tolerance = readNumber(read, "tolerance");
      return () => fixedAccuracy(tolerance);
    }
    case "fixed_rate": {
      const rate = readNumber(read, "rate");
      return (type, dimensions) => fixedRate(rate, type, dimensions);
    }
    case "fixed_precision": {
      const precision = read.integer("precision", 0, 128);
      return () => fixedPrecision(precision);
    }
    case "expert": {
      const minBits = read.integer("minbits", 0, MAX_BITS);
      const maxBits = read.integer("maxbits", Math.max(minBits, 1), MAX_BITS);
      const maxPrecision = read.integer("maxprec", 1, 64);
      const minExponent = read.integer("minexp", -2147483648, 2147483647);
      return () => ({ minBits, maxBits, maxPrecision, minExponent });
    }
    default:
      mode satisfies never;
      throw read.wrong("mode", "a mode");
  }
}

/** A block of 256 doubles takes less. */
const MAX_BITS = 2 ** 15;

function readNumber(read: CodecConfiguration, key: string): number {
  const value = read.value(key);
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
    throw read.wrong(key, "a number from 0 on");
  return value;
}

function make(parametersOf: ParametersOf, configuration: JsonObject): Codec {
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => pythonCall("ZfpCodec", configuration),
    bind: (spec) => bind(parametersOf, spec),
  };
}

function bind(parametersOf: ParametersOf, { dataType, shape }: ChunkSpec): BoundArrayBytesCodec {
  const type = requireZfpType(NAME, dataType);
  const lengths = fieldShape(NAME, shape);
  const field = { type, shape: lengths, parameters: parametersOf(type, lengths.length) };
  return {
    kind: "array-bytes",
    name: NAME,
    encodedSize: undefined,
    maxEncodedSize: undefined,
    encode(block) {
      const output = new BitWriter();
      encodeField(output, field, contiguousBytes(block));
      return output.finish(ZFP_WORD_BYTES);
    },
    decode: (bytes) => wrapBlock(decodeField(new BitReader(bytes), field), shape, dataType.itemSize),
  };
}
