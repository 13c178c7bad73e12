/**
 * A worker's side of a large read or write: it takes units by number, and moves their chunks between files and tiles.
 *
 * @module
 */
import type { Awaitable } from "../base/async.ts";
import { chain, isPromise } from "../base/async.ts";
import { config } from "../base/config.ts";
import { copyPartOut, fillPart } from "../codecs/copy-part.ts";
import { rangeMap } from "../indexing/axis-map.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import { inputRoom, reserveRoom } from "../kernels/memory.ts";
import { setBytes } from "../kernels/shared-copy.ts";
import { isMissingFile } from "../storage/local-errors.ts";
import type { LocalFiles } from "../storage/local-files.ts";
import { LocalStore } from "../storage/local-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { Ring } from "../workers/shared-memory.ts";
import { columnsOf, columnTiles, tileOf } from "../workers/tile-plan.ts";
import type { Tile, TilePlan } from "../workers/tile-plan.ts";
import { boundOfCard } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import { chunkKeyOf, decodeWhole, readChunk } from "./read-chunk.ts";
import type { ChunkHelp } from "./read-chunk.ts";
import type { ChunkTask, DecodeTask, ReadJob, SharedTarget, TileDone, WriteJob } from "./thread-job.ts";
import { LayerReader } from "./thread-layers.ts";
import { chunkNumber, planThreads, projectionOf } from "./thread-plan.ts";
import type { ThreadPlan } from "./thread-plan.ts";
import { boxOf } from "./tile-copy.ts";
import { encodeFull, isFull } from "./write-chunk.ts";

/** Tells the calling thread. */
export type Post = (message: TileDone, transfer?: readonly ArrayBuffer[]) => void;

/** Files of at most so many bytes are read without a look at their length. */
const SMALL_BYTES = 256 * 1024;
/** Arrays that a worker remembers. */
const REMEMBERED = 16;

const models = new Map<string, Promise<BoundModel>>();

/** Reads units of a job until there are none left, or it is stopped. */
export async function workOnRead(job: ReadJob, memory: WebAssembly.Memory, post: Post): Promise<void> {
  const begun = await begin(job);
  const { bound, at, files, plan } = begun;
  const { tiles } = plan;
  const { itemSize } = bound.model.dataType;
  const ring = new Ring(memory, tiles.slots, tiles.slotBytes);
  const values = new LocalValues(files);
  const deliver = deliveryOf(job, itemSize, ring, post);
  if (plan.layers?.isWhole === true) return await readColumns(begun, ring, values, deliver);
  const enough = job.target === undefined ? enoughTiles(tiles, job.threads) : undefined;
  const layers =
    plan.layers &&
    new LayerReader(files, bound, plan.layers.axis, (chunk, version) => ring.agree(chunk, version));
  const readCell = (tile: Tile, cell: number, target: Block): Awaitable<boolean> => {
    const { chunkIndex, part } = projectionOf(plan, tile, cell, tile.start);
    const found =
      layers === undefined
        ? readChunk(at, bound, { chunkIndex, part }, target, {}, values)
        : layers.read(chunkNumber(plan, tile, cell), chunkKeyOf(at, bound, chunkIndex), part, target);
    return chain(found, (isFound) => {
      if (!isFound) fillPart(part, target, bound.fill);
      return isFound;
    });
  };
  try {
    for (const { number, tile, unit } of unitsOf(tiles, ring, enough)) {
      if (!ring.waitFor(number)) return;
      const own = tiles.slotBytes === 0 ? new Uint8Array(sizeOf(tile.shape) * itemSize) : undefined;
      const target = wrapBlock(own ?? tileBytes(ring, number, tile, itemSize), tile.shape, itemSize);
      let hasFailed = false;
      const end = Math.min(tile.cells, (unit + 1) * tiles.group);
      for (let cell = unit * tiles.group; cell < end; cell++) {
        if (ring.isStopped) return;
        try {
          const reading = readCell(tile, cell, target);
          if (isPromise(reading)) await reading;
        } catch {
          hasFailed = true; // the calling thread reads it again, and has the error or the value
        }
      }
      deliver(number, unit, hasFailed, tile, target, own);
    }
  } finally {
    layers?.close();
  }
}

/** Tiles that are ahead enough: one to copy, one to copy next, and no fewer than workers make at a time. */
function enoughTiles({ maxUnits }: TilePlan, threads: number): number {
  return Math.max(2, Math.ceil((2 * threads) / maxUnits));
}

/** Notes the end of a unit; whoever ends the last of a tile brings it to its place, or says where it is. */
type Deliver = (
  number: number,
  unit: number,
  hasFailed: boolean,
  tile: Tile,
  target: Block,
  own: Uint8Array<ArrayBuffer> | undefined,
) => void;

function deliveryOf(job: ReadJob, itemSize: number, ring: Ring, post: Post): Deliver {
  const whole = job.target && sharedBlock(job.target, itemSize);
  return (number, unit, hasFailed, tile, target, own) => {
    if (!ring.finish(number, unit, hasFailed)) return;
    if (whole !== undefined) copyBlock(target, boxOf(whole, tile));
    if (own === undefined || whole !== undefined) post({ kind: "tile", tile: number });
    else post({ kind: "tile", tile: number, bytes: own }, [own.buffer]);
  };
}

function tileBytes(ring: Ring, number: number, { shape }: Tile, itemSize: number): Uint8Array {
  return ring.tile(number).subarray(0, sizeOf(shape) * itemSize);
}

/** Decodes chunk after chunk, and puts each into its tiles layer by layer. */
async function readColumns(
  { bound, at, plan }: Begun,
  ring: Ring,
  values: LocalValues,
  deliver: Deliver,
): Promise<void> {
  const { tiles } = plan;
  const { itemSize } = bound.model.dataType;
  const columns = columnsOf(tiles);
  for (;;) {
    const taken = ring.take();
    const column = Math.floor(taken / tiles.maxUnits);
    if (column >= columns) return;
    const unit = taken % tiles.maxUnits;
    const { first, count } = columnTiles(tiles, column);
    const firstTile = tileOf(tiles, first);
    if (unit >= firstTile.cells) continue;
    const { chunkIndex } = projectionOf(plan, firstTile, unit, firstTile.start);
    let block: Block | undefined;
    let hasFailed = false;
    try {
      const codecs = bound.chainAt(chunkIndex);
      const stored = values.get(chunkKeyOf(at, bound, chunkIndex), undefined, codecs.maxEncodedSize);
      const decoding = stored && decodeWhole(codecs, stored);
      block = isPromise(decoding) ? await decoding : decoding;
    } catch {
      hasFailed = true; // the calling thread reads it again, and has the error or the value
    }
    for (let number = first; number < first + count; number++) {
      if (!ring.waitFor(number)) return;
      const tile = tileOf(tiles, number);
      const target = wrapBlock(tileBytes(ring, number, tile, itemSize), tile.shape, itemSize);
      const { part } = projectionOf(plan, tile, unit, tile.start);
      if (block !== undefined) copyPartOut(part, block, target);
      else if (!hasFailed) fillPart(part, target, bound.fill);
      deliver(number, unit, hasFailed, tile, target, undefined);
    }
  }
}

function sharedBlock({ buffer, byteOffset, byteLength, ...box }: SharedTarget, itemSize: number): Block {
  return { ...box, data: new Uint8Array(buffer, byteOffset, byteLength), itemSize };
}

/** Writes units of a job until there are none left, or it is stopped. */
export async function workOnWrite(job: WriteJob, memory: WebAssembly.Memory, post: Post): Promise<void> {
  const { bound, at, files, plan } = await begin(job);
  const { tiles } = plan;
  const slots = job.own.length > 0 ? job.own.length : tiles.slots;
  const ring = new Ring(memory, slots, tiles.slotBytes, job.own);
  const { itemSize } = bound.model.dataType;
  const { writeEmptyChunks } = job;
  for (const { number, tile, unit } of unitsOf(tiles, ring)) {
    if (!ring.waitForFilled(number)) return;
    const bytes = sizeOf(tile.shape) * itemSize;
    const source = wrapBlock(ring.tile(number).subarray(0, bytes), tile.shape, itemSize);
    let hasFailed = false;
    const end = Math.min(tile.cells, (unit + 1) * tiles.group);
    for (let cell = unit * tiles.group; cell < end && !hasFailed; cell++) {
      if (ring.isStopped) return;
      const { chunkIndex, part } = projectionOf(plan, tile, cell, tile.start);
      try {
        // What is covered in part has to be read first; the calling thread does that.
        if (!isFull(part)) throw new TypeError("not a whole chunk");
        const key = chunkKeyOf(at, bound, chunkIndex);
        const options = { writeEmptyChunks, isStoredAtOnce: true };
        const encoding = encodeFull(bound, chunkIndex, part, source, options);
        const encoded = isPromise(encoding) ? await encoding : encoding;
        if (encoded === undefined) files.removeSync(key);
        else files.writeSync(key, encoded);
      } catch {
        hasFailed = true; // the calling thread writes it again, or has the error
      }
    }
    if (ring.finish(number, unit, hasFailed)) post({ kind: "tile", tile: number });
  }
}

/** Decodes one chunk and cuts out what is wanted. */
export async function workOnDecode(job: DecodeTask): Promise<Uint8Array<ArrayBuffer>> {
  config.set(job.config);
  const bound = await rememberedModel(job.card);
  const decoding = decodeWhole(bound.chainAt(job.chunkIndex), job.bytes);
  const shape = job.from.map(mapLength);
  const bytes = new Uint8Array(sizeOf(shape) * bound.model.dataType.itemSize);
  const axes = job.from.map((from, axis) => ({ from, to: rangeMap(0, shape[axis]!) }));
  const target = wrapBlock(bytes, shape, bound.model.dataType.itemSize);
  // Copied at once where it is here: others may decode while this waits.
  const block = isPromise(decoding) ? await decoding : decoding;
  copyPartOut({ kind: "orthogonal", axes, full: false }, block, target);
  return bytes;
}

/** Reads and decodes what is wanted of one chunk. */
export async function workOnChunk(job: ChunkTask): Promise<Uint8Array<ArrayBuffer>> {
  config.set(job.config);
  const bound = await rememberedModel(job.card);
  const { at, files } = placeOfJob(job, true, false);
  const shape = job.from.map(mapLength);
  const { itemSize } = bound.model.dataType;
  const { bytes } = job;
  const axes = job.from.map((from, axis) => ({ from, to: rangeMap(0, shape[axis]!) }));
  const part: ChunkPart = { kind: "orthogonal", axes, full: job.isFull };
  const { chunkIndex } = job;
  // What consists of many pieces is put together where the kernels can do that.
  const isPieces = bound.chainAt(chunkIndex).partial?.innerChunkShape !== undefined;
  const room = isPieces ? staging.take(bytes.length) : undefined;
  try {
    const target = wrapBlock(room ?? bytes, shape, itemSize);
    const reading = readChunk(at, bound, { chunkIndex, part }, target, {}, new LocalValues(files));
    if (!(isPromise(reading) ? await reading : reading)) fillPart(part, target, bound.fill);
    if (room !== undefined) setBytes(bytes, room, 0);
    return bytes;
  } finally {
    if (room !== undefined) staging.giveBack();
  }
}

/** Room among the memory of the kernels, kept from one chunk to the next; for one task at a time. */
class Staging {
  #room: Uint8Array | undefined;
  #isTaken = false;

  take(length: number): Uint8Array | undefined {
    if (this.#isTaken) return undefined; // by a task that waits for something
    if (this.#room === undefined || this.#room.length < length)
      this.#room = reserveRoom(length) ?? this.#room;
    if (this.#room === undefined || this.#room.length < length) return undefined;
    this.#isTaken = true;
    return this.#room.subarray(0, length);
  }

  giveBack(): void {
    this.#isTaken = false;
  }
}

const staging = new Staging();

/** What both kinds of job begin with. */
interface Begun {
  readonly bound: BoundModel;
  readonly at: StorePath;
  readonly files: LocalFiles;
  readonly plan: ThreadPlan;
}

async function begin(job: ReadJob | WriteJob): Promise<Begun> {
  config.set(job.config);
  const bound = await rememberedModel(job.card);
  const isWrite = job.kind === "write";
  const plan = planThreads(bound, job.axes, job.threads, job.kind, isWrite ? undefined : job.layers);
  if (plan === undefined) throw new TypeError("The job cannot be cut.");
  return { bound, plan, ...placeOfJob(job, !isWrite, isWrite && job.fsync) };
}

/** Where the array of a job is. */
function placeOfJob(
  { root, followSymlinks, path }: Pick<ReadJob, "root" | "followSymlinks" | "path">,
  readOnly: boolean,
  fsync: boolean,
): Pick<Begun, "at" | "files"> {
  const store = new LocalStore(root, { readOnly, followSymlinks, fsync, syncReads: true });
  // It is exactly a LocalStore.
  return { at: new StorePath(store, path), files: LocalStore.directFiles(store)! };
}

/** The units that this thread gets; it rests while the calling thread has `enough` tiles to take. */
function* unitsOf(
  plan: TilePlan,
  ring: Ring,
  enough?: number,
): Generator<{ number: number; tile: Tile; unit: number }, void, undefined> {
  let current = -1;
  let tile: Tile | undefined;
  for (;;) {
    if (enough !== undefined) ring.rest(enough);
    const taken = ring.take();
    const number = Math.floor(taken / plan.maxUnits);
    if (number >= plan.tiles) return;
    if (number !== current || tile === undefined) {
      tile = tileOf(plan, number);
      current = number;
    }
    const unit = taken % plan.maxUnits;
    if (unit < tile.units) yield { number, tile, unit };
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
class LocalValues implements ChunkHelp {
  readonly #files: LocalFiles;
  #room = new Uint8Array(0);

  constructor(files: LocalFiles) {
    this.#files = files;
  }

  get(key: string, place: Uint8Array | undefined, most: number | undefined): Uint8Array | undefined {
    try {
      const isSmall = most !== undefined && most <= SMALL_BYTES;
      const small = isSmall ? this.#files.readAtMostSync(key, most, this.#roomFor) : undefined;
      if (small !== undefined) return small;
      return this.#files.readSync(key, undefined, (length) =>
        length === place?.length ? place : this.#roomFor(length),
      );
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw error;
    }
  }

  readonly #roomFor = (length: number): Uint8Array => {
    const room = inputRoom(length);
    if (room !== undefined) return room;
    if (length > this.#room.length) this.#room = new Uint8Array(length + (length >> 2));
    return this.#room.subarray(0, length);
  };
}
