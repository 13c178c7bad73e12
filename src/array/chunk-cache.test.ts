import { expect, test } from "vitest";
import type { StoreLike } from "../storage/store-like.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { ChunkCache } from "./chunk-cache.ts";
import { createArray } from "./create.ts";
import { openArray, openGroup } from "./open.ts";
import { slice } from "../indexing/slice.ts";
import type { ZarrArray } from "./zarr-array.ts";

const data = { data: Int16Array.from({ length: 10_000 }, (_, i) => i), shape: [100, 100] };
const LAYOUTS = [
  ["chunks", { chunks: [50, 50] }],
  ["shards", { chunks: [50, 50], shards: [100, 100] }],
  ["v2", { chunks: [50, 50], zarrFormat: 2 as const }],
  ["blosc", { chunks: [50, 50], compressors: { name: "blosc", configuration: { cname: "lz4" } } }],
] as const;

async function made(
  options: object,
  cacheOptions = {},
): Promise<{ store: CountingStore; z: ZarrArray; chunkCache: ChunkCache }> {
  const values = new MemoryStore(new Map());
  await createArray(values, { data, ...options });
  const store = new CountingStore(values);
  const chunkCache = new ChunkCache(cacheOptions);
  const z = await openArray(store as StoreLike, { mode: "r+", config: { chunkCache } });
  return { store, z, chunkCache };
}

const readsOf = (store: CountingStore): number => store.count("get");

test.each(LAYOUTS)("%s: repeated small reads fetch and decode a chunk once", async (_, options) => {
  const { store, z, chunkCache } = await made(options);
  const before = readsOf(store);
  for (let row = 0; row < 50; row++) {
    const part = await z.get([row, slice(0, 50)]);
    expect(part).toMatchObject({ data: data.data.subarray(row * 100, row * 100 + 50) });
    expect(await z.get([row, 3])).toBe(row * 100 + 3);
  }
  expect(readsOf(store) - before).toBeLessThanOrEqual(2); // of a shard its index, too
  expect(chunkCache.misses).toBe(1);
  expect(chunkCache.hits).toBe(99);
  expect(chunkCache.bytes).toBeGreaterThan(50 * 50 * 2);
});

test.each(LAYOUTS)("%s: reads at the same time share one fetch", async (_, options) => {
  const { z, chunkCache } = await made(options);
  const values = await Promise.all(Array.from({ length: 20 }, (__, column) => z.get([7, column])));
  expect(values).toEqual(Array.from({ length: 20 }, (__, column) => 700 + column));
  expect(chunkCache.misses).toBe(1);
});

test.each(LAYOUTS)("%s: what is written is read", async (_, options) => {
  const { store, z } = await made(options);
  expect(await z.get([3, 3])).toBe(303);
  await z.set([3, 3], -1);
  expect(await z.get([3, 3])).toBe(-1);
  await z.set(null, 5);
  expect(await z.get([3, 3])).toBe(5);
  // Through another object, too.
  await (await openArray(store)).set([3, slice(0, 10)], 9);
  expect(await z.get([3, 3])).toBe(9);
  await z.resize([2, 2]);
  await z.resize([100, 100]);
  expect(await z.get([3, 3])).toBe(0);
});

test("an array that takes another's place shares none of its chunks", async () => {
  const store = new MemoryStore(new Map());
  const chunkCache = new ChunkCache();
  const config = { chunkCache };
  const options = { path: "a", chunks: [50, 50], config };
  const first = await createArray(store, { ...options, data });
  expect(await first.get([1, 1])).toBe(101);
  const second = await createArray(store, { ...options, shape: [100, 100], dtype: "int16", overwrite: true });
  expect(await second.get([1, 1])).toBe(0);
  await second.set([1, 1], 4);
  expect(await second.get([1, 1])).toBe(4);
  await (await openGroup(store)).delete("a");
  const third = await createArray(store, { ...options, data });
  expect(await third.get([1, 1])).toBe(101);
});

test("it holds no more than it may, and one cache serves several arrays", async () => {
  const chunkCache = new ChunkCache({ maxBytes: 12_000 });
  const config = { chunkCache };
  const [a, b] = [new MemoryStore(new Map()), new MemoryStore(new Map())];
  const first = await createArray(a, { data, chunks: [50, 50], config });
  const negative = { data: data.data.map((value) => -value), shape: [100, 100] };
  const second = await createArray(b, { data: negative, chunks: [50, 50], config });
  for (let round = 0; round < 3; round++) {
    for (const at of [0, 60]) {
      expect(await first.get([at, 60])).toBe(at * 100 + 60);
      expect(await second.get([at, 60])).toBe(-at * 100 - 60);
      expect(chunkCache.bytes).toBeLessThanOrEqual(12_000);
    }
  }
  chunkCache.clear();
  expect(chunkCache.bytes).toBe(0);
});

test.each(LAYOUTS.slice(0, 2))("%s: one caller's abort fails no other's read", async (_, options) => {
  const { z } = await made(options);
  const controller = new AbortController();
  const leaving = z.get([1, 1], { signal: controller.signal });
  const staying = z.get([1, 2]);
  controller.abort("left");
  await expect(leaving).rejects.toBe("left");
  expect(await staying).toBe(102);
});

test("missing chunks and errors are not kept", async () => {
  const { store, z, chunkCache } = await made({ chunks: [50, 50] });
  await store.delete("c/1/1");
  expect(await z.get([60, 60])).toBe(0);
  await (await openArray(store)).set([60, 60], 8);
  expect(await z.get([60, 60])).toBe(8);
  await store.set("c/0/1", new Uint8Array(3));
  for (let i = 0; i < 2; i++) await expect(z.get([0, 60])).rejects.toMatchObject({ chunkKey: "c/0/1" });
  expect(chunkCache.bytes).toBeLessThan(6000);
});

test("options that cannot be are refused", async () => {
  expect(() => new ChunkCache({ maxBytes: -1 })).toThrow(RangeError);
  // Not a cache.
  const config = { chunkCache: {} as ChunkCache };
  await expect(createArray({}, { shape: [1], dtype: "int8", config })).rejects.toThrow(TypeError);
});
