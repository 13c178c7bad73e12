// Stores over memory, and stores around other stores.
import {
  CacheStore,
  LoggingStore,
  ManagedMemoryStore,
  MemoryStore,
  ReadableStore,
  sliceBytes,
  WrapperStore,
} from "zarrkit/storage";
import { CountingStore, FaultStore, LatencyStore } from "zarrkit/testing";
import { suite } from "./store-suite.mjs";

const ALL = { readOnlyCopies: true, strict: true, sync: true };

// The Map that a store lies over, by which a test goes past the store.
const maps = new WeakMap();
const raw = {
  set: (store, key, value) => maps.get(store).set(key, value.slice()),
  get: (store, key) => maps.get(store).get(key),
};
function onMap(make) {
  const map = new Map();
  const store = make(map);
  maps.set(store, map);
  return store;
}

export function registerMemory() {
  suite("MemoryStore", {
    createStore: (options) => onMap((map) => new MemoryStore(map, options)),
    ...raw,
    reopen: (store) => new MemoryStore(maps.get(store), { readOnly: store.readOnly }),
    printed: () => /^memory:\/\/\d+$/,
    supports: ALL,
  });
  suite("ManagedMemoryStore", {
    createStore: ({ readOnly }) => new ManagedMemoryStore(null, { path: "some/path", readOnly }),
    set: (store, key, value) => new ManagedMemoryStore(store.name).set(`some/path/${key}`, value),
    get: (store, key) => new ManagedMemoryStore(store.name).get(`some/path/${key}`),
    reopen: (store) => new ManagedMemoryStore(store.name, { path: "/some//path/", readOnly: store.readOnly }),
    printed: (store) => `memory://${store.name}/some/path`,
    supports: { ...ALL, json: true },
  });
  suite("ReadableStore over a Map", {
    createStore: ({ readOnly }) =>
      onMap(
        (map) =>
          new ReadableStore(
            {
              get: async (key) => map.get(key.slice(1)),
              getRange: async (key, range) => {
                const value = map.get(key.slice(1));
                if (value === undefined) return undefined;
                return "suffixLength" in range
                  ? sliceBytes(value, { suffix: range.suffixLength })
                  : sliceBytes(value, { start: range.offset, end: range.offset + range.length });
              },
              set: async (key, value) => void map.set(key.slice(1), value),
              delete: async (key) => void map.delete(key.slice(1)),
            },
            { readOnly },
          ),
      ),
    ...raw,
    supports: { readOnlyCopies: true, strict: true, listing: false },
  });
}

export function registerWrappers() {
  const wrapped = (wrap) => ({
    createStore: ({ readOnly }) => {
      const inner = onMap((map) => new MemoryStore(map, { readOnly }));
      const store = wrap(inner);
      maps.set(store, maps.get(inner));
      return store;
    },
    ...raw,
    reopen: (store) => wrap(new MemoryStore(maps.get(store), { readOnly: store.readOnly })),
    supports: ALL,
  });
  suite(
    "WrapperStore",
    wrapped((store) => new WrapperStore(store)),
  );
  suite(
    "LoggingStore",
    wrapped((store) => new LoggingStore(store)),
  );
  suite(
    "LatencyStore",
    wrapped((store) => new LatencyStore(store, { getLatency: [0, 0.0001] })),
  );
  suite(
    "CountingStore",
    wrapped((store) => new CountingStore(store)),
  );
  const sources = new WeakMap();
  suite("CacheStore", {
    createStore: ({ readOnly }) => {
      const source = new MemoryStore(null, { readOnly });
      const store = new CacheStore(source, { cacheStore: new MemoryStore() });
      sources.set(store, source);
      return store;
    },
    set: (store, key, value) => sources.get(store).withReadOnly(false).set(key, value),
    get: (store, key) => sources.get(store).get(key),
    supports: { readOnlyCopies: true, strict: true },
  });
  suite("FaultStore without faults", {
    ...wrapped((store) => new FaultStore(store)),
    supports: { ...ALL, sync: false },
  });
}
