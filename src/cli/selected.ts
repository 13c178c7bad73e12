/**
 * A selection of an array, as `get` prints it: its shape, what its axes are, and reading it in parts.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { parseDataType } from "../dtypes/registry.ts";
import type { NormalizedSelection, OrthogonalSelection } from "../indexing/normalized.ts";
import { parseNotation } from "../indexing/parse-notation.ts";
import type { AxisMap } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import { anySelection } from "../indexing/selection.ts";
import type { SelectionItem } from "../indexing/selection-types.ts";
import { newAxis } from "../indexing/slice.ts";

/** What an axis of the result is: a dimension of the array, or none where the selection made it. */
export interface ResultAxis {
  /** Name of the dimension, where it has one. */
  readonly name: string | undefined;
  /** Position in the array of an index along this axis. */
  label(index: number): number;
}

/** How elements are read. */
export interface ReadOptions extends AbortOptions {
  /** `"number"`: 64-bit integers as doubles. */
  readonly int64?: "bigint" | "number" | undefined;
}

/** A selection applied to an array; nothing is read before it is asked for. */
export class Selected {
  readonly array: ZarrArray;
  readonly selection: NormalizedSelection;
  /** Shape of the result. */
  readonly shape: readonly number[];
  /** Type of the elements as they are read. */
  readonly dataType: DataType;
  readonly axes: readonly ResultAxis[];
  readonly #options: ReadOptions;

  /**
   * @param text - in NumPy's notation; everything without one.
   * @throws SelectionError; BoundsCheckError
   */
  constructor(array: ZarrArray, text: string | undefined, options: ReadOptions = {}) {
    const items = text === undefined ? [] : parseNotation(text);
    this.array = array;
    this.selection = anySelection(items, array.shape);
    this.shape = this.selection.resultShape;
    this.dataType = readAs(array.dataType, options.int64);
    this.axes = resultAxes(items, array, this.selection);
    this.#options = options;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((size, length) => size * length, 1);
  }

  /** Reads everything, in the shape of the result. */
  async readAll(): Promise<NDArray> {
    const { selection } = this;
    const whole =
      selection.kind === "points"
        ? await this.readPoints(selection.coordinates)
        : await this.readBox(selection.axes);
    return whole.reshape(this.shape);
  }

  /** Reads one set of positions per axis of the array; the result has an axis for each. */
  async readBox(axes: readonly AxisMap[]): Promise<NDArray> {
    const items = axes.map(itemOf);
    // Slices and lists of positions give an array, and so does "...".
    return (await this.array.oindex.get(items.length === 0 ? "..." : items, this.#options)) as NDArray;
  }

  /** Reads points: one list of positions per axis of the array. */
  async readPoints(coordinates: readonly Float64Array[]): Promise<NDArray> {
    // Lists of positions, which are not all integers, give an array.
    return (await this.array.getCoordinateSelection([...coordinates], this.#options)) as NDArray;
  }
}

/** Positions `from` to `from + count` of a map. */
export function partOfMap(map: AxisMap, from: number, count: number): AxisMap {
  if (map.kind === "list") return { kind: "list", positions: map.positions.subarray(from, from + count) };
  return { kind: "range", start: map.start + from * map.step, step: map.step, count };
}

/** The position that a map has at an index. */
export function positionAt(map: AxisMap, index: number): number {
  return map.kind === "range" ? map.start + index * map.step : map.positions[index]!;
}

/** One axis as an item of a selection. A range of one position is a slice too: it keeps its axis. */
function itemOf(map: AxisMap): SelectionItem {
  if (map.kind === "list") return map.positions;
  const { start, step, count } = map;
  const stop = start + step * count;
  return { start, stop: stop < 0 ? null : stop, step };
}

function readAs(dataType: DataType, int64: ReadOptions["int64"]): DataType {
  const isInteger = dataType.castKind === "signed" || dataType.castKind === "unsigned";
  return int64 === "number" && isInteger && dataType.itemSize === 8 ? parseDataType("float64") : dataType;
}

/** Which dimension each axis of the result is: integers have none, new axes are no dimension. */
function resultAxes(
  items: readonly SelectionItem[],
  array: ZarrArray,
  selection: NormalizedSelection,
): ResultAxis[] {
  const none: ResultAxis = { name: undefined, label: (index) => index };
  if (selection.kind === "points") return selection.resultShape.map(() => none);
  const axes: ResultAxis[] = [];
  let dimension = 0;
  const take = (count: number): void => {
    for (; count > 0; count--) axes.push(axisOf(array, selection, dimension++));
  };
  const used = items.filter((item) => item !== newAxis && item !== "...").length;
  const rest = selection.axes.length - used;
  for (const item of items) {
    if (item === newAxis) axes.push(none);
    else if (item === "...") take(rest);
    else if (typeof item === "number" || typeof item === "bigint") dimension++;
    else take(1);
  }
  take(selection.axes.length - dimension);
  return axes;
}

function axisOf(array: ZarrArray, selection: OrthogonalSelection, dimension: number): ResultAxis {
  const map = selection.axes[dimension]!;
  const name = array.dimensionNames?.[dimension] ?? undefined;
  return { name, label: (index) => (index < mapLength(map) ? positionAt(map, index) : index) };
}
