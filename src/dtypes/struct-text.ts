/**
 * Fields of structured types as v2 metadata, NumPy and Python write them.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import type { DataType } from "./data-type.ts";
import { pythonTuple } from "./python-tuple.ts";
import { SubarrayDataType } from "./subarray.ts";

/** A field as v2 metadata has it; a gap is a nameless field of raw bytes. */
export function fieldToV2(name: string, dataType: DataType | undefined, bytes: number): JsonValue {
  if (dataType === undefined) return ["", `|V${bytes}`];
  return dataType instanceof SubarrayDataType
    ? [name, dataType.toV2(), [...dataType.shape]]
    : [name, dataType.toV2()];
}

/** A field as NumPy prints it: `('a', '<i4')`. */
export function fieldToNumpy(name: string, dataType: DataType | undefined, bytes: number): string {
  if (dataType === undefined) return `('', 'V${bytes}')`;
  const code = dataType.toV2();
  // Within a structure NumPy prints the order of bytes always, but never `|`.
  const text =
    typeof code === "string" ? `'${code === "|b1" ? "?" : code.replace("|", "")}'` : String(dataType);
  if (!(dataType instanceof SubarrayDataType)) return `('${name}', ${text})`;
  return `('${name}', ${text}, ${pythonTuple(dataType.shape.map(String))})`;
}
