/**
 * How the values of an array get from one chunking to another within a bound on memory.
 *
 * *Directly*: boxes of whole target chunks are read and written one by one. Where boxes cannot be large enough to cover whole
 * source chunks, those are decoded again and again; beyond a few times it costs less to go *by stages*: boxes of whole
 * source chunks go to an intermediate array, boxes of whole target chunks come from it. The intermediate array is cut where
 * either boxes are cut, so that each of its chunks is written once and read once.
 *
 * Everything here is arithmetic.
 *
 * @module
 */
import type { ChunkGrid } from "../grids/grid.ts";

/** What is known of an array that is to be rechunked. */
export interface RechunkShape {
  readonly source: ChunkGrid;
  readonly target: ChunkGrid;
  /** Lengths of what is decoded at a time in the source: inner chunks where it has shards. */
  readonly readLengths: readonly number[];
  /** Bytes of an element. */
  readonly itemSize: number;
  /** Bytes that a box may have. */
  readonly boxBytes: number;
}

/** The way chosen; lengths of boxes are in cells of a grid. */
export type RechunkWay =
  | { readonly kind: "direct"; readonly cells: readonly number[]; readonly amplification: number }
  | {
      readonly kind: "staged";
      /** Cells of the source in a box of the first stage. */
      readonly sourceCells: readonly number[];
      /** Cells of the target in a box of the second. */
      readonly targetCells: readonly number[];
    };

/** Going by stages costs a write and a read more than reading once. */
const STAGED_COST = 3;

/** Chooses the way with the least to read. */
export function chooseWay(shape: RechunkShape, forced?: RechunkWay["kind"]): RechunkWay {
  const direct = directBoxes(shape);
  if (forced === "direct" || (forced === undefined && direct.amplification <= STAGED_COST)) return direct;
  const { source, target, itemSize, boxBytes } = shape;
  const sourceLengths = longestCells(source);
  const targetLengths = longestCells(target);
  const limit = boxBytes / itemSize;
  return {
    kind: "staged",
    sourceCells: grow(source, sourceLengths, targetLengths, limit),
    targetCells: grow(target, targetLengths, sourceLengths, limit),
  };
}

/** Bytes of the largest cell of a grid. */
export function cellBytes(grid: ChunkGrid, itemSize: number): number {
  return longestCells(grid).reduce((bytes, length) => bytes * length, itemSize);
}

/** Length of the longest cell along each axis. */
export function longestCells(grid: ChunkGrid): number[] {
  return grid.edgeLengths.map((lengths, axis) =>
    Math.min(Math.max(1, ...lengths), Math.max(1, grid.dimensions[axis]!.extent)),
  );
}

/** Positions at which boxes of so many cells begin along each axis, and the end. */
export function boxEdges(grid: ChunkGrid, cells: readonly number[]): number[][] {
  return grid.dimensions.map((dimension, axis) => {
    const edges: number[] = [];
    for (let cell = 0; cell < dimension.count; cell += cells[axis]!) edges.push(dimension.cellStart(cell));
    edges.push(dimension.extent);
    return edges;
  });
}

/** Chunk lengths, by axis, of an array that is cut wherever either of two lists of edges is. */
export function commonLengths(left: readonly number[][], right: readonly number[][]): number[][] {
  return left.map((edges, axis) => {
    const all = [...new Set([...edges, ...right[axis]!])].sort((a, b) => a - b);
    return all.slice(1).map((edge, i) => edge - all[i]!);
  });
}

/** Boxes of the target as small as they can be without reading much twice, and as large as they must. */
function directBoxes({
  target,
  readLengths,
  itemSize,
  boxBytes,
}: RechunkShape): RechunkWay & { kind: "direct" } {
  const lengths = longestCells(target);
  const cells = lengths.map(() => 1);
  const limit = boxBytes / itemSize;
  const factors = target.dimensions.map((dimension, axis) =>
    amplificationOf(dimension.extent, lengths[axis]!, readLengths[axis]!),
  );
  let size = lengths.reduce((product, length) => product * length, 1);
  for (;;) {
    // The step that saves the most reading for what it adds in memory.
    let best: { axis: number; cells: number; factor: number; gain: number; growth: number } | undefined;
    for (const [axis, dimension] of target.dimensions.entries()) {
      const factor = factors[axis]!;
      if (factor <= 1 || cells[axis]! >= dimension.count) continue;
      for (const more of candidates(cells[axis]!, dimension.count, lengths[axis]!, readLengths[axis]!)) {
        const growth =
          Math.min(more * lengths[axis]!, dimension.extent) /
          Math.min(cells[axis]! * lengths[axis]!, dimension.extent);
        if (size * growth > limit) continue;
        const next = amplificationOf(dimension.extent, more * lengths[axis]!, readLengths[axis]!);
        const gain = Math.log(factor / next) / Math.log(Math.max(growth, 1 + 1e-9));
        if (next < factor && (best === undefined || gain > best.gain))
          best = { axis, cells: more, factor: next, gain, growth };
      }
    }
    if (best === undefined) break;
    cells[best.axis] = best.cells;
    factors[best.axis] = best.factor;
    size *= best.growth;
  }
  return { kind: "direct", cells, amplification: factors.reduce((product, factor) => product * factor, 1) };
}

/** Box lengths that are worth trying: twice as long, all of the axis, and the first that ends where a source chunk does. */
function candidates(now: number, count: number, cellLength: number, readLength: number): number[] {
  const aligned = readLength / gcd(readLength, cellLength);
  return [...new Set([Math.min(now * 2, count), Math.min(Math.max(aligned, now + 1), count), count])].filter(
    (each) => each > now,
  );
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** How often the elements along an axis are decoded when boxes of one length are read from chunks of another. */
function amplificationOf(extent: number, boxLength: number, readLength: number): number {
  if (extent === 0 || boxLength >= extent || boxLength % readLength === 0) return 1;
  const boxes = Math.ceil(extent / boxLength);
  // After so many boxes the pattern begins again; a few thousand tell the average well enough.
  const counted = Math.min(boxes, 4096);
  let covered = 0;
  for (let box = 0; box < counted; box++) {
    const stop = Math.min((box + 1) * boxLength, extent);
    const first = Math.floor((box * boxLength) / readLength);
    const last = Math.ceil(stop / readLength);
    covered += Math.min(last * readLength, extent) - first * readLength;
  }
  return covered / Math.min(counted * boxLength, extent);
}

/** Enlarges boxes of one grid towards the cells of another, along the axis that lacks most, as memory allows. */
function grow(
  grid: ChunkGrid,
  lengths: readonly number[],
  towards: readonly number[],
  limit: number,
): number[] {
  const cells = lengths.map(() => 1);
  let size = lengths.reduce((product, length) => product * length, 1);
  const blocked = new Set<number>();
  for (;;) {
    let axis = -1;
    let worst = 1;
    for (const [each, dimension] of grid.dimensions.entries()) {
      const now = cells[each]! * lengths[each]!;
      const ratio = towards[each]! / now;
      if (blocked.has(each) || cells[each]! >= dimension.count || ratio <= worst) continue;
      worst = ratio;
      axis = each;
    }
    if (axis < 0) return cells;
    const before = cells[axis]!;
    const room = Math.floor((before * limit) / size);
    const more = Math.min(before * 2, grid.dimensions[axis]!.count, Math.max(before, room));
    if (more === before) blocked.add(axis);
    else {
      size = (size / before) * more;
      cells[axis] = more;
    }
  }
}
