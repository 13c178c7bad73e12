/**
 * Pyramids: an image in several resolutions, as OME-Zarr multiscales.
 *
 * @module
 */
import { createNode, emptyGroup } from "../array/create-node.ts";
import { likeOptions } from "../array/derive-array.ts";
import { joinPath, readNode } from "../array/node-documents.ts";
import type { ZarrArray } from "../array/zarr-array.ts";
import { groupOf } from "../array/zarr-group.ts";
import type { AbortOptions } from "../base/async.ts";
import { UnsupportedError } from "../base/errors.ts";
import { StorePath } from "../storage/store-path.ts";
import { canAverage } from "./downsample.ts";
import { JOB_FOLDER, Job, requireApart } from "./job.ts";
import { documentOf, newArray, storeMetadata } from "./new-array.ts";
import { levelStage } from "./pyramid-level.ts";
import { axesFrom, checkAxes, pyramidAttributes } from "./pyramid-metadata.ts";
import type { PyramidAxis, PyramidDescription } from "./pyramid-metadata.ts";
import { moveStages, planMove } from "./rechunk.ts";
import type { RechunkLayout } from "./rechunk.ts";
import { DEFAULT_MAX_MEMORY, runPlan } from "./run-plan.ts";
import type { ComputeOptions, ComputeResult } from "./run-plan.ts";
import type { Plan, Stage } from "./task.ts";

/** What the pyramid is to be. */
export interface PyramidOptions extends Pick<
  RechunkLayout,
  "chunks" | "shards" | "compressors" | "filters" | "serializer" | "zarrFormat"
> {
  /** `mean` averages blocks, `nearest` takes the first element of each (labels). Default `mean`. */
  readonly method?: "mean" | "nearest" | undefined;
  /** Number of resolutions, the first among them. Default: until no axis of space is longer than 256. */
  readonly levels?: number | undefined;
  /** How much smaller each level is along the axes that are made smaller. Default 2. */
  readonly factor?: number | undefined;
  /** Names of the axes that are made smaller. Default: those of space. */
  readonly downsample?: readonly string[] | undefined;
  /** Default: the array's dimension names, or the last of `t`, `c`, `z`, `y`, `x`. */
  readonly axes?: readonly (string | PyramidAxis)[] | undefined;
  /** Distance of neighbours along each axis. Default 1. */
  readonly scale?: readonly number[] | undefined;
  /** Name of the image. Default: the last name of the target's path, or `image`. */
  readonly name?: string | undefined;
  readonly overwrite?: boolean | undefined;
  readonly maxMemory?: number | undefined;
}

/** The plan of a pyramid. */
export interface PyramidPlan extends Plan {
  readonly levels: readonly ZarrArray[];
  readonly description: PyramidDescription;
}

const NAMES = ["t", "c", "z", "y", "x"];
const LARGEST_TOP = 256;
const MAX_LEVELS = 30;

/**
 * Writes an image in several resolutions: a group with the arrays `0`, `1`, … and OME-Zarr metadata, 0.5 in Zarr format 3 and
 * 0.4 in format 2. Each level is made of the one before, chunk by chunk. Killed or aborted, and called again, it goes on.
 *
 * @throws RangeError for axes that OME-Zarr does not allow; UnsupportedError for the mean of what has none.
 * @example
 * ```ts
 * import { createArray, openGroup } from "zarrkit";
 * import { pyramid } from "zarrkit/compute";
 * import { MemoryStore, StorePath } from "zarrkit/storage";
 *
 * const image = await createArray({}, { shape: [600, 800], chunks: [256, 256], dtype: "uint8", dimensionNames: ["y", "x"] });
 * const store = new MemoryStore();
 * const { levels } = await pyramid(image, new StorePath(store));
 * levels.map(({ shape }) => shape); // [[600, 800], [300, 400], [150, 200]]
 * ```
 */
export async function pyramid(
  source: ZarrArray,
  target: StorePath,
  options: PyramidOptions & ComputeOptions = {},
): Promise<ComputeResult & { readonly levels: readonly ZarrArray[] }> {
  const { executor, onProgress, signal, ...rest } = options;
  const plan = await planPyramid(source, target, rest);
  const result = await runPlan(plan, { executor, onProgress, signal, maxMemory: options.maxMemory });
  return { ...result, levels: plan.levels };
}

/** The plan that `pyramid` runs. */
export async function planPyramid(
  source: ZarrArray,
  at: StorePath,
  options: PyramidOptions = {},
): Promise<PyramidPlan> {
  const { method = "mean", factor = 2, overwrite, maxMemory = DEFAULT_MAX_MEMORY } = options;
  requireApart(source.storePath, at);
  if (!Number.isInteger(factor) || factor < 2)
    throw new RangeError(`factor is a whole number from 2 on, not ${factor}.`);
  if (method === "mean" && !canAverage(source.dataType))
    throw new UnsupportedError(
      `Elements of ${String(source.dataType)} have no mean; use the method "nearest".`,
    );
  const axes = axesOf(source, options.axes);
  const scale = options.scale ?? axes.map(() => 1);
  if (scale.length !== axes.length)
    throw new RangeError(`scale has ${scale.length} numbers for ${axes.length} axes.`);
  const shrinks = shrinkingAxes(axes, options.downsample);
  const shapes = levelShapes(source.shape, shrinks, factor, options.levels);
  const zarrFormat = options.zarrFormat ?? source.zarrFormat;
  const { chunks, shards, compressors, filters, serializer } = options;
  const levels: ZarrArray[] = [];
  for (const [level, shape] of shapes.entries()) {
    const like = likeOptions(source, { chunks, shards, compressors, filters, serializer, zarrFormat });
    levels.push(
      await newArray(new StorePath(at.store, joinPath(at.path, String(level))), {
        ...like,
        shape,
        attributes: {},
        ...(zarrFormat === 3
          ? { dimensionNames: axes.map(({ name }) => name) }
          : { chunkKeyEncoding: { name: "v2", separator: "/" } }),
      }),
    );
  }
  const description: PyramidDescription = {
    name: options.name ?? (at.path.slice(at.path.lastIndexOf("/") + 1) || "image"),
    axes,
    scale,
    method,
    levels: shapes.map((_, level) => ({
      path: String(level),
      factors: shrinks.map((does) => (does ? factor ** level : 1)),
    })),
  };
  const attributes = pyramidAttributes(description, zarrFormat);
  const job = new Job(
    at,
    {
      operation: "pyramid",
      source: String(source.storePath),
      sourceDocument: documentOf(source),
      targetDocuments: levels.map(documentOf),
      attributes,
    },
    { overwrite },
  );
  const [first, ...smaller] = levels;
  const move = planMove(source, first!, maxMemory, undefined);
  const factors = shrinks.map((does) => (does ? factor : 1));
  const stages: Stage[] = [];
  return {
    levels,
    description,
    stages,
    async begin(options) {
      await job.begin(zarrFormat, null, options);
      const place = new StorePath(at.store, joinPath(at.path, `${JOB_FOLDER}/intermediate`));
      const copying = await moveStages(move, place, job, "level 0");
      const shrinking = smaller.map((to, i) =>
        levelStage({ from: levels[i]!, to, factors, method, readBytes: maxMemory / 4 }, i + 1, job),
      );
      stages.splice(0, stages.length, ...copying, ...shrinking);
    },
    async finish(options) {
      for (const level of levels) await storeMetadata(level, options);
      await storeGroup(at, attributes, zarrFormat, options);
      await job.end(options);
    },
  };
}

function axesOf(source: ZarrArray, given: PyramidOptions["axes"]): PyramidAxis[] {
  const { ndim } = source;
  if (given !== undefined) {
    if (given.length !== ndim) throw new RangeError(`There are ${given.length} axes for ${ndim} dimensions.`);
    const axes = given.map((axis) => (typeof axis === "string" ? undefined : axis));
    const named = given.map((axis) => (typeof axis === "string" ? axis : axis.name));
    if (axes.every((axis) => axis === undefined)) return axesFrom(named);
    const full = given.map((axis) => (typeof axis === "string" ? { name: axis } : axis));
    checkAxes(full);
    return full;
  }
  const names = source.dimensionNames;
  if (names !== undefined && names.every((name) => name !== null)) return axesFrom(names);
  if (ndim < 2 || ndim > NAMES.length)
    throw new RangeError(`An image has 2 to 5 dimensions; ${String(source)} has ${ndim}.`);
  return axesFrom(NAMES.slice(-ndim));
}

function shrinkingAxes(axes: readonly PyramidAxis[], names: readonly string[] | undefined): boolean[] {
  const unknown = names?.find((name) => !axes.some((axis) => axis.name === name));
  if (unknown !== undefined)
    throw new RangeError(
      `There is no axis ${JSON.stringify(unknown)}; there are ${axes.map(({ name }) => name).join(", ")}.`,
    );
  return axes.map(({ name, type }) => (names === undefined ? type === "space" : names.includes(name)));
}

/** Shapes of the levels. A length is halved up: no element is left out. */
function levelShapes(
  shape: readonly number[],
  shrinks: readonly boolean[],
  factor: number,
  levels: number | undefined,
): number[][] {
  if (levels !== undefined && (!Number.isInteger(levels) || levels < 1 || levels > MAX_LEVELS))
    throw new RangeError(`levels is a whole number from 1 to ${MAX_LEVELS}, not ${levels}.`);
  const shapes = [[...shape]];
  for (;;) {
    const last = shapes.at(-1)!; // never empty
    const longest = Math.max(0, ...last.filter((_, axis) => shrinks[axis]));
    const enough = levels === undefined ? longest <= LARGEST_TOP : shapes.length >= levels;
    if (enough || longest <= 1 || shapes.length >= MAX_LEVELS) return shapes;
    shapes.push(last.map((length, axis) => (shrinks[axis] ? Math.ceil(length / factor) : length)));
  }
}

async function storeGroup(
  at: StorePath,
  attributes: object,
  zarrFormat: 2 | 3,
  options: AbortOptions,
): Promise<void> {
  const found = await readNode(at.store, at.path, zarrFormat, options);
  if (found === undefined) await createNode(at.store, at.path, emptyGroup(zarrFormat, attributes), options);
  else await groupOf({ at, owned: false }, found).setAttributes(attributes, options);
}
