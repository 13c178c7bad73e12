/**
 * A thread's reader of chunks that are read layer by layer. Files stay open from one layer to the next.
 *
 * @module
 */
import type { OpenValue } from "../base/open-value.ts";
import { copyPartOut, placeOf } from "../codecs/copy-part.ts";
import type { AxisMap, AxisPair, ChunkPart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { wrapBlock } from "../kernels/block.ts";
import { isMissingFile } from "../storage/local-errors.ts";
import type { LocalFiles } from "../storage/local-files.ts";
import type { OpenFile } from "../storage/open-file.ts";
import type { BoundModel } from "./array-model.ts";

/** Files that a thread holds open at a time. */
const MAX_OPEN = 64;
/** The state of a chunk that is missing. */
const MISSING = 1n;

/** A chunk that is being read. */
interface OpenChunk {
  readonly file: OpenFile;
  readonly elements: OpenValue;
}

/** Do all threads see a chunk in the same state? */
export type Agree = (chunk: number, version: bigint) => boolean;

/** Reads layers of the chunks of an array that has them. */
export class LayerReader {
  readonly #files: LocalFiles;
  readonly #bound: BoundModel;
  readonly #axis: number;
  readonly #agree: Agree;
  /** By chunk number; `undefined`: missing. */
  readonly #open = new Map<number, OpenChunk | undefined>();

  constructor(files: LocalFiles, bound: BoundModel, axis: number, agree: Agree) {
    this.#files = files;
    this.#bound = bound;
    this.#axis = axis;
    this.#agree = agree;
  }

  /**
   * Reads the part of a layer to its place; false when the chunk is missing. Throws where the chunk cannot be read so,
   * or is not the one that other threads have read.
   *
   * @param chunk Number of the chunk in this job.
   */
  read(chunk: number, key: string, part: ChunkPart, target: Block): boolean {
    const opened = this.#openChunk(chunk, key);
    if (opened === undefined) return false;
    if (part.kind !== "orthogonal") throw new TypeError("Layers are read by ranges.");
    const axis = this.#axis;
    const { chunkShape } = this.#bound.model.grid;
    const { itemSize } = this.#bound.model.dataType;
    const { low, high } = boundsOf(part.axes[axis]!.from);
    // Layers are those of a regular grid.
    const shape = chunkShape!.map((length, at) => (at === axis ? high - low : length));
    const axes = part.axes.map(({ from, to }, at) =>
      at === axis ? { from: shifted(from, low), to } : { from, to },
    );
    const rowBytes = chunkShape!.slice(axis + 1).reduce((bytes, length) => bytes * length, itemSize);
    const [start, end] = [low * rowBytes, high * rowBytes];
    const box = boxOfPart(axes, shape, target);
    if (box !== undefined && opened.elements.scatter?.(start, end, box) === true) return true;
    const run: ChunkPart = { kind: "orthogonal", axes, full: false };
    const place = placeOf(run, shape, target);
    const bytes = opened.elements.read(start, end, place);
    if (bytes !== place) copyPartOut(run, wrapBlock(bytes, shape, itemSize), target);
    return true;
  }

  /** Closes all files. */
  close(): void {
    for (const opened of this.#open.values()) opened?.file.close();
    this.#open.clear();
  }

  #openChunk(chunk: number, key: string): OpenChunk | undefined {
    if (this.#open.has(chunk)) return this.#open.get(chunk);
    if (this.#open.size >= MAX_OPEN) {
      const [oldest, opened] = this.#open.entries().next().value!; // there are some
      opened?.file.close();
      this.#open.delete(oldest);
    }
    const file = this.#openFile(key);
    try {
      // All layers of a chunk have to come from the same value.
      if (!this.#agree(chunk, file?.version ?? MISSING)) throw new TypeError("the chunk has changed");
      // Layers are those of a chain that can do this.
      const opened = file && {
        file,
        elements: this.#bound.chainFor(this.#bound.model.grid.chunkShape!).openElements!(file),
      };
      this.#open.set(chunk, opened);
      return opened;
    } catch (error) {
      file?.close();
      throw error;
    }
  }

  #openFile(key: string): OpenFile | undefined {
    try {
      return this.#files.openSync(key);
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw error;
    }
  }
}

/** Half-open bounds of a range that is not empty. */
function boundsOf(from: AxisMap): { low: number; high: number } {
  if (from.kind !== "range") throw new TypeError("Layers are read by ranges.");
  const last = from.start + (from.count - 1) * from.step;
  return { low: Math.min(from.start, last), high: Math.max(from.start, last) + 1 };
}

/** The box of the target that a whole box of this shape goes to, element by element; `undefined` where only a part does. */
function boxOfPart(axes: readonly AxisPair[], shape: readonly number[], target: Block): Block | undefined {
  let { offset } = target;
  const stride = [...target.stride];
  for (const [axis, { from, to }] of axes.entries()) {
    if (from.kind !== "range" || to.kind !== "range" || from.count !== shape[axis]!) return undefined;
    if (from.step !== 1 && from.count !== 1) return undefined;
    offset += to.start * stride[axis]!;
    stride[axis]! *= to.step;
  }
  return { ...target, shape, stride, offset };
}

function shifted(from: AxisMap, by: number): AxisMap {
  return from.kind === "range" ? { ...from, start: from.start - by } : from;
}
