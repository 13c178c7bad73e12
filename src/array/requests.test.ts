/** What is asked of a store, counted: no operation costs more than it must. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import {
  consolidateMetadata,
  createArray,
  createGroup,
  open,
  openArray,
  openGroup,
  slice,
} from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { LocalStore, MemoryMappedStore, MemoryStore } from "../storage.ts";
import type { Store } from "../storage.ts";
import { CountingStore } from "../testing.ts";

const folder = mkdtempSync(`${tmpdir()}/zarrkit-requests-`);
afterAll(() => rmSync(folder, { recursive: true }));

const LISTINGS = ["list", "listPrefix", "listDir", "isEmpty", "getSizePrefix"];
const LOOKS = [...LISTINGS, "exists", "getSize"];

function expectNone(store: CountingStore, methods: readonly string[]): void {
  for (const method of methods) expect(store.count(method), method).toBe(0);
}

/** A float64 array in a counting store, everything written, and the counts at zero. */
async function filled(
  options: object,
): Promise<{ store: CountingStore<MemoryStore>; z: ZarrArray<"float64">; values: Float64Array }> {
  const store = new CountingStore(new MemoryStore());
  const z = await createArray(store, { shape: [64, 64], dtype: "float64", path: "a", ...options });
  const values = Float64Array.from({ length: z.size }, (_, i) => i + 1);
  await z.set(null, { data: values, shape: z.shape });
  store.reset();
  return { store, z, values };
}

describe("opening", () => {
  test("an array of v3 is 1 get", async () => {
    const { store } = await filled({});
    for (const opened of [() => openArray(store, { path: "a" }), () => open(store, { path: "a" })]) {
      store.reset();
      await opened();
      expect(store.counts).toEqual({ get: 1 });
    }
  });

  test("an array of v2 is what v2 can have there, and v3's document where the format is not known", async () => {
    const { store } = await filled({ zarrFormat: 2 });
    await openArray(store, { path: "a", zarrFormat: 2 });
    expect(store.calls.map(({ key }) => key).sort()).toEqual(["a/.zarray", "a/.zattrs", "a/.zgroup"]);
    expect(store.counts).toEqual({ get: 3 });
    store.reset();
    await openArray(store, { path: "a" });
    expect(store.counts).toEqual({ get: 4 });
  });

  test("a group of v3 with consolidated metadata is 1 get, and its members are none", async () => {
    const store = new CountingStore(new MemoryStore());
    const root = await createGroup(store);
    for (const name of ["x", "y", "g/z"]) await root.createArray(name, { shape: [2], dtype: "uint8" });
    await consolidateMetadata(store);
    store.reset();
    const group = await openGroup(store);
    const names: string[] = [];
    for await (const [name] of group.members({ maxDepth: null })) names.push(name);
    expect(names.sort()).toEqual(["g", "g/z", "x", "y"]);
    await group.getArray("g/z");
    expect(await group.has("no")).toBe(false);
    expect(await group.nmembers({ maxDepth: null })).toBe(4);
    await group.tree();
    expect(store.counts).toEqual({ get: 1 });
  });

  test("a member by its path is 1 get without consolidated metadata", async () => {
    const store = new CountingStore(new MemoryStore());
    const root = await createGroup(store);
    await root.createArray("g/h/z", { shape: [2], dtype: "uint8" });
    store.reset();
    await root.getArray("g/h/z");
    expect(store.counts).toEqual({ get: 1 });
    store.reset();
    expect(await root.has("g/h/none")).toBe(false);
    expectNone(store, LISTINGS);
  });
});

describe("reading", () => {
  test("metadata alone asks nothing", async () => {
    const { store, z } = await filled({ shards: [32, 32], chunks: [8, 8] });
    void [z.info, z.shape, z.nchunks, z.attrs, z.compressors, z.readChunkSizes, String(z), z.nbytes];
    expect(store.counts).toEqual({});
  });

  test("a chunk is 1 get, a selection 1 for each chunk it touches", async () => {
    const { store, z } = await filled({ chunks: [16, 16] });
    await z.get([slice(16, 32), slice(0, 16)]);
    expect(store.counts).toEqual({ get: 1 });
    store.reset();
    await z.get([slice(15, 17), slice(15, 17)]);
    expect(store.counts).toEqual({ get: 4 });
    store.reset();
    await z.oindex.get([
      [0, 40],
      [0, 1, 63],
    ]);
    expect(store.counts).toEqual({ get: 4 });
    store.reset();
    await z.vindex.get([
      [0, 1, 63, 2],
      [0, 1, 63, 3],
    ]);
    expect(store.counts).toEqual({ get: 2 });
    store.reset();
    await z.get([slice(5, 5)]);
    expect(store.counts).toEqual({});
  });

  test("one inner chunk of a cold shard is 2 gets, the index and the chunk", async () => {
    const { store, z, values } = await filled({ shards: [32, 32], chunks: [8, 8], compressors: null });
    const part = await z.get([slice(8, 16), slice(40, 48)]);
    expect(part.get(1, 2)).toBe(values[9 * 64 + 42]);
    expect(store.counts).toEqual({ get: 2 });
    expect(store.calls[0]).toMatchObject({ key: "a/c/0/1", byteRange: { suffix: 16 * 16 + 4 } });
    expect(store.bytesRead).toBe(16 * 16 + 4 + 8 * 8 * 8);
  });

  test("one element of a shard of plain bytes is the index and 8 bytes", async () => {
    const { store, z, values } = await filled({ shards: [32, 32], chunks: [8, 8], compressors: null });
    expect(await z.get([9, 42])).toBe(values[9 * 64 + 42]);
    expect(store.counts).toEqual({ get: 2 });
    expect(store.bytesRead).toBe(16 * 16 + 4 + 8);
  });

  test("a whole shard is 1 get, and so is one that is missing", async () => {
    const { store, z } = await filled({ shards: [32, 32], chunks: [8, 8] });
    await z.get([slice(0, 32), slice(32, 64)]);
    expect(store.counts).toEqual({ get: 1 });
    await z.blocks.get([1, 1]);
    expect(store.counts).toEqual({ get: 2 });
    await store.delete("a/c/0/0");
    store.reset();
    await z.get([slice(0, 8), slice(0, 8)]);
    expect(store.counts).toEqual({ get: 1 });
  });

  test("64 neighbouring inner chunks are a handful of gets", async () => {
    const { store, z, values } = await filled({ shards: [64, 64], chunks: [4, 4] });
    const part = await z.get([slice(16, 48), slice(16, 48)]);
    expect(part.get(31, 31)).toBe(values[47 * 64 + 47]);
    expect(store.count("get")).toBeLessThanOrEqual(4);
    expectNone(store, LOOKS);
  });

  test("shards within shards are read by their indices", async () => {
    const store = new CountingStore(new MemoryStore());
    const bytes = { name: "bytes", configuration: { endian: "little" } };
    const inner = { chunk_shape: [4], codecs: [bytes], index_codecs: [bytes], index_location: "end" };
    const serializer = { name: "sharding_indexed", configuration: inner };
    const options = { shape: [64], chunks: [16], shards: [64], dtype: "uint8", compressors: null };
    const z = await createArray(store, { ...options, serializer });
    await z.set(
      null,
      Uint8Array.from({ length: 64 }, (_, i) => i + 1),
    );
    store.reset();
    expect(await z.get([37])).toBe(38);
    // The outer index with its checksum, the inner index, and the element.
    expect(store.counts).toEqual({ get: 3 });
    expect(store.bytesRead).toBe(4 * 16 + 4 + 4 * 16 + 1);
  });

  test.each([
    ["LocalStore", (root: string) => new LocalStore(root), 0],
    ["MemoryMappedStore", (root: string) => new MemoryMappedStore(root), 80_000],
  ])(
    "[500:600, 500:600] of uncompressed chunks reads 80,000 bytes through %s",
    async (name, make, touched) => {
      const root = `${folder}/${name}`;
      const inner: Store = make(root);
      const options = {
        shape: [2000, 2000],
        chunks: [1000, 1000],
        dtype: "float64",
        compressors: null,
      } as const;
      await (await createArray(inner, options)).set([slice(0, 1000), slice(0, 1000)], 42);
      if (inner instanceof MemoryMappedStore) expect(inner.bytesTouched).toBe(0);
      const store = new CountingStore(inner);
      const z = await openArray(store, { dtype: "float64" });
      const before = inner instanceof MemoryMappedStore ? inner.bytesTouched : 0;
      store.reset();
      const part = await z.get([slice(500, 600), slice(500, 600)]);
      expect(part.data).toEqual(new Float64Array(10_000).fill(42));
      expect(store.bytesRead).toBe(80_000);
      if (inner instanceof MemoryMappedStore) expect(inner.bytesTouched - before).toBe(touched);
      expectNone(store, LOOKS);
    },
  );
});

describe("writing", () => {
  const LAYOUTS: [string, object, number][] = [
    ["chunks", { chunks: [16, 16] }, 16],
    ["shards", { chunks: [8, 8], shards: [32, 32] }, 4],
    ["chunks of v2", { chunks: [16, 16], zarrFormat: 2 }, 16],
  ];

  test.each(LAYOUTS)("whole %s are not read", async (_, options, count) => {
    const { store, z } = await filled(options);
    await z.set(null, 7);
    expect(store.counts).toEqual({ set: count });
    store.reset();
    await z.set([slice(32, 64), slice(0, 32)], 8);
    expect(Object.keys(store.counts)).toEqual(["set"]);
  });

  test.each(LAYOUTS)("part of %s is 1 get and 1 set", async (_, options) => {
    const { store, z } = await filled(options);
    await z.set([3, 3], -1);
    expect(store.counts).toEqual({ get: 1, set: 1 });
    store.reset();
    await z.set([slice(2, 9), slice(1, 9)], -2);
    expect(store.counts).toEqual({ get: 1, set: 1 });
    expect(await z.get([3, 3])).toBe(-2);
  });

  test("chunks at the edge are whole when all that lies in the array is written", async () => {
    for (const options of [{ chunks: [6] }, { chunks: [3], shards: [6] }]) {
      const store = new CountingStore(new MemoryStore());
      const z = await createArray(store, { shape: [10], dtype: "int32", ...options });
      store.reset();
      await z.set([slice(6, 10)], 5);
      expect(store.counts).toEqual({ set: 1 });
    }
  });

  test.each(LAYOUTS)("%s of nothing but fill value are not written", async (_, options) => {
    const store = new CountingStore(new MemoryStore());
    const z = await createArray(store, { shape: [64, 64], dtype: "float64", fillValue: -0, ...options });
    store.reset();
    await z.set(null, -0);
    expectNone(store, ["get", "set", ...LOOKS]);
    // 0 is another value than -0.
    await z.set([slice(0, 16), slice(0, 16)], 0);
    expect(store.count("set")).toBe(1);
  });

  test("inner chunks of nothing but fill value take no bytes", async () => {
    const store = new CountingStore(new MemoryStore());
    const options = { shape: [64], chunks: [8], shards: [64], dtype: "uint8", compressors: null } as const;
    const z = await createArray(store, options);
    store.reset();
    await z.set([slice(8, 16)], 1);
    expect(store.bytesWritten).toBe(8 + 8 * 16 + 4);
    await z.set([slice(8, 16)], 0);
    expect(store.counts).toEqual({ get: 2, set: 1, delete: 1 });
  });

  test("creating, growing and changing attributes write one document", async () => {
    const store = new CountingStore(new MemoryStore());
    const root = await createGroup(store);
    store.reset();
    const z = await root.createArray("a", { shape: [4], dtype: "uint8" });
    expect(store.count("set") + store.count("setIfNotExists")).toBe(1);
    expectNone(store, LISTINGS);
    store.reset();
    await z.updateAttributes({ a: 1 });
    expect(store.count("set")).toBe(1);
    expectNone(store, LISTINGS);
    store.reset();
    await z.resize([8]);
    expect(store.count("set")).toBe(1);
    expectNone(store, LISTINGS);
  });
});
