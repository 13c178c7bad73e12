/**
 * New arrays from arrays: everything that is not said otherwise is kept.
 *
 * @module
 */
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { ARRAY_OPTION_NAMES } from "./create-array.ts";
import { PLACE_OPTION_NAMES } from "./create-options.ts";
import { fromArrayAt } from "./derive-array.ts";
import type { FromArrayOptions } from "./derive-array.ts";
import { closingOnFailure, placeOf } from "./open.ts";
import type { ZarrArray } from "./zarr-array.ts";

const FROM_ARRAY: ReadonlySet<string> = optionNames({ ...PLACE_OPTION_NAMES, ...ARRAY_OPTION_NAMES });

/**
 * Creates an array like another one and copies its values, shard by shard (chunk by chunk) of the new one. Of a
 * Zarr array, chunks, shards, fill value, attributes and dimension names are kept, and codecs where the format is the same.
 *
 * @throws StoreError when `overwrite` would delete the source.
 * @example
 * ```ts
 * import { createArray, fromArray } from "zarrkit";
 *
 * const a = await createArray({}, { data: [[1, 2], [3, 4]], chunks: [1, 2], attributes: { unit: "K" } });
 * const b = await fromArray({}, { data: a, chunks: [2, 2] });
 * b.attrs.unit; // "K"
 * ```
 */
export async function fromArray<D extends string = string>(
  store: StoreLike,
  options: FromArrayOptions<D>,
): Promise<ZarrArray<D>> {
  checkOptionNames(options, FROM_ARRAY, "fromArray");
  const context = await placeOf(store, options, "a");
  return await closingOnFailure(context, () => fromArrayAt<D>(context, options));
}
