import fc from "fast-check";
import { expect, test } from "vitest";
import { createArray } from "../array/create.ts";
import { openGroup } from "../array/open.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { averageBlocks } from "./downsample.ts";
import { pyramid } from "./pyramid.ts";
import { axesFrom } from "./pyramid-metadata.ts";

test("means agree with adding up one by one", () => {
  const axis = fc.record({ length: fc.integer({ min: 1, max: 7 }), factor: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(
      fc.array(axis, { minLength: 1, maxLength: 3 }),
      fc.infiniteStream(fc.constantFrom(1, 2.5, -3, NaN, 8)),
      (axes, stream) => {
        const shape = axes.map(({ length }) => length);
        const size = shape.reduce((product, length) => product * length, 1);
        const values = new NDArray(parseDataType("float64"), {
          data: Float64Array.from([...stream.take(size)]),
          shape,
        });
        const to = axes.map(({ length, factor }) => Math.ceil(length / factor));
        const means = averageBlocks(
          values,
          axes.map(({ factor }) => factor),
          to,
        ) as Float64Array;
        const groups = new Map<string, number[]>();
        const visit = (index: number[]): void => {
          if (index.length === shape.length) {
            const cell = index.map((at, i) => Math.floor(at / axes[i]!.factor)).join();
            const value = values.get(...index) as number; // float64
            groups.set(cell, [...(groups.get(cell) ?? []), ...(Number.isNaN(value) ? [] : [value])]);
            return;
          }
          for (let at = 0; at < shape[index.length]!; at++) visit([...index, at]);
        };
        visit([]);
        const wanted = [...groups.values()].map(
          (group) => group.reduce((sum, value) => sum + value, 0) / group.length,
        );
        expect(means.length).toBe(wanted.length);
        for (const [i, mean] of wanted.entries()) {
          if (Number.isNaN(mean)) expect(means[i]).toBeNaN();
          else expect(means[i]).toBeCloseTo(mean, 12);
        }
      },
    ),
  );
});

test.each([
  ["uint8", Uint8Array.of(0, 1, 2, 3, 254, 255), [0, 2, 254]],
  ["int8", Int8Array.of(-1, 0, -3, 0, 1, 2), [-0, -2, 2]],
  ["int64", BigInt64Array.of(1n, 2n, 3n, 4n, -1n, -2n), [2n, 4n, -2n]],
])("means of %s are rounded, halves to even", (dtype, data, wanted) => {
  const values = new NDArray(parseDataType(dtype), { data, shape: [6] });
  expect(Array.from(averageBlocks(values, [2], [3]) as Uint8Array, (value) => value)).toEqual(
    wanted.map((value) => (typeof value === "number" ? value + 0 : value)),
  );
});

test("levels, their values and their metadata in format 3", async () => {
  const image = await createArray(
    {},
    { shape: [2, 5, 6], chunks: [1, 2, 4], dtype: "uint16", dimensionNames: ["c", "y", "x"] },
  );
  await image.set("...", {
    data: Uint16Array.from({ length: 60 }, (_, i) => i * 2),
    shape: [2, 5, 6],
    stride: [30, 6, 1],
  });
  const store = new MemoryStore();
  const { levels } = await pyramid(image, new StorePath(store, "img"), { levels: 3, scale: [1, 0.5, 0.25] });
  expect(levels.map(({ shape }) => shape)).toEqual([
    [2, 5, 6],
    [2, 3, 3],
    [2, 2, 2],
  ]);
  const group = await openGroup(store, { path: "img", mode: "r" });
  const [level1] = [await group.getArray("1")];
  // (0 + 2 + 12 + 14) / 4
  expect(await level1.get([0, 0, 0])).toBe(7);
  // The last row has no partner: (48 + 50) / 2
  expect(await level1.get([0, 2, 0])).toBe(49);
  expect(level1.dimensionNames).toEqual(["c", "y", "x"]);
  expect(group.attrs).toEqual({
    ome: {
      version: "0.5",
      multiscales: [
        {
          name: "img",
          axes: [
            { name: "c", type: "channel" },
            { name: "y", type: "space" },
            { name: "x", type: "space" },
          ],
          datasets: [
            { path: "0", coordinateTransformations: [{ type: "scale", scale: [1, 0.5, 0.25] }] },
            {
              path: "1",
              coordinateTransformations: [
                { type: "scale", scale: [1, 1, 0.5] },
                { type: "translation", translation: [0, 0.25, 0.125] },
              ],
            },
            {
              path: "2",
              coordinateTransformations: [
                { type: "scale", scale: [1, 2, 1] },
                { type: "translation", translation: [0, 0.75, 0.375] },
              ],
            },
          ],
          type: "mean",
        },
      ],
    },
  });
});

test("labels by the nearest element, in format 2", async () => {
  const labels = await createArray({}, { zarrFormat: 2, shape: [4, 4], chunks: [2, 2], dtype: "int32" });
  await labels.set("...", {
    data: Int32Array.from({ length: 16 }, (_, i) => i),
    shape: [4, 4],
    stride: [4, 1],
  });
  const store = new MemoryStore();
  await pyramid(labels, new StorePath(store), { levels: 2, method: "nearest" });
  const group = await openGroup(store, { mode: "r" });
  expect(group.zarrFormat).toBe(2);
  expect((await (await group.getArray("1")).get(":, :")).toNestedArray()).toEqual([
    [0, 2],
    [8, 10],
  ]);
  expect(group.attrs["multiscales"]).toMatchObject([
    { version: "0.4", datasets: [{ path: "0" }, { path: "1" }] },
  ]);
  expect(await store.exists("1/0/0")).toBe(true);
});

test.each(["mean", "nearest"] as const)(
  "shards larger than memory are made piece by piece (%s)",
  async (method) => {
    const image = await createArray(
      {},
      { shape: [130, 70], chunks: [10, 10], shards: [100, 50], dtype: "float32" },
    );
    const data = Float32Array.from({ length: 130 * 70 }, (_, i) => i % 97);
    await image.set("...", { data, shape: [130, 70], stride: [70, 1] });
    const of = async (maxMemory: number) =>
      await pyramid(image, new StorePath(new MemoryStore()), { levels: 3, maxMemory, method });
    const [little, much] = [await of(70_000), await of(1e8)];
    for (const [level, array] of little.levels.entries())
      expect((await array.get(":, :")).toNestedArray()).toEqual(
        (await much.levels[level]!.get(":, :")).toNestedArray(),
      );
  },
);

test("levels end where a picture fits a screen corner", async () => {
  const image = await createArray({}, { shape: [3, 1000, 700], chunks: [1, 256, 256], dtype: "uint8" });
  const { levels } = await pyramid(image, new StorePath(new MemoryStore()));
  expect(levels.map(({ shape }) => shape)).toEqual([
    [3, 1000, 700],
    [2, 500, 350],
    [1, 250, 175],
  ]);
});

test.each([
  [["x"], "2 to 5 axes"],
  [["y", "y"], "names must differ"],
  [["c", "t", "y", "x"], "order is time, channel, space"],
  [["t", "c", "x"], "2 or 3 axes must be of space"],
  [["y", "x:depth"], "has the type"],
])("axes %j are refused", (names, message) => {
  expect(() => axesFrom(names)).toThrow(message);
});

test("text has no mean", async () => {
  const text = await createArray(
    {},
    {
      data: [
        ["a", "b"],
        ["c", "d"],
      ],
      dtype: "string",
    },
  );
  await expect(pyramid(text, new StorePath(new MemoryStore()))).rejects.toThrow("have no mean");
});
