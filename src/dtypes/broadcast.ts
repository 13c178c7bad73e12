/**
 * NumPy's broadcasting, by strides of 0.
 *
 * @module
 */
import { ShapeMismatchError } from "../base/errors.ts";
import type { Block } from "../kernels/block.ts";
import { shapeText } from "./nd-array.ts";

/**
 * A block seen in another shape by NumPy's rules: axes align at the end, missing ones and those of
 * length 1 repeat. Leading axes of length 1 that `shape` does not have are left out, as in assignment.
 * Nothing is copied.
 *
 * @throws ShapeMismatchError when an axis fits neither way.
 */
export function broadcastBlock(block: Block, shape: readonly number[]): Block {
  const extra = block.shape.length - shape.length;
  const fits =
    block.shape.every((length, axis) => axis >= extra || length === 1) &&
    shape.every((length, axis) => {
      const own = block.shape[axis + extra];
      return own === undefined || own === 1 || own === length;
    });
  if (!fits) {
    throw new ShapeMismatchError(
      `A value of shape ${shapeText(block.shape)} cannot be broadcast to ${shapeText(shape)}.`,
      { expected: shape, actual: block.shape },
    );
  }
  const stride = shape.map((length, axis) => {
    const own = block.shape[axis + extra];
    return own === undefined || (own === 1 && length !== 1) ? 0 : block.stride[axis + extra]!;
  });
  return { ...block, shape: [...shape], stride };
}

/**
 * The shape that several shapes have together.
 *
 * @throws ShapeMismatchError when an axis has two lengths, neither of which is 1.
 */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [axis, length] of shape.entries()) {
      const at = axis + rank - shape.length;
      if (length === 1 || length === result[at]) continue;
      if (result[at] !== 1) {
        throw new ShapeMismatchError(
          `Values of shapes ${shapes.map(shapeText).join(" and ")} do not fit together.`,
          {
            expected: result,
            actual: shape,
          },
        );
      }
      result[at] = length;
    }
  }
  return result;
}
