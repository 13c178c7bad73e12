/**
 * Work on whole arrays and hierarchies in bounded memory: copy, rechunk, map, reduce, pyramid. Each is a plan of independent,
 * idempotent tasks on whole chunks or shards, run by an executor; a job that was killed goes on when it is run again.
 *
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { rechunk } from "zarrkit/compute";
 * import { MemoryStore, StorePath } from "zarrkit/storage";
 *
 * const source = await createArray({}, { shape: [1000, 1000], chunks: [1, 1000], dtype: "float32" });
 * const { target } = await rechunk(source, new StorePath(new MemoryStore()), { chunks: [1000, 10], maxMemory: 2 ** 20 });
 * target.chunks; // [1000, 10]
 * ```
 *
 * @module
 */
export type { Box } from "./compute/box-source.ts";
export { copyTree, planCopy } from "./compute/copy.ts";
export type { CopyPlanOptions, KeyTask } from "./compute/copy.ts";
export { InPlaceExecutor } from "./compute/in-place-executor.ts";
export type { InPlaceOptions } from "./compute/in-place-executor.ts";
export { map, planMap } from "./compute/map.ts";
export type { MapOptions } from "./compute/map.ts";
export { planPyramid, pyramid } from "./compute/pyramid.ts";
export type { PyramidOptions, PyramidPlan } from "./compute/pyramid.ts";
export { pyramidAttributes } from "./compute/pyramid-metadata.ts";
export type { PyramidAxis, PyramidDescription } from "./compute/pyramid-metadata.ts";
export { planRechunk, rechunk } from "./compute/rechunk.ts";
export type { RechunkLayout, RechunkOptions, RechunkPlan } from "./compute/rechunk.ts";
export { planReduce, reduce } from "./compute/reduce.ts";
export type { Reduction } from "./compute/reduce.ts";
export type { Region, RegionTask } from "./compute/region.ts";
export { DEFAULT_MAX_MEMORY, runPlan } from "./compute/run-plan.ts";
export type { ComputeOptions, ComputeProgress, ComputeResult } from "./compute/run-plan.ts";
export { storedStatistics, valueStatistics } from "./compute/statistics.ts";
export type { StoredStatistics, ValueStatistics } from "./compute/statistics.ts";
export type { ExecuteOptions, Executor, Plan, Stage, Task, TaskOutcome } from "./compute/task.ts";
