/**
 * Arrays made from other arrays: what is kept of the source, and copying its values.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { StoreError } from "../base/errors.ts";
import { copyJson } from "../base/json-notes.ts";
import { isNDArray } from "../dtypes/nd-array.ts";
import { planSelection } from "../indexing/plan.ts";
import { basicSelection } from "../indexing/selection.ts";
import { slice } from "../indexing/slice.ts";
import { arrayFrom } from "./array-from.ts";
import { codecsOf } from "./array-layout.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import { createArrayAt } from "./create-array.ts";
import type { ArrayShapeOptions, CodecLike, CreateNodeBase } from "./create-options.ts";
import type { NodeContext } from "./node-context.ts";
import { ZarrArray } from "./zarr-array.ts";

/** What `"keep"` stands for in `fromArray`: as the source has it. */
type OrKeep<T> = { readonly [K in keyof T]: T[K] | "keep" };

/** Options of `fromArray`. */
export interface FromArrayOptions<D extends string = string>
  extends
    OrKeep<Pick<ArrayShapeOptions, "chunks" | "shards" | "filters" | "serializer" | "compressors">>,
    Omit<
      CreateArrayOptions<D>,
      "data" | "shape" | "dtype" | "chunks" | "shards" | "filters" | "serializer" | "compressors"
    >,
    CreateNodeBase {
  /** A Zarr array, or anything that `createArray` takes as data. */
  readonly data: unknown;
}

/** Options of the functions that make an array like another. */
export type LikeOptions<D extends string = string> = Partial<CreateArrayOptions<D>> &
  CreateNodeBase & {
    /** The array whose shape, data type, chunks and fill value the new one takes: a Zarr array, or values. */
    readonly like: unknown;
  };

/** `fromArray` at a place. */
export async function fromArrayAt<D extends string>(
  context: NodeContext,
  options: FromArrayOptions<D>,
): Promise<ZarrArray<D>> {
  const { data, writeData = true } = options;
  if (!(data instanceof ZarrArray)) {
    // The options of a new array are those without "keep", which stands for what they are by default.
    return await createArrayAt<D>(context, withoutKeep(options) as CreateArrayOptions<D>);
  }
  if (options.overwrite === true) requireApart(context, data);
  // A scalar of D is a scalar; the builder checks it against the data type.
  const described = {
    ...likeOptions(data, options as Partial<FromArrayOptions>),
    overwrite: options.overwrite,
    signal: options.signal,
  };
  const target = await createArrayAt<D>(context, described as CreateArrayOptions<D>);
  if (writeData) await copyValues(data, target, options);
  return target;
}

/** The options that make an array like `source`, with those of `options` before them. */
export function likeOptions(source: ZarrArray, options: Partial<FromArrayOptions>): CreateArrayOptions {
  const zarrFormat = options.zarrFormat ?? source.zarrFormat;
  const given = withoutKeep(options);
  const kept = keptOptions(source, zarrFormat);
  const { data: _data, writeData: _writeData, ...rest } = given;
  const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { ...kept, ...own, zarrFormat };
}

function keptOptions(source: ZarrArray, zarrFormat: 2 | 3): CreateArrayOptions {
  const model = source.model;
  const { grid, dataType, fillValue } = model;
  const sameFormat = zarrFormat === source.zarrFormat;
  const { filters, serializer, compressors } = codecsOf(model);
  const inner = model.chain.arrayBytes.innerChunkShape;
  const metadata = source.metadata;
  return {
    shape: source.shape,
    dtype: dataType,
    chunks: inner ?? grid,
    ...(inner === undefined || zarrFormat === 2 ? {} : { shards: grid }),
    ...(fillValue === undefined
      ? zarrFormat === 2
        ? { fillValue: null }
        : {}
      : { fillValue: fillValue as object }),
    attributes: copyJson(source.attrs),
    ...(zarrFormat === 3 && source.dimensionNames !== undefined
      ? { dimensionNames: source.dimensionNames }
      : {}),
    ...(zarrFormat === 3
      ? { chunkKeyEncoding: model.zarrFormat === 3 ? (model.chunkKeys.toV3() as object) : undefined }
      : {}),
    ...(sameFormat && metadata.zarrFormat === 3 ? { filters, serializer, compressors } : {}),
    ...(sameFormat && metadata.zarrFormat === 2
      ? {
          // v2's own documents name these codecs.
          filters: metadata.filters as readonly CodecLike[] | null,
          compressors: metadata.compressor as CodecLike | null,
          order: source.order,
          chunkKeyEncoding: { name: "v2", separator: metadata.dimensionSeparator },
        }
      : {}),
  };
}

/** Copies all values in regions that are whole chunks (shards) of the target. */
export async function copyValues(source: ZarrArray, target: ZarrArray, options: AbortOptions): Promise<void> {
  const { grid } = target.model;
  const everything = basicSelection("...", target.shape);
  await forEachLimited(
    planSelection(everything, grid),
    config.get("async.concurrency"),
    async ({ chunkIndex }) => {
      const region = chunkIndex.map((cell, axis) => {
        const dimension = grid.dimensions[axis]!;
        const start = dimension.cellStart(cell);
        return slice(start, Math.min(start + dimension.cellLength(cell), dimension.extent));
      });
      const selection = region.length === 0 ? "..." : region;
      await target.set(selection, await source.get(selection, options), options);
    },
    options,
  );
}

function withoutKeep<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== "keep")) as Partial<T>;
}

function requireApart(context: NodeContext, source: ZarrArray): void {
  const { store, path } = context.at;
  if (store.identity !== source.store.identity) return;
  const overlaps = path === source.path || isBelow(path, source.path) || isBelow(source.path, path);
  if (!overlaps) return;
  throw new StoreError(
    `The new array at ${JSON.stringify(path)} would overwrite its source at ${JSON.stringify(source.path)}.`,
    { store: String(store), path },
  );
}

function isBelow(path: string, ancestor: string): boolean {
  return ancestor === "" || path.startsWith(`${ancestor}/`);
}

/** The options that make an array like `like`, without its values and attributes. */
export function optionsLike<D extends string>({
  like,
  ...options
}: LikeOptions<D>): CreateArrayOptions<D> & CreateNodeBase {
  if (like instanceof ZarrArray) {
    // A scalar of D is a scalar; the builder checks it against the data type.
    const { attributes: _attributes, ...kept } = likeOptions(like, options as Partial<FromArrayOptions>);
    // The options of the source are D's where the caller gave D.
    return { ...kept, ...options } as CreateArrayOptions<D> & CreateNodeBase;
  }
  const values = isNDArray(like) ? like : arrayFrom(like);
  return { dtype: values.dataType, shape: values.shape, ...options };
}
