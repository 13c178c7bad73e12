import { expect, test } from "vitest";
import { MemoryStore } from "../storage/memory-store.ts";
import { CountingStore } from "./counting-store.ts";
import { FaultStore } from "./fault-store.ts";
import { runStoreModel } from "./store-model.ts";

const filled = (): MemoryStore => new MemoryStore(new Map([["c/0", new Uint8Array([1, 2, 3, 4])]]));

test("an error befalls the operations that the schedule names, and no others", async () => {
  const store = new FaultStore(filled(), [
    { operation: "get", key: /^c\//, from: 2, times: 1, fault: { kind: "error" } },
  ]);
  expect(await store.get("c/0")).toHaveLength(4);
  expect(await store.get("d")).toBeUndefined();
  await expect(store.get("c/0")).rejects.toMatchObject({ name: "StoreError", key: "c/0" });
  expect(await store.get("c/0")).toHaveLength(4);
  expect(store.injected).toBe(1);
});

test("an error of the caller's is thrown as it is, in ranges and partial values too", async () => {
  const error = new Error("mine");
  const store = new FaultStore(filled(), [{ operation: "get", fault: { kind: "error", error } }]);
  await expect(store.getPartialValues([["c/0"]])).rejects.toBe(error);
  const ranges = store.getRanges("c/0", [{ start: 0, end: 1 }])[Symbol.asyncIterator]();
  await expect(ranges.next()).rejects.toBe(error);
});

test("a short read, a torn write, a delay that is aborted", async () => {
  const inner = filled();
  const store = new FaultStore(inner, [
    { operation: "get", key: "c/0", fault: { kind: "short", bytes: 3 } },
    { operation: "set", times: 1, fault: { kind: "torn", bytes: 2 } },
    { operation: "list", fault: { kind: "delay", milliseconds: 3_600_000 } },
  ]);
  expect(await store.get("c/0")).toEqual(new Uint8Array([1, 2, 3]));
  await expect(store.set("k", new Uint8Array(8))).rejects.toThrow(/injected fault/);
  expect(await inner.get("k")).toHaveLength(2);
  await store.set("k", new Uint8Array(8));
  expect(await inner.get("k")).toHaveLength(8);
  const listing = store.list({ signal: AbortSignal.timeout(1) })[Symbol.asyncIterator]();
  await expect(listing.next()).rejects.toMatchObject({ name: "TimeoutError" });
});

test("the model notices a short read, and says by which seed and step", async () => {
  const store = new FaultStore(new MemoryStore(), [
    { operation: "get", from: 40, times: 200, fault: { kind: "short", bytes: 1 } },
  ]);
  await expect(runStoreModel(store, { seed: 5 })).rejects.toThrow(/^seed 5, step \d+, /);
});

test("a counting store counts each merged read as one get, and bytes", async () => {
  const store = new CountingStore(filled());
  const near = [
    { start: 0, end: 1 },
    { start: 2, end: 3 },
  ];
  for await (const _ of store.getRanges("c/0", near));
  expect(store.counts).toEqual({ get: 1 });
  expect(store.bytesRead).toBe(3);
  expect(store.calls).toEqual([{ method: "get", key: "c/0", byteRange: { start: 0, end: 3 } }]);
  await store.set("k", new Uint8Array(5));
  expect([store.count("set"), store.bytesWritten]).toEqual([1, 5]);
  store.reset();
  expect([store.counts, store.bytesRead, store.bytesWritten, store.calls]).toEqual([{}, 0, 0, []]);
});
