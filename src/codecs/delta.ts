/**
 * `delta` of numcodecs: the first element of a chunk, then differences of neighbours.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/filter/delta.html
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { FilterTransform } from "./array-filter.ts";
import { arrayFilter } from "./array-filter.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { bigintsOf, castBytes, isBigInteger, notRepresentable, numbersOf } from "./number-elements.ts";
import type { NumpyType } from "./numpy-type.ts";
import { isInteger, readNumpyType, requireRealType } from "./numpy-type.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.delta";

/**
 * `delta`: `dtype` of the decoded elements (default: the array's), `astype` of the differences (default: `dtype`).
 * Arithmetic is that of `dtype`; integers wrap. A chunk that would not decode to itself is a RangeError: a
 * difference that `astype` cannot hold, or floats after a NaN. Elements that are the fill value are exempt.
 */
export const deltaCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  v2Id: "delta",
  fromV3: (configuration) => fromConfiguration(configuration ?? {}, false),
  fromV2: (configuration) => fromConfiguration(configuration, true),
};

function fromConfiguration(configuration: JsonObject, isV2: boolean): Codec {
  const read = new CodecConfiguration(isV2 ? "delta" : NAME, configuration);
  read.value("id");
  const dtype = readNumpyType(read, "dtype", isV2);
  const astype = readNumpyType(read, "astype", isV2);
  read.done();
  return make(configuration, dtype, astype, isV2);
}

function make(
  configuration: JsonObject,
  dtype: NumpyType | undefined,
  astype: NumpyType | undefined,
  isV2: boolean,
): Codec {
  const types = { dtype: dtype?.text ?? null, astype: (astype ?? dtype)?.text ?? null };
  const shown = types.astype === types.dtype ? { dtype: types.dtype } : types;
  return arrayFilter({
    name: NAME,
    configuration,
    text: isV2 ? pythonCall("Delta", shown) : numcodecsCall("Delta", NAME, configuration),
    v2: { id: "delta", ...types },
    ...(dtype === undefined
      ? {
          resolve: ({ dataType }) =>
            make(
              { ...configuration, dtype: dataType.toString() },
              { text: dataType.toString(), dataType },
              astype,
              isV2,
            ),
        }
      : {}),
    transform: (dataType) =>
      deltaTransform(dtype?.dataType ?? dataType, (astype ?? dtype)?.dataType ?? dataType),
  });
}

function deltaTransform(decodedType: DataType, encodedType: DataType): FilterTransform {
  requireRealType(NAME, decodedType);
  requireRealType(NAME, encodedType);
  const isExact = isInteger(decodedType) || isInteger(encodedType);
  const decode = (source: Uint8Array): Uint8Array => {
    const sums = castBytes(encodedType, decodedType, source).slice();
    accumulate(decodedType, sums);
    return sums;
  };
  return {
    decodedType,
    encodedType,
    encode(source, fill) {
      const encoded = castBytes(decodedType, encodedType, differences(decodedType, source));
      const found = firstDifference(decodedType, source, decode(encoded), isExact, fill);
      if (found !== undefined) {
        throw new RangeError(
          `The difference that leads to ${found} is not representable in data type ${encodedType.name}, as the codec delta needs it.`,
          { cause: notRepresentable(found, encodedType) },
        );
      }
      return encoded;
    },
    decode,
    encodeFill: (fill) => castBytes(decodedType, encodedType, fill),
  };
}

/** In arithmetic of the type, which the typed array wraps or rounds to. */
function differences(dataType: DataType, source: Uint8Array): Uint8Array {
  const result = new Uint8Array(source.length);
  if (isBigInteger(dataType)) {
    const values = bigintsOf(dataType, source);
    const target = bigintsOf(dataType, result);
    if (values.length > 0) target[0] = values[0]!;
    for (let i = 1; i < values.length; i++) target[i] = values[i]! - values[i - 1]!;
  } else {
    const values = numbersOf(dataType, source);
    const target = numbersOf(dataType, result);
    if (values.length > 0) target[0] = values[0]!;
    for (let i = 1; i < values.length; i++) target[i] = values[i]! - values[i - 1]!;
  }
  return result;
}

/** Replaces elements by their running sums. */
function accumulate(dataType: DataType, bytes: Uint8Array): void {
  if (isBigInteger(dataType)) {
    const values = bigintsOf(dataType, bytes);
    for (let i = 1; i < values.length; i++) values[i] = values[i]! + values[i - 1]!;
  } else {
    const values = numbersOf(dataType, bytes);
    for (let i = 1; i < values.length; i++) values[i] = values[i]! + values[i - 1]!;
  }
}

/** The first element that comes back as another one; with floats alone, as NaN or infinity though it is finite. */
function firstDifference(
  dataType: DataType,
  source: Uint8Array,
  decoded: Uint8Array,
  isExact: boolean,
  fill: Uint8Array | undefined,
): number | bigint | undefined {
  if (isBigInteger(dataType)) {
    const [before, after] = [bigintsOf(dataType, source), bigintsOf(dataType, decoded)];
    const exempt = fill === undefined ? undefined : bigintsOf(dataType, fill)[0];
    const index = before.findIndex((value: bigint, i: number) => value !== after[i] && value !== exempt);
    return index < 0 ? undefined : before[index];
  }
  const [before, after] = [numbersOf(dataType, source), numbersOf(dataType, decoded)];
  const exempt = fill === undefined ? undefined : numbersOf(dataType, fill)[0];
  for (let i = 0; i < before.length; i++) {
    const value = before[i]!;
    if (!isLost(value, after[i]!, isExact) || Object.is(value, exempt)) continue;
    return value;
  }
  return undefined;
}

function isLost(before: number, after: number, isExact: boolean): boolean {
  if (isExact) return before !== after && !(before !== before && after !== after);
  return Number.isFinite(before) && !Number.isFinite(after);
}
