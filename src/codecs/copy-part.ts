/**
 * Moves a part of a chunk to its place in a result, or back.
 *
 * @module
 */
import type { AxisMap, AxisPair, ChunkPart } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { copyStrided, fillStrided } from "../kernels/block-copy.ts";

/** Copies the part of `chunk` into `result`: what a read does. */
export function copyPartOut(part: ChunkPart, chunk: Block, result: Block): void {
  move(part, chunk, result, true);
}

/** Copies the part of `result` into `chunk`: what a write does. Where positions repeat, the last one wins. */
export function copyPartIn(part: ChunkPart, result: Block, chunk: Block): void {
  move(part, chunk, result, false);
}

/** The bytes of `result` that are, in C order, all of a chunk of `shape` whose part this is; `undefined` where they are not together. */
export function placeOf(part: ChunkPart, shape: readonly number[], result: Block): Uint8Array | undefined {
  const { data, stride, itemSize } = result;
  if (part.kind !== "orthogonal" || !(data instanceof Uint8Array)) return undefined;
  let { offset } = result;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const { from, to } = part.axes[axis]!;
    const length = shape[axis]!;
    if (from.kind !== "range" || to.kind !== "range" || from.count !== length) return undefined;
    if (length !== 1 && (from.step !== 1 || to.step !== 1 || stride[axis] !== step)) return undefined;
    offset += to.start * stride[axis]!;
    step *= length;
  }
  return data.subarray(offset * itemSize, (offset + step) * itemSize);
}

/** Writes one element (its bytes, or a value) to the part of `result` that a missing chunk would have filled. */
export function fillPart(part: ChunkPart, result: Block, element: unknown): void {
  const { data, itemSize } = result;
  if (part.kind === "points") {
    forEachPoint(part.to, result, (at) => fillStrided([], data, at, [], itemSize, element));
    return;
  }
  const target = view(part.axes, "to", result, false);
  overLists(target, target, (offset) =>
    fillStrided(target.shape, data, offset, target.stride, itemSize, element),
  );
}

function move(part: ChunkPart, chunk: Block, result: Block, out: boolean): void {
  if (part.kind === "points") {
    movePoints(part.from, part.to, chunk, result, out);
    return;
  }
  const from = view(part.axes, "from", chunk, true);
  const to = view(part.axes, "to", result, true);
  const source = out ? from : to;
  const target = out ? to : from;
  overLists(source, target, (sourceOffset, targetOffset) =>
    copyStrided({
      shape: source.shape,
      source: source.block.data,
      sourceOffset,
      sourceStride: source.stride,
      target: target.block.data,
      targetOffset,
      targetStride: target.stride,
      itemSize: chunk.itemSize,
    }),
  );
}

/** A block seen through one map per axis: ranges are strides, lists are looked up. */
interface View {
  readonly block: Block;
  /** Lengths and strides of the axes that are ranges here and on the other side. */
  readonly shape: number[];
  readonly stride: number[];
  readonly offset: number;
  /** For each axis with a list here or on the other side: element offsets of its positions. */
  readonly lists: Float64Array[];
}

/** A block seen through one side of the maps of a part; `both`: with the axes of which either side is a list apart. */
function view(axes: readonly AxisPair[], side: "from" | "to", block: Block, both: boolean): View {
  const shape: number[] = [];
  const stride: number[] = [];
  const lists: Float64Array[] = [];
  let { offset } = block;
  for (let axis = 0; axis < axes.length; axis++) {
    const pair = axes[axis]!;
    const map = pair[side];
    const step = block.stride[axis]!;
    if (map.kind === "range" && !(both && (pair.from.kind === "list" || pair.to.kind === "list"))) {
      shape.push(map.count);
      stride.push(map.step * step);
      if (map.count > 0) offset += map.start * step;
    } else {
      lists.push(offsetsOf(map, step));
    }
  }
  return { block, shape, stride, offset, lists };
}

function offsetsOf(map: AxisMap, stride: number): Float64Array {
  const offsets = new Float64Array(mapLength(map));
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = (map.kind === "range" ? map.start + i * map.step : map.positions[i]!) * stride;
  }
  return offsets;
}

/** Calls `visit` with the offsets of two views, for every combination of the positions of their lists. */
function overLists(one: View, two: View, visit: (one: number, two: number) => void): void {
  const last = one.lists.length - 1;
  const visitFrom = (axis: number, first: number, second: number): void => {
    if (axis > last) return visit(first, second);
    const list = one.lists[axis]!;
    const other = two.lists[axis]!;
    for (let i = 0; i < list.length; i++) visitFrom(axis + 1, first + list[i]!, second + other[i]!);
  };
  visitFrom(0, one.offset, two.offset);
}

function movePoints(
  from: readonly Float64Array[],
  to: Float64Array,
  chunk: Block,
  result: Block,
  out: boolean,
): void {
  const { itemSize } = chunk;
  let point = 0;
  forEachPoint(to, result, (resultAt) => {
    let chunkAt = chunk.offset;
    for (const [axis, positions] of from.entries()) chunkAt += positions[point]! * chunk.stride[axis]!;
    point++;
    copyStrided({
      shape: [],
      source: out ? chunk.data : result.data,
      sourceOffset: out ? chunkAt : resultAt,
      sourceStride: [],
      target: out ? result.data : chunk.data,
      targetOffset: out ? resultAt : chunkAt,
      targetStride: [],
      itemSize,
    });
  });
}

/** Element offsets of flat (C order) positions of a block. */
function forEachPoint(flat: Float64Array, block: Block, visit: (at: number) => void): void {
  const { shape, stride, offset } = block;
  for (const position of flat) {
    let rest = position;
    let at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis]!;
      const index = rest % length;
      at += index * stride[axis]!;
      rest = (rest - index) / length;
    }
    visit(at);
  }
}
