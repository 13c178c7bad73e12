/**
 * Large reads of local files by threads. The threads are an accelerator and nothing more: what one of them cannot do,
 * for whatever reason, the calling thread does itself, so that results and errors are those of a read without threads.
 *
 * @module
 */
import { abortable, throwIfAborted } from "../base/async.ts";
import { config } from "../base/config.ts";
import { fillPart } from "../codecs/copy-part.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import type { AxisMap, ChunkProjection } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { LocalStore } from "../storage/local-store.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { Lease } from "../workers/pool.ts";
import { threadCount } from "../workers/pool.ts";
import { MAX_VERSIONS, Ring } from "../workers/shared-memory.ts";
import type { Tile } from "../workers/tile-plan.ts";
import { tileOf } from "../workers/tile-plan.ts";
import { cardOf } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import type { ReadEngineOptions } from "./read-engine.ts";
import type { ChunkLayers } from "./chunk-layers.ts";
import { layersOf } from "./chunk-layers.ts";
import { chunkKeyOf, readChunk, readsStraight } from "./read-chunk.ts";
import type { ReadJob, SharedTarget, TileDone } from "./thread-job.ts";
import { chunkNumber, chunkNumbers, chunkOfLayer, planThreads, projectionOf } from "./thread-plan.ts";
import type { ThreadPlan } from "./thread-plan.ts";
import { LEAST_ALONE_BYTES, LEAST_BYTES, MAX_NUMBERS, poolFor } from "./thread-pool-choice.ts";
import { ThreadReports } from "./thread-reports.ts";
import { boxOf, copyInTurns } from "./tile-copy.ts";

/** Does the read with threads where that is possible and pays; false where nothing was done. */
export async function readOnThreads(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  target: Block,
  options: ReadEngineOptions,
): Promise<boolean> {
  const { itemSize } = bound.model.dataType;
  if (selection.kind !== "orthogonal" || itemSize === 0 || !options.readMissingChunks) return false;
  const bytes = sizeOf(selection.axisShape) * itemSize;
  if (bytes < LEAST_BYTES || selection.axes.some((axis) => axis.kind === "list")) return false;
  const files = LocalStore.directFiles(at.store);
  if (files === undefined || readsStraight(bound, selection, target)) return false;
  const card = cardOf(bound.model);
  if (card === undefined) return false;
  const threads = threadCount();
  const pool = await poolFor(bytes, options);
  if (pool === undefined) return false;
  const layers = layersOf(bound, files, (chunkIndex) => chunkKeyOf(at, bound, chunkIndex), selection.axes);
  const plan = planRead(bound, selection.axes, threads, layers);
  if (plan === undefined || !paysFor(plan, bytes)) return false;
  await pool.lease((lease) => {
    const job: ReadJob = {
      kind: "read",
      card,
      root: files.absolute,
      followSymlinks: files.followSymlinks,
      path: at.path,
      axes: selection.axes,
      threads,
      config: config.toJSON(),
      target: sharedTargetOf(target),
      layers: plan.layers,
    };
    return new ThreadRead(at, bound, plan, target, options).run(lease, job);
  }, options);
  return true;
}

/** In layers, unless there are too many chunks to remember their states. */
function planRead(
  bound: BoundModel,
  axes: readonly AxisMap[],
  threads: number,
  layers: ChunkLayers | undefined,
): ThreadPlan | undefined {
  const layered = layers && planThreads(bound, axes, threads, "read", layers);
  if (layered !== undefined && layered.tiles.slotBytes > 0 && chunkNumbers(layered) <= MAX_VERSIONS)
    return layered;
  return planThreads(bound, axes, threads, "read");
}

function paysFor(plan: ThreadPlan, bytes: number): boolean {
  const { tiles, layers } = plan;
  if (tiles.tiles * tiles.maxUnits > MAX_NUMBERS) return false;
  if (bytes >= LEAST_ALONE_BYTES) return true;
  return layers?.isWhole === true ? chunkNumbers(plan) > 1 : tiles.axes.some((parts) => parts.length > 1);
}

/** The result, where it is memory that threads can share. */
function sharedTargetOf({ data, shape, stride, offset }: Block): SharedTarget | undefined {
  if (!(data instanceof Uint8Array) || typeof SharedArrayBuffer === "undefined") return undefined;
  const { buffer, byteOffset, byteLength } = data;
  if (!(buffer instanceof SharedArrayBuffer)) return undefined;
  return { buffer, byteOffset, byteLength, shape, stride, offset };
}

/** One read under way. */
class ThreadRead {
  readonly #at: StorePath;
  readonly #bound: BoundModel;
  readonly #plan: ThreadPlan;
  readonly #target: Block;
  readonly #options: ReadEngineOptions;
  readonly #taken: Uint8Array;
  /** Chunks of which layers are not as all threads agreed, by number: a tile and a cell that are one of each. */
  readonly #again = new Map<number, { tile: Tile; cell: number }>();
  #selected: readonly AxisMap[] = [];
  #reports: ThreadReports | undefined;
  /** Do threads write to the result itself? */
  #isShared = false;
  /** Counts chunks, where somebody wants to know. */
  readonly #progress: ChunkProgress | undefined;

  constructor(at: StorePath, bound: BoundModel, plan: ThreadPlan, target: Block, options: ReadEngineOptions) {
    this.#at = at;
    this.#bound = bound;
    this.#plan = plan;
    this.#target = target;
    this.#options = options;
    this.#taken = new Uint8Array(plan.tiles.tiles);
    this.#progress = options.onProgress && new ChunkProgress(plan, options.onProgress);
  }

  async run(lease: Lease, job: ReadJob): Promise<void> {
    const { tiles } = this.#plan;
    this.#isShared = job.target !== undefined;
    this.#selected = job.axes;
    const ring = new Ring(lease.memory, tiles.slots, tiles.slotBytes);
    const chunks = tiles.layers === undefined ? 0 : chunkNumbers(this.#plan);
    ring.reset(lease.threads, tiles.tiles, (tile) => tileOf(tiles, tile).units, chunks);
    const { signal } = this.#options;
    throwIfAborted(signal);
    const reports = (this.#reports = new ThreadReports(lease, signal));
    const onAbort = (): void => ring.stop();
    signal?.addEventListener("abort", onAbort, { once: true });
    let isRunning = false;
    try {
      lease.start(job);
      isRunning = this.#isShared;
      for (let taken = 0; taken < tiles.tiles; taken++) {
        const report = await abortable(reports.next(), signal);
        if (report === undefined) {
          isRunning = false;
          return await this.#readRest();
        }
        await this.#take(report, ring);
      }
      isRunning = false;
      for (const { tile, cell } of this.#again.values()) await this.#readLayers(tile, cell);
    } finally {
      ring.stop();
      // Threads that write to the result have left it before anybody is told.
      while (isRunning && (await reports.next()) !== undefined);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Copies a tile to its place, and does what its thread could not. */
  async #take({ tile: number, bytes }: TileDone, ring: Ring): Promise<void> {
    const { tiles } = this.#plan;
    const { itemSize } = this.#target;
    const tile = tileOf(tiles, number);
    if (!this.#isShared) {
      const data = bytes ?? ring.tile(number);
      const block = wrapBlock(data.subarray(0, sizeOf(tile.shape) * itemSize), tile.shape, itemSize);
      await copyInTurns(block, boxOf(this.#target, tile), () => this.#pause());
    }
    for (let unit = 0; unit < tile.units; unit++) {
      if (ring.hasFailed(number, unit)) await this.#readUnit(tile, unit);
    }
    this.#taken[number] = 1;
    const next = number + tiles.slots;
    ring.release(number, next < tiles.tiles ? tileOf(tiles, next).units : 0);
    this.#report(tile);
  }

  /** Others have waited long enough; nothing is written once the signal has aborted. */
  async #pause(): Promise<void> {
    await this.#reports?.pause();
    throwIfAborted(this.#options.signal);
  }

  async #readUnit(tile: Tile, unit: number): Promise<void> {
    const { group } = this.#plan.tiles;
    const end = Math.min(tile.cells, (unit + 1) * group);
    for (let cell = unit * group; cell < end; cell++) {
      // Layers of two values must not be mixed: such a chunk is read as one, when no thread writes to it any more.
      if (this.#plan.layers !== undefined)
        this.#again.set(chunkNumber(this.#plan, tile, cell), { tile, cell });
      else
        await this.#readHere(
          projectionOf(
            this.#plan,
            tile,
            cell,
            tile.start.map(() => 0),
          ),
        );
    }
  }

  /** Reads a chunk, or a part of it, in place. */
  async #readHere(projection: ChunkProjection): Promise<void> {
    const { signal } = this.#options;
    throwIfAborted(signal);
    const found = await readChunk(this.#at, this.#bound, projection, this.#target, { signal });
    if (!found) fillPart(projection.part, this.#target, this.#bound.fill);
    await this.#pause();
  }

  /** Reads all layers of the chunk of a cell, as one value. */
  async #readLayers(tile: Tile, cell: number): Promise<void> {
    await this.#readHere(chunkOfLayer(this.#plan, this.#bound, this.#selected, tile, cell));
  }

  /** No thread is left: what they have not delivered is read here. */
  async #readRest(): Promise<void> {
    const { tiles, layers } = this.#plan;
    for (const [number, taken] of this.#taken.entries()) {
      if (taken === 1) continue;
      const tile = tileOf(tiles, number);
      for (let unit = 0; unit < tile.units; unit++) await this.#readUnit(tile, unit);
      if (layers === undefined) this.#report(tile);
    }
    for (const { tile, cell } of this.#again.values()) await this.#readLayers(tile, cell);
    if (layers !== undefined) {
      for (const [number, taken] of this.#taken.entries())
        if (taken === 0) this.#report(tileOf(tiles, number));
    }
  }

  #report(tile: Tile): void {
    this.#progress?.tileDone(tile);
  }
}

/** Counts chunks as they are counted without threads: one is done when all of its cells are. */
class ChunkProgress {
  readonly #plan: ThreadPlan;
  readonly #tell: NonNullable<ReadEngineOptions["onProgress"]>;
  /** By axis and position of a chunk along it: how many cells the selection has of it there. */
  readonly #cellsAlong: readonly ReadonlyMap<number, number>[];
  /** By chunk, cells that are not done yet. */
  readonly #left = new Map<string, number>();
  readonly #total: number;
  #done = 0;

  constructor(plan: ThreadPlan, tell: NonNullable<ReadEngineOptions["onProgress"]>) {
    this.#plan = plan;
    this.#tell = tell;
    this.#cellsAlong = plan.tiles.axes.map((parts, axis) => {
      const cells = new Map<number, number>();
      for (const { cell } of parts) {
        const chunk = Math.floor(cell / plan.perChunk[axis]!);
        cells.set(chunk, (cells.get(chunk) ?? 0) + 1);
      }
      return cells;
    });
    this.#total = this.#cellsAlong.reduce((all, cells) => all * cells.size, 1);
  }

  tileDone(tile: Tile): void {
    for (let cell = 0; cell < tile.cells; cell++) {
      const { chunkIndex } = projectionOf(this.#plan, tile, cell, tile.start);
      const key = chunkIndex.join();
      const all = (): number =>
        chunkIndex.reduce((count, at, axis) => count * this.#cellsAlong[axis]!.get(at)!, 1);
      const left = (this.#left.get(key) ?? all()) - 1;
      if (left > 0) this.#left.set(key, left);
      else {
        this.#left.delete(key);
        this.#done++;
        this.#tell({ chunksDone: this.#done, chunksTotal: this.#total });
      }
    }
  }
}
