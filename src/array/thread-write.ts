/**
 * Large writes to local files by threads. As with reads, what a thread cannot do the calling thread does itself: the
 * chunks that a write covers only in part, and whatever fails.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import { config } from "../base/config.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { LocalStore } from "../storage/local-store.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { Lease } from "../workers/pool.ts";
import { threadCount } from "../workers/pool.ts";
import { Ring } from "../workers/shared-memory.ts";
import type { Tile } from "../workers/tile-plan.ts";
import { tileOf } from "../workers/tile-plan.ts";
import { cardOf } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import { forgetChunk } from "./chunk-cache.ts";
import { locksOf } from "./chunk-locks.ts";
import { chunkKeyOf } from "./read-chunk.ts";
import type { WriteJob } from "./thread-job.ts";
import { planThreads, projectionOf } from "./thread-plan.ts";
import type { ThreadPlan } from "./thread-plan.ts";
import { LEAST_ALONE_BYTES, LEAST_BYTES, MAX_NUMBERS, poolFor } from "./thread-pool-choice.ts";
import { ThreadReports } from "./thread-reports.ts";
import { boxOf, copyInTurns } from "./tile-copy.ts";
import { writeLocked } from "./write-chunk.ts";
import type { WriteEngineOptions } from "./write-engine.ts";

/** Chunks and shards larger than this are written by the calling thread. */
const MAX_OWN_BYTES = 2 ** 30;

/** Does the write with threads where that is possible and pays; false where nothing was done. */
export async function writeOnThreads(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  value: Block,
  options: WriteEngineOptions,
): Promise<boolean> {
  const { dataType, chain } = bound.model;
  const { itemSize } = dataType;
  if (selection.kind !== "orthogonal" || itemSize === 0 || options.place !== undefined) return false;
  const bytes = sizeOf(selection.axisShape) * itemSize;
  if (bytes < LEAST_BYTES || selection.axes.some((axis) => axis.kind === "list")) return false;
  const files = LocalStore.directFiles(at.store);
  if (files === undefined || at.store.readOnly) return false;
  const card = chain.codecs.some((codec) => codec.hasOwnSettings === true) ? undefined : cardOf(bound.model);
  if (card === undefined) return false;
  const threads = threadCount();
  const plan = planThreads(bound, selection.axes, threads, "write");
  if (plan === undefined || plan.tiles.tileBytes > MAX_OWN_BYTES) return false;
  if (plan.tiles.tiles * plan.tiles.maxUnits > MAX_NUMBERS) return false;
  if (bytes < LEAST_ALONE_BYTES && plan.tiles.axes.every((parts) => parts.length === 1)) return false;
  const pool = await poolFor(bytes, options);
  if (pool === undefined) return false;
  await pool.lease((lease) => {
    const { slots, slotBytes, tileBytes } = plan.tiles;
    const job: WriteJob = {
      kind: "write",
      card,
      root: files.absolute,
      followSymlinks: files.followSymlinks,
      fsync: files.fsync,
      path: at.path,
      axes: selection.axes,
      threads,
      config: config.toJSON(),
      writeEmptyChunks: options.writeEmptyChunks,
      own:
        slotBytes > 0
          ? []
          : Array.from({ length: Math.min(slots, lease.threads) }, () => new SharedArrayBuffer(tileBytes)),
    };
    return new ThreadWrite(at, bound, plan, value, options).run(lease, job);
  }, options);
  return true;
}

/** One write under way. */
class ThreadWrite {
  readonly #at: StorePath;
  readonly #bound: BoundModel;
  readonly #plan: ThreadPlan;
  readonly #value: Block;
  readonly #options: WriteEngineOptions;
  readonly #written: Uint8Array;
  readonly #total: number;
  /** By tile: gives back the locks of its chunks. */
  readonly #locks = new Map<number, () => void>();
  #done = 0;

  constructor(at: StorePath, bound: BoundModel, plan: ThreadPlan, value: Block, options: WriteEngineOptions) {
    this.#at = at;
    this.#bound = bound;
    this.#plan = plan;
    this.#value = value;
    this.#options = options;
    this.#written = new Uint8Array(plan.tiles.tiles);
    this.#total = plan.tiles.axes.reduce((all, parts) => all * parts.length, 1);
  }

  async run(lease: Lease, job: WriteJob): Promise<void> {
    const { tiles } = this.#plan;
    const slots = job.own.length > 0 ? job.own.length : tiles.slots;
    const ring = new Ring(lease.memory, slots, tiles.slotBytes, job.own);
    ring.reset(lease.threads, 0, () => 0);
    const { signal } = this.#options;
    throwIfAborted(signal);
    const reports = new ThreadReports(lease, signal);
    const onAbort = (): void => ring.stop();
    signal?.addEventListener("abort", onAbort, { once: true });
    let isRunning = true;
    try {
      lease.start(job);
      for (let tile = 0; tile < Math.min(slots, tiles.tiles); tile++) await this.#fill(tile, ring, reports);
      for (let written = 0; written < tiles.tiles; written++) {
        const report = await reports.next();
        if (report === undefined) {
          isRunning = false;
          throwIfAborted(signal);
          await this.#writeRest();
          return;
        }
        const { tile } = report;
        await this.#finish(tile, ring, reports);
        if (tile + slots < tiles.tiles) await this.#fill(tile + slots, ring, reports);
      }
    } finally {
      ring.stop();
      // Threads may be in the middle of a chunk: their locks are theirs until they have left.
      while (isRunning && this.#locks.size > 0 && (await reports.next()) !== undefined);
      for (const number of this.#locks.keys()) this.#unlock(number);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Puts the values of a tile into its slot, and hands it to the threads. */
  async #fill(number: number, ring: Ring, reports: ThreadReports): Promise<void> {
    const tile = tileOf(this.#plan.tiles, number);
    const { itemSize } = this.#value;
    await this.#lock(number, tile);
    const slot = ring.tile(number).subarray(0, sizeOf(tile.shape) * itemSize);
    await copyInTurns(boxOf(this.#value, tile), wrapBlock(slot, tile.shape, itemSize), () => reports.pause());
    ring.publish(number, tile.units);
  }

  /** What threads could not do of a tile is done here. */
  async #finish(number: number, ring: Ring, reports: ThreadReports): Promise<void> {
    const tile = tileOf(this.#plan.tiles, number);
    for (let unit = 0; unit < tile.units; unit++) {
      if (!ring.hasFailed(number, unit)) continue;
      await this.#writeUnit(tile, unit);
      await reports.pause();
    }
    this.#unlock(number);
    this.#written[number] = 1;
    this.#report(tile);
  }

  /** Takes the locks of a tile's chunks. Only one write at a time takes more than one, so that none waits for another in a circle. */
  async #lock(number: number, tile: Tile): Promise<void> {
    const locks = locksOf(this.#at.store);
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    this.#locks.set(number, release);
    const taken: Promise<void>[] = [];
    for (let cell = 0; cell < tile.cells; cell++) {
      const { chunkIndex } = projectionOf(this.#plan, tile, cell, tile.start);
      const key = chunkKeyOf(this.#at, this.#bound, chunkIndex);
      taken.push(
        new Promise((resolve) => {
          void locks.run(key, () => {
            resolve();
            return held;
          });
        }),
      );
    }
    await Promise.all(taken);
  }

  #unlock(number: number): void {
    const tile = tileOf(this.#plan.tiles, number);
    for (let cell = 0; cell < tile.cells; cell++) {
      const { chunkIndex } = projectionOf(this.#plan, tile, cell, tile.start);
      forgetChunk(this.#at.store, chunkKeyOf(this.#at, this.#bound, chunkIndex));
    }
    this.#locks.get(number)?.();
    this.#locks.delete(number);
  }

  /** The caller holds the locks. */
  async #writeUnit(tile: Tile, unit: number): Promise<void> {
    const { group } = this.#plan.tiles;
    const origin = tile.start.map(() => 0);
    const end = Math.min(tile.cells, (unit + 1) * group);
    for (let cell = unit * group; cell < end; cell++) {
      const projection = projectionOf(this.#plan, tile, cell, origin);
      await writeLocked(this.#at, this.#bound, projection, this.#value, this.#options);
    }
  }

  /** No thread is left: what they have not written is written here. */
  async #writeRest(): Promise<void> {
    const { tiles } = this.#plan;
    for (const [number, written] of this.#written.entries()) {
      if (written === 1) continue;
      const tile = tileOf(tiles, number);
      if (!this.#locks.has(number)) await this.#lock(number, tile);
      for (let unit = 0; unit < tile.units; unit++) await this.#writeUnit(tile, unit);
      this.#unlock(number);
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
