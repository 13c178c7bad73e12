import fc from "fast-check";
import { expect, test } from "vitest";
import { createArray } from "../array/create.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { readBoxes } from "./boxes.ts";
import { map } from "./map.ts";
import { reduce } from "./reduce.ts";
import { regionSize } from "./region.ts";
import { storedStatistics, valueStatistics } from "./statistics.ts";

test("boxes cover each element once", async () => {
  const axis = fc.record({ length: fc.integer({ min: 1, max: 30 }), chunk: fc.integer({ min: 1, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(axis, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 400 }),
      async (axes, most) => {
        const array = await createArray(
          {},
          { shape: axes.map(({ length }) => length), chunks: axes.map(({ chunk }) => chunk), dtype: "int8" },
        );
        const boxes = [...readBoxes(array, most)];
        const ids = new Set(boxes.map((box) => box.map(([start]) => start).join()));
        expect(ids.size).toBe(boxes.length);
        expect(boxes.reduce((sum, box) => sum + regionSize(box), 0)).toBe(array.size);
      },
    ),
  );
});

test("reduces shards by their inner chunks where a shard does not fit", async () => {
  const array = await createArray({}, { shape: [1024], chunks: [16], shards: [1024], dtype: "float64" });
  await array.set("...", 1);
  let boxes = 0;
  const sum = await reduce(
    array,
    {
      initial: 0,
      async each(box) {
        boxes++;
        return ((await box.read()).data as Float64Array).reduce((a, b) => a + b, 0); // float64
      },
      combine: (a, b) => a + b,
    },
    { maxMemory: 4 * 512 },
  );
  expect({ sum, boxes }).toEqual({ sum: 1024, boxes: 16 });
});

test("statistics of each kind of element", async () => {
  const of = async (dtype: string, data: unknown) =>
    await valueStatistics(await createArray({}, { data, dtype, chunks: [2] }));
  expect(await of("float32", [1, NaN, -3, Infinity])).toEqual({
    count: 3,
    missing: 1,
    min: -3,
    max: Infinity,
    mean: Infinity,
  });
  expect(await of("int8", [1, -128, 127])).toEqual({ count: 3, missing: 0, min: -128, max: 127, mean: 0 });
  expect(await of("bool", [true, false, true, true])).toEqual({
    count: 4,
    missing: 0,
    min: 0,
    max: 1,
    mean: 0.75,
  });
  expect(await of("uint64", [2n ** 64n - 1n, 1n])).toEqual({
    count: 2,
    missing: 0,
    min: 1n,
    max: 2n ** 64n - 1n,
    mean: 2 ** 63,
  });
  expect(await of("datetime64[s]", [5n, -(2n ** 63n), 7n])).toEqual({
    count: 2,
    missing: 1,
    min: 5n,
    max: 7n,
    mean: undefined,
  });
  expect(await of("float16", [0.5, 1.5, NaN])).toMatchObject({ min: 0.5, max: 1.5, mean: 1 });
  expect(await of("float64", [NaN])).toEqual({
    count: 0,
    missing: 1,
    min: undefined,
    max: undefined,
    mean: undefined,
  });
  await expect(of("string", ["a"])).rejects.toThrow(TypeError);
});

test("chunks that are not stored count as fill value and are not read", async () => {
  const inner = new MemoryStore();
  const store = new CountingStore(inner);
  const array = await createArray(store, {
    shape: [1000, 1000],
    chunks: [1000, 100],
    dtype: "float64",
    fillValue: 2,
  });
  await array.set("0:1000, 100:200", 4);
  const stored = await storedStatistics(array);
  expect(stored).toMatchObject({ chunksStored: 1, chunksTotal: 10 });
  store.reset();
  // Boxes of one chunk each.
  const statistics = await valueStatistics(array, { maxMemory: 4 * 800_000 }, stored);
  expect(statistics).toEqual({ count: 1_000_000, missing: 0, min: 2, max: 4, mean: 2.2 });
  expect(store.count("get")).toBe(1);
});

test("map computes chunk by chunk from several arrays", async () => {
  const a = await createArray({}, { data: Float64Array.of(1, 2, 3, 4, 5), chunks: [2] });
  const b = await createArray({}, { data: Int32Array.of(10, 20, 30, 40, 50), chunks: [3] });
  const store = new MemoryStore();
  const regions: string[] = [];
  const { target } = await map([a, b], new StorePath(store, "sum"), {
    dtype: "float32",
    apply: ([left, right], region) => {
      regions.push(region.join());
      // The data types above.
      return (left!.data as Float64Array).map((value, i) => value + (right!.data as Int32Array)[i]!);
    },
  });
  expect(String(await target.get("..."))).toBe("[11. 22. 33. 44. 55.]");
  expect(regions.sort()).toEqual(["0,2", "2,4", "4,5"]);
  const square = await createArray(
    {},
    {
      data: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      dtype: "float64",
      chunks: [2, 2],
    },
  );
  const doubled = await map([square], new StorePath(store, "doubled"), {
    apply: ([values]) => (values!.data as Float64Array).map((value) => value * 2), // float64
  });
  expect((await doubled.target.get(":, :")).toNestedArray()).toEqual([
    [2, 4, 6],
    [8, 10, 12],
  ]);
  await expect(
    map([a, await createArray({}, { data: [1] })], new StorePath(store, "no"), { apply: () => 0 }),
  ).rejects.toThrow("differ in shape");
});
