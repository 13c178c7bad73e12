/**
 * `astype` of numcodecs: elements stored as another data type.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/filter/astype.html
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { canCast } from "../dtypes/casting.ts";
import type { FilterTransform } from "./array-filter.ts";
import { arrayFilter } from "./array-filter.ts";
import { castAllExcept } from "./cast-elements-by-value.ts";
import { scalarCast } from "./cast-scalar.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { castBytes } from "./number-elements.ts";
import type { NumpyType } from "./numpy-type.ts";
import { isInteger, readNumpyType } from "./numpy-type.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.astype";

/**
 * `astype`: `encode_dtype` of the stored elements and `decode_dtype` of the decoded ones (default: the array's).
 * Floats become integers by cutting off their fraction, as in NumPy; numbers out of range are a RangeError, except
 * for the fill value. Decoding is NumPy's cast.
 */
export const asTypeCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  v2Id: "astype",
  fromV3: (configuration) => fromConfiguration(configuration, false),
  fromV2: (configuration) => fromConfiguration(configuration, true),
};

function fromConfiguration(configuration: JsonObject | undefined, isV2: boolean): Codec {
  const read = new CodecConfiguration(isV2 ? "astype" : NAME, configuration, true);
  read.value("id");
  const encode = readNumpyType(read, "encode_dtype", isV2);
  if (encode === undefined) throw read.wrong("encode_dtype", "a data type of NumPy");
  const decode = readNumpyType(read, "decode_dtype", isV2);
  read.done();
  return make(configuration ?? {}, encode, decode, isV2);
}

function make(
  configuration: JsonObject,
  encode: NumpyType,
  decode: NumpyType | undefined,
  isV2: boolean,
): Codec {
  const types = { encode_dtype: encode.text, decode_dtype: decode?.text ?? null };
  return arrayFilter({
    name: NAME,
    configuration,
    text: isV2 ? pythonCall("AsType", types) : numcodecsCall("AsType", NAME, configuration),
    v2: { id: "astype", ...types },
    ...(decode === undefined
      ? {
          resolve: ({ dataType }) => {
            const text = dataType.toString();
            return make({ ...configuration, decode_dtype: text }, encode, { text, dataType }, isV2);
          },
        }
      : {}),
    transform: (dataType) => makeTransform(decode?.dataType ?? dataType, encode.dataType),
  });
}

function makeTransform(decodedType: DataType, encodedType: DataType): FilterTransform {
  if (!canCast(decodedType, encodedType, "unsafe") || !canCast(encodedType, decodedType, "unsafe")) {
    throw new MetadataValidationError(
      `The codec ${NAME} cannot convert ${decodedType.name} to ${encodedType.name} and back.`,
      { codec: NAME, expected: encodedType.name, actual: decodedType.name },
    );
  }
  const isReal = isRealType(decodedType) && isRealType(encodedType);
  const cast = isReal
    ? scalarCast(encodedType, isInteger(encodedType) ? "towards-zero" : "nearest-even", undefined, undefined)
    : undefined;
  return {
    decodedType,
    encodedType,
    encode: (source, fill) =>
      cast === undefined
        ? castBytes(decodedType, encodedType, source)
        : castAllExcept(cast, decodedType, encodedType, source, fill),
    decode: (source) => castBytes(encodedType, decodedType, source),
  };
}

function isRealType(dataType: DataType): boolean {
  return isInteger(dataType) || dataType.castKind === "float";
}
