import { expect, test } from "vitest";
import type { NDArray } from "../../index.ts";
import { createArray, openArray, slice } from "../../index.ts";
import { MemoryStore, WrapperStore } from "../../storage.ts";
import { CountingStore } from "../../testing.ts";

const options = { shape: [64], chunks: [4], shards: [64], dtype: "int32" } as const;

async function sharded(): Promise<{ store: MemoryStore; values: Int32Array }> {
  const store = new MemoryStore();
  const values = Int32Array.from({ length: 64 }, (_, i) => i + 1);
  const z = await createArray(store, options);
  await z.set(null, values);
  return { store, values };
}

test("an inner chunk costs two reads of a cold shard and one of a warm one", async () => {
  const { store } = await sharded();
  const counting = new CountingStore(store);
  const z = await openArray(counting);
  counting.reset();
  expect(await z.get([5])).toBe(6);
  expect(counting.count("get")).toBe(2);
  expect(await z.get([41])).toBe(42);
  expect(counting.count("get")).toBe(3);
});

test("a shard that another writer replaced is read by its new index", async () => {
  const { store } = await sharded();
  const z = await openArray(store);
  expect(await z.get([5])).toBe(6);
  const other = await openArray(store);
  await other.set([slice(0, 32)], -1);
  expect(await z.get([5])).toBe(-1);
  expect(await z.get([40])).toBe(41);
  await other.set(null, 0); // nothing but fill value: the shard is deleted
  expect(await z.get([40])).toBe(0);
});

test("a shard that is replaced between its index and its chunks is never mixed", async () => {
  const { store } = await sharded();
  const writer = await openArray(store);
  let reads = 0;
  class Meddling extends WrapperStore {
    override async get(...args: Parameters<WrapperStore["get"]>): Promise<Uint8Array | undefined> {
      const value = await super.get(...args);
      // After the first index has been read, the shard changes its layout.
      if (args[0] === "c/0" && ++reads === 1) await writer.set([slice(0, 60)], 7);
      return value;
    }
  }
  const z = await openArray(new Meddling(store));
  const part = (await z.get([slice(0, 64, 5)])) as NDArray<"int32">;
  expect([...part.data]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 61]);
});
