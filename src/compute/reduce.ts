/**
 * Reducing an array to one value, box by box.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import { boxSource } from "./box-source.ts";
import type { Box } from "./box-source.ts";
import { readBoxes } from "./boxes.ts";
import { regionId, regionSize } from "./region.ts";
import type { RegionTask } from "./region.ts";
import { DEFAULT_MAX_MEMORY, runPlan } from "./run-plan.ts";
import type { ComputeOptions } from "./run-plan.ts";
import type { Plan, Stage } from "./task.ts";
import { chunksIn, VARIABLE_BYTES } from "./transfer.ts";

/** How an array is reduced. */
export interface Reduction<R> {
  /** What one box contributes. Boxes come in no particular order, several at a time. */
  each(box: Box, options: AbortOptions): R | Promise<R>;
  /** Joins two contributions; in any order. */
  combine(left: R, right: R): R;
  /** What an array without elements gives, and what contributions are joined to. */
  readonly initial: R;
}

/**
 * Reduces an array to one value. Each element is in exactly one box, a box is one or more whole chunks (of a shard, inner
 * chunks), and no more of them are in memory than `maxMemory` allows.
 *
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { reduce } from "zarrkit/compute";
 *
 * const z = await createArray({}, { data: new Float32Array(1000).fill(2), chunks: [100] });
 * await reduce(z, {
 *   initial: 0,
 *   each: async (box) => {
 *     let sum = 0;
 *     for (const value of (await box.read()).data as Float32Array) sum += value;
 *     return sum;
 *   },
 *   combine: (left, right) => left + right,
 * }); // 2000
 * ```
 */
export async function reduce<R>(
  array: ZarrArray,
  reduction: Reduction<R>,
  options: ComputeOptions = {},
): Promise<R> {
  let total = reduction.initial;
  await runPlan(planReduce(array, reduction, options), options, (_, { result }) => {
    // The results of this plan's only stage are what `each` gives.
    total = reduction.combine(total, result as R);
  });
  return total;
}

/** The plan that `reduce` runs; its tasks' results are contributions. */
export function planReduce<R>(
  array: ZarrArray,
  reduction: Pick<Reduction<R>, "each">,
  { maxMemory = DEFAULT_MAX_MEMORY }: Pick<ComputeOptions, "maxMemory"> = {},
): Plan {
  const itemSize = array.dataType.itemSize || VARIABLE_BYTES;
  const stage: Stage<RegionTask, R> = {
    name: "reduce",
    chunks: undefined,
    size: array.size * itemSize,
    *tasks() {
      for (const region of readBoxes(array, maxMemory / 4)) {
        const size = regionSize(region) * itemSize;
        yield { id: regionId(region), region, size, bytes: 3 * size };
      }
    },
    async run({ region }, options) {
      const result = await reduction.each(boxSource(array, region, options), options);
      return { skipped: false, chunks: chunksIn(array, region).length, result };
    },
  };
  return { stages: [stage], begin: async () => {}, finish: async () => {} };
}
