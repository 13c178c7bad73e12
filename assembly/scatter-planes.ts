// Undoes Blosc's byte shuffle and puts the elements in their places in one go: rows of them to a strided box.
import { PLAN, work } from "./layout";
import { join2, join4, joinPlanes, setPlane } from "./unshuffle";

/**
 * Puts together `count` elements from their planes, which lie one after another, a row of `row` elements at a time. The
 * plan lists the axes along which rows lie, the innermost last: count and step in the target (bytes; words 0 and 2 of
 * four, as `copyBox` has them). The caller has checked that rows divide the elements, that there are as many as the plan
 * says, and that the box lies within its buffer.
 */
export function scatterPlanes(
  source: usize,
  count: usize,
  itemSize: usize,
  row: usize,
  rank: u32,
  target: usize,
): void {
  const plan = work + PLAN;
  const last = plan + (<usize>rank - 1) * 16;
  for (let axis = plan; axis <= last; axis += 16) store<u32>(axis, 0, 12);
  for (let done: usize = 0; done < count; done += row) {
    joinRow(source + done, count, itemSize, row, target);
    let axis = last;
    while (true) {
      const index = load<u32>(axis, 12) + 1;
      target += load<i32>(axis, 8);
      if (index < load<u32>(axis)) {
        store<u32>(axis, index, 12);
        break;
      }
      store<u32>(axis, 0, 12);
      target -= load<i32>(axis, 8) * index;
      if (axis == plan) break;
      axis -= 16;
    }
  }
}

// @ts-expect-error AssemblyScript's decorator
@inline
function joinRow(first: usize, count: usize, itemSize: usize, row: usize, target: usize): void {
  let done: usize = 0;
  if (itemSize == 2) done = join2(first, first + count, row, target);
  else if (itemSize == 4) done = join4(first, first + count, first + 2 * count, first + 3 * count, row, target);
  else {
    for (let byte: usize = 0; byte < itemSize; byte++) setPlane(byte, first + byte * count);
    joinPlanes(row, itemSize, target);
    return;
  }
  for (let byte: usize = 0; byte < itemSize; byte++) {
    const plane = first + byte * count;
    for (let i = done; i < row; i++) store<u8>(target + i * itemSize + byte, load<u8>(plane + i));
  }
}
