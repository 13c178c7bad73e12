/**
 * Saving arrays in memory, and loading them: `save`, `saveArray`, `saveGroup`, `load`.
 *
 * @module
 */
import { config } from "../base/config.ts";
import type { Scalar } from "../dtypes/data-types.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { isNDArray } from "../dtypes/nd-array.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { arrayFrom } from "./array-from.ts";
import { createGroup } from "./create.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import type { ArrayShapeOptions, CreateNodeBase } from "./create-options.ts";
import { buildArrayDocument } from "./create-options.ts";
import { likeOptions } from "./derive-array.ts";
import { fromArray } from "./from-array.ts";
import { open } from "./open.ts";
import type { OpenPlaceOptions } from "./open.ts";
import { ZarrArray } from "./zarr-array.ts";

/** Options of saving: where, and how each array is stored. */
export type SaveOptions = CreateNodeBase & Omit<CreateArrayOptions, "data" | "shape" | "dtype" | "name">;

/** Arrays that were loaded, by name; groups within are such records again. */
export interface LoadedGroup {
  readonly [name: string]: NDArray | Scalar | LoadedGroup;
}

/** Values that can be saved: an array in memory or a Zarr array. */
export type SavedValue =
  | NDArray
  | ZarrArray
  | ArrayBufferView
  | readonly unknown[]
  | { readonly data: unknown; readonly shape: readonly number[] };

/**
 * Saves one array, replacing what is at the path.
 *
 * @example
 * ```ts
 * import { load, saveArray } from "zarrkit";
 *
 * const store = {};
 * await saveArray(store, Float32Array.of(1, 2));
 * String(await load(store)); // [1. 2.]
 * ```
 */
export async function saveArray(
  store: StoreLike,
  data: SavedValue,
  options: SaveOptions = {},
): Promise<void> {
  const values = data instanceof ZarrArray || isNDArray(data) ? data : arrayFrom(data);
  const saved = await fromArray(store, { overwrite: true, ...options, data: values });
  await saved.close();
}

/**
 * Saves several arrays in a group: those of a list as `arr_0`, `arr_1`, …, those of a record under their names.
 * Data types are checked before anything is replaced.
 */
export async function saveGroup(
  store: StoreLike,
  arrays: readonly SavedValue[] | { readonly [name: string]: SavedValue },
  options: SaveOptions = {},
): Promise<void> {
  const named = isList(arrays)
    ? arrays.map((value, i): [string, SavedValue] => [`arr_${i}`, value])
    : Object.entries(arrays);
  if (named.length === 0) throw new TypeError("at least one array must be provided");
  const values = named.map(([name, value]): [string, NDArray | ZarrArray] => [
    name,
    value instanceof ZarrArray || isNDArray(value) ? value : arrayFrom(value),
  ]);
  const { path, name, storageOptions, signal, zarrFormat, overwrite = true, attributes, ...rest } = options;
  const format = zarrFormat ?? config.get("default_zarr_format");
  // What cannot be saved must not replace what is there.
  for (const [, value] of values)
    await buildArrayDocument(savedOptions(value, { ...rest, zarrFormat: format }));
  const group = await createGroup(store, {
    path,
    name,
    storageOptions,
    signal,
    zarrFormat,
    overwrite,
    attributes,
  });
  try {
    for (const [key, value] of values) {
      const at = group.path === "" ? key : `${group.path}/${key}`;
      await fromArray(group.store, { ...rest, signal, zarrFormat: group.zarrFormat, path: at, data: value });
    }
  } finally {
    await group.close();
  }
}

/** The options that make the array of a value. */
function savedOptions(value: NDArray | ZarrArray, options: SaveOptions): ArrayShapeOptions {
  const { shape, ...rest } =
    value instanceof ZarrArray
      ? likeOptions(value, options)
      : { ...options, shape: value.shape, dtype: value.dataType };
  return { ...rest, shape: shape ?? value.shape };
}

/**
 * Saves one array as an array, several as a group. A record of arrays is a group; a trailing record of options may follow.
 *
 * @throws TypeError when there is no array.
 * @example
 * ```ts
 * import { openGroup, save } from "zarrkit";
 *
 * const store = {};
 * await save(store, { a: [1, 2], b: [3, 4] });
 * await (await openGroup(store)).nmembers(); // 2
 * ```
 */
export async function save(
  store: StoreLike,
  ...args: readonly (SavedValue | SaveOptions | { readonly [name: string]: SavedValue })[]
): Promise<void> {
  const arrays: SavedValue[] = [];
  const named: Record<string, SavedValue> = {};
  const options: Record<string, unknown> = {};
  for (const argument of args) {
    if (isValue(argument)) arrays.push(argument);
    // What is no array is a record: of arrays by name, of options, or of both, as keyword arguments are in Python.
    else
      for (const [key, value] of Object.entries(argument))
        (isValue(value) && !OPTION_NAMES.has(key) ? named : options)[key] = value as SavedValue;
  }
  const records = Object.keys(named).length;
  if (arrays.length === 1 && records === 0) return await saveArray(store, arrays[0]!, options);
  const positional = arrays.map((value, i): [string, SavedValue] => [`arr_${i}`, value]);
  await saveGroup(store, { ...Object.fromEntries(positional), ...named }, options);
}

/** Options whose values look like arrays. */
const OPTION_NAMES: ReadonlySet<string> = new Set([
  "chunks",
  "shards",
  "filters",
  "compressors",
  "dimensionNames",
]);

/**
 * Loads an array into memory; a group as a record of its members.
 *
 * @throws NodeNotFoundError when there is nothing.
 * @example
 * ```ts
 * import { load, save } from "zarrkit";
 *
 * const store = {};
 * await save(store, { a: Int16Array.of(1, 2) });
 * const { a } = (await load(store)) as { a: import("zarrkit").NDArray };
 * a.data; // Int16Array [1, 2]
 * ```
 */
export async function load(
  store: StoreLike,
  options: OpenPlaceOptions = {},
): Promise<NDArray | Scalar | LoadedGroup> {
  const node = await open(store, options);
  try {
    const { signal } = options;
    if (node instanceof ZarrArray) return await node.get(null, { signal });
    const loaded = new Map<string, unknown>();
    for await (const [path, member] of node.members({ maxDepth: null, signal })) {
      if (member instanceof ZarrArray) loaded.set(path, await member.get(null, { signal }));
      else loaded.set(path, {});
    }
    return nested(loaded);
  } finally {
    await node.close();
  }
}

/** Values by path as records within records. */
function nested(values: ReadonlyMap<string, unknown>): LoadedGroup {
  const root = record();
  const groups = new Map<string, Record<string, unknown>>([["", root]]);
  for (const [path, value] of values) {
    const cut = path.lastIndexOf("/");
    const parent = groups.get(cut < 0 ? "" : path.slice(0, cut));
    if (parent === undefined) continue;
    const isGroup =
      typeof value === "object" && value !== null && !isNDArray(value) && Object.keys(value).length === 0;
    const entry = isGroup && !(value instanceof Uint8Array) ? record() : value;
    if (entry !== value) groups.set(path, entry as Record<string, unknown>); // a group's record was just made
    Object.defineProperty(parent, path.slice(cut + 1), {
      value: entry,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return root as LoadedGroup; // it holds what was loaded
}

function record(): Record<string, unknown> {
  return {};
}

function isList(
  arrays: readonly SavedValue[] | { readonly [name: string]: SavedValue },
): arrays is readonly SavedValue[] {
  return Array.isArray(arrays);
}

function isValue(value: unknown): value is SavedValue {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value) || isNDArray(value) || value instanceof ZarrArray)
    return true;
  return "data" in value && "shape" in value;
}
