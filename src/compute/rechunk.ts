/**
 * Rechunking: the values of an array in other chunks, shards or codecs, anywhere, in bounded memory.
 *
 * @module
 */
import type { CreateArrayOptions } from "../array/create-array.ts";
import { likeOptions } from "../array/derive-array.ts";
import type { FromArrayOptions } from "../array/derive-array.ts";
import { joinPath } from "../array/node-documents.ts";
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import { isJsonObject } from "../base/json.ts";
import type { JsonValue } from "../base/json.ts";
import { rectilinearGrid } from "../grids/rectilinear.ts";
import { StorePath } from "../storage/store-path.ts";
import { JOB_FOLDER, Job, requireApart } from "./job.ts";
import { chunkKey, documentOf, newArray, storeMetadata } from "./new-array.ts";
import { boxEdges, cellBytes, chooseWay, commonLengths, longestCells } from "./rechunk-regions.ts";
import type { RechunkWay } from "./rechunk-regions.ts";
import { gridRegions, regionId, regionSize } from "./region.ts";
import type { RegionTask } from "./region.ts";
import { DEFAULT_MAX_MEMORY, runPlan } from "./run-plan.ts";
import type { ComputeOptions, ComputeResult } from "./run-plan.ts";
import type { Plan, Stage } from "./task.ts";
import { BufferPool, chunksIn, transfer, VARIABLE_BYTES } from "./transfer.ts";
import type { TransferLimits } from "./transfer.ts";

/** What the new array is to be; what is left out is as the source has it, but for shards where `chunks` are given. */
export type RechunkLayout = Omit<
  FromArrayOptions,
  "data" | "writeData" | "overwrite" | "path" | "name" | "storageOptions" | "signal"
>;

/** Options of `planRechunk`. */
export interface RechunkOptions extends RechunkLayout {
  /** Delete what is at the target. Default: refuse, unless it is this very job, half done. */
  readonly overwrite?: boolean | undefined;
  /** Bytes of array data in memory. Default 256 MiB. */
  readonly maxMemory?: number | undefined;
  /** Where an intermediate array goes if one is needed. Default: below the target, until the job is done. */
  readonly temporary?: StorePath | undefined;
  /** Default: whichever reads less. */
  readonly way?: "direct" | "staged" | undefined;
}

/** The plan of a rechunking. */
export interface RechunkPlan extends Plan {
  readonly target: ZarrArray;
  /** `staged`: by an intermediate array, as boxes large enough for both chunkings do not fit in memory. */
  readonly way: "direct" | "staged";
}

/**
 * Rechunks an array. Killed or aborted, and called again, it goes on with the chunks that are missing. Metadata is stored
 * last, so that no reader sees half an array.
 *
 * @throws RangeError when one chunk of source or target needs more than `maxMemory`; it says how much.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { rechunk } from "zarrkit/compute";
 * import { MemoryStore, StorePath } from "zarrkit/storage";
 *
 * const source = await createArray({}, { data: Array.from({ length: 12 }, (_, i) => i), chunks: [3] });
 * const { target } = await rechunk(source, new StorePath(new MemoryStore(), "b"), { chunks: [4] });
 * target.chunks; // [4]
 * String(await target.get("8:")); // [ 8.  9. 10. 11.]
 * ```
 */
export async function rechunk(
  source: ZarrArray,
  target: StorePath,
  options: RechunkOptions & ComputeOptions = {},
): Promise<ComputeResult & { readonly target: ZarrArray }> {
  const { executor, onProgress, signal, ...rest } = options;
  const plan = await planRechunk(source, target, rest, { signal });
  const result = await runPlan(plan, { executor, onProgress, signal, maxMemory: options.maxMemory });
  return { ...result, target: plan.target };
}

/** The plan that `rechunk` runs. The same arguments make the same plan, whatever process makes it. */
export async function planRechunk(
  source: ZarrArray,
  at: StorePath,
  options: RechunkOptions = {},
  { signal }: AbortOptions = {},
): Promise<RechunkPlan> {
  const { overwrite, maxMemory = DEFAULT_MAX_MEMORY, temporary, way: forced, ...given } = options;
  // Shards of the source would seldom fit chunks that are asked for.
  const layout =
    given.chunks === undefined || given.shards !== undefined ? given : { ...given, shards: null };
  requireApart(source.storePath, at);
  const target = await newArray(at, likeOptions(source, layout));
  const move = planMove(source, target, maxMemory, forced);
  const job = new Job(
    at,
    {
      operation: "rechunk",
      source: String(source.storePath),
      sourceDocument: documentOf(source),
      targetDocument: documentOf(target),
    },
    { overwrite },
  );
  const stages: Stage[] = [];
  const place = temporary ?? new StorePath(at.store, joinPath(at.path, `${JOB_FOLDER}/intermediate`));
  return {
    target,
    way: move.way.kind,
    stages,
    begin: async (options) => {
      const resumed = await job.begin(target.zarrFormat, move.way, { signal, ...options });
      // Boxes of another size would look for an intermediate array with other chunks.
      const way = resumed ? (wayOf(job.state) ?? move.way) : move.way;
      stages.splice(0, stages.length, ...(await moveStages({ ...move, way }, place, job)));
    },
    async finish(options) {
      await storeMetadata(target, options);
      if (temporary !== undefined && stages.length > 1 && temporary.store.supportsDeletes)
        await temporary.deleteDir(options);
      await job.end(options);
    },
  };
}

/** How memory is shared out. */
export interface Budget {
  /** For one box. */
  readonly boxBytes: number;
  /** For what is read into it, or written from it, at the same time. */
  readonly flightBytes: number;
}

function budgetOf(source: ZarrArray, target: ZarrArray, maxMemory: number): Budget {
  const itemSize = source.dataType.itemSize || VARIABLE_BYTES;
  const written = cellBytes(target.model.grid, itemSize);
  const read = readLengths(source).reduce((bytes, length) => bytes * length, itemSize);
  // Encoded and decoded at once.
  const flight = 2 * Math.max(written, read);
  const least = Math.max(written, read) + flight;
  if (least > maxMemory)
    throw new RangeError(
      `Rechunking ${String(source)} needs ${least} bytes of memory: a chunk of ${written} bytes is written and one of ${read} read, each encoded and decoded; maxMemory is ${maxMemory}.`,
    );
  const boxBytes = Math.max(Math.min(maxMemory / 2, maxMemory - flight), written);
  return { boxBytes, flightBytes: maxMemory - boxBytes };
}

/** Lengths of what is decoded at a time. */
function readLengths(source: ZarrArray): readonly number[] {
  const inner = source.model.chain.arrayBytes.innerChunkShape;
  return inner !== undefined && source.model.chain.codecs.length === 1
    ? inner
    : longestCells(source.model.grid);
}

/** Values on their way from one array to another. */
export interface Move {
  readonly source: ZarrArray;
  readonly target: ZarrArray;
  readonly way: RechunkWay;
  readonly budget: Budget;
}

/**
 * Chooses the way from one array to another of the same shape.
 *
 * @throws RangeError when one chunk needs more than `maxMemory`.
 */
export function planMove(
  source: ZarrArray,
  target: ZarrArray,
  maxMemory: number,
  forced?: RechunkWay["kind"],
): Move {
  const budget = budgetOf(source, target, maxMemory);
  const shape = {
    source: source.model.grid,
    target: target.model.grid,
    readLengths: readLengths(source),
    itemSize: source.dataType.itemSize || VARIABLE_BYTES,
    boxBytes: budget.boxBytes,
  };
  return { source, target, budget, way: chooseWay(shape, forced) };
}

/** The stages of a move: one, or two by an intermediate array at `place`. */
export async function moveStages(
  { source, target, way, budget }: Move,
  place: StorePath,
  job: Job,
  name = "",
): Promise<Stage[]> {
  if (way.kind === "direct")
    return [moveStage(name || "rechunk", source, target, target, way.cells, budget, job)];
  const edges = [
    boxEdges(source.model.grid, way.sourceCells),
    boxEdges(target.model.grid, way.targetCells),
  ] as const;
  const lengths = commonLengths(edges[0], edges[1]);
  const isView = source.dataType.isView;
  const between: CreateArrayOptions = {
    shape: source.shape,
    dtype: source.dataType,
    chunks: rectilinearGrid(source.shape, lengths),
    // A box that holds only fill value is written too, so that a resumed job finds it.
    config: { writeEmptyChunks: true },
    zarrFormat: 3,
    ...(isView
      ? { compressors: { name: "blosc", configuration: { cname: "lz4", clevel: 1, shuffle: "shuffle" } } }
      : {}),
  };
  const intermediate = await newArray(place, between);
  return [
    moveStage(`${name} split`.trim(), source, intermediate, source, way.sourceCells, budget, job),
    moveStage(`${name} join`.trim(), intermediate, target, target, way.targetCells, budget, job),
  ];
}

/** A stage that moves boxes of whole cells of `boxesOf`, each of whole chunks of `to`. */
function moveStage(
  name: string,
  from: ZarrArray,
  to: ZarrArray,
  boxesOf: ZarrArray,
  cells: readonly number[],
  budget: Budget,
  job: Job,
): Stage<RegionTask> {
  const itemSize = from.dataType.itemSize || VARIABLE_BYTES;
  const { grid } = boxesOf.model;
  const pool = new BufferPool();
  const limits = limitsOf(from, to, budget.flightBytes, itemSize);
  const readBytes = readLengths(from).reduce((bytes, length) => bytes * length, itemSize);
  const flight = 2 * Math.max(limits.reads * readBytes, limits.writes * cellBytes(to.model.grid, itemSize));
  return {
    name,
    chunks: to.model.grid.shape.reduce((count, length) => count * length, 1),
    size: from.size * itemSize,
    *tasks() {
      for (const region of gridRegions(grid, cells)) {
        const size = regionSize(region) * itemSize;
        yield { id: regionId(region), region, size, bytes: size + Math.min(flight, budget.flightBytes) };
      }
    },
    async run({ region }, options) {
      const all = chunksIn(to, region);
      const missing: number[][] = [];
      for (const chunk of all)
        if (!(await job.has(to.store, chunkKey(to, chunk), options))) missing.push(chunk);
      await transfer(from, to, region, missing, limits, pool, options);
      return { skipped: missing.length === 0, chunks: all.length, result: undefined };
    },
  };
}

function limitsOf(from: ZarrArray, to: ZarrArray, flightBytes: number, itemSize: number): TransferLimits {
  const lengths = readLengths(from);
  const inner = from.model.chain.arrayBytes.innerChunkShape;
  const readBytes = lengths.reduce((bytes, length) => bytes * length, itemSize);
  const most = (bytes: number): number => Math.max(1, Math.min(8, Math.floor(flightBytes / (2 * bytes))));
  if (inner === undefined || from.model.chain.codecs.length > 1)
    return {
      pieceLengths: undefined,
      reads: most(readBytes),
      writes: most(cellBytes(to.model.grid, itemSize)),
    };
  // A piece of a shard is as many inner chunks along the last axes as fit: neighbours come in one request.
  const cell = longestCells(from.model.grid);
  const pieceLengths = [...inner];
  let bytes = readBytes;
  for (let axis = pieceLengths.length - 1; axis >= 0; axis--) {
    const more = Math.max(
      1,
      Math.min(Math.ceil(cell[axis]! / inner[axis]!), Math.floor(flightBytes / 4 / bytes)),
    );
    pieceLengths[axis] = inner[axis]! * more;
    bytes *= more;
  }
  return { pieceLengths, reads: most(bytes), writes: most(cellBytes(to.model.grid, itemSize)) };
}

/** A way as a job kept it. */
function wayOf(json: JsonValue | undefined): RechunkWay | undefined {
  if (json === undefined || !isJsonObject(json)) return undefined;
  const { kind, cells, sourceCells, targetCells, amplification } = json;
  if (kind === "direct" && isCounts(cells))
    return { kind, cells, amplification: typeof amplification === "number" ? amplification : 1 };
  return kind === "staged" && isCounts(sourceCells) && isCounts(targetCells)
    ? { kind, sourceCells, targetCells }
    : undefined;
}

function isCounts(json: JsonValue | undefined): json is readonly number[] {
  return Array.isArray(json) && json.every((count) => Number.isSafeInteger(count) && count >= 1);
}
