/**
 * From numbers to colours, and counts of numbers. Pure.
 *
 * @module
 */
import type { Numbers } from "../protocol.ts";
import { labelColour } from "./colour-maps.ts";

/** How numbers are coloured. */
export interface Colouring {
  /** 256 colours; `undefined`: labels. */
  readonly table: Uint32Array | undefined;
  readonly low: number;
  readonly high: number;
  /** Numbers that stand for nothing. */
  readonly masked: readonly number[];
  /** What they are painted as. */
  readonly maskColour: number;
}

/** Paints; NaN is left transparent. The result says whether there is any. */
export function paint(numbers: Numbers, colouring: Colouring, out: Uint32Array): boolean {
  const { table, low, high, masked, maskColour } = colouring;
  const scale = high > low ? 256 / (high - low) : 0;
  const [mask] = masked;
  let hasNaN = false;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (Number.isNaN(value)) {
      out[i] = 0;
      hasNaN = true;
    } else if (value === mask || (masked.length > 1 && masked.includes(value))) {
      out[i] = maskColour;
    } else if (table === undefined) {
      out[i] = labelColour(value);
    } else {
      // Where both limits are the same, what lies above is bright and what lies below dark.
      const at = scale > 0 ? (value - low) * scale : value > high ? 255 : 0;
      out[i] = table[at <= 0 ? 0 : at >= 255 ? 255 : Math.floor(at)]!;
    }
  }
  return hasNaN;
}

/** Numbers and how often they occur. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
  readonly finite: number;
  readonly nan: number;
  readonly infinite: number;
  readonly masked: number;
  /** Sum of the finite numbers that are not masked. */
  readonly sum: number;
}

/** Numbers looked at, at most: more are sampled evenly. */
const MAX_SAMPLES = 2 ** 20;

/** Counts numbers of several tiles; `undefined` where none is finite. */
export function histogramOf(
  tiles: readonly Numbers[],
  masked: readonly number[],
  bins: number,
): Histogram | undefined {
  const total = tiles.reduce((sum, tile) => sum + tile.length, 0);
  const step = Math.max(1, Math.ceil(total / MAX_SAMPLES));
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let finite = 0;
  let nan = 0;
  let infinite = 0;
  let maskedCount = 0;
  let sum = 0;
  const each = (visit: (value: number) => void): void => {
    for (const tile of tiles) for (let i = 0; i < tile.length; i += step) visit(tile[i]!);
  };
  each((value) => {
    if (Number.isNaN(value)) nan++;
    else if (masked.includes(value)) maskedCount++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      finite++;
      sum += value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  });
  if (finite === 0 && nan + infinite + maskedCount === 0) return undefined;
  const counts = new Array<number>(bins).fill(0);
  const width = high > low ? bins / (high - low) : 0;
  if (finite > 0) {
    each((value) => {
      if (!Number.isFinite(value) || masked.includes(value)) return;
      const bin = Math.min(bins - 1, Math.floor((value - low) * width));
      counts[bin] = (counts[bin] ?? 0) + 1;
    });
  }
  return finite === 0
    ? { low: Number.NaN, high: Number.NaN, counts, finite, nan, infinite, masked: maskedCount, sum }
    : { low, high, counts, finite, nan, infinite, masked: maskedCount, sum };
}

/** Limits between which nearly all numbers lie: a part of `tail` at each end is left out. */
export function limitsOf(histogram: Histogram, tail = 0.002): readonly [low: number, high: number] {
  const { counts, finite, low, high } = histogram;
  if (finite === 0) return [0, 1];
  // One value alone is shown in the middle of the colours.
  if (low === high) return [low - 0.5, high + 0.5];
  const width = (high - low) / counts.length;
  const at = (from: number, step: number): number => {
    let seen = 0;
    for (let bin = from; bin >= 0 && bin < counts.length; bin += step) {
      seen += counts[bin]!;
      if (seen > finite * tail) return bin;
    }
    return from;
  };
  const first = at(0, 1);
  const last = at(counts.length - 1, -1);
  return last < first ? [low, high] : [low + first * width, low + (last + 1) * width];
}

/** Values that an array's fill value, and the conventions of its attributes, take for nothing. */
export function maskedValues(
  fill: number | undefined,
  missing: readonly number[],
  isFillMasked: boolean,
): readonly number[] {
  const values = [...(isFillMasked && fill !== undefined ? [fill] : []), ...missing];
  // Single-precision data hold the rounded number.
  return [...new Set(values.flatMap((value) => [value, Math.fround(value)]))].filter(
    (value) => !Number.isNaN(value),
  );
}
