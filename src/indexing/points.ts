/**
 * Selections of single elements: coordinates and masks (`vindex`).
 *
 * @module
 */
import { SelectionError, VindexInvalidSelectionError } from "../base/errors.ts";
import { isIndexArray, parseIndexArray } from "./index-array.ts";
import type { ParsedIndexArray } from "./index-array.ts";
import type { PointSelection } from "./normalized.ts";
import { checkedIndices, parseItems, tupleOf } from "./selection-item.ts";
import type { ParsedItem } from "./selection-item.ts";
import type { MaskSelection, Selection } from "./selection-types.ts";

type ParsedMask = Extract<ParsedIndexArray, { kind: "booleans" }>;

/**
 * Coordinates or a mask (`vindex`): one integer array or integer per axis, or one boolean array.
 *
 * @throws VindexInvalidSelectionError for slices and everything else; BoundsCheckError
 * @example
 * ```ts
 * vectorSelection([[[1], [3]], [0, 1]], [10, 10]).resultShape; // [2, 2]
 * ```
 */
export function vectorSelection(selection: Selection, shape: readonly number[]): PointSelection {
  const mask = findMask(selection, shape);
  return mask === undefined ? coordinateSelection(selection, shape) : maskPoints(mask, shape);
}

/**
 * One integer array or integer per axis, broadcast against each other; the result has the shape of that,
 * (1,) where all are integers.
 *
 * @throws VindexInvalidSelectionError, BoundsCheckError
 * @example
 * ```ts
 * coordinateSelection([[0, 9], [1, 1]], [10, 10]).resultShape; // [2]
 * ```
 */
export function coordinateSelection(selection: Selection, shape: readonly number[]): PointSelection {
  const items = parseItems(selection);
  const wrong = items.find((item) => item.kind !== "integer" && item.kind !== "integers");
  if (wrong !== undefined) throw notCoordinates(`${wrong.label} is of kind ${wrong.kind}`);
  const points = mixedPoints(items, shape);
  return points.resultShape.length === 0 ? { ...points, resultShape: [1] } : points;
}

/**
 * The elements where a boolean array of the array's shape is true, in C order.
 *
 * @throws VindexInvalidSelectionError when it is not boolean or has another shape.
 * @example
 * ```ts
 * maskSelection([[true, false], [false, true]], [2, 2]).resultShape; // [2]
 * ```
 */
export function maskSelection(selection: MaskSelection, shape: readonly number[]): PointSelection {
  const mask = findMask(selection, shape);
  if (mask === undefined) {
    throw new VindexInvalidSelectionError("a mask selection takes one boolean array", {
      expected: "a boolean array",
    });
  }
  return maskPoints(mask, shape);
}

/** {@link maskSelection} of a mask at hand. */
export function maskPoints(mask: ParsedMask, shape: readonly number[]): PointSelection {
  const same =
    mask.shape.length === shape.length && mask.shape.every((length, axis) => length === shape[axis]);
  if (!same) {
    throw new VindexInvalidSelectionError(
      `a mask of shape (${mask.shape.join(", ")}) does not fit an array of shape (${shape.join(", ")})`,
      { expected: shape, actual: mask.shape },
    );
  }
  let length = 0;
  for (let i = 0; i < mask.values.length; i++) length += mask.values[i]!;
  const coordinates = shape.map(() => new Float64Array(length));
  // Flat positions of true elements are taken apart axis by axis, the last first.
  const rest = new Float64Array(length);
  let next = 0;
  for (let i = 0; i < mask.values.length; i++) if (mask.values[i] === 1) rest[next++] = i;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!;
    const positions = coordinates[axis]!;
    for (let i = 0; i < length; i++) {
      const position = rest[i]! % extent;
      positions[i] = position;
      rest[i] = (rest[i]! - position) / extent;
    }
  }
  return { kind: "points", length, coordinates, resultShape: [length], scalar: false };
}

/**
 * Integers, integer arrays and new axes as coordinates. New axes go where NumPy puts them: around the
 * dimensions of the arrays, or behind these when they stand between arrays.
 */
export function mixedPoints(items: readonly ParsedItem[], shape: readonly number[]): PointSelection {
  const indices: { shape: readonly number[]; values: Float64Array }[] = [];
  const newAxes: number[] = []; // for each, how many indices come before it
  for (const item of items) {
    if (item.kind === "newAxis") newAxes.push(indices.length);
    else if (item.kind === "integer") indices.push({ shape: [], values: Float64Array.of(item.value) });
    else if (item.kind === "integers") indices.push(item);
    else throw notCoordinates(`${item.label} is of kind ${item.kind}`);
  }
  if (indices.length !== shape.length) {
    throw notCoordinates(
      `expected one integer or integer array for each of ${shape.length} axes, got ${indices.length}`,
    );
  }
  const broadcastShape = broadcast(indices.map((index) => index.shape));
  const length = broadcastShape.reduce((product, axisLength) => product * axisLength, 1);
  const coordinates = indices.map((index, axis) =>
    spread(checkedIndices(index.values, shape[axis]!, axis), index.shape, broadcastShape, length),
  );
  const between = newAxes.some((before) => before > 0 && before < indices.length);
  const leading = between ? 0 : newAxes.filter((before) => before === 0).length;
  const ones = new Array<number>(newAxes.length).fill(1);
  const resultShape = [...ones.slice(0, leading), ...broadcastShape, ...ones.slice(leading)];
  return { kind: "points", length, coordinates, resultShape, scalar: false };
}

/** The boolean array that a selection is, bare or as the only item of a tuple. */
function findMask(selection: Selection | MaskSelection, shape: readonly number[]): ParsedMask | undefined {
  const tuple: unknown = typeof selection === "string" ? tupleOf(selection) : selection;
  const inner = Array.isArray(tuple) && tuple.length === 1 ? asMask(tuple[0]) : undefined;
  // A list of booleans, or of lists of them, is a mask itself, unless only its one element fits.
  return inner !== undefined && inner.shape.length === shape.length ? inner : (asMask(tuple) ?? inner);
}

function asMask(value: unknown): ParsedMask | undefined {
  if (!isIndexArray(value)) return undefined;
  let first: unknown = value;
  while (Array.isArray(first)) first = first[0];
  // Of plain lists the first element tells, so that a tuple of other things is not read as numbers.
  if (Array.isArray(value) && typeof first !== "boolean") return undefined;
  const parsed = parseIndexArray(value, "the mask");
  return parsed.kind === "booleans" ? parsed : undefined;
}

function notCoordinates(found: string): VindexInvalidSelectionError {
  return new VindexInvalidSelectionError(
    `vectorized indexing takes one integer array or integer per axis, or one boolean array: ${found}`,
  );
}

/** The shape that arrays broadcast to; their last dimensions are aligned. */
function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(ndim).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const at = ndim - shape.length + axis;
      const length = shape[axis]!;
      if (length === result[at] || length === 1) continue;
      if (result[at] !== 1) {
        const text = shapes.map((each) => `(${each.join(", ")})`).join(" ");
        throw new SelectionError(`index arrays of shapes ${text} cannot be broadcast together`, {
          actual: shapes,
        });
      }
      result[at] = length;
    }
  }
  const size = result.reduce((product, length) => product * length, 1);
  if (size >= 2 ** 32)
    throw new SelectionError(`index arrays broadcast to ${size} points, more than can be held`);
  return result;
}

function spread(
  values: Float64Array,
  shape: readonly number[],
  target: readonly number[],
  size: number,
): Float64Array {
  if (values.length === size && shape.length === target.length) return values;
  const out = new Float64Array(size);
  if (size === 0) return out;
  // Repeats of whole runs and of single elements, axis by axis, the last first.
  let source = values;
  let filled = 1; // elements of target below the current axis
  for (let axis = target.length - 1; axis >= 0; axis--) {
    const length = target[axis]!;
    const own = shape[axis - (target.length - shape.length)] ?? 1;
    if (own === 1 && length > 1) source = repeatRuns(source, filled, length);
    filled *= length;
  }
  out.set(source);
  return out;
}

/** Every run of `run` elements, `times` times. */
function repeatRuns(values: Float64Array, run: number, times: number): Float64Array {
  const out = new Float64Array(values.length * times);
  let next = 0;
  for (let first = 0; first < values.length; first += run) {
    const part = values.subarray(first, first + run);
    for (let i = 0; i < times; i++) {
      out.set(part, next);
      next += run;
    }
  }
  return out;
}
