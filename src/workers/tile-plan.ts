/**
 * How a large selection is cut for threads: the result into tiles, boxes that pass through shared memory one by one; the
 * cells of a tile into units, which one thread does at a time. Pure arithmetic, the same on both sides.
 *
 * @module
 */
import type { AxisPart } from "../indexing/split-axis.ts";
import { MAX_SLOTS, MAX_UNITS, RING_BYTES } from "./shared-memory.ts";

/** How tiles are sized. */
interface TileSizes {
  /** Bytes of the ring that they pass through. */
  readonly ring: number;
  /** A tile is at most this large. */
  readonly most: number;
  /** A tile of this size is large enough to be copied fast. */
  readonly good: number;
}

const READ_SIZES: TileSizes = { ring: 8 * 2 ** 20, most: 4 * 2 ** 20, good: 2 * 2 ** 20 };
/** Of tiles of this size there are three at least. */
const THREE_TILES_BYTES = 4 * 2 ** 20;
/** Whole rows of chunks where possible: what is copied to a tile is then one run for each position of its first axis. */
const WRITE_SIZES: TileSizes = { ring: RING_BYTES, most: RING_BYTES / 2, good: 4 * 2 ** 20 };
/** Tiles of layers stay in the caches of the processor, and so does the part of the ring that they pass through. */
const LAYER_SIZES: TileSizes = { ring: 16 * 2 ** 20, most: 4 * 2 ** 20, good: 2 * 2 ** 20 };
/** Chunks that are decoded as one: so much of them lies side by side, and all of their layers are in the ring at a time. */
const WHOLE_BYTES = 8 * 2 ** 20;
/** A cell that is read as one passes through the ring up to this size. */
const MAX_READ_CELL_BYTES = 16 * 2 ** 20;
/** Cells smaller than this are done several at a time. */
const SMALL_CELL_BYTES = 64 * 1024;
const SMALL_CELLS = 32;

/** A cut selection. Numbers of parts, tiles and cells are in C order. */
export interface TilePlan {
  /** What each cell along an axis contributes; every `to` is a range with step 1. */
  readonly axes: readonly (readonly AxisPart[])[];
  /** Parts of a tile along each axis; the last tile of an axis may have fewer. */
  readonly block: readonly number[];
  /** Tiles along each axis. */
  readonly counts: readonly number[];
  readonly tiles: number;
  /** Cells of a unit. */
  readonly group: number;
  /** Units of the largest tile. */
  readonly maxUnits: number;
  readonly slots: number;
  /** Bytes of a slot in the ring; 0 where tiles travel in memory of their own. */
  readonly slotBytes: number;
  /** Bytes of the largest tile. */
  readonly tileBytes: number;
  /** Where cells are layers of chunks: all tiles of a row of chunks come one after another. */
  readonly layers: LayerOrder | undefined;
}

/** Parts along one axis that are layers of the same chunk: by part, the first of them, their number, and that of the chunk. */
interface LayerOrder {
  readonly axis: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly chunk: Int32Array;
  readonly chunks: number;
  /** By chunk, its first part. */
  readonly starts: Int32Array;
}

/** Cells that are layers of chunks along an axis before which no chunk is longer than 1; `perChunk` of them are a chunk. */
export interface Layered {
  readonly axis: number;
  readonly perChunk: number;
  /** Is a chunk decoded as one, and then put into its tiles layer by layer? */
  readonly isWhole: boolean;
}

/** One tile: its first part and number of parts along each axis, and its box of the result. */
export interface Tile {
  readonly first: readonly number[];
  readonly parts: readonly number[];
  readonly cells: number;
  readonly units: number;
  readonly start: readonly number[];
  readonly shape: readonly number[];
}

/** Cuts the product of the axes, none of them empty, into tiles for `threads` threads. */
export function planTiles(
  axes: readonly (readonly AxisPart[])[],
  itemSize: number,
  threads: number,
  purpose: "read" | "write",
  layered?: Layered,
): TilePlan {
  const longest = axes.map((parts) => parts.reduce((most, part) => Math.max(most, countOf(part)), 0));
  const total = axes.map((parts) => parts.reduce((sum, part) => sum + countOf(part), 0));
  const bytesOf = (block: readonly number[]): number =>
    block.reduce((bytes, parts, axis) => bytes * Math.min(parts * longest[axis]!, total[axis]!), itemSize);
  // Several tiles, so that copying one goes on beside making the next.
  const sizes = sizesFor(purpose, layered);
  const most = Math.min(sizes.most, Math.max(2 ** 20, bytesOf(total.map(() => Infinity)) / 4));
  const block = axes.map(() => 1);
  const cellBytes = bytesOf(block);
  // From the last axis on, so that the runs of bytes that a tile shares with the result are long.
  for (let axis = axes.length - 1; axis > (layered?.axis ?? -1); axis--) {
    const room = Math.floor(most / bytesOf(block));
    block[axis] = Math.max(1, Math.min(axes[axis]!.length, room));
    if (block[axis]! < axes[axis]!.length || bytesOf(block) >= sizes.good) break;
  }
  const counts = axes.map((parts, axis) => Math.ceil(parts.length / block[axis]!));
  const tiles = product(counts);
  const cells = product(block);
  const few = cellBytes < SMALL_CELL_BYTES ? Math.min(SMALL_CELLS, Math.ceil(cells / (4 * threads))) : 1;
  const group = Math.max(few, Math.ceil(cells / MAX_UNITS));
  const tileBytes = Math.ceil(bytesOf(block) / 64) * 64;
  // A cell that is larger travels in memory of its own.
  const isLarge = tileBytes > (purpose === "read" ? MAX_READ_CELL_BYTES : RING_BYTES / 2);
  return {
    axes,
    block,
    counts,
    tiles,
    group,
    maxUnits: Math.ceil(cells / group),
    slots: isLarge ? threads : slotsFor(sizes, tileBytes, layered),
    slotBytes: isLarge ? 0 : tileBytes,
    tileBytes,
    layers: layered && layerOrder(axes[layered.axis]!, layered),
  };
}

function slotsFor({ ring }: TileSizes, tileBytes: number, layered: Layered | undefined): number {
  // Of tiles that are one chunk each, each thread makes one while another is copied.
  const least = layered?.isWhole === true ? layered.perChunk : tileBytes <= THREE_TILES_BYTES ? 3 : 2;
  return Math.min(MAX_SLOTS, Math.max(least, Math.floor(ring / tileBytes)));
}

function sizesFor(purpose: "read" | "write", layered: Layered | undefined): TileSizes {
  if (layered === undefined) return purpose === "read" ? READ_SIZES : WRITE_SIZES;
  if (!layered.isWhole) return LAYER_SIZES;
  const most = Math.floor(WHOLE_BYTES / layered.perChunk);
  return { ring: WHOLE_BYTES, most, good: most };
}

function layerOrder(parts: readonly AxisPart[], { axis, perChunk }: Layered): LayerOrder {
  const first = new Int32Array(parts.length);
  const count = new Int32Array(parts.length);
  const chunk = new Int32Array(parts.length);
  const starts = new Int32Array(parts.length);
  let chunks = 0;
  const chunkOf = (part: number): number => Math.floor(parts[part]!.cell / perChunk);
  for (let start = 0; start < parts.length;) {
    let end = start + 1;
    while (end < parts.length && chunkOf(end) === chunkOf(start)) end++;
    first.fill(start, start, end);
    count.fill(end - start, start, end);
    starts[chunks] = start;
    chunk.fill(chunks++, start, end);
    start = end;
  }
  return { axis, first, count, chunk, chunks, starts };
}

/** The tile of a number. */
export function tileOf(plan: TilePlan, tile: number): Tile {
  const { axes, block, counts } = plan;
  const index = plan.layers === undefined ? unravel(tile, counts) : unravelLayers(tile, counts, plan.layers);
  const first = index.map((at, axis) => at * block[axis]!);
  const parts = first.map((at, axis) => Math.min(block[axis]!, axes[axis]!.length - at));
  const start = new Array<number>(axes.length);
  const shape = new Array<number>(axes.length);
  for (let axis = 0; axis < axes.length; axis++) {
    let lowest = Infinity;
    let length = 0;
    for (let i = 0; i < parts[axis]!; i++) {
      const { to } = axes[axis]![first[axis]! + i]!.pair;
      if (to.kind !== "range") throw new TypeError("A tile has ranges only.");
      lowest = Math.min(lowest, to.start);
      length += to.count;
    }
    start[axis] = lowest;
    shape[axis] = length;
  }
  const cells = product(parts);
  return { first, parts, cells, units: Math.ceil(cells / plan.group), start, shape };
}

/** How many columns of tiles there are: a column is all layers of the same chunks. */
export function columnsOf({ counts, layers }: TilePlan): number {
  return counts.reduce((all, count, axis) => all * (axis === layers?.axis ? layers.chunks : count), 1);
}

/** The tiles of a column: the number of the first, and how many follow it, itself included. */
export function columnTiles({ counts, layers }: TilePlan, column: number): { first: number; count: number } {
  const { axis, chunks, starts, count } = layers!; // whoever asks for columns has layers
  const behind = product(counts.slice(axis + 1));
  const other = column % behind;
  const row = (column - other) / behind;
  const start = starts[row % chunks]!;
  const first = (Math.floor(row / chunks) * counts[axis]! + start) * behind + other * count[start]!;
  return { first, count: count[start]! };
}

/** What a cell of a tile contributes along each axis. */
export function cellParts(plan: TilePlan, tile: Tile, cell: number): AxisPart[] {
  const parts = new Array<AxisPart>(tile.parts.length);
  let rest = cell;
  for (let axis = parts.length - 1; axis >= 0; axis--) {
    const count = tile.parts[axis]!;
    const at = rest % count;
    parts[axis] = plan.axes[axis]![tile.first[axis]! + at]!;
    rest = (rest - at) / count;
  }
  return parts;
}

function countOf(part: AxisPart): number {
  return part.pair.from.kind === "range" ? part.pair.from.count : part.pair.from.positions.length;
}

function unravel(number: number, counts: readonly number[]): number[] {
  const index = new Array<number>(counts.length);
  let rest = number;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    index[axis] = rest % counts[axis]!;
    rest = (rest - index[axis]!) / counts[axis]!;
  }
  return index;
}

/** As `unravel`, but the layers of a chunk come before the next chunks along the axes behind. */
function unravelLayers(
  number: number,
  counts: readonly number[],
  { axis, first, count }: LayerOrder,
): number[] {
  const behind = product(counts.slice(axis + 1));
  const within = behind * counts[axis]!;
  const rest = number % within;
  const start = first[Math.floor(rest / behind)]!;
  const inChunks = rest - behind * start;
  const layers = count[start]!;
  const layer = inChunks % layers;
  return [
    ...unravel((number - rest) / within, counts.slice(0, axis)),
    start + layer,
    ...unravel((inChunks - layer) / layers, counts.slice(axis + 1)),
  ];
}

function product(counts: readonly number[]): number {
  return counts.reduce((all, count) => all * count, 1);
}
