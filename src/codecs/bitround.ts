/**
 * The `bitround` codec: numbers with fewer significant bits, which compress better.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/bitround
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { arrayFilter } from "./array-filter.ts";
import { roundFloatBits, roundIntegerBits } from "./bit-rounding.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "bitround";
const NUMCODECS_NAME = "numcodecs.bitround";

/** Bits of the significand after the leading one, by the name of a float type. */
const MANTISSA_BITS: ReadonlyMap<string, number> = new Map([
  ["float16", 10],
  ["float32", 23],
  ["float64", 52],
  ["bfloat16", 7],
]);

/** The float type of both parts, by the name of a complex type. */
const COMPONENTS: ReadonlyMap<string, string> = new Map([
  ["complex64", "float32"],
  ["complex128", "float64"],
  ["complex_float32", "float32"],
  ["complex_float64", "float64"],
  ["complex_float16", "float16"],
  ["complex_bfloat16", "bfloat16"],
]);

/**
 * `bitround`: `keepbits` (at least 1) bits of the mantissa of floats, or of integers from their highest set bit on.
 * Halves go to the even neighbour. NaN and infinities stay as they are, and what would round beyond the largest number
 * is cut off. Decoding changes nothing. Works on floats, complex numbers, integers, and dates and durations.
 */
export const bitroundCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  fromV3: (configuration) => make(NAME, readKeepBits(NAME, configuration, 1), undefined),
};

/** `numcodecs.bitround`, whose `keepbits` may be 0. */
export const numcodecsBitroundCodec: CodecDefinition = {
  kind: "array-array",
  name: NUMCODECS_NAME,
  v2Id: NAME,
  fromV3: (configuration = {}) =>
    make(
      NUMCODECS_NAME,
      readKeepBits(NUMCODECS_NAME, configuration, 0),
      numcodecsCall("BitRound", NUMCODECS_NAME, configuration),
    ),
  fromV2: (configuration) => make(NUMCODECS_NAME, readKeepBits(NAME, configuration, 0), undefined),
};

function readKeepBits(name: string, configuration: JsonObject | undefined, least: number): number {
  const read = new CodecConfiguration(name, configuration, true);
  read.value("id");
  const keepbits = read.integer("keepbits", least, 64);
  read.done();
  return keepbits;
}

function make(name: string, keepbits: number, text: string | undefined): Codec {
  return arrayFilter({
    name,
    configuration: { keepbits },
    text: text ?? pythonCall("BitRound", { keepbits }),
    v2: { id: NAME, keepbits },
    transform: (dataType) => ({
      decodedType: dataType,
      encodedType: dataType,
      encode: rounderFor(dataType, keepbits),
      decode: (source) => source,
    }),
  });
}

function rounderFor(dataType: DataType, keepbits: number): (source: Uint8Array) => Uint8Array {
  const { name, castKind, itemSize } = dataType;
  const component = COMPONENTS.get(name);
  const mantissaBits = MANTISSA_BITS.get(component ?? name);
  if (mantissaBits !== undefined) {
    const size = component === undefined ? itemSize : itemSize / 2;
    return (source) => roundFloatBits(source, size, mantissaBits, keepbits);
  }
  const isSigned = castKind === "signed" || castKind === "datetime" || castKind === "timedelta";
  if ((isSigned || castKind === "unsigned") && dataType.packedBits === undefined) {
    return (source) => roundIntegerBits(source, itemSize, isSigned, keepbits);
  }
  throw new MetadataValidationError(`The codec ${NAME} cannot round ${name}.`, { codec: NAME, actual: name });
}
