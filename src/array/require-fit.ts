/**
 * Is an array that exists the one that is asked for?
 *
 * @module
 */
import { isSameType } from "../dtypes/casting.ts";
import type { DataTypeLike } from "../dtypes/registry.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { canCastSafely } from "../dtypes/safe-casting.ts";
import type { ArrayConfig } from "./array-config.ts";
import { pythonTuple } from "./print.ts";
import type { ZarrArray } from "./zarr-array.ts";

/** What is asked for. */
export interface RequiredArray {
  readonly shape: readonly number[] | number;
  /** Default `float64`. */
  readonly dtype?: DataTypeLike | undefined;
  /** The very data type, in place of one whose values it can hold. */
  readonly exact?: boolean | undefined;
  readonly config?: ArrayConfig | undefined;
}

/**
 * The array, with the run-time options that are asked for.
 *
 * @throws TypeError when its shape is another one, or its values do not fit the data type.
 */
export function requireFit<D extends string>(array: ZarrArray, options: RequiredArray): ZarrArray<D> {
  const shape = typeof options.shape === "number" ? [options.shape] : options.shape;
  if (array.shape.join() !== shape.join()) {
    throw new TypeError(`Incompatible shape (${pythonTuple(array.shape)} vs ${pythonTuple(shape)}).`);
  }
  const wanted = parseDataType(options.dtype ?? "float64");
  const fits =
    options.exact === true ? isSameType(array.dataType, wanted) : canCastSafely(array.dataType, wanted);
  if (!fits) throw new TypeError(`Incompatible dtype (${String(array.dataType)} vs ${String(wanted)}).`);
  const found = options.config === undefined ? array : array.withConfig(options.config);
  return found as ZarrArray as ZarrArray<D>; // its values can stand for those of D, as was just checked
}
