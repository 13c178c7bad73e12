/**
 * Cuts through blocks: numbers for pictures and plots.
 *
 * @module
 */
import type { NDArray, ZarrArray } from "zarrkit";
import { slice } from "zarrkit";
import { MAX_BLOCK_BYTES } from "../protocol.ts";
import type { Cut, CutRequest, Numbers, Operations, Range } from "../protocol.ts";
import type { Block, BlockCache } from "./block-cache.ts";
import { axisCellOf, axisCellSpan } from "../axis-grid.ts";
import { readGrid } from "./grids.ts";
import { fieldArray, numberReader, scalarNumber } from "./plain-values.ts";
import type { NumberReader } from "./plain-values.ts";

/** So many numbers are sent at most. */
const MAX_NUMBERS = 2 ** 25;

/** Cuts. @throws RangeError when a chunk, or the cut itself, is too large. */
export async function cutOf(
  array: ZarrArray,
  request: CutRequest,
  blocks: BlockCache,
  signal: AbortSignal,
): Promise<Cut> {
  const count = request.ranges.reduce((product, range) => product * lengthOf(range), 1);
  if (!(count <= MAX_NUMBERS)) throw new RangeError(`${count} numbers are too many for one picture.`);
  checkBlock(array, request.block);
  const block = await blocks.read(array, request.block, signal);
  const values = fieldArray(block.values, request.value.field);
  const reader = numberReader(values, request.value);
  const data =
    request.reduce === "extent"
      ? extents(values, block, request, reader)
      : samples(values, block, request, reader);
  const shape = request.ranges.map(lengthOf);
  const fills = request.reduce === "sample" ? fillParts(array, block, request) : [];
  return { data, shape, fills };
}

/** @throws RangeError when a block is too large to decode. */
function checkBlock(array: ZarrArray, extent: CutRequest["block"]): void {
  const size = extent.reduce((product, [start, stop]) => product * (stop - start), 1);
  const bytes = size * (array.dataType.itemSize || 1);
  if (!(bytes <= MAX_BLOCK_BYTES)) {
    const mebibytes = (value: number): string => `${Math.round(value / 2 ** 20).toLocaleString("en")} MiB`;
    throw new RangeError(
      `A chunk of this array has ${mebibytes(bytes)} when it is decoded; the viewer reads at most ${mebibytes(MAX_BLOCK_BYTES)}.`,
    );
  }
}

/** Number of positions of a range. */
function lengthOf([start, stop, step]: Range): number {
  return Math.max(0, Math.ceil((stop - start) / step));
}

/** Where the first element of a cut is in the data of a block. */
function originOf(values: NDArray, block: Block, { axes, ranges, at }: CutRequest): number {
  let position = values.offset;
  for (const [axis, stride] of values.stride.entries()) {
    const of = axes.indexOf(axis);
    const index = of === -1 ? at[axis]! : ranges[of]![0];
    position += (index - block.start[axis]!) * stride;
  }
  return position * values.dataType.containerStep;
}

function samples(values: NDArray, block: Block, request: CutRequest, reader: NumberReader): Numbers {
  const { axes, ranges } = request;
  // A cut of one axis is one row.
  const [rows, columns] = axes.length === 2 ? ranges.map(lengthOf) : [1, lengthOf(ranges[0]!)];
  const scale = values.dataType.containerStep;
  const steps = axes.map((axis, i) => values.stride[axis]! * ranges[i]![2] * scale);
  const [rowStep, columnStep] = axes.length === 2 ? steps : [0, steps[0]];
  const origin = originOf(values, block, request);
  const out = reader.make(rows! * columns!);
  const { plain } = reader;
  let to = 0;
  for (let row = 0; row < rows!; row++) {
    let from = origin + row * rowStep!;
    if (plain !== undefined && columnStep === 1) {
      out.set(plain.subarray(from, from + columns!), to);
      to += columns!;
    } else if (plain !== undefined) {
      for (let column = 0; column < columns!; column++, from += columnStep!) out[to++] = plain[from]!;
    } else {
      for (let column = 0; column < columns!; column++, from += columnStep!) out[to++] = reader.at(from);
    }
  }
  return out;
}

/** The smallest and the largest number of each step; NaN where a step has no other. */
function extents(values: NDArray, block: Block, request: CutRequest, reader: NumberReader): Numbers {
  const [axis, range] = [request.axes[0]!, request.ranges[0]!];
  const [start, stop, step] = range;
  const stride = values.stride[axis]! * values.dataType.containerStep;
  const out = new Float64Array(lengthOf(range) * 2);
  let from = originOf(values, block, request);
  let to = 0;
  for (let first = start; first < stop; first += step) {
    let low = Number.NaN;
    let high = Number.NaN;
    for (let i = first; i < Math.min(stop, first + step); i++, from += stride) {
      const value = reader.at(from);
      if (!(value >= low)) low = Number.isNaN(value) ? low : value;
      if (!(value <= high)) high = Number.isNaN(value) ? high : value;
    }
    out[to++] = low;
    out[to++] = high;
  }
  return out;
}

/** The parts of a cut that lie in chunks of nothing but fill value. */
function fillParts(
  array: ZarrArray,
  block: Block,
  { axes, ranges, at, value }: CutRequest,
): [start: number, stop: number][][] {
  if (value.field !== undefined) return [];
  const grid = readGrid(array);
  const fixed = grid.map((axis, i) => axisCellOf(axis, axes.includes(i) ? 0 : at[i]!));
  const spans = axes.map((axis, i) => {
    const [start, stop] = ranges[i]!;
    return stop <= start
      ? { first: 0, last: -1 }
      : { first: axisCellOf(grid[axis]!, start), last: axisCellOf(grid[axis]!, stop - 1) };
  });
  const found: [number, number][][] = [];
  const index = [...fixed];
  const visit = (depth: number, part: [number, number][]): void => {
    if (depth === axes.length) {
      if (isFill(array, block, index)) found.push(part);
      return;
    }
    const axis = axes[depth]!;
    const [start, stop, step] = ranges[depth]!;
    for (let cell = spans[depth]!.first; cell <= spans[depth]!.last; cell++) {
      const [from, to] = axisCellSpan(grid[axis]!, cell);
      const low = Math.ceil((Math.max(from, start) - start) / step);
      const high = Math.ceil((Math.min(to, stop) - start) / step);
      index[axis] = cell;
      if (high > low) visit(depth + 1, [...part, [low, high]]);
    }
  };
  visit(0, []);
  return found;
}

/** Has a chunk of a block nothing but fill value? It is looked at once. */
function isFill(array: ZarrArray, block: Block, index: readonly number[]): boolean {
  const key = index.join();
  let known = block.fillChunks.get(key);
  if (known === undefined) {
    const grid = readGrid(array);
    const extent = index.map((cell, axis) => axisCellSpan(grid[axis]!, cell));
    known = isAllFill(array, block, extent);
    block.fillChunks.set(key, known);
  }
  return known;
}

function isAllFill(
  array: ZarrArray,
  block: Block,
  extent: readonly (readonly [start: number, stop: number])[],
): boolean {
  const { values } = block;
  const data: unknown = values.data;
  if (!ArrayBuffer.isView(data)) return false;
  const fill: unknown = array.fillValue ?? array.dataType.defaultFillValue;
  const parts: unknown[] =
    typeof fill === "object" && fill !== null && "re" in fill && "im" in fill ? [fill.re, fill.im] : [fill];
  const want = parts.map((part) => (typeof part === "boolean" ? Number(part) : part));
  const items = data as unknown as ArrayLike<unknown>; // views that arrays have as data are typed arrays
  const scale = values.dataType.containerStep;
  if (want.length !== scale) return false;
  const shape = extent.map(([start, stop], axis) => {
    const first = Math.max(start, block.start[axis]!);
    return Math.min(stop, block.start[axis]! + values.shape[axis]!) - first;
  });
  const isFilled = (axis: number, position: number): boolean => {
    if (axis === shape.length) return want.every((part, i) => same(items[position * scale + i], part));
    const stride = values.stride[axis]!;
    for (let i = 0; i < shape[axis]!; i++) if (!isFilled(axis + 1, position + i * stride)) return false;
    return true;
  };
  let position = values.offset;
  for (const [axis, [start]] of extent.entries())
    position += Math.max(0, start - block.start[axis]!) * values.stride[axis]!;
  return isFilled(0, position);
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** One element as NumPy prints it, and as a number where it is one. */
export async function elementOf(
  array: ZarrArray,
  request: Operations["element"]["in"],
  blocks: BlockCache,
  signal: AbortSignal,
): Promise<Operations["element"]["out"]> {
  checkBlock(array, request.block);
  const block = await blocks.read(array, request.block, signal);
  const values = fieldArray(block.values, request.field);
  const index = request.at.map((position, axis) => position - block.start[axis]!);
  return {
    text: textOf(values, index),
    number: values.dataType.fields === undefined ? scalarNumber(values.get(...index)) : undefined,
  };
}

/** A part of an array as text, row by row; each element as NumPy prints it. */
export async function textsOf(
  array: ZarrArray,
  axes: readonly number[],
  ranges: readonly Range[],
  at: readonly number[],
  signal: AbortSignal,
): Promise<string[][]> {
  const selection = array.shape.map((_, axis) => {
    const of = axes.indexOf(axis);
    const [start, stop] = of === -1 ? [at[axis]!, at[axis]! + 1] : ranges[of]!;
    return slice(start, stop);
  });
  const values = (await array.get(selection.length === 0 ? "..." : selection, { signal })) as NDArray; // slices give an array
  const [rowAxis, columnAxis] = axes.length === 2 ? axes : [undefined, axes[0]];
  const rows = rowAxis === undefined ? 1 : values.shape[rowAxis]!;
  const columns = columnAxis === undefined ? 1 : values.shape[columnAxis]!;
  const text: string[][] = [];
  for (let row = 0; row < rows; row++) {
    const line: string[] = [];
    for (let column = 0; column < columns; column++) {
      const index = values.shape.map((_, axis) =>
        axis === rowAxis ? row : axis === columnAxis ? column : 0,
      );
      line.push(textOf(values, index));
    }
    text.push(line);
  }
  return text;
}

const MAX_TEXT = 1000;

function textOf(values: NDArray, index: readonly number[]): string {
  const text =
    values.dataType.fields === undefined
      ? values.dataType.scalarToString(values.get(...index))
      : values.dataType.fields
          .map(({ name }) => `${name}: ${textOf(fieldArray(values, name), index)}`)
          .join(", ");
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
