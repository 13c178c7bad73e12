import { describe, expect, test } from "vitest";
import type { AbortOptions } from "../base/async.ts";
import { ReadOnlyError, UnsupportedError } from "../base/errors.ts";
import { MemoryFileSystem } from "../fs/memory-file-system.ts";
import { FaultStore } from "../testing/fault-store.ts";
import { FsspecStore } from "./fsspec-store.ts";
import { LatencyStore } from "./latency-store.ts";
import { LocalStore } from "./local-store.ts";
import { LoggingStore } from "./logging-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { ReadOnlyView } from "./read-only-view.ts";
import type { Store } from "./store.ts";
import { canCompareAndDelete, canCompareAndSet } from "./versioned.ts";
import { WrapperStore } from "./wrapper-store.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each([
  ["MemoryStore", () => new MemoryStore()],
  ["MemoryStore on an object", () => new MemoryStore({})],
  ["FsspecStore", () => new FsspecStore(new MemoryFileSystem({ store: new Map() }), { path: "/a" })],
  ["LoggingStore", () => new LoggingStore(new MemoryStore())],
])("%s", (_, make: () => Store) => {
  test("a version is replaced, and deleted, once", async () => {
    const store = make();
    expect([canCompareAndSet(store), canCompareAndDelete(store)]).toEqual([true, true]);
    expect(await store.getVersioned("k")).toBeUndefined();
    expect(await store.setIfVersion("k", bytes("1"), "1")).toBe(false);
    expect(await store.setIfVersion("k", bytes("1"), undefined)).toBe(true);
    expect(await store.setIfVersion("k", bytes("2"), undefined)).toBe(false);
    const first = (await store.getVersioned("k"))!;
    expect(first.value).toEqual(bytes("1"));
    expect((await store.getVersioned("k"))!.version).toBe(first.version);
    expect(await store.setIfVersion("k", bytes("2"), first.version)).toBe(true);
    expect(await store.setIfVersion("k", bytes("3"), first.version)).toBe(false);
    expect(await store.deleteIfVersion("k", first.version)).toBe(false);
    expect(await store.get("k")).toEqual(bytes("2"));
    expect(await store.deleteIfVersion("k", (await store.getVersioned("k"))!.version)).toBe(true);
    expect(await store.exists("k")).toBe(false);
  });
});

test("a store without versions says so", async () => {
  const store = new LocalStore("/nonexistent");
  expect(canCompareAndSet(store)).toBe(false);
  await expect(store.getVersioned("k")).rejects.toBeInstanceOf(UnsupportedError);
  await expect(store.setIfVersion("k", bytes("1"), undefined)).rejects.toBeInstanceOf(UnsupportedError);
  await expect(store.deleteIfVersion("k", "1")).rejects.toBeInstanceOf(UnsupportedError);
});

test("what a subclass or wrapper does to values is never gone around", () => {
  class Upper extends WrapperStore {
    override async get(key: string): Promise<Uint8Array | undefined> {
      return await super.get(key.toUpperCase());
    }
  }
  class Sealed extends MemoryStore {
    override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
      await super.set(key, Uint8Array.from([...value].reverse()), options);
    }
  }
  class Both extends Sealed {
    override setIfVersion(key: string, value: Uint8Array, version: string | undefined): Promise<boolean> {
      return super.setIfVersion(key, Uint8Array.from([...value].reverse()), version);
    }
  }
  class Keeping extends MemoryStore {
    override async delete(): Promise<void> {}
  }
  expect(canCompareAndSet(new Upper(new MemoryStore()))).toBe(false);
  expect(canCompareAndSet(new Sealed())).toBe(false);
  expect(canCompareAndSet(new WrapperStore(new Sealed()))).toBe(false);
  expect(canCompareAndSet(new LatencyStore(new LoggingStore(new Upper(new MemoryStore()))))).toBe(false);
  expect(canCompareAndSet(new Both())).toBe(true);
  expect(canCompareAndSet(new Keeping())).toBe(true);
  expect(canCompareAndDelete(new Keeping())).toBe(false);
  expect(canCompareAndSet(new LatencyStore(new LoggingStore(new MemoryStore())))).toBe(true);
});

test("a read-only store refuses, and faults befall versioned operations too", async () => {
  for (const store of [new MemoryStore(null, { readOnly: true }), new ReadOnlyView(new MemoryStore())]) {
    await expect(store.setIfVersion("k", bytes("1"), undefined)).rejects.toBeInstanceOf(ReadOnlyError);
    await expect(store.deleteIfVersion("k", "1")).rejects.toBeInstanceOf(ReadOnlyError);
  }
  const inner = new MemoryStore();
  const store = new FaultStore(inner, [{ operation: "set", fault: { kind: "torn", bytes: 1 } }]);
  await expect(store.setIfVersion("k", bytes("123"), undefined)).rejects.toThrow("injected");
  expect(await inner.get("k")).toEqual(bytes("1"));
});
