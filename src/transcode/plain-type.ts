/**
 * The data type that a plain array is presented with: its own, or one that every reader knows.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { parseDataType } from "../dtypes/registry.ts";
import type { BlockData } from "../kernels/block.ts";

/**
 * Which data types an array may be presented with. `"own"`: its own. `"core"`: booleans, integers of 8 to 64 bits, floats
 * of 16 to 64 bits and strings; an array of another type is presented with the smallest of these that holds its
 * elements: `int4` as `int8`, `bfloat16` as `float32`, `datetime64` and `timedelta64` as `int64` counts of their unit,
 * fixed-length text as strings. What has none (complex numbers, records, bytes) keeps its own.
 */
export type PlainTypes = "own" | "core";

/** A data type to present, and elements of the array's own type as elements of it. */
export interface PlainType {
  readonly dataType: DataType;
  /** The result may alias its input. */
  convert(data: BlockData): BlockData;
}

/**
 * How elements of a data type are presented.
 *
 * @throws UnsupportedError when v3 metadata has no name for the type.
 */
export function plainType(dataType: DataType, types: PlainTypes): PlainType {
  const found = types === "core" ? coreType(dataType) : { dataType, convert: same };
  requireEncodable(found.dataType);
  return found;
}

/** The name of the codec that writes plain elements of a type. */
export function plainCodec(dataType: DataType): string {
  return dataType.itemSize > 0 ? "bytes" : (dataType.objectCodec ?? "");
}

function coreType(dataType: DataType): PlainType {
  const { castKind, itemSize } = dataType;
  if (castKind === "unsigned" || castKind === "signed") {
    // Sub-byte integers are whole bytes in memory.
    const name = `${castKind === "signed" ? "int" : "uint"}${itemSize * 8}`;
    return { dataType: parseDataType(name), convert: same };
  }
  if (castKind === "datetime" || castKind === "timedelta")
    return { dataType: parseDataType("int64"), convert: same };
  if (castKind === "float" && itemSize < 4 && !isHalf(dataType)) {
    return { dataType: parseDataType("float32"), convert: (data) => singlesOf(dataType, data) };
  }
  if (castKind === "string" && itemSize > 0) {
    // The container of fixed-length text is a list of strings.
    return { dataType: parseDataType("string"), convert: (data) => dataType.toContainer(data) as unknown[] };
  }
  return { dataType, convert: same };
}

function isHalf(dataType: DataType): boolean {
  return dataType.name === parseDataType("float16").name;
}

/** Small floats as single precision, which their container is. */
function singlesOf(dataType: DataType, data: BlockData): Uint8Array {
  const container: unknown = dataType.toContainer(data);
  if (!(container instanceof Float32Array))
    throw new UnsupportedError(`Elements of ${dataType.name} have no form in single precision.`);
  return new Uint8Array(container.buffer, container.byteOffset, container.byteLength);
}

function requireEncodable(dataType: DataType): void {
  const codec = plainCodec(dataType);
  dataType.toV3();
  if (codec === "")
    throw new UnsupportedError(`Elements of ${dataType.name} have no plain form: they are Python objects.`);
}

function same(data: BlockData): BlockData {
  return data;
}
