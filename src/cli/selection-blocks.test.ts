import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createArray } from "../array/create.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import type { AxisMap } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import { positionAt, Selected } from "./selected.ts";
import { boxes, readBlocks } from "./selection-blocks.ts";

const axis: fc.Arbitrary<AxisMap> = fc.oneof(
  fc
    .record({ start: fc.nat(30), step: fc.constantFrom(1, 2, 3, 7), count: fc.nat(12) })
    .map((range) => ({ kind: "range" as const, ...range })),
  // Backwards, down to 0 at most.
  fc
    .record({ end: fc.nat(10), step: fc.constantFrom(1, 2, 5), count: fc.integer({ min: 1, max: 10 }) })
    .map(({ end, step, count }) => ({
      kind: "range" as const,
      start: end + step * (count - 1),
      step: -step,
      count,
    })),
  fc
    .array(fc.nat(40), { minLength: 1, maxLength: 8 })
    .map((positions) => ({ kind: "list" as const, positions: Float64Array.from(positions) })),
);

/** All positions of a product of axes, in C order. */
function positions(axes: readonly AxisMap[]): string[] {
  let found = [""];
  for (const map of axes) {
    const along = Array.from({ length: mapLength(map) }, (_, i) => positionAt(map, i));
    found = found.flatMap((before) => along.map((position) => `${before},${position}`));
  }
  return found;
}

test("boxes are the whole in C order, and none is larger than the limit", () => {
  fc.assert(
    fc.property(
      fc.array(axis, { maxLength: 4 }),
      fc.array(fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 200 }),
      (axes, chunks, limit) => {
        const parts = [...boxes(axes, chunks, limit)];
        expect(parts.flatMap(positions)).toEqual(positions(axes));
        for (const part of parts) {
          expect(part.reduce((size, map) => size * mapLength(map), 1)).toBeLessThanOrEqual(limit);
        }
      },
    ),
  );
});

const range = (start: number, step: number, count: number): AxisMap => ({
  kind: "range",
  start,
  step,
  count,
});

/** Where boxes along an axis with chunks of 10 start. */
const runs = (map: AxisMap, limit: number): number[] =>
  [...boxes([map], [10], limit)].map(([part]) => positionAt(part!, 0));

test("a box ends at the edge of a chunk where it reaches one", () => {
  expect(runs(range(3, 1, 40), 25)).toEqual([3, 20]);
  expect(runs(range(0, 3, 14), 5)).toEqual([0, 12, 21, 30]);
  expect(runs(range(39, -1, 40), 25)).toEqual([39, 19]);
  expect(runs(range(0, 1, 20), 4)).toEqual([0, 4, 8, 10, 14, 18]);
});

test("the blocks of a selection are its elements", async () => {
  const array = await createArray({}, { shape: [7, 5, 3], chunks: [2, 2, 2], dtype: "int32" });
  const data = Int32Array.from({ length: 105 }, (_, i) => i);
  await array.set("...", { data, shape: [7, 5, 3], stride: [15, 3, 1] });
  for (const text of [undefined, "1:6:2, ::-1", "[3, 0], 2, :", "None, 4", "[1, 2], [3, 4], [0, 1]", "5:5"]) {
    const selected = new Selected(array, text);
    for (const blockBytes of [4, 40, 1000]) {
      const found: unknown[] = [];
      for await (const block of readBlocks(selected, blockBytes)) found.push(...block.scalars());
      expect(found, `${text} by ${blockBytes}`).toEqual([...(await selected.readAll()).scalars()]);
    }
    const expected = await array.get(text ?? null);
    expect(expected).toBeInstanceOf(NDArray);
    if (expected instanceof NDArray) {
      expect((await selected.readAll()).toNestedArray()).toEqual(expected.toNestedArray());
    }
  }
});

test("a 0-d array is one block", async () => {
  const array = await createArray({}, { shape: [], dtype: "float64", fillValue: 2.5 });
  const found: unknown[] = [];
  for await (const block of readBlocks(new Selected(array, undefined))) found.push(...block.scalars());
  expect(found).toEqual([2.5]);
});

test("whole chunks are read once when rows of chunks fit", async () => {
  const reads: string[] = [];
  const map = new Map<string, Uint8Array>();
  const get = map.get.bind(map);
  map.get = (key) => {
    reads.push(key);
    return get(key);
  };
  const array = await createArray(map, { shape: [25, 10], chunks: [10, 10], dtype: "uint8", fillValue: 1 });
  reads.length = 0;
  let size = 0;
  for await (const block of readBlocks(new Selected(array, undefined), 150)) size += block.size;
  expect(size).toBe(250);
  expect(reads.filter((key) => key.startsWith("c/"))).toEqual(["c/0/0", "c/1/0", "c/2/0"]);
});
