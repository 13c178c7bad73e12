/**
 * The `cast_value` codec: elements converted by value to another data type.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/cast_value
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { parseDataTypeV3 } from "../dtypes/registry.ts";
import { wrapBlock } from "../kernels/block.ts";
import { castAll } from "./cast-elements-by-value.ts";
import type { OutOfRange, ScalarCast, ScalarMap } from "./cast-scalar.ts";
import { scalarCast } from "./cast-scalar.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousBytes } from "./contiguous.ts";
import { isInteger, requireRealType } from "./numpy-type.ts";
import { pythonCall, PythonName, pythonValue } from "./python-call.ts";
import type { Rounding } from "./rounding.ts";
import { ROUNDINGS } from "./rounding.ts";

const NAME = "cast_value";
const DIRECTIONS = ["encode", "decode"] as const;

type Direction = (typeof DIRECTIONS)[number];
type Pair = readonly [JsonValue, JsonValue];

interface Settings {
  readonly target: DataType;
  readonly rounding: Rounding;
  readonly outOfRange: OutOfRange;
  readonly scalarMap: { readonly [D in Direction]?: readonly Pair[] } | undefined;
}

/**
 * `cast_value`: `data_type` of the encoded elements; `rounding` (default `nearest-even`); `out_of_range`, `clamp`
 * or `wrap` (integers only; default: an error); `scalar_map`, pairs of scalars that become each other, for each
 * direction. Works on integers and floats. Where a value has no counterpart, encoding is a RangeError and
 * decoding a CodecError.
 */
export const castValueCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  fromV3(configuration) {
    const read = new CodecConfiguration(NAME, configuration, true);
    const dataType = read.value("data_type");
    if (dataType === undefined) throw read.wrong("data_type", "a data type");
    const target = parseDataTypeV3(dataType);
    requireRealType(NAME, target);
    const rounding = read.oneOf("rounding", ROUNDINGS, ROUNDINGS[0]);
    const outOfRange =
      (read.value("out_of_range") ?? null) === null
        ? undefined
        : read.oneOf("out_of_range", ["clamp", "wrap"]);
    if (outOfRange === "wrap" && !isInteger(target)) {
      throw read.wrong(
        "out_of_range",
        `"clamp" or absent where the data type is ${target.name}: only integers wrap`,
      );
    }
    const scalarMap = readScalarMap(read);
    read.done();
    return make({ target, rounding, outOfRange, scalarMap });
  },
};

function readScalarMap(read: CodecConfiguration): Settings["scalarMap"] {
  const json = read.value("scalar_map");
  if (json === undefined || json === null) return undefined;
  const wrong = (): MetadataValidationError =>
    read.wrong("scalar_map", 'an object of "encode" and "decode", lists of pairs');
  if (!isJsonObject(json)) throw wrong();
  const map: { [D in Direction]?: readonly Pair[] } = {};
  for (const [key, pairs] of Object.entries(json)) {
    const direction = DIRECTIONS.find((known) => known === key);
    if (direction === undefined) throw wrong();
    if (pairs === null) continue;
    if (!isJsonArray(pairs)) throw wrong();
    map[direction] = pairs.map((pair): Pair => {
      if (!isJsonArray(pair) || pair.length !== 2) throw wrong();
      return [pair[0]!, pair[1]!];
    });
  }
  return map;
}

function make(settings: Settings): Codec {
  const { target, rounding, outOfRange, scalarMap } = settings;
  const configuration: JsonObject = {
    data_type: target.toV3(),
    ...(rounding === ROUNDINGS[0] ? {} : { rounding }),
    ...(outOfRange === undefined ? {} : { out_of_range: outOfRange }),
    ...(scalarMap === undefined ? {} : { scalar_map: scalarMap }),
  };
  return {
    kind: "array-array",
    name: NAME,
    configuration,
    toString: () =>
      pythonCall("CastValue", {
        dtype: new PythonName(target.toInfoString()),
        rounding,
        out_of_range: outOfRange ?? null,
        scalar_map: scalarMap === undefined ? null : new PythonName(mapText(scalarMap)),
      }),
    bind: (spec) => bind(settings, spec),
  };
}

function mapText(map: NonNullable<Settings["scalarMap"]>): string {
  const directions = DIRECTIONS.flatMap((direction) => {
    const pairs = map[direction];
    if (pairs === undefined) return [];
    const items = pairs.map(([from, to]) => `${pythonValue(from)}: ${pythonValue(to)}`);
    return [`'${direction}': {${items.join(", ")}}`];
  });
  return `{${directions.join(", ")}}`;
}

function bind({ target, rounding, outOfRange, scalarMap }: Settings, spec: ChunkSpec): BoundArrayArrayCodec {
  const { dataType, shape } = spec;
  requireRealType(NAME, dataType);
  const encoder = scalarCast(target, rounding, outOfRange, parseMap(scalarMap?.encode, dataType, target));
  // Only integers wrap, and the array's type may be another kind than the target.
  const back = outOfRange === "wrap" && !isInteger(dataType) ? undefined : outOfRange;
  const decoder = scalarCast(dataType, rounding, back, parseMap(scalarMap?.decode, target, dataType));
  return {
    kind: "array-array",
    name: NAME,
    encoded: { shape, dataType: target, fillValue: castFill(encoder, decoder, spec) },
    encode: (block) =>
      wrapBlock(castAll(encoder, dataType, target, contiguousBytes(block)), shape, target.itemSize),
    decode(block) {
      const bytes = contiguousBytes(block);
      try {
        return wrapBlock(castAll(decoder, target, dataType, bytes), shape, dataType.itemSize);
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

/** The pairs of one direction by key; the first of a key counts. */
function parseMap(pairs: readonly Pair[] | undefined, from: DataType, to: DataType): ScalarMap | undefined {
  if (pairs === undefined) return undefined;
  const map = new Map<number | bigint, number | bigint>();
  for (const [key, value] of pairs) {
    // Scalars of real types are numbers and bigints.
    const scalar = parseScalar(key, from) as number | bigint;
    if (!map.has(scalar)) map.set(scalar, parseScalar(value, to) as number | bigint);
  }
  return map;
}

function parseScalar(json: JsonValue, dataType: DataType): unknown {
  try {
    return dataType.parseFillValue(json, 3);
  } catch (error) {
    throw new MetadataValidationError(
      `The scalar_map of the codec ${NAME} has ${pythonValue(json)}, which is no ${dataType.name}.`,
      { codec: NAME, expected: dataType.name, actual: json, cause: error },
    );
  }
}

/** The fill value of encoded chunks; it must also decode, because missing inner chunks are filled with it. */
function castFill(
  encoder: ScalarCast,
  decoder: ScalarCast,
  { dataType, fillValue }: ChunkSpec,
): number | bigint {
  try {
    const fill = encoder.convert(fillValue as number | bigint); // a scalar of a real type
    decoder.convert(fill);
    return fill;
  } catch (error) {
    throw new MetadataValidationError(
      `The codec ${NAME} cannot convert the fill value ${dataType.scalarToString(fillValue)}.`,
      { codec: NAME, actual: fillValue, cause: error },
    );
  }
}
