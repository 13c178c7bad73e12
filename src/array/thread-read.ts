/**
 * Large reads of local files by threads. The threads are an accelerator and nothing more: what one of them cannot do,
 * for whatever reason, the calling thread does itself, so that results and errors are those of a read without threads.
 *
 * @module
 */
import { nextTurn, throwIfAborted } from "../base/async.ts";
import { config } from "../base/config.ts";
import { fillPart } from "../codecs/copy-part.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import { LocalStore } from "../storage/local-store.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { Lease, ThreadPool } from "../workers/pool.ts";
import { readyPool, startedPool, startPool } from "../workers/pool.ts";
import { MAX_THREADS, Ring } from "../workers/shared-memory.ts";
import type { Tile } from "../workers/tile-plan.ts";
import { tileOf } from "../workers/tile-plan.ts";
import { cardOf } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import type { ReadEngineOptions } from "./read-engine.ts";
import { readChunk } from "./read-chunk.ts";
import type { ReadJob, TileDone } from "./thread-job.ts";
import { planThreads, projectionOf } from "./thread-plan.ts";
import type { ThreadPlan } from "./thread-plan.ts";

/** Decoded bytes below which a read is done in place. */
const LEAST_BYTES = 2 ** 20;
/** One chunk alone is not faster elsewhere; but a long one would keep everybody else waiting. */
const LEAST_ALONE_BYTES = 8 * 2 ** 20;
/** Decoded bytes that pay for starting threads, which takes some 70 ms. */
const COLD_BYTES = 64 * 2 ** 20;
/** Bytes that are copied before others may have their turn. */
const COPY_BYTES = 4 * 2 ** 20;
/** The most numbers that workers take of one read. */
const MAX_NUMBERS = 2 ** 30;

/** Bytes of reads that were too small to start the pool; many of them start it, too. */
let missedBytes = 0;

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
  if (files === undefined) return false;
  const card = cardOf(bound.model);
  if (card === undefined) return false;
  const plan = planThreads(bound, selection.axes, MAX_THREADS);
  if (plan === undefined || !paysFor(plan, bytes)) return false;
  const pool = await poolFor(bytes, options);
  if (pool === undefined) return false;
  await pool.lease((lease) => {
    const job: ReadJob = {
      kind: "read",
      card,
      root: files.absolute,
      followSymlinks: files.followSymlinks,
      path: at.path,
      axes: selection.axes,
      threads: MAX_THREADS,
      config: config.toJSON(),
    };
    return new ThreadRead(at, bound, plan, target, options).run(lease, job);
  }, options);
  return true;
}

function paysFor({ tiles }: ThreadPlan, bytes: number): boolean {
  if (tiles.tiles * tiles.maxUnits > MAX_NUMBERS) return false;
  return bytes >= LEAST_ALONE_BYTES || tiles.axes.some((parts) => parts.length > 1);
}

/** The pool, if it runs or the read pays for its start. */
async function poolFor(bytes: number, options: ReadEngineOptions): Promise<ThreadPool | undefined> {
  const ready = readyPool();
  if (ready !== undefined) return ready;
  if (bytes >= COLD_BYTES) return await startedPool(options);
  missedBytes += bytes;
  if (missedBytes >= COLD_BYTES) startPool();
  return undefined;
}

/** One read under way. */
class ThreadRead {
  readonly #at: StorePath;
  readonly #bound: BoundModel;
  readonly #plan: ThreadPlan;
  readonly #target: Block;
  readonly #options: ReadEngineOptions;
  readonly #taken: Uint8Array;
  readonly #total: number;
  #done = 0;
  #turnStart = 0;

  constructor(at: StorePath, bound: BoundModel, plan: ThreadPlan, target: Block, options: ReadEngineOptions) {
    this.#at = at;
    this.#bound = bound;
    this.#plan = plan;
    this.#target = target;
    this.#options = options;
    this.#taken = new Uint8Array(plan.tiles.tiles);
    // Chunks, as they are counted without threads: the cells of a shard are one.
    this.#total = plan.tiles.axes.reduce((all, parts) => all * parts.length, 1);
  }

  async run(lease: Lease, job: ReadJob): Promise<void> {
    const { tiles } = this.#plan;
    const ring = new Ring(lease.memory, tiles.slots, tiles.slotBytes);
    ring.reset(tiles.tiles, (tile) => tileOf(tiles, tile).units);
    const { signal } = this.#options;
    throwIfAborted(signal);
    const queue: (TileDone | undefined)[] = [];
    let wake: () => void = () => {};
    lease.onMessage = (message) => {
      queue.push(message as TileDone | undefined); // workers say nothing else
      wake();
    };
    const onAbort = (): void => {
      ring.stop();
      wake();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      lease.start(job);
      for (let taken = 0; taken < tiles.tiles;) {
        throwIfAborted(signal);
        if (queue.length === 0) {
          await new Promise<void>((resolve) => (wake = resolve));
          this.#turnStart = performance.now();
          continue;
        }
        const message = queue.shift();
        if (message === undefined) return await this.#readRest();
        await this.#take(message, ring);
        taken++;
      }
    } finally {
      ring.stop();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Copies a tile to its place, and does what its thread could not. */
  async #take({ tile: number, bytes }: TileDone, ring: Ring): Promise<void> {
    const { tiles } = this.#plan;
    const { itemSize } = this.#target;
    const tile = tileOf(tiles, number);
    const data = bytes ?? ring.tile(number);
    const block = wrapBlock(data.subarray(0, sizeOf(tile.shape) * itemSize), tile.shape, itemSize);
    await this.#copy(block, tile);
    for (let unit = 0; unit < tile.units; unit++) {
      if (ring.hasFailed(number, unit)) await this.#readUnit(tile, unit);
    }
    this.#taken[number] = 1;
    const next = number + tiles.slots;
    ring.release(number, next < tiles.tiles ? tileOf(tiles, next).units : 0);
    this.#report(tile);
  }

  async #copy(block: Block, tile: Tile): Promise<void> {
    const target = this.#target;
    const offset = tile.start.reduce((sum, at, axis) => sum + at * target.stride[axis]!, target.offset);
    // Along the first axis that is longer than 1: a piece then has the same runs as the whole.
    const axis = Math.max(
      0,
      tile.shape.findIndex((length) => length > 1),
    );
    const length = tile.shape[axis]!;
    const rowBytes = (sizeOf(tile.shape) / length) * block.itemSize;
    const step = Math.max(1, Math.floor(COPY_BYTES / rowBytes));
    for (let from = 0; from < length; from += step) {
      const shape = [...tile.shape];
      shape[axis] = Math.min(step, length - from);
      copyBlock(
        { ...block, shape, offset: block.offset + from * block.stride[axis]! },
        { ...target, shape, offset: offset + from * target.stride[axis]! },
      );
      await this.#yieldIfLong();
    }
  }

  /** Others have waited long enough. */
  async #yieldIfLong(): Promise<void> {
    if (performance.now() - this.#turnStart < 6) return;
    await nextTurn();
    this.#turnStart = performance.now();
    throwIfAborted(this.#options.signal);
  }

  async #readUnit(tile: Tile, unit: number): Promise<void> {
    const { group } = this.#plan.tiles;
    const end = Math.min(tile.cells, (unit + 1) * group);
    for (let cell = unit * group; cell < end; cell++) {
      const projection = projectionOf(
        this.#plan,
        tile,
        cell,
        tile.start.map(() => 0),
      );
      const { signal } = this.#options;
      const found = await readChunk(this.#at, this.#bound, projection, this.#target, { signal });
      if (!found) fillPart(projection.part, this.#target, this.#bound.fill);
      await this.#yieldIfLong();
    }
  }

  /** No thread is left: what they have not delivered is read here. */
  async #readRest(): Promise<void> {
    const { tiles } = this.#plan;
    for (const [number, taken] of this.#taken.entries()) {
      if (taken === 1) continue;
      const tile = tileOf(tiles, number);
      for (let unit = 0; unit < tile.units; unit++) {
        throwIfAborted(this.#options.signal);
        await this.#readUnit(tile, unit);
      }
      this.#report(tile);
    }
  }

  #report(tile: Tile): void {
    const { onProgress } = this.#options;
    for (let cell = 0; cell < tile.cells; cell++) {
      this.#done++;
      onProgress?.({ chunksDone: this.#done, chunksTotal: this.#total });
    }
  }
}
