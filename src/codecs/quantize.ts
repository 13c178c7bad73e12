/**
 * `quantize` of numcodecs: floats rounded so that so many decimal digits stay right.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/filter/quantize.html
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { FilterTransform } from "./array-filter.ts";
import { arrayFilter } from "./array-filter.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import type { Numbers } from "./number-elements.ts";
import { castBytes, numbersOf, storeNumbers } from "./number-elements.ts";
import type { NumpyType } from "./numpy-type.ts";
import { readNumpyType, requireRealType } from "./numpy-type.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";
import { roundHalfEven } from "./rounding.ts";

const NAME = "numcodecs.quantize";
/** Powers of ten beyond this are no finite numbers. */
const MAX_DIGITS = 300;
/** From here on every double is an integer. */
const ALL_INTEGERS = 2 ** 52;

interface Settings {
  readonly digits: number;
  readonly dtype: NumpyType | undefined;
  readonly astype: NumpyType | undefined;
}

/**
 * `quantize`: `digits` (decimal, -300 to 300), `dtype` of the decoded elements (default: the array's) and `astype`
 * of the encoded ones (default: `dtype`), both floats. What is stored are multiples of a power of two.
 */
export const quantizeCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  v2Id: "quantize",
  fromV3: (configuration) => fromConfiguration(configuration, false),
  fromV2: (configuration) => fromConfiguration(configuration, true),
};

function fromConfiguration(configuration: JsonObject | undefined, isV2: boolean): Codec {
  const read = new CodecConfiguration(isV2 ? "quantize" : NAME, configuration, true);
  read.value("id");
  const digits = read.integer("digits", -MAX_DIGITS, MAX_DIGITS);
  const dtype = readFloatType(read, "dtype", isV2);
  const astype = readFloatType(read, "astype", isV2);
  read.done();
  return make(configuration ?? {}, { digits, dtype, astype }, isV2);
}

function readFloatType(read: CodecConfiguration, key: string, isV2: boolean): NumpyType | undefined {
  const type = readNumpyType(read, key, isV2);
  if (type !== undefined && type.dataType.castKind !== "float")
    throw read.wrong(key, "a floating-point data type");
  return type;
}

function make(configuration: JsonObject, settings: Settings, isV2: boolean): Codec {
  const { digits, dtype, astype } = settings;
  const types = { dtype: dtype?.text ?? null, astype: (astype ?? dtype)?.text ?? null };
  const shown = types.astype === types.dtype ? { dtype: types.dtype } : types;
  return arrayFilter({
    name: NAME,
    configuration,
    text: isV2
      ? pythonCall("Quantize", { digits, ...shown })
      : numcodecsCall("Quantize", NAME, configuration),
    v2: { id: "quantize", digits, ...types },
    ...(dtype === undefined
      ? {
          resolve: ({ dataType }) => {
            const text = dataType.toString();
            return make({ ...configuration, dtype: text }, { ...settings, dtype: { text, dataType } }, isV2);
          },
        }
      : {}),
    transform(dataType) {
      const decodedType = dtype?.dataType ?? dataType;
      return makeTransform(digits, decodedType, astype?.dataType ?? decodedType);
    },
  });
}

function makeTransform(digits: number, decodedType: DataType, encodedType: DataType): FilterTransform {
  requireRealType(NAME, decodedType);
  const scale = 2 ** Math.ceil(Math.log2(10 ** digits));
  return {
    decodedType,
    encodedType,
    encode(source, fill) {
      const values = numbersOf(decodedType, source);
      const exempt = fill === undefined ? undefined : numbersOf(decodedType, fill)[0];
      return storeNumbers(quantized(values, scale), encodedType, (i) => Object.is(values[i], exempt));
    },
    decode: (source) => castBytes(encodedType, decodedType, source),
  };
}

function quantized(values: Numbers, scale: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const scaled = value * scale;
    // Large numbers are multiples already; scaling them could overflow.
    result[i] = Math.abs(scaled) < ALL_INTEGERS ? roundHalfEven(scaled) / scale : value;
  }
  return result;
}
