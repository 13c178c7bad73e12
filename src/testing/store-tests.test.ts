import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { sliceBytes } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { AbortOptions } from "../base/async.ts";
import { LatencyStore } from "../storage/latency-store.ts";
import { LocalStore } from "../storage/local-store.ts";
import type { LocalStoreOptions } from "../storage/local-options.ts";
import { LoggingStore } from "../storage/logging-store.ts";
import { ManagedMemoryStore } from "../storage/managed-memory-store.ts";
import { MemoryMappedStore } from "../storage/memory-mapped-store.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { ReadOnlyView } from "../storage/read-only-view.ts";
import { ReadableStore } from "../storage/readable-store.ts";
import { Store } from "../storage/store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import { CountingStore } from "./counting-store.ts";
import { FaultStore } from "./fault-store.ts";
import { StoreTests } from "./store-tests.ts";
import { modelSeeds } from "../../test/effort.ts";

const ALL = { readOnlyCopies: true, strict: true, sync: true } as const;

function suite<S extends Store>(name: string, tests: StoreTests<S>): void {
  describe(name, () => tests.register((title, run) => test(title, run)));
}

// Raw values of stores over a Map, by which the harness bypasses the store.
const maps = new WeakMap<Store, Map<string, Uint8Array>>();
function onMap<S extends Store>(make: (map: Map<string, Uint8Array>) => S): S {
  const map = new Map<string, Uint8Array>();
  const store = make(map);
  maps.set(store, map);
  return store;
}
const raw = {
  set: (store: Store, key: string, value: Uint8Array) => maps.get(store)!.set(key, value.slice()),
  get: (store: Store, key: string) => maps.get(store)!.get(key),
};

suite(
  "MemoryStore of a Map",
  new StoreTests({
    modelSeeds,
    createStore: (options) => onMap((map) => new MemoryStore(map, options)),
    ...raw,
    reopen: (store) => new MemoryStore(maps.get(store), { readOnly: store.readOnly }),
    printed: () => /^memory:\/\/\d+$/,
    supports: ALL,
  }),
);

const objects = new WeakMap<Store, Record<string, Uint8Array>>();
suite(
  "MemoryStore of a plain object",
  new StoreTests({
    modelSeeds,
    createStore: (options) => {
      const object = {};
      const store = new MemoryStore(object, options);
      objects.set(store, object);
      return store;
    },
    set: (store, key, value) =>
      Object.defineProperty(objects.get(store)!, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      }),
    get: (store, key) =>
      Object.getOwnPropertyDescriptor(objects.get(store)!, key)?.value as Uint8Array | undefined,
    supports: ALL,
  }),
);

suite(
  "ManagedMemoryStore",
  new StoreTests({
    modelSeeds,
    createStore: ({ readOnly }) => new ManagedMemoryStore(null, { path: "some/path", readOnly }),
    set: (store, key, value) => new ManagedMemoryStore(store.name).set(`some/path/${key}`, value),
    get: (store, key) => new ManagedMemoryStore(store.name).get(`some/path/${key}`),
    reopen: (store) => new ManagedMemoryStore(store.name, { path: "/some//path/", readOnly: store.readOnly }),
    printed: (store) => `memory://${store.name}/some/path`,
    supports: { ...ALL, json: true },
  }),
);

const localMaker = <S extends LocalStore>(type: new (root: string, options: LocalStoreOptions) => S) => ({
  createStore: ({ readOnly }: { readOnly: boolean }) =>
    new type(mkdtempSync(join(tmpdir(), "zarrkit-store-")), { readOnly }),
  set: async (store: S, key: string, value: Uint8Array) => {
    const path = join(store.root, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, value);
  },
  get: async (store: S, key: string) => {
    const bytes = await readFile(join(store.root, key)).catch(() => undefined);
    return bytes && new Uint8Array(bytes);
  },
  reopen: (store: S) => new type(store.root, { readOnly: store.readOnly }),
  dispose: (store: S) => rmSync(store.root, { recursive: true, force: true }),
  printed: (store: S) => `file://${store.root}`,
});

suite(
  "LocalStore",
  new StoreTests({ modelSeeds, ...localMaker(LocalStore), supports: { ...ALL, json: true } }),
);
suite(
  "LocalStore with fsync, following links",
  new StoreTests({
    modelSeeds,
    ...localMaker(
      class extends LocalStore {
        constructor(root: string, options: LocalStoreOptions) {
          super(root, { ...options, fsync: true, followSymlinks: true });
        }
      },
    ),
    supports: ALL,
  }),
);
suite(
  "MemoryMappedStore",
  new StoreTests({ modelSeeds, ...localMaker(MemoryMappedStore), supports: { ...ALL, json: true } }),
);

/** A user's subclass that hands out views of whole files, and does not register itself. */
class WholeFileStore extends LocalStore {
  static override wholeFile = true;
  protected override fromFile(path: string): Uint8Array {
    return new Uint8Array(readFileSync(path));
  }
}
suite(
  "a subclass of LocalStore with wholeFile",
  new StoreTests({ modelSeeds, ...localMaker(WholeFileStore), supports: ALL }),
);

const wrapped = <S extends Store>(wrap: (inner: Store) => S) => ({
  createStore: ({ readOnly }: { readOnly: boolean }) => {
    const inner = onMap((map) => new MemoryStore(map, { readOnly }));
    const store = wrap(inner);
    maps.set(store, maps.get(inner)!);
    return store;
  },
  ...raw,
  reopen: (store: S) => wrap(new MemoryStore(maps.get(store), { readOnly: store.readOnly })),
  supports: ALL,
});

suite(
  "WrapperStore",
  new StoreTests({ modelSeeds, ...wrapped((s) => new WrapperStore(s)), printed: () => /^wrapping-memory:/ }),
);
suite(
  "LoggingStore",
  new StoreTests({ modelSeeds, ...wrapped((s) => new LoggingStore(s)), printed: () => /^logging-memory:/ }),
);
suite(
  "LatencyStore",
  new StoreTests({ ...wrapped((s) => new LatencyStore(s, { getLatency: [0, 0.0001] })), modelSeeds }),
);
suite("CountingStore", new StoreTests({ ...wrapped((s) => new CountingStore(s)), modelSeeds }));
suite(
  "FaultStore without faults",
  new StoreTests({ modelSeeds, ...wrapped((s) => new FaultStore(s)), supports: { ...ALL, sync: false } }),
);
suite(
  "ReadOnlyView",
  new StoreTests({
    modelSeeds,
    ...wrapped((s) => new ReadOnlyView(s)),
    reopen: (store) => new ReadOnlyView(new MemoryStore(maps.get(store))),
    supports: { ...ALL, writes: false, deletes: false },
    skip: {
      "flags: supportsWrites, supportsDeletes, supportsListing": "the flags are those of the store within",
    },
  }),
);

suite(
  "ReadableStore over a zarrita-style readable",
  new StoreTests({
    modelSeeds,
    createStore: ({ readOnly }) => {
      const map = new Map<string, Uint8Array>();
      const store = new ReadableStore(
        {
          get: (key) => map.get(key.slice(1)) ?? null,
          getRange: async (key, range) => {
            const value = map.get(key.slice(1));
            if (value === undefined) return undefined;
            return "suffixLength" in range
              ? sliceBytes(value, { suffix: range.suffixLength })
              : sliceBytes(value, { start: range.offset, end: range.offset + range.length });
          },
          set: (key, value) => map.set(key.slice(1), value),
          delete: (key) => map.delete(key.slice(1)),
        },
        { readOnly },
      );
      maps.set(store, map);
      return store;
    },
    ...raw,
    supports: { readOnlyCopies: true, strict: true, listing: false },
  }),
);

/** The custom store of the guide: four methods. */
class MapStore extends Store {
  readonly #map = new Map<string, Uint8Array>();
  override async get(key: string, byteRange?: ByteRequest | null, options?: AbortOptions) {
    await this.prepareGet(key, byteRange, options);
    const value = this.#map.get(key);
    return value && sliceBytes(value, byteRange);
  }
  override async set(key: string, value: Uint8Array, options?: AbortOptions) {
    await this.prepareSet(key, value, options);
    this.#map.set(key, value.slice());
  }
  override async delete(key: string, options?: AbortOptions) {
    await this.prepareDelete(key, options);
    this.#map.delete(key);
  }
  override async *list(options?: AbortOptions) {
    await this.prepareList(options);
    yield* this.#map.keys();
  }
}
class MapStoreTests extends StoreTests<MapStore> {
  protected override createStore(options: { readonly readOnly: boolean }): MapStore {
    return new MapStore(options);
  }
  // A read-only store can be filled only from outside.
  protected override async set(store: MapStore, key: string, value: Uint8Array): Promise<void> {
    await store.set(key, value);
  }
}
suite("a custom store, by a subclass of StoreTests", new MapStoreTests({ supports: { strict: true } }));

const BROKEN: readonly [string, string, (map: Map<string, Uint8Array>) => Partial<MapStore>][] = [
  [
    "aliases values",
    "set: stores a copy, also of a view into a larger buffer",
    (map) => ({
      set: async (key, value) => void map.set(key, value),
    }),
  ],
  [
    "lists twice",
    "list: every key once",
    (map) => ({
      list: async function* () {
        yield* map.keys();
        yield* map.keys();
      },
    }),
  ],
  [
    "throws for a missing key",
    "get: a missing key is undefined, with any range",
    (map) => ({
      get: async (key) => map.get(key) ?? Promise.reject(new Error("404")),
    }),
  ],
  [
    "ignores ranges",
    'get: {"start":2,"end":5} of ten bytes is "234"',
    (map) => ({
      get: async (key) => map.get(key),
    }),
  ],
];
test.each(BROKEN)("the suite notices a store that %s", async (_, name, broken) => {
  const tests = new StoreTests({
    createStore: (options) => onMap((map) => Object.assign(new MemoryStore(map, options), broken(map))),
    ...raw,
  });
  const failing = [...tests].find((candidate) => candidate.name === name);
  await expect(failing?.run()).rejects.toThrow();
  await expect(tests.run()).rejects.toThrow(AggregateError);
});

test("a skip of a case that is not there, and one of a case that passes, are errors", async () => {
  const createStore = (): MemoryStore => new MemoryStore();
  expect(() => new StoreTests({ createStore, skip: { "no such case": "?" } })).toThrow(/no such case/);
  const name = "list: every key once";
  const skipped = [...new StoreTests({ createStore, skip: { [name]: "it hurts" } })].find((c) =>
    c.name.startsWith(name),
  );
  await expect(skipped?.run()).rejects.toThrow(/passes: remove it from skip/);
});
