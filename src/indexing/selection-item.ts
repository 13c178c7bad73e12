/**
 * The items of a selection, told apart.
 *
 * @module
 */
import { BoundsCheckError, SelectionError } from "../base/errors.ts";
import { indexFromBigInt, isIndexArray, parseIndexArray } from "./index-array.ts";
import type { ParsedIndexArray } from "./index-array.ts";
import { parseNotation } from "./parse-notation.ts";
import type { Selection } from "./selection-types.ts";
import { isSlice, newAxis } from "./slice.ts";
import type { Slice } from "./slice.ts";

/** An item of a selection; `label` names it in errors. */
export type ParsedItem = (
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "slice"; readonly value: Slice }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "newAxis" }
  | ParsedIndexArray
) & { readonly label: string };

/** All of an axis. */
const WHOLE_AXIS: Slice = { start: null, stop: null, step: null };

/**
 * The items of a selection, an array of them being the tuple of axes. No selection has no items.
 *
 * @throws SelectionError when an item is nothing that selects, or a notation cannot be read.
 */
export function parseItems(selection: Selection): ParsedItem[] {
  return tupleOf(selection).map((item, position) => parseItem(item, position));
}

/** The tuple of a selection: itself, the items of its notation, or the one item that it is. */
export function tupleOf(selection: Selection): readonly unknown[] {
  if (selection === undefined || selection === null) return [];
  if (typeof selection === "string") return parseNotation(selection);
  return Array.isArray(selection) ? selection : [selection];
}

/**
 * One item per axis, new axes besides. The `"..."` stays, followed by the slices that it stands for; without
 * one, slices for the missing axes come last.
 *
 * @throws SelectionError for more items than axes, and for a second `"..."`.
 */
export function expandEllipsis(items: readonly ParsedItem[], ndim: number): readonly ParsedItem[] {
  if (items.length === ndim && items.every(isAxisItem)) return items;
  const used = items.filter(isAxisItem).length;
  if (used > ndim) {
    throw new SelectionError(`too many indices for array; expected ${ndim}, got ${used}`, {
      expected: ndim,
      actual: used,
    });
  }
  const ellipses = items.filter((item) => item.kind === "ellipsis");
  if (ellipses.length > 1) {
    throw new SelectionError(`an index can only have a single ellipsis ("..."), not ${ellipses.length}`);
  }
  const whole = { kind: "slice", value: WHOLE_AXIS, label: "selection" } as const;
  const missing = Array.from({ length: ndim - used }, (): ParsedItem => whole);
  const at = items.findIndex((item) => item.kind === "ellipsis");
  return at < 0 ? [...items, ...missing] : [...items.slice(0, at + 1), ...missing, ...items.slice(at + 1)];
}

function isAxisItem({ kind }: ParsedItem): boolean {
  return kind !== "newAxis" && kind !== "ellipsis";
}

/** An index within `length`, negative ones counted from the end. Throws BoundsCheckError. */
export function checkedIndex(index: number, length: number, axis: number): number {
  const position = index < 0 ? index + length : index;
  if (position >= 0 && position < length) return position + 0; // never -0
  throw new BoundsCheckError(`index ${index} is out of bounds for dimension ${axis} with length ${length}`, {
    expected: length,
    actual: index,
  });
}

/** {@link checkedIndex} of each index, as a new array. */
export function checkedIndices(indices: Float64Array, length: number, axis: number): Float64Array {
  const positions = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    const position = index < 0 ? index + length : index;
    if (!(position >= 0 && position < length)) checkedIndex(index, length, axis);
    positions[i] = position + 0; // never -0
  }
  return positions;
}

function parseItem(item: unknown, position: number): ParsedItem {
  const label = `selection item ${position}`;
  if (item === null) return { kind: "slice", value: WHOLE_AXIS, label };
  if (item === "...") return { kind: "ellipsis", label };
  if (item === newAxis) return { kind: "newAxis", label };
  if (typeof item === "number" && Number.isInteger(item)) return { kind: "integer", value: item, label };
  if (typeof item === "bigint") return { kind: "integer", value: indexFromBigInt(item), label };
  if (isSlice(item)) return { kind: "slice", value: item, label };
  if (isIndexArray(item)) {
    const parsed = parseIndexArray(item, label);
    // An array without dimensions is its element, as in NumPy; a boolean one stays a mask.
    if (parsed.kind === "integers" && parsed.shape.length === 0) {
      return { kind: "integer", value: parsed.values[0]!, label };
    }
    return { ...parsed, label };
  }
  throw new SelectionError(
    `${label} is ${describe(item)}; expected an integer, slice, null, "...", newAxis or an array of integers or booleans`,
    { actual: describe(item) },
  );
}

function describe(item: unknown): string {
  if (typeof item === "string") return `the string ${JSON.stringify(item)}`;
  if (typeof item === "number" || typeof item === "boolean" || item === undefined) return String(item);
  return typeof item === "symbol" ? item.toString() : `of type ${typeof item}`;
}
