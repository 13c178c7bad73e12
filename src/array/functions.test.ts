/** The top-level functions and the members of groups and arrays, as zarr-python has them. */
import { afterEach, expect, test } from "vitest";
import {
  config,
  createArray,
  createGroup,
  consolidateMetadata,
  empty,
  group,
  NDArray,
  ones,
  open,
  openArray,
  openConsolidated,
  openGroup,
  tree,
  zeros,
} from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { Config } from "../base/config.ts";
import { MemoryStore, WrapperStore } from "../storage.ts";
import { CountingStore } from "../testing.ts";

type Files = Map<string, Uint8Array>;

afterEach(() => config.reset());

async function listed(z: ZarrArray): Promise<unknown> {
  const values = await z.get("...");
  return values instanceof NDArray ? values.toNestedArray() : values;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("createArray takes a shape or data, and all groups above are made", async () => {
  const files: Files = new Map();
  await expect(createArray(files, { dtype: "int8" })).rejects.toBeInstanceOf(TypeError);
  await expect(createArray(files, { shape: [2], data: [1, 2] })).rejects.toThrow(/data.*shape/);
  expect(files.size).toBe(0);
  await createArray(files, { path: "a/b/c", shape: [2] });
  expect([...files.keys()].sort()).toEqual(["a/b/c/zarr.json", "a/b/zarr.json", "a/zarr.json", "zarr.json"]);
  await expect(createArray(files, { path: "a/b", shape: [2] })).rejects.toMatchObject({
    name: "ContainsGroupError",
  });
});

test("an option that does not exist is a TypeError that names those that do", async () => {
  const wrong = { shape: [2], fill_value: 3 };
  await expect(createArray({}, wrong)).rejects.toThrow(/"fill_value" \(is fillValue meant\?\).*compressors/);
  await expect(openArray({}, { nonsense: 1 } as object)).rejects.toBeInstanceOf(TypeError);
  await expect(openGroup({}, { config: {} } as object)).rejects.toBeInstanceOf(TypeError);
  await expect(createGroup({}, { shape: [1] } as object)).rejects.toBeInstanceOf(TypeError);
  const root = await createGroup({});
  await expect(
    root.createArray("a", { shape: [1], path: "b" } as { shape: number[] }),
  ).rejects.toBeInstanceOf(TypeError);
});

test("codecs by name, by object and as they are; wrong kinds and forms are refused", async () => {
  const z = await createArray(
    {},
    {
      shape: [4],
      dtype: "int32",
      filters: { name: "transpose", configuration: { order: [0] } },
      compressors: "crc32c",
    },
  );
  expect([z.filters, z.serializer, z.compressors].map((codecs) => String(codecs))).toEqual([
    expect.stringMatching(/Transpose/),
    expect.stringMatching(/Bytes/),
    expect.stringMatching(/Crc32c/),
  ]);
  const same = await createArray(
    {},
    { shape: [4], dtype: "int32", filters: z.filters, serializer: z.serializer, compressors: z.compressors },
  );
  expect(JSON.stringify(same.metadata)).toBe(JSON.stringify(z.metadata));
  await expect(
    createArray({}, { shape: [4], filters: ["zstd"], serializer: { name: "gzip" } }),
  ).rejects.toThrow();
  await expect(createArray({}, { shape: [4], compressors: { id: "zstd" } })).rejects.toBeInstanceOf(
    TypeError,
  );
  const sharded = await createArray({}, { shape: [4], chunks: [2], shards: [4], compressors: "crc32c" });
  expect([
    sharded.compressors.map(({ name }) => name),
    sharded.metadata.zarrFormat === 3 && sharded.metadata.codecs[0]?.name,
  ]).toEqual([["crc32c"], "sharding_indexed"]);
});

test("what format 2 does not have is refused", async () => {
  for (const options of [
    { shards: [2] },
    { serializer: "bytes" },
    { dimensionNames: ["x"] },
    { chunkKeyEncoding: "default" },
    { compressors: ["zstd", "gzip"] },
    { chunks: [[1, 3]] },
  ]) {
    await expect(createArray({}, { shape: [4], zarrFormat: 2, ...options })).rejects.toThrow();
  }
});

test("zeros, ones and empty store nothing but metadata", async () => {
  const files: Files = new Map();
  expect(await listed(await zeros(files, { path: "z", shape: [2] }))).toEqual([0, 0]);
  expect(await listed(await ones(files, { path: "o", shape: [2], dtype: "bool" }))).toEqual([true, true]);
  expect(await listed(await empty(files, { path: "e", shape: [2], dtype: "string" }))).toEqual(["", ""]);
  expect([...files.keys()].every((key) => key.endsWith("zarr.json"))).toBe(true);
});

test("open: modes, formats, and what is there when both formats are", async () => {
  const files: Files = new Map();
  await expect(open(files)).rejects.toMatchObject({ name: "NodeNotFoundError" });
  expect(String(await open(files, { mode: "a", path: "g" }))).toMatch(/^<Group/);
  expect(String(await open(files, { path: "a", shape: [2] }))).toMatch(/^<Array/);
  await expect(open(files, { mode: "w-", path: "a", shape: [2] })).rejects.toThrow();
  await expect(open(files, { mode: "x" as "r" })).rejects.toThrow(/mode/i);
  await createArray(files, { path: "both", shape: [3], zarrFormat: 2 });
  await createArray(files, { path: "both", shape: [4], zarrFormat: 3 });
  const shapes = [undefined, 2, 3].map(
    async (zarrFormat) => (await openArray(files, { path: "both", zarrFormat: zarrFormat as 2 })).shape,
  );
  expect(await Promise.all(shapes)).toEqual([[4], [3], [4]]);
  await expect(openGroup(files, { path: "a" })).rejects.toMatchObject({ name: "ContainsArrayError" });
  await expect(openArray(files, { path: "g" })).rejects.toMatchObject({ name: "ContainsGroupError" });
  await expect(openArray(files, { path: "n", mode: "a" })).rejects.toBeInstanceOf(TypeError);
});

test("openGroup creates where its mode may, and attributes count on creation alone", async () => {
  const files: Files = new Map();
  expect((await openGroup(files, { attributes: { a: 1 } })).attrs).toEqual({ a: 1 });
  expect((await openGroup(files, { attributes: { b: 1 } })).attrs).toEqual({ a: 1 });
  await createArray(files, { path: "x", shape: [1] });
  expect(await (await openGroup(files, { mode: "w" })).nmembers()).toBe(0);
  expect(await (await group(files, { overwrite: true, zarrFormat: 2 })).nmembers()).toBe(0);
  await expect(createGroup(files, { zarrFormat: 2 })).rejects.toMatchObject({ name: "ContainsGroupError" });
});

test("consolidated metadata: required, refused, ignored, by another key", async () => {
  const files: Files = new Map();
  await createArray(files, { path: "g/a", shape: [2], zarrFormat: 2 });
  await expect(openConsolidated(files)).rejects.toMatchObject({ name: "MetadataValidationError" });
  await expect(openConsolidated(files, { useConsolidated: false })).rejects.toBeInstanceOf(TypeError);
  await consolidateMetadata(files);
  files.set("other", files.get(".zmetadata")!);
  files.delete(".zmetadata");
  expect(await (await openGroup(files, { useConsolidated: "other" })).nmembers({ maxDepth: null })).toBe(2);
  expect((await openGroup(files)).isConsolidated).toBe(false);
  class Without extends WrapperStore {
    override get supportsConsolidatedMetadata(): boolean {
      return false;
    }
  }
  const store = new Without(new MemoryStore(files));
  await expect(consolidateMetadata(store)).rejects.toMatchObject({ name: "UnsupportedError" });
  await expect(openConsolidated(store)).rejects.toThrow();
});

test("a group with consolidated metadata answers from it alone, deep down too", async () => {
  const store = new CountingStore(new MemoryStore());
  await createArray(store, { path: "g/h/a", shape: [2] });
  const root = await consolidateMetadata(store);
  store.reset();
  const inner = await root.getGroup("g");
  expect([await inner.has("h/a"), await inner.has("x"), inner.isConsolidated]).toEqual([true, false, true]);
  expect((await collect(inner.keys({ maxDepth: null }))).sort()).toEqual(["h", "h/a"]);
  expect(store.counts).toEqual({});
  await expect(root.get("x")).rejects.toThrow(/consolidated/);
});

test("consolidated metadata stays true after changes", async () => {
  for (const zarrFormat of [2, 3] as const) {
    const store = new MemoryStore();
    const root = await createGroup(store, { zarrFormat });
    await root.createArray("a", { shape: [2] });
    await consolidateMetadata(store);
    const opened = await openConsolidated(store);
    const z = await opened.getArray("a");
    await z.updateAttributes({ n: 1 });
    await z.resize([5]);
    await opened.createGroup("g");
    const again = await openConsolidated(store);
    expect([
      (await again.getArray("a")).attrs,
      (await again.getArray("a")).shape,
      await again.has("g"),
    ]).toEqual([{ n: 1 }, [5], true]);
    await again.delete("a");
    expect([await again.has("a"), await (await openConsolidated(store)).has("a")]).toEqual([false, false]);
  }
});

test("members of a group: by path, by kind, counted, required", async () => {
  const root = await createGroup(new Map());
  await root.createArray("g/a", { shape: [3], dtype: "int8" });
  const [one, two] = await root.requireGroups("g", "h/i");
  expect([one?.path, two?.path]).toEqual(["g", "h/i"]);
  await expect(root.requireGroup("g/a")).rejects.toMatchObject({ name: "ContainsArrayError" });
  expect((await root.requireArray("g/a", { shape: [3] })).dtype).toBe("int8");
  await expect(root.requireArray("g/a", { shape: [4] })).rejects.toThrow("Incompatible shape ((3,) vs (4,))");
  await expect(root.requireArray("g/a", { shape: 3, dtype: "float64", exact: true })).rejects.toBeInstanceOf(
    TypeError,
  );
  await expect(root.requireArray("g/a", { shape: 3, dtype: "bool" })).rejects.toBeInstanceOf(TypeError);
  await expect(root.requireArray("g", { shape: 3 })).rejects.toMatchObject({ name: "ContainsGroupError" });
  await expect(root.getArray("g")).rejects.toMatchObject({ name: "ContainsGroupError" });
  await expect(root.getGroup("g/a")).rejects.toMatchObject({ name: "ContainsArrayError" });
  await expect(root.getArray("x")).rejects.toMatchObject({ name: "ArrayNotFoundError" });
  await expect(root.get("g/a/b")).rejects.toMatchObject({ name: "NodeNotFoundError" });
  expect([
    (await collect(root.groups())).length,
    (await collect(root.arrays({ maxDepth: null }))).length,
    await root.nmembers({ maxDepth: 1 }),
  ]).toEqual([2, 1, 4]);
  await expect(root.nmembers({ maxDepth: -1 })).rejects.toBeInstanceOf(RangeError);
  await root.delete("nothing");
});

test("names and places of nodes", async () => {
  const store = new MemoryStore();
  const root = await createGroup(store);
  const z = await root.createArray("foo/bar", { shape: [2] });
  expect([root.path, root.name, root.basename]).toEqual(["", "/", ""]);
  expect([z.path, z.name, z.basename, z.store]).toEqual(["foo/bar", "/foo/bar", "bar", store]);
  expect(String(z.storePath)).toBe(`${String(store)}/foo/bar`);
});

test("what an array tells of itself", async () => {
  const z = await createArray(
    {},
    { shape: [5, 6], chunks: [2, 3], shards: [4, 6], dtype: "int16", dimensionNames: ["y", null] },
  );
  expect([z.ndim, z.size, z.nbytes, z.chunks, z.shards, z.cdataShape, z.nchunks]).toEqual([
    2,
    30,
    60,
    [2, 3],
    [4, 6],
    [3, 2],
    6,
  ]);
  expect([z.readChunkSizes, z.writeChunkSizes]).toEqual([
    [
      [2, 2, 1],
      [3, 3],
    ],
    [[4, 1], [6]],
  ]);
  expect([z.order, z.fillValue, z.readOnly, z.dimensionNames]).toEqual(["C", 0, false, ["y", null]]);
  await z.set([0, 0], 1);
  expect(await z.nchunksInitialized()).toBe(4);
  expect(await z.nbytesStored()).toBeGreaterThan(100);
  const uneven = await createArray({}, { shape: [6], chunks: [[1, 5]] });
  expect(() => uneven.chunks).toThrow(/regular/);
  expect(uneven.info).toContain("Chunk shape        : <variable>");
});

test("withConfig changes run-time options alone", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [2], config: { writeEmptyChunks: true } });
  const other = z.withConfig({ readMissingChunks: false });
  expect([other.config, z.config.readMissingChunks]).toEqual([
    { order: "C", writeEmptyChunks: true, readMissingChunks: false },
    true,
  ]);
  await z.set(null, 0);
  expect(files.has("c/0")).toBe(true);
});

test("append and resize", async () => {
  const z = await createArray({}, { data: [[1, 2]], dtype: "int8", chunks: [2, 2] });
  expect(
    await z.append([
      [3, 4],
      [5, 6],
    ]),
  ).toEqual([3, 2]);
  expect(await z.append([[7], [8], [9]], { axis: 1 })).toEqual([3, 3]);
  expect(await listed(z)).toEqual([
    [1, 2, 7],
    [3, 4, 8],
    [5, 6, 9],
  ]);
  await expect(z.append([[1]])).rejects.toMatchObject({ name: "ShapeMismatchError" });
  await expect(z.resize([1])).rejects.toMatchObject({ name: "ShapeMismatchError" });
  expect(z.shape).toEqual([3, 3]);
});

test("what a zarr array holds selects, once it is read", async () => {
  const z = await createArray({}, { data: [10, 11, 12, 13], dtype: "int32" });
  const index = await createArray({}, { data: [3, 0], dtype: "int32" });
  const mask = await createArray({}, { data: [true, false, false, true], dtype: "bool" });
  expect(((await z.get([(await index.get("...")) as NDArray<"int32">])) as NDArray).toNestedArray()).toEqual([
    13, 10,
  ]);
  expect(
    ((await z.vindex.get([(await mask.get("...")) as NDArray<"bool">])) as NDArray).toNestedArray(),
  ).toEqual([10, 13]);
});

test("tree and info of a group", async () => {
  const root = await createGroup(new Map());
  await root.createArray("a/x", { shape: [2, 3], dtype: "int32" });
  await root.createGroup("b");
  expect(await root.tree()).toBe(["/", "├── a", "│   └── x (2, 3) int32", "└── b"].join("\n"));
  expect(await root.tree({ level: 0 })).toBe(["/", "├── a", "└── b"].join("\n"));
  expect((await root.tree({ maxNodes: 1 })).split("\n")[0]).toBe(
    "Truncated at max_nodes=1, some nodes and their children may be missing",
  );
  expect(await tree(root.store)).toBe(await root.tree());
  expect(root.info).toBe(
    [
      "Name        : ",
      "Type        : Group",
      "Zarr format : 3",
      "Read-only   : False",
      "Store type  : MemoryStore",
    ].join("\n"),
  );
  expect(await root.infoComplete()).toMatch(/No. members : 3\nNo. arrays {2}: 1\nNo. groups {2}: 2/);
});

test("configuration: defaults, scoped changes, what it has no key for", async () => {
  const { restore } = config.set({ default_zarr_format: 2, "array.order": "F" });
  expect([
    (await createArray({}, { shape: [2, 2] })).zarrFormat,
    (await createArray({}, { shape: [2, 2] })).order,
  ]).toEqual([2, "F"]);
  restore();
  expect((await createArray({}, { shape: [2] })).zarrFormat).toBe(3);
  expect(() => config.get("nonsense" as "json_indent")).toThrow(TypeError);
  const files: Files = new Map();
  config.set({ json_indent: 0 });
  await createGroup(files);
  expect(new TextDecoder().decode(files.get("zarr.json"))).not.toMatch(/\n +/);
  config.set({ "array.write_empty_chunks": true });
  const z = await createArray(files, { path: "a", shape: [2], chunks: [2] });
  await z.set(null, 0);
  expect(files.has("a/c/0")).toBe(true);
});

test("the environment sets the configuration, in Python's notation", () => {
  const own = new Config({
    ZARR_ARRAY__ORDER: "F",
    ZARR_ARRAY__WRITE_EMPTY_CHUNKS: "True",
    ZARR_ASYNC__CONCURRENCY: "3",
  });
  expect([own.get("array.order"), own.get("array.write_empty_chunks"), own.get("async.concurrency")]).toEqual(
    ["F", true, 3],
  );
  expect(() => new Config({ ZARR_ARRAY__ORDER: "X" })).toThrow(TypeError);
});
