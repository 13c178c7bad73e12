import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SelectionError } from "../base/errors.ts";
import { parseNotation } from "./parse-notation.ts";
import { newAxis, slice } from "./slice.ts";
import type { SelectionItem } from "./selection-types.ts";
import { runs } from "../../test/effort.ts";

test.each<[string, SelectionItem[]]>([
  ["500:600, 500:600", [slice(500, 600), slice(500, 600)]],
  ["..., 0", ["...", 0]],
  ["::-1", [slice(null, null, -1)]],
  [":", [slice()]],
  ["::", [slice()]],
  [" 1 : 2 : 3 ,", [slice(1, 2, 3)]],
  ["-1", [-1]],
  ["-0", [0]],
  ["+5", [5]],
  ["1_000:2_000", [slice(1000, 2000)]],
  ["[1,2,3], :", [[1, 2, 3], slice()]],
  ["[], [ -1, ]", [[], [-1]]],
  [
    "[[1], [3]], [0, 1]",
    [
      [[1], [3]],
      [0, 1],
    ],
  ],
  ["[True, False]", [[true, false]]],
  ["None, newaxis, np.newaxis, 1", [newAxis, newAxis, newAxis, 1]],
  ["9007199254740993", [9007199254740993n]],
  ["-9007199254740993:", [slice(-9007199254740993n, null)]],
])("reads %j", (text, items) => {
  expect(parseNotation(text)).toEqual(items);
});

test.each<[string, number]>([
  ["", 0],
  ["   ", 3],
  ["1 2", 2],
  ["1,,2", 2],
  ["a", 0],
  ["1:b", 2],
  ["1.5", 0],
  ["1e3", 0],
  ["0x10", 0],
  ["1:2:3:4", 5],
  ["[1, 2", 5],
  ["[1 2]", 3],
  ["[1:2]", 2],
  ["[x]", 1],
  ["True", 0],
  ["....", 3],
  ["..", 0],
  ["- 1", 0],
  ["(1, 2)", 0],
  ["1, 2]", 4],
])("refuses %j at position %i", (text, position) => {
  expect(() => parseNotation(text)).toThrow(SelectionError);
  expect(() => parseNotation(text)).toThrow(new RegExp(`at position ${position}, found`));
});

test("deep nesting is refused, not followed", () => {
  expect(() => parseNotation("[".repeat(100_000))).toThrow(/nest deeper than 64/);
});

test("a list of 200,000 indices reads", () => {
  const text = `[${Array.from({ length: 200_000 }, (_, i) => i).join(", ")}]`;
  expect((parseNotation(text)[0] as number[]).length).toBe(200_000);
});

function write(item: SelectionItem): string {
  if (item === "...") return "...";
  if (item === newAxis) return "None";
  if (typeof item === "number") return String(item);
  if (Array.isArray(item))
    return `[${item.map((each) => (typeof each === "boolean" ? (each ? "True" : "False") : write(each as SelectionItem))).join(", ")}]`;
  const { start, stop, step } = item as { start: number | null; stop: number | null; step: number | null };
  return `${start ?? ""}:${stop ?? ""}${step === null ? "" : `:${step}`}`;
}

test("what is written in the notation reads back the same", () => {
  const integer = fc.maxSafeInteger().map((value) => value + 0);
  const bound = fc.option(integer, { nil: null });
  const item: fc.Arbitrary<SelectionItem> = fc.oneof(
    integer,
    fc.constant("..." as const),
    fc.constant(newAxis),
    fc.tuple(bound, bound, bound).map(([start, stop, step]) => slice(start, stop, step)),
    fc.array(integer),
    fc.array(fc.boolean()),
    fc.array(fc.array(integer)),
  );
  fc.assert(
    fc.property(fc.array(item, { minLength: 1 }), (items) => {
      expect(parseNotation(items.map(write).join(", "))).toEqual(items);
    }),
    { numRuns: runs(1000) },
  );
});
