import { expect, test } from "vitest";
import { SelectionError } from "../base/errors.ts";
import { isSlice, slice, sliceRange } from "./slice.ts";

test("one argument is where to stop, as in Python", () => {
  expect(slice()).toEqual({ start: null, stop: null, step: null });
  expect(slice(10)).toEqual({ start: null, stop: 10, step: null });
  expect(slice(5, null)).toEqual({ start: 5, stop: null, step: null });
  expect(slice(5, undefined)).toEqual({ start: 5, stop: null, step: null });
  expect(slice(undefined, undefined, -1)).toEqual({ start: null, stop: null, step: -1 });
});

test("bounds are clipped, never out of bounds", () => {
  expect(sliceRange(slice(-100, 100), 10, "s")).toEqual({ start: 0, step: 1, count: 10 });
  expect(sliceRange(slice(-Infinity, Infinity), 10, "s")).toEqual({ start: 0, step: 1, count: 10 });
  expect(sliceRange(slice(100, -100, -3), 10, "s")).toEqual({ start: 9, step: -3, count: 4 });
  expect(sliceRange(slice(-(2n ** 70n), 2n ** 70n, 2n), 10, "s")).toEqual({ start: 0, step: 2, count: 5 });
  expect(sliceRange(slice(2, 3, 2 ** 60), 10, "s")).toEqual({ start: 2, step: 1, count: 1 });
  expect(sliceRange(slice(null, null, -1), 0, "s")).toEqual({ start: 0, step: 1, count: 0 });
});

test("what is no slice is refused where it is used", () => {
  expect(() => sliceRange(slice(0, 1, 0), 10, "item")).toThrow(SelectionError);
  expect(() => sliceRange(slice(0, Number.NaN), 10, "item")).toThrow(/stop of item/);
  expect(() => sliceRange({ start: "1" as never, stop: 2 }, 10, "item")).toThrow(/start of item/);
  expect([
    isSlice(slice(1)),
    isSlice({ start: 0, stop: 1 }),
    isSlice([]),
    isSlice(null),
    isSlice({}),
  ]).toEqual([true, true, false, false, false]);
});
