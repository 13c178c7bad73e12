/** Writers who share no lock change parts of one chunk: none undoes another's work. */
import { describe, expect, test } from "vitest";
import type { AbortOptions } from "../base/async.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { createArray, openArray } from "../index.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import type { Store } from "../storage/store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { changeValue } from "./chunk-update.ts";

/** Another process's view of a store: no lock is shared with it. */
class ElsewhereStore extends WrapperStore {
  override get identity(): object {
    return this;
  }
}

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function writtenBy16(store: Store, layout: object): Promise<number[]> {
  await createArray(store, { shape: [16], chunks: [16], dtype: "int32", ...layout });
  await Promise.all(
    times(16).map(async (writer) => {
      const array = await openArray(new ElsewhereStore(store), { mode: "r+" });
      await array.set([writer], writer + 1);
    }),
  );
  const array = await openArray(store);
  return [...((await array.get(null)) as { data: Int32Array }).data]; // as the dtype says
}

describe("16 writers", () => {
  test.each([
    ["a chunk", {}],
    ["a shard", { chunks: [4], shards: [16] }],
  ])("of %s all survive where the store compares and sets", async (_, layout) => {
    expect(await writtenBy16(new MemoryStore(), layout)).toEqual(times(16).map((n) => n + 1));
  });

  test("lose something where it cannot, so that the test above can fail", async () => {
    class Plain extends MemoryStore {
      override get supportsConditionalWrites(): boolean {
        return false;
      }
    }
    expect(await writtenBy16(new Plain(), {})).toContain(0);
  });
});

test("a chunk that becomes empty goes only if it is the one that was read", async () => {
  const store = new MemoryStore();
  const array = await createArray(store, { shape: [4], chunks: [4], dtype: "int32" });
  await array.set(null, [0, 5, 0, 0]);
  await Promise.all([
    openArray(new ElsewhereStore(store), { mode: "r+" }).then((other) => other.set([1], 0)),
    openArray(new ElsewhereStore(store), { mode: "r+" }).then((other) => other.set([2], 7)),
  ]);
  expect([...((await array.get(null)) as { data: Int32Array }).data]).toEqual([0, 0, 7, 0]);
  await array.set("2:3", 0);
  expect(await store.exists("c/0")).toBe(false);
});

test("an array that shrinks undoes no write that comes between its read and its write", async () => {
  const inner = new MemoryStore();
  await (await createArray(inner, { shape: [16], chunks: [16], dtype: "int32" })).set(null, 1);
  const writing = await openArray(new ElsewhereStore(inner), { mode: "r+" });
  let interruptions = 0;
  class Interrupted extends ElsewhereStore {
    override async get(...args: Parameters<Store["get"]>): Promise<Uint8Array | undefined> {
      const value = await super.get(...args);
      await this.#interrupt(args[0]);
      return value;
    }
    override async getVersioned(
      ...args: Parameters<Store["getVersioned"]>
    ): ReturnType<Store["getVersioned"]> {
      const found = await super.getVersioned(...args);
      await this.#interrupt(args[0]);
      return found;
    }
    override setIfVersion(...args: Parameters<Store["setIfVersion"]>): Promise<boolean> {
      return super.setIfVersion(...args);
    }
    async #interrupt(key: string): Promise<void> {
      if (key === "c/0" && interruptions++ === 0) await writing.set([2], 7);
    }
  }
  const shrinking = await openArray(new Interrupted(inner), { mode: "r+" });
  await shrinking.resize([8]);
  expect(interruptions).toBe(2);
  await shrinking.resize([10]);
  expect([...((await shrinking.get(null)) as { data: Int32Array }).data]).toEqual([
    1, 1, 7, 1, 1, 1, 1, 1, 0, 0,
  ]);
});

test("a store that replaces by version and does not delete by it gets a blank chunk", async () => {
  class NoDeletes extends MemoryStore {
    override get supportsConditionalDeletes(): boolean {
      return false;
    }
  }
  const store = new NoDeletes();
  const array = await createArray(store, { shape: [4], chunks: [4], dtype: "int32" });
  await array.set("1:2", 5);
  await array.set("1:2", 0);
  expect(await store.exists("c/0")).toBe(true);
  expect([...((await array.get(null)) as { data: Int32Array }).data]).toEqual([0, 0, 0, 0]);
});

test("a part costs one read and one write, a whole chunk one write", async () => {
  const store = new CountingStore(new MemoryStore());
  const array = await createArray(store, { shape: [8], chunks: [4], dtype: "int32" });
  store.reset();
  await array.set("1:2", 5);
  expect(store.counts).toEqual({ get: 1, set: 1 });
  store.reset();
  await array.set("0:4", 5);
  expect(store.counts).toEqual({ set: 1 });
});

test("writers that are never first give up with an error that names the store", async () => {
  class Contended extends WrapperStore {
    attempts = 0;
    override async setIfVersion(): Promise<boolean> {
      this.attempts++;
      return false;
    }
  }
  const store = new Contended(new MemoryStore());
  const change = {
    next: async () => new Uint8Array(1),
    remove: async () => {},
    blank: async () => new Uint8Array(0),
  };
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await expect(changeValue(store, "k", change, { signal: controller.signal })).rejects.toThrow("enough");
  expect(store.attempts).toBeGreaterThan(1);
  expect(store.attempts).toBeLessThan(64);
});

test("a service that turns out to have no versions is written to blindly", async () => {
  class Deceiving extends MemoryStore {
    known = false;
    override get supportsConditionalWrites(): boolean {
      return !this.known;
    }
    override async setIfVersion(
      _key: string,
      _value: Uint8Array,
      _version: string | undefined,
      _options?: AbortOptions,
    ): Promise<boolean> {
      this.known = true;
      throw new UnsupportedError("501");
    }
  }
  const store = new Deceiving();
  const array = await createArray(store, { shape: [4], chunks: [4], dtype: "int32" });
  await array.set("1:2", 5);
  expect([...((await array.get(null)) as { data: Int32Array }).data]).toEqual([0, 5, 0, 0]);
});

test("another failure is the failure of the write", async () => {
  class Failing extends WrapperStore {
    override async setIfVersion(): Promise<boolean> {
      throw new StoreError("the disk is full");
    }
  }
  const array = await createArray(new Failing(new MemoryStore()), {
    shape: [4],
    chunks: [4],
    dtype: "int32",
  });
  await expect(array.set("1:2", 5)).rejects.toMatchObject({ message: "the disk is full", chunkKey: "c/0" });
});
