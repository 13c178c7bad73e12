/**
 * Moves a part of a chunk to its place in a result, or back.
 *
 * @module
 */
import type { AxisMap, ChunkPart } from "../indexing/projection.ts";
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
  const target = view(
    part.axes.map((axis) => axis.to),
    result,
  );
  overLists([target], (offsets) =>
    fillStrided(target.shape, data, offsets[0]!, target.stride, itemSize, element),
  );
}

function move(part: ChunkPart, chunk: Block, result: Block, out: boolean): void {
  const { itemSize } = chunk;
  if (part.kind === "points") {
    movePoints(part.from, part.to, chunk, result, out);
    return;
  }
  const from = view(
    part.axes.map((axis) => axis.from),
    chunk,
    part.axes.map((axis) => axis.to),
  );
  const to = view(
    part.axes.map((axis) => axis.to),
    result,
    part.axes.map((axis) => axis.from),
  );
  const [source, target] = out ? [from, to] : [to, from];
  overLists([source, target], (offsets) =>
    copyStrided({
      shape: source.shape,
      source: source.block.data,
      sourceOffset: offsets[0]!,
      sourceStride: source.stride,
      target: target.block.data,
      targetOffset: offsets[1]!,
      targetStride: target.stride,
      itemSize,
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

function view(maps: readonly AxisMap[], block: Block, others?: readonly AxisMap[]): View {
  const shape: number[] = [];
  const stride: number[] = [];
  const lists: Float64Array[] = [];
  let { offset } = block;
  for (const [axis, map] of maps.entries()) {
    const step = block.stride[axis]!;
    if (map.kind === "range" && others?.[axis]?.kind !== "list") {
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

/** Calls `visit` with the offset of each view for every combination of list positions. */
function overLists(views: readonly View[], visit: (offsets: number[]) => void): void {
  const lengths = views[0]!.lists.map((list) => list.length);
  if (lengths.includes(0)) return;
  const index = lengths.map(() => 0);
  const offsets = views.map((one) => one.offset + one.lists.reduce((sum, list) => sum + list[0]!, 0));
  for (;;) {
    visit(offsets);
    let axis = lengths.length - 1;
    for (; axis >= 0; axis--) {
      const at = index[axis]!;
      const next = at + 1 < lengths[axis]! ? at + 1 : 0;
      for (const [v, one] of views.entries()) offsets[v]! += one.lists[axis]![next]! - one.lists[axis]![at]!;
      index[axis] = next;
      if (next !== 0) break;
    }
    if (axis < 0) return;
  }
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
