/**
 * A worker's side of a large read: it takes units by number, reads and decodes their chunks, and puts them into tiles.
 *
 * @module
 */
import { isPromise } from "../base/async.ts";
import { config } from "../base/config.ts";
import { fillPart } from "../codecs/copy-part.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { inputRoom } from "../kernels/memory.ts";
import { isMissingFile } from "../storage/local-errors.ts";
import type { LocalFiles } from "../storage/local-files.ts";
import { LocalStore } from "../storage/local-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { Ring } from "../workers/shared-memory.ts";
import { tileOf } from "../workers/tile-plan.ts";
import type { Tile } from "../workers/tile-plan.ts";
import { boundOfCard } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import { readChunk } from "./read-chunk.ts";
import type { ChunkValues } from "./read-chunk.ts";
import type { ReadJob, TileDone } from "./thread-job.ts";
import { planThreads, projectionOf } from "./thread-plan.ts";

/** Arrays that a worker remembers. */
const REMEMBERED = 16;

const models = new Map<string, Promise<BoundModel>>();

/** Does units of a job until there are none left, or it is stopped. */
export async function workOnRead(
  job: ReadJob,
  memory: WebAssembly.Memory,
  post: (message: TileDone, transfer?: readonly ArrayBuffer[]) => void,
): Promise<void> {
  config.set(job.config);
  const bound = await rememberedModel(job.card);
  const store = new LocalStore(job.root, {
    readOnly: true,
    followSymlinks: job.followSymlinks,
    syncReads: true,
  });
  const at = new StorePath(store, job.path);
  const values = new LocalValues(LocalStore.directFiles(store)!); // it is exactly a LocalStore
  const plan = planThreads(bound, job.axes, job.threads);
  if (plan === undefined) return;
  const { tiles } = plan;
  const ring = new Ring(memory, tiles.slots, tiles.slotBytes);
  const { itemSize } = bound.model.dataType;
  let current = -1;
  let tile!: Tile;
  let target!: Block;
  for (;;) {
    const taken = ring.take();
    const number = Math.floor(taken / tiles.maxUnits);
    if (number >= tiles.tiles) return;
    const unit = taken % tiles.maxUnits;
    if (number !== current) {
      tile = tileOf(tiles, number);
      current = number;
    }
    if (unit >= tile.units) continue;
    if (!ring.waitFor(number)) return;
    const bytes = sizeOf(tile.shape) * itemSize;
    const own = tiles.slotBytes === 0 ? new Uint8Array(bytes) : undefined;
    target = wrapBlock(own ?? ring.tile(number).subarray(0, bytes), tile.shape, itemSize);
    let hasFailed = false;
    const end = Math.min(tile.cells, (unit + 1) * tiles.group);
    for (let cell = unit * tiles.group; cell < end; cell++) {
      if (ring.isStopped) return;
      const projection = projectionOf(plan, tile, cell, tile.start);
      try {
        const reading = readChunk(at, bound, projection, target, {}, values);
        const found = isPromise(reading) ? await reading : reading;
        if (!found) fillPart(projection.part, target, bound.fill);
      } catch {
        hasFailed = true; // the calling thread reads it again, and has the error or the value
      }
    }
    if (ring.finish(number, unit, hasFailed)) {
      if (own === undefined) post({ kind: "tile", tile: number });
      else post({ kind: "tile", tile: number, bytes: own }, [own.buffer]);
    }
  }
}

function rememberedModel(card: string): Promise<BoundModel> {
  let bound = models.get(card);
  if (bound === undefined) {
    bound = boundOfCard(card);
    bound.catch(() => models.delete(card));
  } else models.delete(card);
  models.set(card, bound);
  for (const oldest of models.keys()) {
    if (models.size <= REMEMBERED) break;
    models.delete(oldest);
  }
  return bound;
}

/** Reads files at once, into the kernels' memory or one buffer: a chunk is decoded and placed before the next is read. */
class LocalValues implements ChunkValues {
  readonly #files: LocalFiles;
  #room = new Uint8Array(0);

  constructor(files: LocalFiles) {
    this.#files = files;
  }

  get(key: string): Uint8Array | undefined {
    try {
      return this.#files.readSync(key, undefined, (length) => {
        const room = inputRoom(length);
        if (room !== undefined) return room;
        if (length > this.#room.length) this.#room = new Uint8Array(length + (length >> 2));
        return this.#room.subarray(0, length);
      });
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw error;
    }
  }
}
