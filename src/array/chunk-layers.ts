/**
 * Layers of chunks: runs of positions along the first axis of a chunk, whose bytes lie together. Where a chunk can be
 * read layer by layer, tiles of a result are small and as wide as the result, so that everything happens in the caches
 * of the processor, and several threads share a chunk.
 *
 * @module
 */
import type { GridDimension } from "../grids/grid.ts";
import type { AxisMap } from "../indexing/projection.ts";
import type { LocalFiles } from "../storage/local-files.ts";
import type { BoundModel } from "./array-model.ts";

/** Smaller chunks are read as one. */
const LEAST_CHUNK_BYTES = 2 ** 20;
/** A layer is about this large. */
const LAYER_BYTES = 256 * 1024;
/** Smaller layers cost more in calls than they spare, larger ones leave the caches. */
const LEAST_LAYER_BYTES = 64 * 1024;
const MAX_LAYER_BYTES = 2 * 2 ** 20;

/** Chunks that are decoded as one are put in place in about so many layers; larger ones are not. */
const WHOLE_LAYERS = 8;
const MAX_WHOLE_BYTES = 16 * 2 ** 20;

/** How chunks are cut into layers. */
export interface ChunkLayers {
  /** The first axis along which a chunk is longer than 1. */
  readonly axis: number;
  /** Positions of a layer along it; the last of a chunk may have fewer. */
  readonly length: number;
  /** Is a chunk decoded as one, since its codecs know no parts, and only put in its place layer by layer? */
  readonly isWhole: boolean;
}

/**
 * How to cut the chunks that a selection touches; `undefined` where they are read as one. Looks into the first of them:
 * where bytes are decoded in blocks, a layer is made of whole ones.
 */
export function layersOf(
  bound: BoundModel,
  files: LocalFiles,
  keyOf: (chunkIndex: readonly number[]) => string,
  axes: readonly AxisMap[],
): ChunkLayers | undefined {
  const { grid, dataType } = bound.model;
  const { chunkShape } = grid;
  if (chunkShape === undefined) return undefined;
  const axis = chunkShape.findIndex((length) => length > 1);
  if (axis < 0) return undefined;
  const rowBytes = chunkShape.slice(axis + 1).reduce((bytes, length) => bytes * length, dataType.itemSize);
  const chunkBytes = rowBytes * chunkShape[axis]!;
  if (chunkBytes < LEAST_CHUNK_BYTES) return undefined;
  const chain = bound.chainFor(chunkShape);
  if (chain.openElements === undefined) {
    if (chain.partial !== undefined || chunkBytes > MAX_WHOLE_BYTES) return undefined;
    return { axis, length: Math.ceil(chunkShape[axis]! / WHOLE_LAYERS), isWhole: true };
  }
  const first = axes.map((from, at) => {
    if (from.kind !== "range") return 0;
    return grid.dimensions[at]!.cellOf(Math.min(from.start, from.start + (from.count - 1) * from.step));
  });
  // Of uncompressed chunks any bytes can be had alone.
  const isStored = chain.encodedSize === chunkBytes;
  const step = isStored ? 1 : stepOf(chain.openElements, files, keyOf(first));
  if (step === undefined) return undefined;
  // Whole blocks and whole rows.
  const unit = step % rowBytes === 0 ? step : rowBytes % step === 0 ? rowBytes : undefined;
  if (unit === undefined) return undefined;
  const length = (Math.max(1, Math.floor(LAYER_BYTES / unit)) * unit) / rowBytes;
  if (length >= chunkShape[axis]!) return undefined;
  const bytes = length * rowBytes;
  return bytes < LEAST_LAYER_BYTES || bytes > MAX_LAYER_BYTES ? undefined : { axis, length, isWhole: false };
}

/** Bytes that are decoded as one in a stored chunk; `undefined` where it is missing, or something is wrong with it. */
function stepOf(
  open: (file: NonNullable<ReturnType<LocalFiles["openSync"]>>) => { readonly step: number },
  files: LocalFiles,
  key: string,
): number | undefined {
  if (!files.isNearby()) return undefined; // nothing is read at once on this thread
  try {
    const file = files.openSync(key);
    if (file === undefined) return undefined;
    try {
      return open(file).step;
    } finally {
      file.close();
    }
  } catch {
    return undefined; // whoever reads the chunk will see what it is
  }
}

/** A dimension of a regular grid whose cells are layers of its chunks. */
export class LayerDimension implements GridDimension {
  readonly extent: number;
  readonly count: number;
  readonly chunkLength = undefined;
  /** Layers of a chunk. */
  readonly perChunk: number;
  readonly #chunk: number;
  readonly #layer: number;

  constructor(extent: number, chunk: number, layer: number) {
    this.extent = extent;
    this.perChunk = Math.ceil(chunk / layer);
    this.#chunk = chunk;
    this.#layer = layer;
    this.count = extent === 0 ? 0 : this.cellOf(extent - 1) + 1;
  }

  cellOf(position: number): number {
    const within = position % this.#chunk;
    return ((position - within) / this.#chunk) * this.perChunk + Math.floor(within / this.#layer);
  }

  cellStart(cell: number): number {
    const within = cell % this.perChunk;
    return ((cell - within) / this.perChunk) * this.#chunk + within * this.#layer;
  }

  cellLength(cell: number): number {
    return Math.min(this.#layer, this.#chunk - (cell % this.perChunk) * this.#layer);
  }
}
