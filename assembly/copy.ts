// Strided copies between boxes of any rank, exact to the byte.
import { PLAN, work } from "./layout";
import { tileSide, transposeTiles } from "./transpose";

/** Rows of at least this many bytes go to the runtime's copy, which costs a call. */
const LONG_ROW: usize = 2048;

/**
 * Copies a box. The plan lists its axes, the innermost last: count, step in the source, step in the target (bytes, i32
 * each; the fourth word is the kernel's). The caller has checked that the box lies within both buffers.
 */
export function copyBox(rank: u32, source: usize, target: usize, size: usize): void {
  const plan = work + PLAN;
  const last = plan + (<usize>rank - 1) * 16;
  if (rank == 1) {
    copyPlane(source, target, 1, 0, 0, load<u32>(last), load<i32>(last, 4), load<i32>(last, 8), size);
    return;
  }
  const rows = last - 16;
  for (let axis = plan; axis < rows; axis += 16) store<u32>(axis, 0, 12);
  while (true) {
    copyPlane(
      source,
      target,
      load<u32>(rows),
      load<i32>(rows, 4),
      load<i32>(rows, 8),
      load<u32>(last),
      load<i32>(last, 4),
      load<i32>(last, 8),
      size,
    );
    let axis = rows;
    while (true) {
      if (axis == plan) return;
      axis -= 16;
      const index = load<u32>(axis, 12) + 1;
      source += load<i32>(axis, 4);
      target += load<i32>(axis, 8);
      if (index < load<u32>(axis)) {
        store<u32>(axis, index, 12);
        break;
      }
      store<u32>(axis, 0, 12);
      source -= load<i32>(axis, 4) * index;
      target -= load<i32>(axis, 8) * index;
    }
  }
}

/** Copies `rows` rows of `count` elements of `size` bytes. */
function copyPlane(
  source: usize,
  target: usize,
  rows: u32,
  sourceRow: isize,
  targetRow: isize,
  count: u32,
  sourceStep: isize,
  targetStep: isize,
  size: usize,
): void {
  if (count == 1 || (sourceStep == <isize>size && targetStep == <isize>size))
    copyRows(source, target, rows, sourceRow, targetRow, <usize>count * size);
  else if (sourceRow == <isize>size && targetStep == <isize>size && tileSide(size))
    transposePlane(source, target, rows, targetRow, count, sourceStep, size);
  else stepPlane(source, target, rows, sourceRow, targetRow, count, sourceStep, targetStep, size);
}

/** Tiles, and what is left of them on two sides. */
function transposePlane(
  source: usize,
  target: usize,
  rows: u32,
  targetRow: isize,
  count: u32,
  sourceStep: isize,
  size: usize,
): void {
  const mask = tileSide(size) - 1;
  const tall = rows & ~mask;
  const wide = count & ~mask;
  const step = <isize>size;
  if (wide) transposeTiles(source, target, tall, targetRow, wide, sourceStep, size);
  if (wide < count)
    stepPlane(
      source + sourceStep * <isize>wide,
      target + <usize>wide * size,
      tall,
      step,
      targetRow,
      count - wide,
      sourceStep,
      step,
      size,
    );
  if (tall < rows)
    stepPlane(
      source + <usize>tall * size,
      target + targetRow * <isize>tall,
      rows - tall,
      step,
      targetRow,
      count,
      sourceStep,
      step,
      size,
    );
}

/** Rows whose elements lie apart on a side. */
function stepPlane(
  source: usize,
  target: usize,
  rows: u32,
  sourceRow: isize,
  targetRow: isize,
  count: u32,
  sourceStep: isize,
  targetStep: isize,
  size: usize,
): void {
  if (size == 1) stepRows<u8>(source, target, rows, sourceRow, targetRow, count, sourceStep, targetStep);
  else if (size == 2) stepRows<u16>(source, target, rows, sourceRow, targetRow, count, sourceStep, targetStep);
  else if (size == 4) stepRows<u32>(source, target, rows, sourceRow, targetRow, count, sourceStep, targetStep);
  else if (size == 8) stepRows<u64>(source, target, rows, sourceRow, targetRow, count, sourceStep, targetStep);
  else {
    for (; rows; rows--) {
      copyRows(source, target, count, sourceStep, targetStep, size);
      source += sourceRow;
      target += targetRow;
    }
  }
}

/** Copies rows of bytes that lie together: short ones by two loads that overlap, those of usual chunks without a loop. */
function copyRows(
  source: usize,
  target: usize,
  rows: u32,
  sourceRow: isize,
  targetRow: isize,
  length: usize,
): void {
  if (length >= LONG_ROW) {
    for (; rows; rows--) {
      memory.copy(target, source, length);
      source += sourceRow;
      target += targetRow;
    }
  } else if (length == 64) {
    for (; rows; rows--) {
      copy64(source, target);
      source += sourceRow;
      target += targetRow;
    }
  } else if (length == 128) {
    for (; rows; rows--) {
      copy64(source, target);
      copy64(source + 64, target + 64);
      source += sourceRow;
      target += targetRow;
    }
  } else if (length == 256 || length == 512) {
    for (; rows; rows--) {
      for (let at: usize = 0; at < length; at += 256) {
        copy64(source + at, target + at);
        copy64(source + at + 64, target + at + 64);
        copy64(source + at + 128, target + at + 128);
        copy64(source + at + 192, target + at + 192);
      }
      source += sourceRow;
      target += targetRow;
    }
  } else if (length == 32) {
    for (; rows; rows--) {
      const a = v128.load(source);
      const b = v128.load(source, 16);
      v128.store(target, a);
      v128.store(target, b, 16);
      source += sourceRow;
      target += targetRow;
    }
  } else if (length >= 16) {
    const tail = length - 16;
    for (; rows; rows--) {
      const end = v128.load(source + tail);
      for (let at: usize = 0; at < tail; at += 16) v128.store(target + at, v128.load(source + at));
      v128.store(target + tail, end);
      source += sourceRow;
      target += targetRow;
    }
  } else if (length >= 8) pairRows<u64>(source, target, rows, sourceRow, targetRow, length);
  else if (length >= 4) pairRows<u32>(source, target, rows, sourceRow, targetRow, length);
  else if (length >= 2) pairRows<u16>(source, target, rows, sourceRow, targetRow, length);
  else if (length == 1) pairRows<u8>(source, target, rows, sourceRow, targetRow, length);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function copy64(source: usize, target: usize): void {
    const v0 = v128.load(source, 0);
    const v1 = v128.load(source, 16);
    const v2 = v128.load(source, 32);
    const v3 = v128.load(source, 48);
    v128.store(target, v0, 0);
    v128.store(target, v1, 16);
    v128.store(target, v2, 32);
    v128.store(target, v3, 48);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function pairRows<T>(
  source: usize,
  target: usize,
  rows: u32,
  sourceRow: isize,
  targetRow: isize,
  length: usize,
): void {
  const tail = length - sizeof<T>();
  for (; rows; rows--) {
    const end = load<T>(source + tail);
    store<T>(target, load<T>(source));
    store<T>(target + tail, end);
    source += sourceRow;
    target += targetRow;
  }
}

/** Rows and columns that are copied together where the rows of one side are the columns of the other. */
const TILE: u32 = 16;

// @ts-expect-error AssemblyScript's decorator
@inline
function stepRows<T>(
  source: usize,
  target: usize,
  rows: u32,
  sourceRow: isize,
  targetRow: isize,
  count: u32,
  sourceStep: isize,
  targetStep: isize,
): void {
  // By tiles, so that each line of the cache that is loaded is used whole.
  const height = sourceRow != 0 && abs(sourceRow) < abs(sourceStep) ? TILE : 1;
  const width = height == 1 ? count : TILE;
  while (rows) {
    const tall = min(height, rows);
    let fromColumn = source;
    let toColumn = target;
    let columns = count;
    while (columns) {
      const wide = min(width, columns);
      let from = fromColumn;
      let to = toColumn;
      for (let row: u32 = 0; row < tall; row++) {
        let s = from;
        let t = to;
        for (let i: u32 = 0; i < wide; i++) {
          store<T>(t, load<T>(s));
          s += sourceStep;
          t += targetStep;
        }
        from += sourceRow;
        to += targetRow;
      }
      columns -= wide;
      fromColumn += sourceStep * <isize>wide;
      toColumn += targetStep * <isize>wide;
    }
    rows -= tall;
    source += sourceRow * <isize>tall;
    target += targetRow * <isize>tall;
  }
}
