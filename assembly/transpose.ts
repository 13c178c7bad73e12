// Tiles of a transpose: what lies together in the source lies apart in the target, and the other way round.
import { high16, high32, high64, high8, low16, low32, low64, low8 } from "./interleave";

/** Sides of a tile of elements of 1, 2 and 4 bytes; 0 for others, which are copied one by one. */
export function tileSide(size: usize): u32 {
  return size == 1 || size == 2 ? 8 : size == 4 ? 4 : 0;
}

/**
 * Transposes `rows` x `count` elements of 1, 2 or 4 bytes, both multiples of the tile's side: rows lie together in the
 * source, columns in the target.
 */
export function transposeTiles(
  source: usize,
  target: usize,
  rows: u32,
  targetRow: isize,
  count: u32,
  sourceStep: isize,
  size: usize,
): void {
  const side = tileSide(size);
  for (; rows; rows -= side) {
    let from = source;
    let to = target;
    for (let column = count; column; column -= side) {
      if (size == 1) tile1(from, sourceStep, to, targetRow);
      else if (size == 2) tile2(from, sourceStep, to, targetRow);
      else tile4(from, sourceStep, to, targetRow);
      from += sourceStep * <isize>side;
      to += <usize>side * size;
    }
    source += <usize>side * size;
    target += targetRow * <isize>side;
  }
}

// @ts-expect-error AssemblyScript's decorator
@inline
function tile1(from: usize, step: isize, to: usize, row: isize): void {
  const ab = low8(v128.load64_zero(from), v128.load64_zero(from + step));
  from += step * 2;
  const cd = low8(v128.load64_zero(from), v128.load64_zero(from + step));
  from += step * 2;
  const ef = low8(v128.load64_zero(from), v128.load64_zero(from + step));
  from += step * 2;
  const gh = low8(v128.load64_zero(from), v128.load64_zero(from + step));
  const al = low16(ab, cd);
  const ah = high16(ab, cd);
  const el = low16(ef, gh);
  const eh = high16(ef, gh);
  to = storeHalves(low32(al, el), to, row);
  to = storeHalves(high32(al, el), to, row);
  to = storeHalves(low32(ah, eh), to, row);
  storeHalves(high32(ah, eh), to, row);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function storeHalves(pair: v128, to: usize, row: isize): usize {
  v128.store64_lane(to, pair, 0);
  v128.store64_lane(to + row, pair, 1);
  return to + row * 2;
}

// @ts-expect-error AssemblyScript's decorator
@inline
function tile2(from: usize, step: isize, to: usize, row: isize): void {
  const a = v128.load(from);
  const b = v128.load((from += step));
  const c = v128.load((from += step));
  const d = v128.load((from += step));
  const e = v128.load((from += step));
  const f = v128.load((from += step));
  const g = v128.load((from += step));
  const h = v128.load((from += step));
  const abl = low16(a, b);
  const abh = high16(a, b);
  const cdl = low16(c, d);
  const cdh = high16(c, d);
  const efl = low16(e, f);
  const efh = high16(e, f);
  const ghl = low16(g, h);
  const ghh = high16(g, h);
  to = storeBoth(low32(abl, cdl), low32(efl, ghl), to, row);
  to = storeBoth(high32(abl, cdl), high32(efl, ghl), to, row);
  to = storeBoth(low32(abh, cdh), low32(efh, ghh), to, row);
  storeBoth(high32(abh, cdh), high32(efh, ghh), to, row);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function tile4(from: usize, step: isize, to: usize, row: isize): void {
  const a = v128.load(from);
  const b = v128.load((from += step));
  const c = v128.load((from += step));
  const d = v128.load((from += step));
  to = storeBoth(low32(a, b), low32(c, d), to, row);
  storeBoth(high32(a, b), high32(c, d), to, row);
}

/** Two rows from the left and the right half of both. */
// @ts-expect-error AssemblyScript's decorator
@inline
function storeBoth(left: v128, right: v128, to: usize, row: isize): usize {
  v128.store(to, low64(left, right));
  v128.store(to + row, high64(left, right));
  return to + row * 2;
}
