/**
 * Slices and new axes, as users write them, and the three whole numbers a slice becomes.
 *
 * @module
 */
import { SelectionError } from "../base/errors.ts";

/** A bound or step of a slice; `null` and `undefined` leave it out, `Infinity` means as far as it goes. */
export type SliceBound = number | bigint | null | undefined;

/** Python's slice: from `start` up to and without `stop`, every `step`-th; negative bounds count from the end. */
export interface Slice {
  readonly start?: SliceBound;
  readonly stop?: SliceBound;
  readonly step?: SliceBound;
}

/** A run of positions: `start`, `start + step`, …, `count` of them. `step` is not 0. */
export interface SliceRange {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** In a selection: an axis of length 1 that the array does not have. Python's `None`. */
export const newAxis: unique symbol = Symbol.for("zarrkit.newAxis");

/**
 * A slice for a selection. Like Python's: one argument is where to stop; `undefined` and `null`
 * leave a bound out; negative bounds count from the end; a negative step goes backwards.
 * Bounds are clipped to the array, so no slice is out of bounds. Mistakes (a step of 0, a bound
 * that is not a whole number) are SelectionErrors of the call that uses the slice.
 *
 * @example
 * ```ts
 * import { array, slice } from "zarrkit";
 *
 * const z = await array({}, { data: [0, 1, 2, 3, 4] });
 * String(await z.get([slice(1, 3)])); // [1. 2.]
 * String(await z.get([slice(2)])); // [0. 1.]
 * String(await z.get([slice(3, null)])); // [3. 4.]
 * String(await z.get([slice(null, null, -2)])); // [4. 2. 0.]
 * ```
 */
export function slice(
  ...bounds: [stop?: SliceBound] | [start: SliceBound, stop: SliceBound, step?: SliceBound]
): Slice {
  if (bounds.length === 1) return { start: null, stop: bounds[0] ?? null, step: null };
  return { start: bounds[0] ?? null, stop: bounds[1] ?? null, step: bounds[2] ?? null };
}

/** Is this a slice, one of ours or an object with the same three properties? */
export function isSlice(value: unknown): value is Slice {
  return typeof value === "object" && value !== null && "start" in value && "stop" in value;
}

/**
 * The positions of a slice on an axis of `length`, as Python's `slice.indices` finds them.
 * A run of no position starts at 0; one of fewer than two has step 1.
 *
 * @throws SelectionError when a bound is not a whole number or the step is 0; `item` names the slice.
 */
export function sliceRange(value: Slice, length: number, item: string): SliceRange {
  const step = bound(value.step, 1, "step", item);
  if (step === 0) throw new SelectionError(`the step of ${item} is 0`, { actual: 0 });
  const backwards = step < 0;
  const first = clip(
    bound(value.start, backwards ? Infinity : 0, "start", item),
    value.start,
    length,
    backwards,
  );
  const last = clip(
    bound(value.stop, backwards ? -Infinity : Infinity, "stop", item),
    value.stop,
    length,
    backwards,
  );
  const span = backwards ? first - last : last - first;
  const count = span <= 0 ? 0 : Math.floor((span - 1) / Math.abs(step)) + 1;
  if (count === 0) return { start: 0, step: 1, count: 0 };
  return { start: first, step: count === 1 ? 1 : step, count };
}

// A bound that was left out is already past the end it stands for, and is not counted from the end.
function clip(position: number, written: SliceBound, length: number, backwards: boolean): number {
  const given = written !== null && written !== undefined;
  const fromStart = given && position < 0 ? position + length : position;
  const low = backwards ? -1 : 0;
  const high = backwards ? length - 1 : length;
  return Math.min(Math.max(fromStart, low), high);
}

function bound(value: SliceBound, absent: number, role: string, item: string): number {
  if (value === null || value === undefined) return absent;
  const number = typeof value === "bigint" ? Number(value) : value;
  if (Number.isInteger(number) || number === Infinity || number === -Infinity) return number;
  throw new SelectionError(`the ${role} of ${item} is not a whole number`, { actual: value });
}
