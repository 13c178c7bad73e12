/**
 * Scalars as JSON values.
 *
 * @module
 */
import { encodeBase64 } from "../dtypes/base64.ts";
import type { Complex } from "../dtypes/complex.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { isNDArray } from "../dtypes/nd-array.ts";
import { NaT } from "../dtypes/time-units.ts";

/**
 * A scalar as a value that `stringifyJson` writes: numbers and booleans as they are, 64-bit integers as bigints,
 * dates as ISO 8601 text, durations as counts of their unit, `"NaT"`, complex numbers as `[re, im]`, bytes as
 * base64, records as objects by field.
 */
export function scalarToJson(dataType: DataType, value: unknown): unknown {
  switch (dataType.castKind) {
    case "datetime":
      return dataType.scalarToString(value);
    case "timedelta":
      return value === NaT ? "NaT" : value;
    case "complex": {
      const { re, im } = value as Complex; // the scalar of every complex type
      return [re, im];
    }
    default:
      break;
  }
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (dataType.fields !== undefined) {
    const record = value as Record<string, unknown>; // the scalar of every structured type
    return Object.fromEntries(
      dataType.fields.map(({ name, dataType: type }) => [name, scalarToJson(type, record[name])]),
    );
  }
  if (isNDArray(value))
    return nested(
      value.shape,
      [...value.scalars()].map((item) => scalarToJson(value.dataType, item)),
    );
  return value;
}

/** A flat list as nested ones. */
function nested(shape: readonly number[], flat: readonly unknown[]): unknown {
  if (shape.length <= 1) return shape.length === 0 ? flat[0] : flat;
  const [length, ...rest] = shape;
  const step = flat.length / Math.max(1, length!);
  return Array.from({ length: length! }, (_, i) => nested(rest, flat.slice(i * step, (i + 1) * step)));
}
