/**
 * Copying a hierarchy between stores as it is stored: nothing is decoded.
 *
 * @module
 */
import { createNode, emptyGroup, missingAncestors } from "../array/create-node.ts";
import { keepConsolidated } from "../array/consolidated-upkeep.ts";
import type { NodeChange } from "../array/consolidated-upkeep.ts";
import { joinPath, readNode } from "../array/node-documents.ts";
import { open } from "../array/open.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import { ReadOnlyError } from "../base/errors.ts";
import type { StorePath } from "../storage/store-path.ts";
import { JOB_FOLDER, Job, requireApart } from "./job.ts";
import { canList } from "./listing.ts";
import { chunkKey } from "./new-array.ts";
import { cellBytes } from "./rechunk-regions.ts";
import { cellsIn } from "./region.ts";
import { runPlan } from "./run-plan.ts";
import type { ComputeOptions, ComputeResult } from "./run-plan.ts";
import type { Plan, Stage, Task } from "./task.ts";

/** Options of `planCopy`. */
export interface CopyPlanOptions {
  /** Delete what is at the target. Default: refuse, unless it is this very job, half done. */
  readonly overwrite?: boolean | undefined;
}

/** A value to be copied. */
export interface KeyTask extends Task {
  /** Relative to the source. */
  readonly key: string;
}

const METADATA = /(^|\/)(zarr\.json|\.zarray|\.zgroup|\.zattrs|\.zmetadata)$/;
/** What a value is taken to have where nothing tells. */
const UNKNOWN_BYTES = 2 ** 20;

/**
 * Copies a node with all below it, as it is stored. Killed or aborted, and called again, it goes on with what is missing.
 * Metadata goes last, children before their groups, so that no reader sees a node without its chunks. Where the source cannot
 * be listed (plain HTTP), its nodes must be known from consolidated metadata.
 *
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { copyTree } from "zarrkit/compute";
 * import { MemoryStore, StorePath } from "zarrkit/storage";
 *
 * const [from, to] = [new MemoryStore(), new MemoryStore()];
 * await createArray(from, { path: "a", data: [1, 2, 3], chunks: [2] });
 * (await copyTree(new StorePath(from), new StorePath(to))).chunks; // 2
 * ```
 */
export async function copyTree(
  source: StorePath,
  target: StorePath,
  options: CopyPlanOptions & ComputeOptions = {},
): Promise<ComputeResult> {
  const { overwrite, ...run } = options;
  return await runPlan(await planCopy(source, target, { overwrite }, options), run);
}

/** The plan that `copyTree` runs. */
export async function planCopy(
  source: StorePath,
  target: StorePath,
  options: CopyPlanOptions = {},
  { signal }: AbortOptions = {},
): Promise<Plan> {
  requireApart(source, target);
  // Found without its codecs and data type: what is not known here is copied all the same.
  const found = await readNode(source.store, source.path, undefined, { signal });
  const zarrFormat = found?.metadata.zarrFormat ?? (await open(source, { signal })).zarrFormat;
  const listed = await canList(source, { signal });
  const arrays = await arraysBelow(source, listed, { signal });
  const job = new Job(target, { operation: "copy", source: String(source), zarrFormat }, options);
  const documents: string[] = [];
  const stage: Stage<KeyTask> = {
    name: "copy",
    chunks: arrays === undefined ? undefined : sum(arrays.map(({ chunks }) => chunks)),
    size: arrays === undefined ? undefined : sum(arrays.map(({ chunks, bytes }) => chunks * bytes)),
    async *tasks(options) {
      documents.length = 0;
      for await (const task of tasksOf(source, listed, arrays ?? [], options)) {
        if (METADATA.test(task.key)) documents.push(task.key);
        else yield task;
      }
    },
    async run({ key }, options) {
      const to = joinPath(target.path, key);
      if (await job.has(target.store, to, options)) return { skipped: true, chunks: 1, result: undefined };
      const value = await source.store.get(joinPath(source.path, key), undefined, options);
      // Where the source cannot be listed, chunks that were never written are among the tasks.
      if (value !== undefined) await target.store.set(to, value, options);
      return { skipped: false, chunks: value === undefined ? 0 : 1, result: undefined };
    },
  };
  return {
    stages: [stage],
    begin: async (options) => {
      await job.begin(zarrFormat, null, options);
    },
    async finish(options) {
      await makeAncestors(target, zarrFormat, options);
      const deepestFirst = documents.sort(
        (a, b) => b.split("/").length - a.split("/").length || (a < b ? -1 : 1),
      );
      for (const key of deepestFirst) {
        const value = await source.store.get(joinPath(source.path, key), undefined, options);
        if (value !== undefined) await target.store.set(joinPath(target.path, key), value, options);
      }
      await keepAbove(target, documents, zarrFormat, options);
      await job.end(options);
    },
  };
}

/** What is known of an array whose chunks are copied. */
interface CopiedArray {
  readonly path: string;
  readonly array: ZarrArray;
  /** Chunks of its grid, stored or not. */
  readonly chunks: number;
  /** Most that a chunk is likely to have encoded. */
  readonly bytes: number;
}

/** The arrays below a place, those deep in the hierarchy first; `undefined` where some are not known here. */
async function arraysBelow(
  at: StorePath,
  listed: boolean,
  options: AbortOptions,
): Promise<CopiedArray[] | undefined> {
  const arrays: ZarrArray[] = [];
  try {
    const node = await open(at, options);
    if (node instanceof ZarrArray) arrays.push(node);
    else for await (const [, array] of node.arrays({ ...options, maxDepth: null })) arrays.push(array);
  } catch (error) {
    if (!listed || options.signal?.aborted === true) throw error;
    return undefined;
  }
  return arrays
    .map((array) => {
      const { itemSize } = array.dataType;
      const chunks = array.model.grid.shape.reduce((count, length) => count * length, 1);
      const bytes = itemSize === 0 ? UNKNOWN_BYTES : cellBytes(array.model.grid, itemSize);
      return { path: array.path, array, chunks, bytes };
    })
    .sort((a, b) => b.path.length - a.path.length);
}

/** Every value below a place; documents among them. */
async function* tasksOf(
  at: StorePath,
  listed: boolean,
  arrays: readonly CopiedArray[],
  options: AbortOptions,
): AsyncGenerator<KeyTask, void, undefined> {
  const { store, path } = at;
  const prefix = path === "" ? "" : `${path}/`;
  if (!listed) {
    yield* knownTasks(at, arrays, prefix, options);
    return;
  }
  for await (const key of store.listPrefix(prefix, options)) {
    const relative = key.slice(prefix.length);
    if (relative.startsWith(`${JOB_FOLDER}/`)) continue;
    const array = arrays.find((each) => each.path === "" || key.startsWith(`${each.path}/`));
    yield keyTask(relative, array?.bytes ?? UNKNOWN_BYTES);
  }
}

/** Documents and chunks that metadata names. */
async function* knownTasks(
  at: StorePath,
  arrays: readonly CopiedArray[],
  prefix: string,
  options: AbortOptions,
): AsyncGenerator<KeyTask, void, undefined> {
  const node = await open(at, options);
  const names = node.zarrFormat === 3 ? ["zarr.json"] : [".zarray", ".zgroup", ".zattrs", ".zmetadata"];
  const paths = [node.path];
  if (!(node instanceof ZarrArray))
    for await (const name of node.keys({ ...options, maxDepth: null })) paths.push(joinPath(node.path, name));
  for (const each of paths)
    for (const name of names) yield keyTask(joinPath(each, name).slice(prefix.length), UNKNOWN_BYTES);
  for (const { array, bytes } of arrays) {
    const everything = array.shape.map((length) => [0, length] as const);
    for (const chunk of cellsIn(array.model.grid, everything))
      yield keyTask(chunkKey(array, chunk).slice(prefix.length), bytes);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function keyTask(key: string, bytes: number): KeyTask {
  return { id: key, key, bytes, size: bytes };
}

/** @throws ReadOnlyError; ContainsArrayError where a parent is an array. */
async function makeAncestors(target: StorePath, zarrFormat: 2 | 3, options: AbortOptions): Promise<void> {
  const { store, path } = target;
  if (store.readOnly)
    throw new ReadOnlyError(`${String(store)} is read-only.`, { store: String(store), path });
  const deepest = (await missingAncestors(store, path, zarrFormat, options)).at(-1);
  if (deepest !== undefined) await createNode(store, deepest, emptyGroup(zarrFormat), options);
}

/** Consolidated metadata above the target learns of the new nodes. */
async function keepAbove(
  target: StorePath,
  documents: readonly string[],
  zarrFormat: 2 | 3,
  options: AbortOptions,
): Promise<void> {
  if (target.path === "") return;
  const paths = new Set(
    documents.map((key) => joinPath(target.path, key.slice(0, Math.max(0, key.lastIndexOf("/"))))),
  );
  const changes: NodeChange[] = [];
  for (const path of [...paths].sort()) {
    const node = await readNode(target.store, path, zarrFormat, options);
    if (node !== undefined) changes.push({ path, node });
  }
  if (changes.length > 0) await keepConsolidated(target.store, changes, zarrFormat, options);
}
