/**
 * Strided copies between blocks: the one loop through which every element of a read
 * or a write passes.
 *
 * @module
 */
import { cStride, type Block, type BlockData } from "./block.ts";
import { addressOf } from "./memory.ts";
import { rowCopyOf } from "./shared-copy.ts";
import { copyInMemory, gatherInMemory, scatterInMemory, type ByteBoxes } from "./wasm-copy.ts";

/** One strided copy: element counts, strides and offsets are in elements. */
export interface StridedCopy {
  readonly shape: readonly number[];
  readonly source: BlockData;
  readonly sourceOffset: number;
  readonly sourceStride: readonly number[];
  readonly target: BlockData;
  readonly targetOffset: number;
  readonly targetStride: readonly number[];
  /** Bytes of an element; 0 for lists of values. */
  readonly itemSize: number;
}

/** Rows shorter than this many bytes are copied word by word: a `set` of a view costs more than the copy. */
const ROW_SET_BYTES = 128;
/** Rows of this many bytes are copied by `set` as fast as by the kernels. */
const LONG_ROW_BYTES = 4096;

/** Copies elements of `source` to `target`; both must have the same shape and item size. */
export function copyBlock(source: Block, target: Block): void {
  copyStrided({
    shape: source.shape,
    source: source.data,
    sourceOffset: source.offset,
    sourceStride: source.stride,
    target: target.data,
    targetOffset: target.offset,
    targetStride: target.stride,
    itemSize: source.itemSize,
  });
}

/** Copies every element of a strided box. */
export function copyStrided(copy: StridedCopy): void {
  const { shape, sourceStride, targetStride } = mergeAxes(copy);
  for (const length of shape) if (length === 0) return;
  const { source, target, itemSize, sourceOffset, targetOffset } = copy;
  if (!(source instanceof Uint8Array) || !(target instanceof Uint8Array)) {
    // Lists of values: the caller pairs lists with lists.
    forEachRow(shape, sourceStride, targetStride, sourceOffset, targetOffset, (s, t, n, ss, ts) =>
      copyValues(source as unknown[], s, ss, target as unknown[], t, ts, n),
    );
    return;
  }
  const fromMemory = addressOf(source) >= 0;
  if (fromMemory || addressOf(target) >= 0) {
    const boxes = {
      shape,
      source,
      sourceOffset,
      sourceStride,
      target,
      targetOffset,
      targetStride,
      itemSize,
    };
    if (copyInMemory(boxes)) return;
    if (!fromMemory && !hasLongRows(boxes) && scatterInMemory(boxes)) return;
    if (fromMemory && targetStride.at(-1) === 1 && sourceStride.at(-1) !== 1) {
      const gathered = gatherInMemory(boxes);
      if (gathered !== undefined) {
        const stride = cStride(shape);
        copyBytes(shape, stride, targetStride, gathered, 0, target, targetOffset, itemSize);
        return;
      }
    }
  }
  copyBytes(shape, sourceStride, targetStride, source, sourceOffset, target, targetOffset, itemSize);
}

function hasLongRows({ shape, sourceStride, targetStride, itemSize }: ByteBoxes): boolean {
  const last = shape.length - 1;
  if (last < 0) return true;
  return sourceStride[last] === 1 && targetStride[last] === 1 && shape[last]! * itemSize >= LONG_ROW_BYTES;
}

/** The plain loops over bytes. */
function copyBytes(
  shape: readonly number[],
  sourceStride: readonly number[],
  targetStride: readonly number[],
  source: Uint8Array,
  sourceOffset: number,
  target: Uint8Array,
  targetOffset: number,
  itemSize: number,
): void {
  const last = shape.length - 1;
  const length = last < 0 ? 1 : shape[last]!;
  const contiguous = last < 0 || length === 1 || (sourceStride[last] === 1 && targetStride[last] === 1);
  if (contiguous && length * itemSize >= ROW_SET_BYTES) {
    const rank = Math.max(0, last);
    const inBytes = (elements: number): number => elements * itemSize;
    const steps = [sourceStride, targetStride].map((stride) => stride.slice(0, rank).map(inBytes));
    const starts = [inBytes(sourceOffset), inBytes(targetOffset)];
    const { unit, copyRows } = rowCopyOf(source, target, inBytes(length), [...starts, ...steps.flat()]);
    // Whole numbers all, which small integers have to stay for the loop to be fast.
    const [from, to] = starts.map((start) => start / unit);
    const [fromSteps, toSteps] = steps.map((along) => along.map((step) => step / unit));
    forEachRow(shape.slice(0, rank), fromSteps!, toSteps!, from!, to!, copyRows);
    return;
  }
  copyWords(shape, sourceStride, targetStride, source, sourceOffset, target, targetOffset, itemSize);
}

/** Writes one element (bytes in memory form, or a value) to every element of a strided box. */
export function fillStrided(
  shape: readonly number[],
  target: BlockData,
  targetOffset: number,
  targetStride: readonly number[],
  itemSize: number,
  element: unknown,
): void {
  for (const length of shape) if (length === 0) return;
  if (!(target instanceof Uint8Array)) {
    forEachRow(shape, targetStride, targetStride, targetOffset, targetOffset, (_s, t, n, _ss, ts) => {
      for (let i = 0; i < n; i++) target[t + i * ts] = element;
    });
    return;
  }
  // Byte blocks are filled with the bytes of one element.
  const bytes = element as Uint8Array;
  const uniform = bytes.every((byte) => byte === bytes[0]);
  const last = shape.length - 1;
  if (uniform && (last < 0 || targetStride[last] === 1)) {
    forEachRow(shape, targetStride, targetStride, targetOffset, targetOffset, (_s, t, n) =>
      target.fill(bytes[0]!, t * itemSize, (t + n) * itemSize),
    );
    return;
  }
  const still = shape.map(() => 0);
  copyWords(shape, still, targetStride, bytes, 0, target, targetOffset, itemSize);
}

interface Merged {
  readonly shape: number[];
  readonly sourceStride: number[];
  readonly targetStride: number[];
}

/** Drops axes of length 1 and joins neighbours that are contiguous on both sides, so that rows are as long as they can be. */
function mergeAxes(copy: StridedCopy): Merged {
  const shape: number[] = [];
  const sourceStride: number[] = [];
  const targetStride: number[] = [];
  for (let axis = 0; axis < copy.shape.length; axis++) {
    const length = copy.shape[axis]!;
    if (length === 1) continue;
    const ss = copy.sourceStride[axis]!;
    const ts = copy.targetStride[axis]!;
    const last = shape.length - 1;
    if (last >= 0 && sourceStride[last] === ss * length && targetStride[last] === ts * length) {
      shape[last]! *= length;
      sourceStride[last] = ss;
      targetStride[last] = ts;
    } else {
      shape.push(length);
      sourceStride.push(ss);
      targetStride.push(ts);
    }
  }
  return { shape, sourceStride, targetStride };
}

type RowCopy = (
  source: number,
  target: number,
  length: number,
  sourceStep: number,
  targetStep: number,
) => void;

/** Calls `row` for every run along the last axis. */
function forEachRow(
  shape: readonly number[],
  sourceStride: readonly number[],
  targetStride: readonly number[],
  sourceOffset: number,
  targetOffset: number,
  row: RowCopy,
): void {
  const last = shape.length - 1;
  if (last < 0) {
    row(sourceOffset, targetOffset, 1, 1, 1);
    return;
  }
  const length = shape[last]!;
  const ss = sourceStride[last]!;
  const ts = targetStride[last]!;
  const index = new Array<number>(last).fill(0);
  let s = sourceOffset;
  let t = targetOffset;
  for (;;) {
    row(s, t, length, ss, ts);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      s += sourceStride[axis]!;
      t += targetStride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      s -= sourceStride[axis]! * shape[axis]!;
      t -= targetStride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function copyValues(
  source: readonly unknown[],
  s: number,
  ss: number,
  target: unknown[],
  t: number,
  ts: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[t + i * ts] = source[s + i * ss];
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** Copies short or strided rows in the widest words that item size and alignment allow. */
function copyWords(
  shape: readonly number[],
  sourceStride: readonly number[],
  targetStride: readonly number[],
  source: Uint8Array,
  sourceOffset: number,
  target: Uint8Array,
  targetOffset: number,
  itemSize: number,
): void {
  const width = wordWidth(itemSize, source, target);
  const from = wordsOf(source, width);
  const to = wordsOf(target, width);
  const per = itemSize / width; // words of an element
  const scaledSource = sourceStride.map((step) => step * per);
  const scaledTarget = targetStride.map((step) => step * per);
  const row: RowCopy =
    per === 1
      ? (s, t, n, ss, ts) => copySingles(from, s, ss, to, t, ts, n)
      : per === 2
        ? (s, t, n, ss, ts) => copyPairs(from, s, ss, to, t, ts, n)
        : (s, t, n, ss, ts) => copyGroups(from, s, ss, to, t, ts, n, per);
  const rank0 = shape.length === 0;
  forEachRow(
    rank0 ? [1] : shape,
    rank0 ? [0] : scaledSource,
    rank0 ? [0] : scaledTarget,
    sourceOffset * per,
    targetOffset * per,
    row,
  );
}

function copySingles(
  from: Words,
  s: number,
  ss: number,
  to: Words,
  t: number,
  ts: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    to[t] = from[s]!;
    s += ss;
    t += ts;
  }
}

function copyPairs(
  from: Words,
  s: number,
  ss: number,
  to: Words,
  t: number,
  ts: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    to[t] = from[s]!;
    to[t + 1] = from[s + 1]!;
    s += ss;
    t += ts;
  }
}

function copyGroups(
  from: Words,
  s: number,
  ss: number,
  to: Words,
  t: number,
  ts: number,
  count: number,
  per: number,
): void {
  for (let i = 0; i < count; i++) {
    for (let word = 0; word < per; word++) to[t + word] = from[s + word]!;
    s += ss;
    t += ts;
  }
}

function wordWidth(itemSize: number, source: Uint8Array, target: Uint8Array): 1 | 2 | 4 {
  const misaligned = itemSize | source.byteOffset | target.byteOffset;
  return (misaligned & 3) === 0 ? 4 : (misaligned & 1) === 0 ? 2 : 1;
}

function wordsOf(bytes: Uint8Array, width: 1 | 2 | 4): Words {
  if (width === 4) return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  if (width === 2) return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
  return bytes;
}
