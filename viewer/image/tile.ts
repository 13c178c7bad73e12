/**
 * Tiles: the parts that a picture is put together from. Pure.
 *
 * @module
 */
import { axisCellOf, axisCellSpan } from "../axis-grid.ts";
import type { ArrayFacts, CutRequest, ValueChoice } from "../protocol.ts";
import type { AxisCells } from "./axis-cells.ts";
import { axisCells } from "./axis-cells.ts";
import type { Box } from "./camera.ts";
import type { Level } from "./levels.ts";
import { levelIndex } from "./levels.ts";

/** What is looked at, whatever the level. */
export interface Plane {
  /** The axis along the rows of the picture's columns: down, then across. */
  readonly axes: readonly [row: number, column: number];
  /** Position on the other axes, of the finest level. */
  readonly at: readonly number[];
  readonly value: ValueChoice;
}

/** A tile to read. */
export interface TileRequest {
  readonly key: string;
  readonly cut: CutRequest;
  /** Where it lies in the world. */
  readonly box: Box;
  /** Elements of the finest level for one number of the tile. */
  readonly coarseness: number;
  /** Bytes that are decoded for it. */
  readonly bytes: number;
  readonly level: number;
  /** The same as a tile for each chunk, where several chunks are read together: one of them may be damaged. */
  readonly parts: () => readonly TileRequest[];
}

/** Chunks are joined to so many bytes. */
const JOINED_BYTES = 8 * 2 ** 20;
/** Chunks without codecs that are larger than this are read in part. */
const PLAIN_BYTES = 2 * 2 ** 20;
/** A view may have more tiles than can be listed; those in the middle are. */
const MAX_LISTED = 4096;

/** The name of a plane: tiles of one plane can stand in for each other. */
export function planeKey({ axes, at, value }: Plane): string {
  const others = at.map((index, axis) => (axes.includes(axis) ? "*" : index));
  return `${axes.join()}|${others.join()}|${value.field ?? ""}|${value.part}`;
}

/**
 * The tiles of a level in a part of the world, those in the middle first.
 *
 * @returns Also how many there are, which may be more.
 */
export function tilesIn(
  levels: readonly Level[],
  index: number,
  step: number,
  plane: Plane,
  box: Box,
): { readonly tiles: readonly TileRequest[]; readonly count: number } {
  const level = levels[index]!;
  const { array } = level;
  const [rowAxis, columnAxis] = plane.axes;
  const cells = cellsOf(array);
  const rows = cells[rowAxis]!;
  const columns = cells[columnAxis]!;
  if (rows.count === 0 || columns.count === 0 || array.shape.includes(0)) return { tiles: [], count: 0 };
  const [rowFactor, columnFactor] = [level.factors[rowAxis]!, level.factors[columnAxis]!];
  // The last element that is seen, not the first one beyond.
  const below = (edge: number, factor: number): number => Math.ceil(edge / factor) - 1;
  const top = rows.at(box.top / rowFactor);
  const bottom = rows.at(below(box.bottom, rowFactor));
  const left = columns.at(box.left / columnFactor);
  const right = columns.at(below(box.right, columnFactor));
  const count = (bottom - top + 1) * (right - left + 1);
  const around = window2d({ top, bottom, left, right });
  const tiles: TileRequest[] = [];
  for (let row = around.top; row <= around.bottom; row++)
    for (let column = around.left; column <= around.right; column++)
      tiles.push(tileAt({ level, index, step, plane, cells }, row, column));
  const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  const distance = ({ box: { left: x0, right: x1, top: y0, bottom: y1 } }: TileRequest): number =>
    Math.hypot((x0 + x1) / 2 - middle.x, (y0 + y1) / 2 - middle.y);
  return { tiles: tiles.sort((a, b) => distance(a) - distance(b)), count };
}

/** The middle of a range of cells that is too large. */
function window2d({ top, bottom, left, right }: Box): Box {
  const side = Math.floor(Math.sqrt(MAX_LISTED));
  const part = (low: number, high: number, most: number): readonly [number, number] => {
    if (high - low < most) return [low, high];
    const start = Math.floor((low + high - most) / 2) + 1;
    return [start, start + most - 1];
  };
  const height = bottom - top + 1;
  const width = right - left + 1;
  if (height * width <= MAX_LISTED) return { top, bottom, left, right };
  const [y0, y1] = part(top, bottom, Math.max(side, Math.floor(MAX_LISTED / width)));
  const [x0, x1] = part(left, right, Math.floor(MAX_LISTED / (y1 - y0 + 1)));
  return { top: y0, bottom: y1, left: x0, right: x1 };
}

/** What tiles of one view have in common. */
interface TileSet {
  readonly level: Level;
  readonly index: number;
  readonly step: number;
  readonly plane: Plane;
  readonly cells: readonly AxisCells[];
}

function tileAt(set: TileSet, row: number, column: number): TileRequest {
  const { level, index, step, plane, cells } = set;
  const { array, factors } = level;
  const [rowAxis, columnAxis] = plane.axes;
  const rows = cells[rowAxis]!;
  const columns = cells[columnAxis]!;
  const rowSpan = rows.span(row);
  const columnSpan = columns.span(column);
  // Steps are counted from the start of the array, so that neighbours fit together.
  const onStep = ([start, stop]: readonly [number, number]): readonly [number, number, number] => [
    Math.min(stop - 1, Math.ceil(start / step) * step),
    stop,
    step,
  ];
  const at = plane.at.map((position, axis) => levelIndex(level, axis, position));
  const block = blockOf(array, cells, plane.axes, at, row, column);
  const spans = `${rowSpan.join("-")},${columnSpan.join("-")}`;
  const others = at.map((position, axis) => (plane.axes.includes(axis) ? "*" : position)).join();
  return {
    key: `${array.path}|${plane.axes.join()}|${others}|${plane.value.field ?? ""}|${plane.value.part}|${step}|${spans}`,
    cut: {
      path: array.path,
      block,
      axes: plane.axes,
      ranges: [onStep(rowSpan), onStep(columnSpan)],
      at,
      value: plane.value,
      reduce: "sample",
    },
    box: {
      top: rowSpan[0] * factors[rowAxis]!,
      bottom: rowSpan[1] * factors[rowAxis]!,
      left: columnSpan[0] * factors[columnAxis]!,
      right: columnSpan[1] * factors[columnAxis]!,
    },
    coarseness: step * Math.max(factors[rowAxis]!, factors[columnAxis]!),
    bytes: bytesOf(array, block),
    level: index,
    parts: () => partsOf(set, rowSpan, columnSpan),
  };
}

/** A tile for each chunk in a part of a plane. */
function partsOf(
  set: TileSet,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): readonly TileRequest[] {
  const [rowAxis, columnAxis] = set.plane.axes;
  const cells = set.level.array.read.map((grid) => axisCells(grid, 1));
  const rows = cells[rowAxis]!;
  const columns = cells[columnAxis]!;
  const parts: TileRequest[] = [];
  for (let row = rows.at(top); row <= rows.at(bottom - 1); row++)
    for (let column = columns.at(left); column <= columns.at(right - 1); column++)
      parts.push(tileAt({ ...set, cells }, row, column));
  return parts;
}

/** What is read for the cell that holds a position: the block of the tile that shows it. */
export function blockAt(
  array: ArrayFacts,
  axes: readonly [row: number, column: number],
  at: readonly number[],
): CutRequest["block"] {
  const [row, column] = axes.map((axis) => cellsOf(array)[axis]!.at(at[axis]!));
  return blockOf(array, cellsOf(array), axes, at, row!, column!);
}

function blockOf(
  array: ArrayFacts,
  cells: readonly AxisCells[],
  [rowAxis, columnAxis]: readonly [row: number, column: number],
  at: readonly number[],
  row: number,
  column: number,
): CutRequest["block"] {
  const whole = array.read.map((grid, axis) => {
    if (axis === rowAxis) return cells[axis]!.block(row);
    if (axis === columnAxis) return cells[axis]!.block(column);
    return axisCellSpan(grid, axisCellOf(grid, at[axis]!));
  });
  if (!array.isPlain || bytesOf(array, whole) <= PLAIN_BYTES) return whole;
  return array.read.map((_, axis) => {
    if (axis === rowAxis) return cells[axis]!.span(row);
    if (axis === columnAxis) return cells[axis]!.span(column);
    return [at[axis]!, at[axis]! + 1];
  });
}

function bytesOf(array: ArrayFacts, extent: readonly (readonly [number, number])[]): number {
  return extent.reduce((product, [start, stop]) => product * (stop - start), array.itemSize || 16);
}

const cellsByArray = new WeakMap<ArrayFacts, readonly AxisCells[]>();

/** The cells of an array along every axis. */
export function cellsOf(array: ArrayFacts): readonly AxisCells[] {
  let cells = cellsByArray.get(array);
  if (cells === undefined) {
    const chunkBytes = array.read.reduce(
      (product, grid) => product * Math.min(grid.chunk ?? 1024, grid.length),
      array.itemSize || 16,
    );
    const most = Math.max(1, Math.floor(Math.sqrt(JOINED_BYTES / Math.max(1, chunkBytes))));
    cells = array.read.map((grid) => axisCells(grid, most));
    cellsByArray.set(array, cells);
  }
  return cells;
}
