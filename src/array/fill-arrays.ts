/**
 * New arrays by what they are filled with: `array`, `empty`, `zeros`, `ones`, `full`, and
 * the same like another array.
 *
 * @module
 */
import type { StoreLike } from "../storage/store-like.ts";
import { createArray } from "./create.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import type { CreateNodeBase } from "./create-options.ts";
import type { FromArrayOptions, LikeOptions } from "./derive-array.ts";
import { optionsLike } from "./derive-array.ts";
import { fromArray } from "./from-array.ts";
import type { ZarrArray } from "./zarr-array.ts";

/** Options of the functions that make a filled array. */
export type FilledArrayOptions<D extends string = string> = CreateArrayOptions<D> &
  CreateNodeBase & { readonly shape: readonly number[] | number };

/**
 * Creates an array of values.
 *
 * @example
 * ```ts
 * import { array } from "zarrkit";
 *
 * const z = await array({}, { data: [1, 2, 3], dtype: "int16" });
 * z.shape; // [3]
 * ```
 */
export async function array<D extends string = string>(
  store: StoreLike,
  options: FromArrayOptions<D> & { readonly dtype?: CreateArrayOptions<D>["dtype"] },
): Promise<ZarrArray<D>> {
  return await fromArray<D>(store, options);
}

/** Creates an array without values; its fill value is the data type's zero. */
export async function empty<D extends string = "float64">(
  store: StoreLike,
  options: FilledArrayOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, options);
}

/** Creates an array of zeros: nothing but metadata is stored. */
export async function zeros<D extends string = "float64">(
  store: StoreLike,
  options: FilledArrayOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, { ...options, fillValue: options.fillValue ?? 0 });
}

/** Creates an array of ones: nothing but metadata is stored. */
export async function ones<D extends string = "float64">(
  store: StoreLike,
  options: FilledArrayOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, { ...options, fillValue: options.fillValue ?? 1 });
}

/**
 * Creates an array filled with `fillValue`: nothing but metadata is stored.
 *
 * @example
 * ```ts
 * import { full } from "zarrkit";
 *
 * const z = await full({}, { shape: [2, 2], dtype: "float32", fillValue: 7 });
 * await z.get([1, 1]); // 7
 * ```
 */
export async function full<D extends string = "float64">(
  store: StoreLike,
  options: FilledArrayOptions<D> & { readonly fillValue: CreateArrayOptions<D>["fillValue"] },
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, options);
}

/** Creates an array of the same shape, data type, chunks and fill value as `like`, without values. */
export async function emptyLike<D extends string = string>(
  store: StoreLike,
  options: LikeOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, optionsLike<D>(options));
}

/** As `emptyLike`, filled with 0. */
export async function zerosLike<D extends string = string>(
  store: StoreLike,
  options: LikeOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, { ...optionsLike<D>(options), fillValue: options.fillValue ?? 0 });
}

/** As `emptyLike`, filled with 1. */
export async function onesLike<D extends string = string>(
  store: StoreLike,
  options: LikeOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, { ...optionsLike<D>(options), fillValue: options.fillValue ?? 1 });
}

/** As `emptyLike`, filled with `fillValue`, or with that of `like`. */
export async function fullLike<D extends string = string>(
  store: StoreLike,
  options: LikeOptions<D>,
): Promise<ZarrArray<D>> {
  return await createArray<D>(store, optionsLike<D>(options));
}
