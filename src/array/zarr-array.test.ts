import { expect, test } from "vitest";
import { createArray, createGroup, NDArray, open, openArray, openGroup, slice, ZarrArray } from "../index.ts";
import { MemoryStore } from "../storage.ts";

test("an array is created, written, read back and opened again", async () => {
  const store = new MemoryStore();
  const z = await createArray(store, { shape: [5, 7], chunks: [2, 3], dtype: "int32", path: "a/b" });
  expect(String(z)).toMatch(/^<Array memory:\/\/\d+\/a\/b shape=\(5, 7\) dtype=int32>$/);
  const values = Int32Array.from({ length: 35 }, (_, i) => i);
  await z.set(null, { data: values, shape: [5, 7], stride: [7, 1] });
  const again = await openArray(store, { path: "a/b", dtype: "int32" });
  const all = await again.get("...");
  expect(all).toBeInstanceOf(NDArray);
  expect(Array.from((all as NDArray<"int32">).data)).toEqual([...values]);
  const part = await again.get([slice(4, 0, -2), slice(1, 6)]);
  expect(part.toNestedArray()).toEqual([
    [29, 30, 31, 32, 33],
    [15, 16, 17, 18, 19],
  ]);
  expect(await again.get([1, -1])).toBe(13);
  expect(await open(store, { path: "a/b" })).toBeInstanceOf(ZarrArray);
  expect(String(await openGroup(store, { path: "a" }))).toMatch(/^<Group memory:\/\/\d+\/a>$/);
});

test.each([
  { shards: undefined, compressors: null },
  { shards: undefined, compressors: "auto" as const },
  {
    shards: undefined,
    compressors: {
      name: "blosc",
      configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle", blocksize: 0 },
    },
  },
  { shards: undefined, compressors: [{ name: "gzip", configuration: { level: 5 } }, { name: "crc32c" }] },
  { shards: [4, 6], compressors: "auto" as const },
  { shards: { shape: [4, 6], indexLocation: "start" as const }, compressors: null },
])("partial writes and reads agree with a plain model: %o", async (options) => {
  const store = new MemoryStore();
  const z = await createArray(store, {
    shape: [9, 11],
    chunks: [2, 3],
    dtype: "float64",
    fillValue: -1,
    ...options,
  });
  const model = new Float64Array(99).fill(-1);
  let seed = 7;
  const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0; round < 20; round++) {
    const [r0, c0] = [random(9), random(11)];
    const [r1, c1] = [r0 + 1 + random(9 - r0), c0 + 1 + random(11 - c0)];
    await z.set([slice(r0, r1), slice(c0, c1)], round);
    for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) model[r * 11 + c] = round;
    const all = await z.get("...");
    expect((all as NDArray<"float64">).data).toEqual(model);
    const part = await z.get([slice(r0, r1), slice(c0, null, 2)]);
    expect(part.get(0, 0)).toBe(model[r0 * 11 + c0]);
  }
});

test("writes to different elements of one chunk do not lose each other", async () => {
  const z = await createArray({}, { shape: [64], chunks: [64], dtype: "int16" });
  await Promise.all(Array.from({ length: 64 }, (_, i) => z.set([i], i)));
  expect(Array.from((await z.get([slice(null)])).data)).toEqual(Array.from({ length: 64 }, (_, i) => i));
});

test("v2 arrays of either order and byte order", async () => {
  const store = new MemoryStore();
  const z = await createArray(store, {
    shape: [3, 4],
    chunks: [2, 2],
    dtype: ">i2",
    zarrFormat: 2,
    order: "F",
    attributes: { a: 1 },
  });
  await z.set(null, [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
  ]);
  const again = await openArray(store);
  expect((await again.get([slice(null), slice(null, null, -1)])).toNestedArray()).toEqual([
    [4, 3, 2, 1],
    [8, 7, 6, 5],
    [12, 11, 10, 9],
  ]);
  expect(again.attrs).toEqual({ a: 1 });
  expect(String(again)).toContain("dtype=>i2");
});

test("groups: members, attributes, deletion, tree", async () => {
  const root = await createGroup({});
  await root.createArray("x/y", { shape: [2], dtype: "uint8" });
  await root.createGroup("x/z", { attributes: { n: 2n ** 60n } });
  const names: string[] = [];
  for await (const [name] of root.members({ maxDepth: null })) names.push(name);
  expect(names).toEqual(["x", "x/y", "x/z"]);
  expect(await root.tree()).toBe("/\n└── x\n    ├── y (2,) uint8\n    └── z");
  const z = await root.getGroup("x/z");
  await z.updateAttributes({ m: [1, 2] });
  expect((await root.getGroup("x/z")).attrs).toEqual({ n: 2n ** 60n, m: [1, 2] });
  await root.delete("x/y");
  expect(await root.has("x/y")).toBe(false);
  await expect(root.get("x/y")).rejects.toMatchObject({
    name: "NodeNotFoundError",
    code: "ZARR_NODE_NOT_FOUND",
  });
});

test("F.23: a Zarr array of integers or booleans is an index", async () => {
  const z = await createArray({}, { shape: [6], dtype: "int32" });
  await z.set(null, [10, 11, 12, 13, 14, 15]);
  const indices = await createArray({}, { data: Int32Array.of(4, 0, 4) });
  expect((await z.oindex.get([indices])).toString()).toBe("[14 10 14]");
  const mask = await createArray({}, { data: [true, false, false, true, false, true] });
  await z.vindex.set([mask], -1);
  expect(String(await z.get("..."))).toBe("[-1 11 12 -1 14 -1]");
});
