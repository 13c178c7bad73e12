/**
 * The `scale_offset` codec: `(x - offset) * scale`, in the arithmetic of the data type.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/scale_offset
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { wrapBlock } from "../kernels/block.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousBytes } from "./contiguous.ts";
import { requireRealType } from "./numpy-type.ts";
import { pythonCall, pythonValue } from "./python-call.ts";
import type { ScaleArithmetic } from "./scale-arithmetic.ts";
import { scaleArithmetic } from "./scale-arithmetic.ts";

const NAME = "scale_offset";

/** As metadata has them; what they stand for depends on the data type. */
interface Settings {
  readonly offset: JsonValue;
  readonly scale: JsonValue;
}

/**
 * `scale_offset`: `offset` (default 0) and `scale` (default 1, never 0), written as fill values of the array's
 * data type. Works on integers and floats. A result that the data type cannot hold, and a division of integers
 * that leaves a rest, is a RangeError when encoding and a CodecError when decoding.
 */
export const scaleOffsetCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  fromV3(configuration) {
    const read = new CodecConfiguration(NAME, configuration);
    const offset = readScalar(read, "offset", 0);
    const scale = readScalar(read, "scale", 1);
    read.done();
    return make({ offset, scale });
  },
};

function readScalar(read: CodecConfiguration, key: string, byDefault: number): JsonValue {
  if (!read.has(key)) return byDefault;
  const value = read.value(key)!;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "string") return value;
  throw read.wrong(key, "a number, or the text of one");
}

function make(settings: Settings): Codec {
  const { offset, scale } = settings;
  const configuration: JsonObject = {
    ...(offset === 0 ? {} : { offset }),
    ...(scale === 1 ? {} : { scale }),
  };
  return {
    kind: "array-array",
    name: NAME,
    configuration: Object.keys(configuration).length === 0 ? undefined : configuration,
    toString: () => pythonCall("ScaleOffset", { offset, scale }),
    bind: (spec) => bind(settings, spec),
  };
}

function bind(settings: Settings, spec: ChunkSpec): BoundArrayArrayCodec {
  const { dataType, shape } = spec;
  requireRealType(NAME, dataType);
  const arithmetic = scaleArithmetic(
    dataType,
    settings.offset === 0 ? undefined : parseScalar(settings, "offset", dataType),
    settings.scale === 1 ? undefined : parseScalar(settings, "scale", dataType),
  );
  return {
    kind: "array-array",
    name: NAME,
    encoded: { shape, dataType, fillValue: encodeFill(arithmetic, spec) },
    encode: (block) => wrapBlock(arithmetic.encode(contiguousBytes(block)), shape, dataType.itemSize),
    decode(block) {
      try {
        return wrapBlock(arithmetic.decode(contiguousBytes(block)), shape, dataType.itemSize);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new CodecError(`A chunk does not decode with the codec ${NAME}: ${error.message}`, {
          codec: NAME,
          cause: error,
        });
      }
    },
  };
}

function parseScalar(settings: Settings, key: keyof Settings, dataType: DataType): number | bigint {
  const json = settings[key];
  let scalar: number | bigint;
  try {
    scalar = dataType.parseFillValue(json, 3) as number | bigint; // what real types have
  } catch (error) {
    throw new MetadataValidationError(
      `The ${key} ${pythonValue(json)} of the codec ${NAME} is not representable in data type ${dataType.name}.`,
      { codec: NAME, expected: dataType.name, actual: json, cause: error },
    );
  }
  if (key === "scale" && Number(scalar) === 0) {
    throw new MetadataValidationError(`The scale of the codec ${NAME} must not be zero.`, {
      codec: NAME,
      actual: json,
    });
  }
  return scalar;
}

function encodeFill(arithmetic: ScaleArithmetic, { dataType, fillValue, fillBytes }: ChunkSpec): unknown {
  const fill = fillBytes?.slice() ?? new Uint8Array(dataType.itemSize);
  if (fillBytes === undefined) dataType.writeScalar(fillValue, fill, 0);
  try {
    return dataType.readScalar(arithmetic.encode(fill), 0);
  } catch (error) {
    throw new MetadataValidationError(
      `The codec ${NAME} cannot convert the fill value ${dataType.scalarToString(fillValue)}.`,
      { codec: NAME, actual: fillValue, cause: error },
    );
  }
}
