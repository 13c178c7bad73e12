import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import { ReadOnlyError, StoreError, UnsupportedError } from "../base/errors.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { FaultStore } from "../testing/fault-store.ts";
import { SeededRandom } from "../testing/random.ts";
import { runStoreModel } from "../testing/store-model.ts";
import { StoreTests } from "../testing/store-tests.ts";
import { CacheStore } from "./cache-store.ts";
import type { CacheStoreOptions } from "./cache/cache-options.ts";
import { FsspecStore } from "./fsspec-store.ts";
import { LatencyStore } from "./latency-store.ts";
import { LocalStore } from "./local-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { LocalFileSystem } from "../fs/local-file-system.ts";
import { Store } from "./store.ts";
import { WrapperStore } from "./wrapper-store.ts";
import { modelSeeds, runs } from "../../test/effort.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-store-"));
let folders = 0;
afterAll(() => rmSync(folder, { recursive: true }));
const newFolder = (): string => join(folder, String(folders++));

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

function counted(options: Partial<CacheStoreOptions> = {}) {
  const memory = new MemoryStore();
  const source = new CountingStore(memory);
  const cacheStore = new MemoryStore();
  return { memory, source, cacheStore, store: new CacheStore(source, { cacheStore, ...options }) };
}

for (const [name, options] of Object.entries({
  "without limits": {},
  "that holds little": { maxSize: 100 },
  "that keeps nothing that is set": { cacheSetData: false, maxAgeSeconds: 0 },
})) {
  describe(`CacheStore ${name}`, () => {
    const sources = new WeakMap<Store, MemoryStore>();
    new StoreTests<CacheStore>({
      modelSeeds,
      createStore: ({ readOnly }) => {
        const source = new MemoryStore(null, { readOnly });
        const store = new CacheStore<Store>(source, { cacheStore: new MemoryStore(), ...options });
        sources.set(store, source);
        return store;
      },
      set: (store, key, value) => sources.get(store)!.withReadOnly(false).set(key, value),
      get: (store, key) => sources.get(store)!.get(key),
      printed: () => /^CacheStore\(store=memory:\/\/\d+, cache_store=memory:\/\/\d+, max_age_seconds=/,
      supports: { readOnlyCopies: true, strict: true },
    }).register((title, run) => test(title, run));
  });
}

test.each([1, 2, 3, 4])("model: a cache of local files in front of memory, seed %d", async (seed) => {
  const store = new CacheStore(new MemoryStore(), {
    cacheStore: new LocalStore(newFolder()),
    maxSize: 200,
    maxAgeSeconds: seed % 2 === 0 ? 1000 : 0,
  });
  await runStoreModel(store, { seed, steps: runs(250) });
});

test("a whole value is fetched once, and parts are cut from it", async () => {
  const { memory, source, store } = counted();
  await memory.set("a", bytes(1, 2, 3, 4));
  expect(await store.get("a")).toEqual(bytes(1, 2, 3, 4));
  expect(await store.get("a")).toEqual(bytes(1, 2, 3, 4));
  expect(await store.get("a", { start: 1, end: 3 })).toEqual(bytes(2, 3));
  expect(source.count("get")).toBe(1);
  expect(store.cacheStats()).toEqual({ hits: 2, misses: 1, evictions: 0, totalRequests: 3, hitRate: 2 / 3 });
});

test("parts are kept in memory, never in the cache store", async () => {
  const { memory, source, cacheStore, store } = counted();
  await memory.set("a", bytes(1, 2, 3, 4));
  await store.get("a", { suffix: 2 });
  expect(await store.get("a", { suffix: 2 })).toEqual(bytes(3, 4));
  expect(source.count("get")).toBe(1);
  expect(await cacheStore.exists("a")).toBe(false);
  expect(store.cacheInfo()).toMatchObject({ currentSize: 2, trackedKeys: 1, cachedKeys: 0 });
});

test("what was used longest ago goes first, and sizes are accounted for after deletions", async () => {
  const { store, cacheStore } = counted({ maxSize: 10 });
  for (const key of ["a", "b", "c"]) await store.set(key, new Uint8Array(3));
  await store.get("a");
  await store.set("d", new Uint8Array(3)); // makes 12: b goes
  expect(await cacheStore.exists("b")).toBe(false);
  expect(await cacheStore.exists("a")).toBe(true);
  expect(store.cacheInfo().currentSize).toBe(9);
  await store.delete("a");
  expect(store.cacheInfo()).toMatchObject({ currentSize: 6, cachedKeys: 2 });
  await store.set("c", new Uint8Array(20)); // never fits, and leaves no older value behind
  expect(await cacheStore.exists("c")).toBe(false);
  expect(store.cacheInfo().currentSize).toBe(3);
  expect(store.cacheStats().evictions).toBe(1);
});

test("readers at the same time share one request, and the abort of one leaves the others", async () => {
  const memory = new MemoryStore();
  await memory.set("a", bytes(7));
  const source = new CountingStore(new LatencyStore(memory, { getLatency: 0.02 }));
  const store = new CacheStore(source, { cacheStore: new MemoryStore() });
  const controller = new AbortController();
  const aborted = store.get("a", undefined, { signal: controller.signal });
  const others = [store.get("a"), store.get("a")];
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 5);
  await expect(aborted).rejects.toBe(reason);
  expect(await Promise.all(others)).toEqual([bytes(7), bytes(7)]);
  expect(source.count("get")).toBe(1);
});

/** A source whose next read waits until it is let go. */
class HeldStore extends WrapperStore {
  held: Promise<void> | undefined;
  override async get(...args: Parameters<Store["get"]>): Promise<Uint8Array | undefined> {
    const value = await super.get(...args);
    await this.held;
    return value;
  }
}

test("a value that is fetched while it is written is not kept", async () => {
  const source = new HeldStore(new MemoryStore());
  const store = new CacheStore(source, { cacheStore: new MemoryStore(), cacheSetData: false });
  await store.set("a", bytes(1));
  let release!: () => void;
  source.held = new Promise((resolve) => (release = resolve));
  const early = store.get("a");
  await new Promise((resolve) => setTimeout(resolve, 5)); // the old value has been read, and waits
  await store.set("a", bytes(2));
  release();
  source.held = undefined;
  expect(await early).toEqual(bytes(1));
  expect(await store.get("a")).toEqual(bytes(2));
});

test("a key that is gone from the source is forgotten", async () => {
  const { memory, cacheStore, store } = counted({ maxAgeSeconds: 0 });
  await store.set("a", bytes(1));
  await memory.delete("a");
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(await store.get("a")).toBeUndefined();
  expect(await cacheStore.exists("a")).toBe(false);
});

test("an old value is compared by its version, and fetched again only when that differs", async () => {
  const root = newFolder();
  const raw = new LocalStore(root);
  await raw.set("a", bytes(1, 2, 3));
  for (const inner of [new LocalStore(root), new FsspecStore(new LocalFileSystem(), { path: root })]) {
    await raw.set("a", bytes(1, 2, 3));
    const store = new CacheStore(inner, { cacheStore: new MemoryStore(), maxAgeSeconds: 0 });
    await store.get("a");
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await store.get("a")).toEqual(bytes(1, 2, 3));
    expect(store.cacheStats()).toMatchObject({ hits: 1, misses: 1 });
    await raw.set("a", bytes(4, 5));
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await store.get("a")).toEqual(bytes(4, 5));
    expect(store.cacheStats()).toMatchObject({ hits: 1, misses: 2 });
  }
});

test("a cache in a directory is used by the next process, within its age by the version, and within its size", async () => {
  const root = newFolder();
  const cache = newFolder();
  const raw = new LocalStore(root);
  for (const key of ["a", "b", "c"]) await raw.set(key, new Uint8Array(10).fill(key.charCodeAt(0)));
  const open = (maxSize: number) => {
    const source = new CountingStore(new LocalStore(root));
    const store = new CacheStore(source, { cacheStore: new LocalStore(cache), maxSize, maxAgeSeconds: 3600 });
    return { source, store };
  };
  const first = open(100);
  for (const key of ["a", "b", "c"]) await first.store.get(key);
  await first.store.close();

  const second = open(100);
  for (const key of ["a", "b", "c"]) await second.store.get(key);
  expect(second.source.count("get")).toBe(0);
  expect(second.store.cacheInfo().currentSize).toBe(30);
  await second.store.close();

  const third = open(20); // a smaller bound holds for what is there already
  await third.store.get("c");
  expect(third.store.cacheInfo().currentSize).toBe(20);
  expect(await new LocalStore(cache).exists("a")).toBe(false);
});

test("a cache that was filled by copying is used, unless values have an age", async () => {
  const { memory, source, cacheStore, store } = counted();
  await memory.set("a", bytes(1));
  await cacheStore.set("a", bytes(1));
  expect(await store.get("a")).toEqual(bytes(1));
  expect(source.count("get")).toBe(0);
  const aged = new CacheStore(source, { cacheStore, maxAgeSeconds: 1000 });
  expect(await aged.get("a")).toEqual(bytes(1));
  expect(source.count("get")).toBe(1);
});

/** A cache store that fails at random, or loses the end of values. */
class UnreliableStore extends WrapperStore<MemoryStore> {
  readonly #random: SeededRandom;
  constructor(seed: number) {
    super(new MemoryStore());
    this.#random = new SeededRandom(seed);
  }
  override async get(...args: Parameters<Store["get"]>): Promise<Uint8Array | undefined> {
    this.#maybeFail();
    const value = await super.get(...args);
    return args[1] === undefined && this.#random.below(5) === 0 ? value?.subarray(0, -1) : value;
  }
  override async set(...args: Parameters<Store["set"]>): Promise<void> {
    this.#maybeFail();
    await super.set(...args);
  }
  override async delete(...args: Parameters<Store["delete"]>): Promise<void> {
    this.#maybeFail();
    await super.delete(...args);
  }
  #maybeFail(): void {
    if (this.#random.below(4) === 0) throw new Error("the cache store is broken");
  }
}

test.each([1, 2, 3, 4, 5])("a cache store that fails changes no result, seed %d", async (seed) => {
  const store = new CacheStore(new MemoryStore(), { cacheStore: new UnreliableStore(seed) });
  await runStoreModel(store, { seed, steps: 60 });
});

test("a read-only copy shares the cache and its counts, and is around nothing else", async () => {
  const { memory, source, store } = counted();
  await memory.set("a", bytes(1, 2, 3));
  await store.get("a");
  const copy = store.withReadOnly(true);
  expect(copy).toBeInstanceOf(CacheStore);
  expect(copy.readOnly).toBe(true);
  expect(await copy.get("a")).toEqual(bytes(1, 2, 3));
  expect(source.count("get")).toBe(1);
  expect(store.cacheStats()).toMatchObject({ hits: 1, misses: 1 });
  expect(copy.cacheStats()).toEqual(store.cacheStats());
  await expect(copy.set("a", bytes(4))).rejects.toBeInstanceOf(ReadOnlyError);
  await store.set("a", bytes(5)); // is no old value to the copy
  expect(await copy.get("a")).toEqual(bytes(5));
  await copy.clearCache();
  expect(store.cacheInfo().trackedKeys).toBe(0);
  class Elsewhere extends CacheStore {
    around(other: Store): Store {
      return this.withStore(other);
    }
  }
  const subclass = new Elsewhere(memory, { cacheStore: new MemoryStore() });
  expect(() => subclass.around(new MemoryStore())).toThrow(UnsupportedError);
});

test("a cache has no synchronous methods, though both stores have: they would go around it", () => {
  const store = new CacheStore(new MemoryStore(), { cacheStore: new MemoryStore() });
  expect(store.supportsSync).toBe(false);
  for (const use of [() => store.getSync(), () => store.setSync(), () => store.deleteSync()])
    expect(use).toThrow(TypeError);
});

test("a cache prints as zarr-python's, with what it holds", async () => {
  const [source, cacheStore] = [new MemoryStore(), new MemoryStore()];
  const store = new CacheStore(source, { cacheStore, maxSize: 100 });
  const stores = `store=${String(source)}, cache_store=${String(cacheStore)}`;
  expect(String(store)).toBe(
    `CacheStore(${stores}, max_age_seconds=infinity, max_size=100, current_size=0, cached_keys=0)`,
  );
  await store.set("a", bytes(1, 2, 3));
  const aged = new CacheStore(source, { cacheStore, maxAgeSeconds: 60 });
  expect(String(store)).toMatch(/current_size=3, cached_keys=1\)$/);
  expect(String(aged)).toContain("max_age_seconds=60, max_size=None");
});

test("constructor: a cache store must delete, and an age be a number or infinity", () => {
  const source = new MemoryStore();
  const readOnly = new MemoryStore(null, { readOnly: true });
  expect(() => new CacheStore(source, { cacheStore: readOnly })).toThrow(TypeError);
  const wrong = "forever" as unknown as number; // a caller without types
  expect(() => new CacheStore(source, { cacheStore: source, maxAgeSeconds: wrong })).toThrow(/infinity/);
  expect(() => new CacheStore(source, { cacheStore: source, maxSize: -1 })).toThrow(TypeError);
});

test("over HTTP: one request for a value, none for a hit, one without its bytes for an old one", async () => {
  const server = await startHttp({ files: { "/a": bytes(1, 2, 3, 4) } });
  try {
    const source = await FsspecStore.fromUrl(server.url, { readOnly: true });
    const forever = new CacheStore(source, { cacheStore: new MemoryStore() });
    await Promise.all([forever.get("a"), forever.get("a"), forever.get("a")]);
    expect(await forever.get("a", { suffix: 1 })).toEqual(bytes(4));
    expect(server.requests.map(({ method }) => method)).toEqual(["GET"]);
    server.requests.length = 0;
    const aged = new CacheStore(source, { cacheStore: new MemoryStore(), maxAgeSeconds: 0.001 });
    for (let round = 0; round < 3; round++) {
      expect(await aged.get("a")).toEqual(bytes(1, 2, 3, 4));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(server.requests.map(({ method }) => method)).toEqual(["GET", "HEAD", "HEAD"]);
    server.files.set("/a", bytes(5));
    expect(await aged.get("a")).toEqual(bytes(5));
  } finally {
    await server.close();
  }
});

test("a source that fails is an error each time, and no failure is kept", async () => {
  const memory = new MemoryStore();
  await memory.set("a", bytes(1));
  const source = new FaultStore(memory, [{ operation: "get", fault: { kind: "error" }, times: 2 }]);
  const store = new CacheStore(source, { cacheStore: new MemoryStore() });
  const both = await Promise.allSettled([store.get("a"), store.get("a")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]); // one request, shared
  await expect(store.get("a", { suffix: 1 })).rejects.toThrow(StoreError);
  expect(await store.get("a")).toEqual(bytes(1));
});

test("parts of two versions of a value are told apart", async () => {
  const root = newFolder();
  const raw = new LocalStore(root);
  await raw.set("a", bytes(1, 1, 1, 1));
  const store = new CacheStore(new LocalStore(root), { cacheStore: new MemoryStore() });
  const versions: unknown[] = [];
  const options = { onVersion: (version: unknown) => versions.push(version) };
  await store.get("a", { start: 0, end: 2 }, options);
  await raw.set("a", bytes(2, 2, 2, 2, 2));
  await store.get("a", { start: 0, end: 2 }, options); // from the cache: the same version
  await store.get("a", { start: 2, end: 4 }, options); // from the source: another, and the old part goes
  expect(await store.get("a", { start: 0, end: 2 }, options)).toEqual(bytes(2, 2));
  expect(versions[1]).toBe(versions[0]);
  expect(versions[2]).not.toBe(versions[0]);
  expect(versions[3]).toBe(versions[2]);
});

test("writes by version go through the cache too", async () => {
  const { memory, store } = counted();
  await store.set("a", bytes(1));
  const { version } = (await store.getVersioned("a"))!;
  expect(await store.setIfVersion("a", bytes(2), version)).toBe(true);
  expect(await store.get("a")).toEqual(bytes(2));
  await memory.set("a", bytes(3)); // by somebody else
  expect(await store.setIfVersion("a", bytes(4), version)).toBe(false);
  expect(await store.get("a")).toEqual(bytes(3));
  expect(await store.deleteIfVersion("a", (await store.getVersioned("a"))!.version)).toBe(true);
  expect(await store.get("a")).toBeUndefined();
});

test("clearCache empties the cache, not the source; statistics stay", async () => {
  const { memory, cacheStore, store } = counted();
  await store.set("a", bytes(1));
  await store.get("a");
  await store.clearCache();
  expect(await cacheStore.isEmpty("")).toBe(true);
  expect(await memory.get("a")).toEqual(bytes(1));
  expect(store.cacheInfo().currentSize).toBe(0);
  expect(store.cacheStats().hits).toBe(1);
});

test("toJSON carries the settings and both stores", async () => {
  const store = new CacheStore(new LocalStore("source"), {
    cacheStore: new LocalStore("cache"),
    maxSize: 5,
    maxAgeSeconds: 2,
    cacheSetData: false,
  });
  const revived = Store.fromJSON(JSON.stringify(store));
  expect(String(revived)).toBe(String(store));
  expect(revived.equals(store)).toBe(true);
});
