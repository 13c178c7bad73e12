/**
 * A new array whose values are computed from others, box by box.
 *
 * @module
 */
import type { CreateArrayOptions } from "../array/create-array.ts";
import { likeOptions } from "../array/derive-array.ts";
import type { FromArrayOptions } from "../array/derive-array.ts";
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import { ShapeMismatchError } from "../base/errors.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import type { StorePath } from "../storage/store-path.ts";
import { boxSource } from "./box-source.ts";
import { Job, requireApart } from "./job.ts";
import { chunkKey, documentOf, newArray, storeMetadata } from "./new-array.ts";
import { cStride } from "../kernels/block.ts";
import { gridRegions, regionId, regionSelection, regionShape, regionSize } from "./region.ts";
import type { Region, RegionTask } from "./region.ts";
import { runPlan } from "./run-plan.ts";
import type { ComputeOptions, ComputeResult } from "./run-plan.ts";
import type { Plan, Stage } from "./task.ts";
import { chunksIn, VARIABLE_BYTES } from "./transfer.ts";

/** What is computed, and into what. */
export interface MapOptions extends Omit<
  FromArrayOptions,
  "data" | "writeData" | "overwrite" | "path" | "name" | "storageOptions" | "signal"
> {
  /**
   * The values of one box of the target from those of the same box of each source: a typed array of all its elements in C
   * order, or anything that `set` takes. It must depend on nothing else: a box may be computed twice.
   */
  readonly apply: (values: readonly NDArray[], region: Region) => unknown | Promise<unknown>;
  /** Data type of the new array. Default: that of the first source. */
  readonly dtype?: CreateArrayOptions["dtype"];
  /** Tells two jobs apart that differ only in what `apply` does. */
  readonly label?: string | undefined;
  readonly overwrite?: boolean | undefined;
}

/**
 * Computes an array from others of the same shape, box by box of whole chunks of the new one. What is not said of the new array is as
 * the first source has it. Killed or aborted, and called again, it goes on with the chunks that are missing.
 *
 * @throws ShapeMismatchError where the sources differ in shape.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { map } from "zarrkit/compute";
 * import { MemoryStore, StorePath } from "zarrkit/storage";
 *
 * const kelvin = await createArray({}, { data: Float64Array.of(273.15, 283.15), chunks: [1] });
 * const { target } = await map([kelvin], new StorePath(new MemoryStore(), "celsius"), {
 *   apply: ([values]) => (values!.data as Float64Array).map((value) => value - 273.15),
 * });
 * String(await target.get("...")); // [ 0. 10.]
 * ```
 */
export async function map(
  sources: readonly [ZarrArray, ...ZarrArray[]],
  target: StorePath,
  options: MapOptions & ComputeOptions,
): Promise<ComputeResult & { readonly target: ZarrArray }> {
  const { executor, maxMemory, onProgress, signal, ...rest } = options;
  const plan = await planMap(sources, target, rest);
  return { ...(await runPlan(plan, { executor, maxMemory, onProgress, signal })), target: plan.target };
}

/** The plan that `map` runs. */
export async function planMap(
  sources: readonly [ZarrArray, ...ZarrArray[]],
  at: StorePath,
  { apply, overwrite, label = "", dtype, ...layout }: MapOptions,
): Promise<Plan & { readonly target: ZarrArray }> {
  const [first] = sources;
  for (const source of sources) {
    requireApart(source.storePath, at);
    if (source.shape.join() !== first.shape.join())
      throw new ShapeMismatchError(`${String(source)} and ${String(first)} differ in shape.`, {
        expected: first.shape,
        actual: source.shape,
      });
  }
  const like = likeOptions(first, layout);
  const target = await newArray(
    at,
    dtype === undefined ? like : { ...like, dtype, fillValue: layout.fillValue },
  );
  const description = {
    operation: "map",
    label,
    sources: sources.map((source) => String(source.storePath)),
    targetDocument: documentOf(target),
  };
  const job = new Job(at, description, { overwrite });
  const itemBytes = [...sources, target].reduce(
    (bytes, { dataType }) => bytes + (dataType.itemSize || VARIABLE_BYTES),
    0,
  );
  const { grid } = target.model;
  const stage: Stage<RegionTask> = {
    name: "map",
    chunks: grid.shape.reduce((count, length) => count * length, 1),
    size: target.size * (target.dataType.itemSize || VARIABLE_BYTES),
    *tasks() {
      for (const region of gridRegions(
        grid,
        grid.shape.map(() => 1),
      )) {
        const elements = regionSize(region);
        const size = elements * (target.dataType.itemSize || VARIABLE_BYTES);
        yield { id: regionId(region), region, size, bytes: 2 * elements * itemBytes };
      }
    },
    async run({ region }, options: AbortOptions) {
      const chunks = chunksIn(target, region);
      const done = await Promise.all(
        chunks.map((chunk) => job.has(target.store, chunkKey(target, chunk), options)),
      );
      if (done.every(Boolean)) return { skipped: true, chunks: chunks.length, result: undefined };
      const values = await Promise.all(sources.map((source) => boxSource(source, region, options).read()));
      const computed = shaped(await apply(values, region), regionShape(region));
      await target.set(regionSelection(region), computed, options);
      return { skipped: false, chunks: chunks.length, result: undefined };
    },
  };
  return {
    target,
    stages: [stage],
    begin: async (options) => {
      await job.begin(target.zarrFormat, null, options);
    },
    async finish(options) {
      await storeMetadata(target, options);
      await job.end(options);
    },
  };
}

/** A flat typed array of all elements of a box, in its shape; anything else as it is. */
function shaped(value: unknown, shape: readonly number[]): unknown {
  if (!ArrayBuffer.isView(value) || shape.length < 2) return value;
  return { data: value, shape, stride: cStride(shape) };
}
