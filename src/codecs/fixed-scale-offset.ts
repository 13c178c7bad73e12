/**
 * `fixedscaleoffset` of numcodecs: `(x - offset) * scale`, rounded to integers.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/filter/fixedscaleoffset.html
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { FilterTransform } from "./array-filter.ts";
import { arrayFilter } from "./array-filter.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import type { Numbers } from "./number-elements.ts";
import {
  bigintsOf,
  castBytes,
  float64Bytes,
  FLOAT64,
  integerRange,
  isBigInteger,
  notRepresentable,
  numbersOf,
  rounderOf,
  storeNumbers,
} from "./number-elements.ts";
import type { NumpyType } from "./numpy-type.ts";
import { isInteger, readNumpyType, requireRealType } from "./numpy-type.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";
import { roundHalfEven } from "./rounding.ts";

const NAME = "numcodecs.fixedscaleoffset";

interface Settings {
  readonly offset: number;
  readonly scale: number;
  readonly dtype: NumpyType | undefined;
  readonly astype: NumpyType | undefined;
}

/**
 * `fixedscaleoffset`: `offset`, `scale` (not 0), `dtype` of the decoded elements (default: the array's) and
 * `astype` of the encoded ones (default: `dtype`).
 *
 * Arithmetic is NumPy's: that of `dtype` when it encodes and of `astype` when it decodes where those are
 * float types, else that of `float64`. A result that `astype` cannot hold is a RangeError, except for the
 * fill value, which pads chunks at the edges: it becomes what NumPy's cast makes of it.
 */
export const fixedScaleOffsetCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  v2Id: "fixedscaleoffset",
  fromV3: (configuration) => fromConfiguration(configuration, false),
  fromV2: (configuration) => fromConfiguration(configuration, true),
};

function fromConfiguration(configuration: JsonObject | undefined, isV2: boolean): Codec {
  const read = new CodecConfiguration(isV2 ? "fixedscaleoffset" : NAME, configuration, true);
  read.value("id");
  const offset = readNumber(read, "offset");
  const scale = readNumber(read, "scale");
  if (scale === 0) throw read.wrong("scale", "a number other than 0");
  const dtype = readNumpyType(read, "dtype", isV2);
  const astype = readNumpyType(read, "astype", isV2);
  read.done();
  return make(configuration ?? {}, { offset, scale, dtype, astype }, isV2);
}

function readNumber(read: CodecConfiguration, key: string): number {
  const value = read.value(key);
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw read.wrong(key, "a finite number");
  return number;
}

function make(configuration: JsonObject, settings: Settings, isV2: boolean): Codec {
  const { offset, scale, dtype, astype } = settings;
  const types = { dtype: dtype?.text ?? null, astype: (astype ?? dtype)?.text ?? null };
  const shown = types.astype === types.dtype ? { dtype: types.dtype } : types;
  return arrayFilter({
    name: NAME,
    configuration,
    text: isV2
      ? pythonCall("FixedScaleOffset", { scale, offset, ...shown })
      : numcodecsCall("FixedScaleOffset", NAME, configuration),
    v2: { id: "fixedscaleoffset", scale, offset, ...types },
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
      return makeTransform(settings, decodedType, astype?.dataType ?? decodedType);
    },
  });
}

function makeTransform(
  { offset, scale }: Settings,
  decodedType: DataType,
  encodedType: DataType,
): FilterTransform {
  requireRealType(NAME, decodedType);
  requireRealType(NAME, encodedType);
  const isExact =
    isBigInteger(decodedType) &&
    isInteger(encodedType) &&
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(scale);
  return {
    decodedType,
    encodedType,
    encode(source, fill) {
      if (isExact) {
        const exempt = fill === undefined ? undefined : bigintsOf(decodedType, fill)[0];
        const values = bigintsOf(decodedType, source);
        return encodeBigints(values, BigInt(offset), BigInt(scale), encodedType, exempt);
      }
      const values = numbersOf(decodedType, source);
      const exempt = fill === undefined ? undefined : numbersOf(decodedType, fill)[0];
      const scaled = encodeNumbers(values, offset, scale, rounderOf(decodedType));
      return storeNumbers(scaled, encodedType, (i) => Object.is(values[i], exempt));
    },
    decode(source) {
      const decoded = decodeNumbers(numbersOf(encodedType, source), offset, scale, rounderOf(encodedType));
      return castBytes(FLOAT64, decodedType, float64Bytes(decoded));
    },
  };
}

function encodeNumbers(
  values: Numbers,
  offset: number,
  scale: number,
  round: (value: number) => number,
): Float64Array {
  const [less, factor] = [round(offset), round(scale)];
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = roundHalfEven(round(round(values[i]! - less) * factor));
  }
  return result;
}

function decodeNumbers(
  values: Numbers,
  offset: number,
  scale: number,
  round: (value: number) => number,
): Float64Array {
  const [more, divisor] = [round(offset), round(scale)];
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = round(round(values[i]! / divisor) + more);
  return result;
}

/** 64-bit integers with integral offset and scale: nothing is rounded. */
function encodeBigints(
  values: BigInt64Array | BigUint64Array,
  offset: bigint,
  scale: bigint,
  encodedType: DataType,
  exempt: bigint | undefined,
): Uint8Array {
  const { least, most } = integerRange(encodedType);
  const result = new Uint8Array(values.length * encodedType.itemSize);
  const isBig = isBigInteger(encodedType);
  for (let i = 0; i < values.length; i++) {
    const value = (values[i]! - offset) * scale;
    if ((value < least || value > most) && values[i] !== exempt) throw notRepresentable(value, encodedType);
    const wrapped = encodedType.castKind === "signed" ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
    encodedType.writeScalar(
      isBig ? wrapped : Number(BigInt.asIntN(32, wrapped)),
      result,
      i * encodedType.itemSize,
    );
  }
  return result;
}
