import { expect, test } from "vitest";
import {
  array,
  createArray,
  createGroup,
  createHierarchy,
  emptyLike,
  fromArray,
  full,
  fullLike,
  load,
  NDArray,
  onesLike,
  open,
  openArray,
  openGroup,
  save,
  saveArray,
  saveGroup,
} from "../index.ts";
import { CountingStore } from "../testing.ts";
import { MemoryStore } from "../storage.ts";

type Files = Map<string, Uint8Array>;

/** What was loaded, arrays as nested lists. */
function plain(loaded: unknown): unknown {
  if (loaded instanceof NDArray) return loaded.toNestedArray();
  if (typeof loaded !== "object" || loaded === null) return loaded;
  return Object.fromEntries(Object.entries(loaded).map(([name, value]) => [name, plain(value)]));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("one array is saved as an array, and replaces what was there", async () => {
  const files: Files = new Map();
  await save(files, Int16Array.of(1, 2, 3));
  const z = await openArray(files);
  expect([z.dtype, plain(await load(files))]).toEqual(["int16", [1, 2, 3]]);
  await saveArray(files, [[1.5]]);
  expect(plain(await load(files))).toEqual([[1.5]]);
});

test("several arrays are a group: those without a name are arr_0, arr_1", async () => {
  const files: Files = new Map();
  await save(files, [1], [2, 3], { b: Uint8Array.of(4) }, { chunks: [1] });
  expect(plain(await load(files))).toEqual({ arr_0: [1], arr_1: [2, 3], b: [4] });
  expect((await openArray(files, { path: "arr_1" })).chunks).toEqual([1]);
  await saveGroup(files, { only: [1] });
  expect(plain(await load(files))).toEqual({ only: [1] });
});

test("nothing to save is an error, and an array that cannot be saved replaces nothing", async () => {
  const files: Files = new Map();
  await expect(save(files)).rejects.toBeInstanceOf(TypeError);
  await save(files, { a: [1] });
  await expect(saveGroup(files, { a: [2], b: [() => 1] })).rejects.toBeInstanceOf(TypeError);
  await expect(saveGroup(files, { a: [2], b: [3] }, { compressors: "nonsense" })).rejects.toThrow();
  expect(plain(await load(files))).toEqual({ a: [1] });
});

test("groups within groups are loaded as records within records, scalars and all", async () => {
  const root = await createGroup(new Map());
  await root.set("a", [1]);
  await root.set("g/b", ["x"]);
  await root.createArray("g/scalar", { data: 5 });
  await root.createGroup("g/empty");
  await root.createArray("__proto", { data: [7] }).catch(() => {});
  expect(plain(await load(root.store))).toEqual({ a: [1], g: { b: ["x"], scalar: 5, empty: {} } });
});

test("a Zarr array is saved with its chunks and attributes", async () => {
  const z = await createArray({}, { data: [1, 2, 3], chunks: [2], attributes: { u: 1 } });
  const files: Files = new Map();
  await saveArray(files, z);
  const saved = await openArray(files);
  expect([saved.chunks, saved.attrs]).toEqual([[2], { u: 1 }]);
});

test.each([
  [2, 2],
  [2, 3],
  [3, 2],
  [3, 3],
] as const)("fromArray keeps what can be kept, from format %i to %i", async (from, to) => {
  const codec = from === 2 ? { id: "gzip", level: 3 } : { name: "gzip", configuration: { level: 3 } };
  const dimensionNames = from === 3 ? ["y", "x"] : undefined;
  const source = await createArray(
    {},
    {
      data: [
        [1, 2],
        [3, 4],
      ],
      dtype: "int16",
      chunks: [1, 2],
      compressors: codec,
      zarrFormat: from,
      fillValue: 9,
      dimensionNames,
    },
  );
  const z = await fromArray({}, { data: source, zarrFormat: to });
  expect([z.zarrFormat, z.dtype, z.chunks, z.fillValue, plain(await z.get("..."))]).toEqual([
    to,
    "int16",
    [1, 2],
    9,
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  expect(z.compressors.map(({ name }) => name)).toEqual([from === to ? "gzip" : "zstd"]);
  expect(z.dimensionNames).toEqual(from === 3 && to === 3 ? ["y", "x"] : undefined);
});

test("fromArray keeps shards, rectilinear chunks and key encodings, unless told otherwise", async () => {
  const source = await createArray(
    {},
    { shape: [8], chunks: [2], shards: [4], chunkKeyEncoding: { name: "v2", separator: "." } },
  );
  const kept = await fromArray({}, { data: source });
  expect([kept.shards, kept.chunks]).toEqual([[4], [2]]);
  expect(kept.metadata).toMatchObject({ chunkKeyEncoding: { name: "v2" } });
  const plainArray = await fromArray({}, { data: source, shards: null, chunks: [8] });
  expect([plainArray.shards, plainArray.chunks]).toEqual([undefined, [8]]);
  const edges = await createArray({}, { shape: [6], chunks: [[1, 2, 3]] });
  expect((await fromArray({}, { data: edges })).writeChunkSizes).toEqual([[1, 2, 3]]);
});

test("fromArray writes whole chunks of the target, and nothing when told to", async () => {
  const source = await createArray({}, { data: Int32Array.from({ length: 20 }, (_, i) => i), chunks: [3] });
  const store = new CountingStore(new MemoryStore());
  await fromArray(store, { data: source, chunks: [5], shards: [10] });
  expect(store.calls.filter(({ method, key }) => method === "get" && key.startsWith("c/"))).toEqual([]);
  const empty: Files = new Map();
  const z = await fromArray(empty, { data: source, writeData: false });
  expect([z.shape, [...empty.keys()]]).toEqual([[20], ["zarr.json"]]);
});

test("arrays like others", async () => {
  const source = await createArray(
    {},
    { data: [[1, 2, 3]], dtype: "int8", chunks: [1, 2], attributes: { u: 1 } },
  );
  const like = await emptyLike({}, { like: source });
  expect([like.shape, like.dtype, like.chunks, like.attrs, plain(await like.get("..."))]).toEqual([
    [1, 3],
    "int8",
    [1, 2],
    {},
    [[0, 0, 0]],
  ]);
  expect(plain(await (await onesLike({}, { like: source, dtype: "float64" })).get("..."))).toEqual([
    [1, 1, 1],
  ]);
  expect(plain(await (await fullLike({}, { like: Float32Array.of(1, 2), fillValue: 7 })).get("..."))).toEqual(
    [7, 7],
  );
  expect((await fullLike({}, { like: await full({}, { shape: [1], fillValue: 4 }) })).fillValue).toBe(4);
  expect(plain(await (await array({}, { data: [true, false] })).get("..."))).toEqual([true, false]);
});

test("a hierarchy is made at once, parents first; groups above that exist stay as they are", async () => {
  const files: Files = new Map();
  await createGroup(files, { path: "a", attributes: { old: 1 } });
  const nodes = { "a/b/c": { shape: [2], dtype: "int8" }, "/d/": { attributes: { n: 1 } } };
  const made = await collect(createHierarchy(files, { nodes }));
  expect(made.map(([path]) => path)).toEqual(["d", "a/b", "a/b/c"]);
  expect((await openGroup(files, { path: "a" })).attrs).toEqual({ old: 1 });
  expect((await openGroup(files, { path: "d" })).attrs).toEqual({ n: 1 });
  expect(await collect(createHierarchy(files, { nodes: {} }))).toEqual([]);
});

test("a hierarchy refuses what exists, two nodes of one path, mixed formats, and children of arrays", async () => {
  const files: Files = new Map();
  await createArray(files, { path: "a", data: [1] });
  const before = new Map(files);
  const refuse = async (nodes: object, name: string): Promise<void> => {
    await expect(collect(createHierarchy(files, { nodes: nodes as never }))).rejects.toMatchObject({ name });
    expect(files).toEqual(before);
  };
  await refuse({ a: {} }, "ContainsArrayError");
  await refuse({ b: {}, "b/": {} }, "MetadataValidationError");
  await refuse({ b: { zarrFormat: 2 }, c: { zarrFormat: 3 } }, "MetadataValidationError");
  await refuse({ b: { shape: [1] }, "b/c": {} }, "ContainsArrayError");
  await refuse({ "": {} }, "ContainsGroupError");
  await collect(createHierarchy(files, { nodes: { a: {} }, overwrite: true }));
  expect(String(await open(files, { path: "a" }))).toMatch(/^<Group/);
});

test("overwriting deletes the nodes that are named, and makes the groups between them anew", async () => {
  const files: Files = new Map();
  await createArray(files, { path: "a/b/c", data: [1] });
  await createArray(files, { path: "other", data: [1] });
  await collect(createHierarchy(files, { nodes: { a: {}, "a/b/d": { shape: [1] } }, overwrite: true }));
  const root = await openGroup(files);
  expect((await collect(root.keys({ maxDepth: null }))).sort()).toEqual(["a", "a/b", "a/b/d", "other"]);
});

test.each([2, 3] as const)(
  "a group of format %i makes a hierarchy below it, in its format",
  async (zarrFormat) => {
    const root = await createGroup(new Map(), { zarrFormat, path: "r" });
    const made = await collect(root.createHierarchy({ "x/y": { shape: [1] }, z: {} }));
    expect(made.map(([path, node]) => [path, node.zarrFormat])).toEqual([
      ["x", zarrFormat],
      ["z", zarrFormat],
      ["x/y", zarrFormat],
    ]);
    const other = { w: { zarrFormat: (5 - zarrFormat) as 2 | 3 } };
    await expect(collect(root.createHierarchy(other))).rejects.toMatchObject({
      name: "MetadataValidationError",
    });
    await expect(collect(root.createHierarchy({ "": {} }))).rejects.toMatchObject({
      name: "MetadataValidationError",
    });
  },
);
