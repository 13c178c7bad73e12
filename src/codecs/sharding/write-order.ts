/**
 * The order in which a shard's inner chunks are laid out. Readers go by the index alone;
 * the order decides which neighbours lie side by side.
 *
 * @module
 */
import { MetadataValidationError } from "../../base/errors.ts";
import { sizeOf } from "../../kernels/block.ts";

/** `unordered` leaves the choice to the writer. */
export type SubchunkWriteOrder = "morton" | "lexicographic" | "colexicographic" | "unordered";

/** Is this one of the orders? */
export function parseWriteOrder(value: unknown): SubchunkWriteOrder {
  switch (value) {
    case "morton":
    case "lexicographic":
    case "colexicographic":
    case "unordered":
      return value;
    default:
      throw new MetadataValidationError(`There is no subchunk write order ${JSON.stringify(value)}.`, {
        codec: "sharding_indexed",
        known: ["morton", "lexicographic", "colexicographic", "unordered"],
      });
  }
}

/** C-order numbers of all cells of a grid, in the order in which they are written. */
export function* writeSequence(grid: readonly number[], order: SubchunkWriteOrder): Iterable<number> {
  const size = sizeOf(grid);
  if (order === "lexicographic" || order === "unordered" || grid.length < 2) {
    for (let cell = 0; cell < size; cell++) yield cell;
  } else if (order === "colexicographic") {
    for (let position = 0; position < size; position++) yield fromColexicographic(position, grid);
  } else {
    yield* morton(grid);
  }
}

function fromColexicographic(position: number, grid: readonly number[]): number {
  let rest = position;
  const index = grid.map((length) => {
    const at = rest % length;
    rest = (rest - at) / length;
    return at;
  });
  return index.reduce((cell, at, axis) => cell * grid[axis]! + at, 0);
}

/** Z-order; the first axis is the least significant, and cells outside the grid are skipped. */
function* morton(grid: readonly number[]): Iterable<number> {
  const bits = grid.map((length) => (length <= 1 ? 0 : 32 - Math.clz32(length - 1)));
  // Bit `b` of the code belongs to one bit of one axis; axes that have run out of bits are passed over.
  const axes: number[] = [];
  for (let bit = 0; bit < Math.max(0, ...bits); bit++) {
    for (const [axis, count] of bits.entries()) if (bit < count) axes.push(axis);
  }
  const codes = 2 ** axes.length;
  const index = new Array<number>(grid.length);
  const taken = new Array<number>(grid.length);
  for (let code = 0; code < codes; code++) {
    index.fill(0);
    taken.fill(0);
    let rest = code;
    for (const axis of axes) {
      if (rest === 0) break;
      const bit = rest % 2;
      rest = (rest - bit) / 2;
      index[axis]! += bit * 2 ** taken[axis]!;
      taken[axis]!++;
    }
    let cell = 0;
    let inside = true;
    for (const [axis, length] of grid.entries()) {
      if (index[axis]! >= length) inside = false;
      cell = cell * length + index[axis]!;
    }
    if (inside) yield cell;
  }
}
