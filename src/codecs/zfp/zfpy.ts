/**
 * `zfpy` of numcodecs: an array compressed by zfp, behind a header of its own.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/compression/zfpy.html
 * @module
 */
import { CodecError, MetadataValidationError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import { sizeOf, wrapBlock } from "../../kernels/block.ts";
import { CodecConfiguration } from "../codec-configuration.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "../codec.ts";
import { contiguousBytes } from "../contiguous.ts";
import { numcodecsCall, pythonCall } from "../python-call.ts";
import { BitReader, BitWriter } from "../bit-stream.ts";
import { decodeField, encodeField } from "./chunk-coder.ts";
import type { ZfpParameters, ZfpType } from "./parameters.ts";
import {
  fixedAccuracy,
  fixedPrecision,
  fixedRate,
  readHeader,
  REVERSIBLE,
  writeHeader,
  ZFP_WORD_BYTES,
} from "./parameters.ts";
import { fieldShape, requireZfpType } from "./zfp-field.ts";

const NAME = "numcodecs.zfpy";
/** zfp's numbers of the modes that numcodecs has. */
const [RATE, PRECISION, ACCURACY, LOSSLESS] = [2, 3, 4, 5];

interface Settings {
  readonly mode: number;
  readonly tolerance: number;
  readonly rate: number;
  readonly precision: number;
}

/**
 * `zfpy`: `mode` 2 (fixed `rate`, bits a value), 3 (fixed `precision`, bit planes), 4 (fixed accuracy, `tolerance`; the
 * default) or 5 (lossless); a parameter of -1 is not given, which makes any mode lossless. Works on `int32`, `int64`,
 * `float32` and `float64` of at most four dimensions. What is read says itself how it was written.
 */
export const zfpyCodec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  v2Id: "zfpy",
  fromV3: (configuration = {}) =>
    make(readSettings(NAME, configuration), configuration, numcodecsCall("ZFPY", NAME, configuration)),
  fromV2(configuration) {
    const settings = readSettings("zfpy", configuration);
    return make(settings, configuration, pythonCall("ZFPY", { ...settings }));
  },
};

function readSettings(name: string, configuration: JsonObject): Settings {
  const read = new CodecConfiguration(name, configuration);
  read.value("id");
  const mode = read.integer("mode", RATE!, LOSSLESS!, ACCURACY!);
  const tolerance = readNumber(read, "tolerance");
  const rate = readNumber(read, "rate");
  const precision = readNumber(read, "precision");
  // What the mode needs once more; the keys themselves count.
  const again = read.value("compression_kwargs") ?? null;
  if (again !== null && !isJsonObject(again)) throw read.wrong("compression_kwargs", "an object");
  read.done();
  return { mode, tolerance, rate, precision };
}

function readNumber(read: CodecConfiguration, key: string): number {
  const value = read.has(key) ? read.value(key) : -1;
  if (typeof value !== "number" || !Number.isFinite(value)) throw read.wrong(key, "a number");
  return value;
}

function parametersOf(
  { mode, tolerance, rate, precision }: Settings,
  type: ZfpType,
  dimensions: number,
): ZfpParameters {
  if (mode === ACCURACY && tolerance >= 0) return fixedAccuracy(tolerance);
  if (mode === RATE && rate >= 0) return fixedRate(rate, type, dimensions);
  if (mode === PRECISION && precision >= 0) return fixedPrecision(Math.trunc(precision));
  return REVERSIBLE;
}

function make(settings: Settings, configuration: JsonObject, text: string): Codec {
  const { mode, tolerance, rate, precision } = settings;
  const kwargs: JsonObject = mode === ACCURACY ? { tolerance } : mode === RATE ? { rate } : { precision };
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => text,
    bind: (spec) => bind(settings, spec),
    toV2: () => ({ id: "zfpy", mode, compression_kwargs: kwargs, tolerance, rate, precision }),
  };
}

function bind(settings: Settings, spec: ChunkSpec): BoundArrayBytesCodec {
  const { dataType, shape } = spec;
  const type = requireZfpType(NAME, dataType);
  const field = { type, shape: fieldShape(NAME, shape) };
  const parameters = parametersOf(settings, type, field.shape.length);
  if (parameters.maxBits < parameters.minBits) {
    throw new MetadataValidationError(
      `The codec ${NAME} cannot write blocks of ${parameters.maxBits} bits.`,
      { codec: NAME },
    );
  }
  return {
    kind: "array-bytes",
    name: NAME,
    encodedSize: undefined,
    maxEncodedSize: undefined,
    encode(block) {
      const output = new BitWriter();
      writeHeader(output, { ...field, parameters });
      encodeField(output, { ...field, parameters }, contiguousBytes(block));
      return output.finish(ZFP_WORD_BYTES);
    },
    decode(bytes) {
      const input = new BitReader(bytes);
      const header = readHeader(input);
      if (header.type !== type || sizeOf(header.shape) !== sizeOf(shape)) {
        throw new CodecError(
          `A chunk holds ${header.type} of shape [${header.shape.join(", ")}], not ${type} of shape [${shape.join(", ")}].`,
          { codec: NAME, expected: field.shape, actual: header.shape },
        );
      }
      return wrapBlock(decodeField(input, header), shape, dataType.itemSize);
    },
  };
}
