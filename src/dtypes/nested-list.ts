/**
 * Nested lists as arrays.
 *
 * @module
 */
import { ShapeMismatchError } from "../base/errors.ts";
import type { DataType } from "./data-type.ts";
import { isNDArray, shapeText } from "./nd-array.ts";
import { dataTypeOfTypedArray } from "./typed-array-types.ts";

/** How deep lists may nest; NumPy stops at 64 dimensions too. */
const MAX_NESTING = 64;

/** The shape of nested lists. */
export interface NestedShape {
  readonly shape: readonly number[];
  /** Are the innermost values arrays (typed arrays, NDArrays), with axes of their own? */
  readonly hasArrayLeaves: boolean;
}

/**
 * The shape of nested lists, told by their first elements.
 *
 * @param maxDimensions - how many levels of lists are dimensions; what is below is a value.
 */
export function nestedShape(
  list: readonly unknown[],
  dataType: DataType,
  maxDimensions: number,
): NestedShape {
  const shape: number[] = [];
  let value: unknown = list;
  while (Array.isArray(value) && shape.length < maxDimensions) {
    if (shape.length === MAX_NESTING) {
      throw new ShapeMismatchError(`Lists nest more than ${MAX_NESTING} deep.`, { expected: MAX_NESTING });
    }
    shape.push(value.length);
    value = value[0];
  }
  const isArray = isNDArray(value) || dataTypeOfTypedArray(value) !== undefined;
  const isScalar = typeof value === "object" && value !== null && dataType.isScalarObject?.(value) === true;
  return { shape, hasArrayLeaves: isArray && !isScalar };
}

/**
 * The values of nested lists of a shape, in C order.
 *
 * @throws ShapeMismatchError where a list has another length.
 */
export function* nestedLeaves(list: readonly unknown[], shape: readonly number[]): IterableIterator<unknown> {
  const [length, ...rest] = shape;
  if (!Array.isArray(list) || list.length !== length) {
    throw new ShapeMismatchError(
      `Nested lists are not all of shape ${shapeText(shape)}: one has ${Array.isArray(list) ? list.length : "no"} elements.`,
      { expected: shape },
    );
  }
  if (rest.length === 0) yield* list;
  else for (const part of list) yield* nestedLeaves(part, rest);
}
