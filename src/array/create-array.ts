/**
 * Creating an array at a place, empty or from data.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { arrayFrom } from "./array-from.ts";
import { resolveArrayConfig } from "./array-config.ts";
import type { ArrayShapeOptions } from "./create-options.ts";
import { buildArray } from "./create-options.ts";
import { createNode } from "./create-node.ts";
import { interpret } from "./interpret.ts";
import type { NodeContext } from "./node-context.ts";
import { keyIn } from "./node-documents.ts";
import { ZarrArray } from "./zarr-array.ts";

/** Options of `createArray`: a shape and data type, or data that has both. */
export interface CreateArrayOptions<D extends string = string>
  extends Omit<ArrayShapeOptions<D>, "shape">, AbortOptions {
  readonly shape?: readonly number[] | number | undefined;
  /** Values to write; their shape and data type are the array's. */
  readonly data?: unknown;
  /** Write the values, or only take shape and data type from them. Default true. */
  readonly writeData?: boolean | undefined;
  /** Delete what is at the path, children too. Default: refuse. */
  readonly overwrite?: boolean | undefined;
  /** `"number"`: read 64-bit integers as a `Float64Array`; a value beyond 2^53 is then a RangeError. */
  readonly int64?: "bigint" | "number" | undefined;
}

/** Names of the options of a new array. */
export const ARRAY_OPTION_NAMES: Readonly<Record<keyof CreateArrayOptions, 0>> = {
  shape: 0,
  dtype: 0,
  data: 0,
  writeData: 0,
  fillValue: 0,
  attributes: 0,
  dimensionNames: 0,
  zarrFormat: 0,
  chunks: 0,
  shards: 0,
  filters: 0,
  serializer: 0,
  compressors: 0,
  order: 0,
  chunkKeyEncoding: 0,
  overwrite: 0,
  config: 0,
  int64: 0,
  signal: 0,
};

/**
 * Creates an array. Everything is checked and encoded before what was there is deleted.
 *
 * @throws TypeError when there is neither a shape nor data, or both.
 */
export async function createArrayAt<D extends string>(
  context: NodeContext,
  options: CreateArrayOptions<D>,
): Promise<ZarrArray<D>> {
  const config = resolveArrayConfig(options.config ?? {});
  const data = options.data === undefined ? undefined : await dataOf(options);
  const shape = data?.shape ?? options.shape;
  if (shape === undefined) throw new TypeError("An array needs a shape, or data that has one.");
  // The scalar of D is a scalar: the builder checks it against the data type itself.
  const described = { ...options, shape, dtype: data?.dataType ?? options.dtype } as ArrayShapeOptions;
  const { document, chain } = await buildArray(described);
  const { store, path } = context.at;
  const key = keyIn(path, document.zarrFormat === 3 ? "zarr.json" : ".zarray");
  const model = await interpret(document, { store: String(store), path, key }, chain);
  await createNode(context.at.store, context.at.path, { kind: "array", metadata: document }, options);
  const array = new ZarrArray<D>({ context, model, config, int64: options.int64 });
  if (data !== undefined && options.writeData !== false)
    await array.set("...", data, { signal: options.signal });
  return array;
}

async function dataOf(options: CreateArrayOptions): Promise<NDArray> {
  if (options.shape !== undefined) {
    throw new TypeError(
      "The data parameter was used, but the shape parameter was also used; data has a shape of its own.",
    );
  }
  const { data, dtype } = options;
  if (data instanceof ZarrArray) {
    const read = await data.get("...", { signal: options.signal });
    return read instanceof NDArray ? read : arrayFrom(read, dtype);
  }
  return arrayFrom(data, dtype);
}
