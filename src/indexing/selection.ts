/**
 * Selections applied to a shape: basic, orthogonal, and the choice that `get` and `set` make.
 *
 * @module
 */
import { SelectionError } from "../base/errors.ts";
import { listMap, rangeMap } from "./axis-map.ts";
import type { NormalizedSelection, OrthogonalSelection } from "./normalized.ts";
import { mapLength } from "./projection.ts";
import type { AxisMap } from "./projection.ts";
import { maskPoints, mixedPoints } from "./points.ts";
import { checkedIndex, checkedIndices, expandEllipsis, parseItems } from "./selection-item.ts";
import type { ParsedItem } from "./selection-item.ts";
import type { BasicSelection, Selection } from "./selection-types.ts";
import { sliceRange } from "./slice.ts";

/**
 * Integers, slices, `null`, `"..."` and new axes: NumPy's basic indexing.
 *
 * @throws SelectionError for an array, too many items or a second `"..."`; BoundsCheckError.
 * @example
 * ```ts
 * basicSelection([-1, slice(0, 4)], [10, 10]).resultShape; // [4]
 * ```
 */
export function basicSelection(selection: BasicSelection, shape: readonly number[]): OrthogonalSelection {
  const items = parseItems(selection);
  const array = items.find(isArrayItem);
  if (array !== undefined) {
    throw new SelectionError(`${array.label} is an array; basic indexing takes integers and slices`, {
      expected: "integers and slices",
      actual: array.kind,
    });
  }
  return product(items, shape);
}

/**
 * The product of what each axis selects (`oindex`): integers, slices, and arrays of one dimension,
 * in any order and with repetitions. Booleans are as many as the axis is long.
 *
 * @throws SelectionError, BoundsCheckError
 * @example
 * ```ts
 * orthogonalSelection([[9, 0], slice(0, 4)], [10, 10]).resultShape; // [2, 4]
 * ```
 */
export function orthogonalSelection(selection: Selection, shape: readonly number[]): OrthogonalSelection {
  return product(parseItems(selection), shape);
}

/**
 * What `get` and `set` do with a selection. Without arrays it is basic. A boolean array of the
 * array's own dimensions is a mask. Integer arrays without slices select points, one array or
 * integer per axis, broadcast against each other. Everything else is orthogonal: one array, arrays
 * beside slices, `null` or `"..."`, and several arrays of which one is boolean.
 *
 * @throws SelectionError; BoundsCheckError; VindexInvalidSelectionError
 * @example
 * ```ts
 * anySelection([[0, 2]], [10, 10]).resultShape;         // [2, 10]
 * anySelection([[0, 2], [1, 3]], [10, 10]).resultShape; // [2]
 * ```
 */
export function anySelection(selection: Selection, shape: readonly number[]): NormalizedSelection {
  const items = parseItems(selection);
  const arrays = items.filter(isArrayItem);
  if (arrays.length === 0) return product(items, shape);
  const mask = arrays.find((item) => item.kind === "booleans" && item.shape.length !== 1);
  if (mask?.kind === "booleans" && items.length === 1) return maskPoints(mask, shape);
  const points =
    mask === undefined &&
    !items.some((item) => item.kind === "slice" || item.kind === "ellipsis") &&
    arrays.every((item) => item.kind === "integers") &&
    (arrays.length > 1 || arrays[0]!.shape.length !== 1);
  return points ? mixedPoints(items, shape) : product(items, shape);
}

type ArrayItem = Extract<ParsedItem, { kind: "integers" | "booleans" }>;

function isArrayItem(item: ParsedItem): item is ArrayItem {
  return item.kind === "integers" || item.kind === "booleans";
}

function product(items: readonly ParsedItem[], shape: readonly number[]): OrthogonalSelection {
  const axes: AxisMap[] = [];
  const axisShape: number[] = [];
  const resultShape: number[] = [];
  let scalar = true;
  for (const item of expandEllipsis(items, shape.length)) {
    if (item.kind === "newAxis") {
      resultShape.push(1);
      scalar = false;
      continue;
    }
    if (item.kind === "ellipsis") {
      scalar = false; // one that stands for no axis still asks for an array
      continue;
    }
    const map = axisMap(item, shape[axes.length]!, axes.length);
    const length = mapLength(map);
    axes.push(map);
    axisShape.push(length);
    if (item.kind !== "integer") {
      resultShape.push(length);
      scalar = false;
    }
  }
  return { kind: "orthogonal", axes, axisShape, resultShape, scalar };
}

function axisMap(
  item: Exclude<ParsedItem, { kind: "newAxis" | "ellipsis" }>,
  length: number,
  axis: number,
): AxisMap {
  switch (item.kind) {
    case "integer":
      return rangeMap(checkedIndex(item.value, length, axis), 1);
    case "slice":
      return { kind: "range", ...sliceRange(item.value, length, item.label) };
    case "integers":
      checkOneDimension(item);
      return listMap(checkedIndices(item.values, length, axis));
    case "booleans":
      checkOneDimension(item);
      if (item.values.length !== length) {
        throw new SelectionError(
          `${item.label} has the wrong length for dimension ${axis}; expected ${length} booleans, got ${item.values.length}`,
          { expected: length, actual: item.values.length },
        );
      }
      return listMap(trueIndices(item.values));
    default:
      item satisfies never;
      throw new TypeError("unknown selection item");
  }
}

function checkOneDimension(item: ArrayItem): void {
  if (item.shape.length === 1) return;
  throw new SelectionError(
    `${item.label} has ${item.shape.length} dimensions; beside slices and other arrays, and in oindex, an array has one`,
    { expected: 1, actual: item.shape.length },
  );
}

function trueIndices(values: Uint8Array): Float64Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) count += values[i]!;
  const indices = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 1) indices[next++] = i;
  return indices;
}
