import { expect, test } from "vitest";
import { LatencyStore } from "./latency-store.ts";
import { LoggingStore } from "./logging-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { ReadOnlyView } from "./read-only-view.ts";
import { StoreBase } from "./store-base.ts";
import { Store } from "./store.ts";
import { isSyncStore } from "./sync-store.ts";
import { WrapperStore } from "./wrapper-store.ts";

/** Public members of Store that a wrapper answers itself. */
const OWN = new Set(["constructor", "toString", "toJSON", "equals", "withReadOnly"]);
/** Those that only subclasses see. */
const PROTECTED = new Set([
  "onOpen",
  "onClose",
  "ensureOpen",
  "prepareGet",
  "prepareSet",
  "prepareDelete",
  "prepareList",
  "prepareWrite",
  "checkKey",
  "checkValue",
  "checkWritable",
  "requireDeletesAndListing",
  "jsonOf",
  "unsupported",
]);

function membersOfStore(): string[] {
  const names = [Store, StoreBase].flatMap((type) => Object.getOwnPropertyNames(type.prototype));
  return [...new Set(names)].filter((name) => !OWN.has(name) && !PROTECTED.has(name));
}

/** A store that records which of its members are used, and that no default of Store can imitate. */
function spy(): { store: MemoryStore; used: string[] } {
  const used: string[] = [];
  const store = new Proxy(new MemoryStore(), {
    get(target, name) {
      if (typeof name === "string") used.push(name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { store, used };
}

const ARGUMENTS: Record<string, readonly unknown[]> = {
  set: ["k", new Uint8Array(1)],
  setSync: ["k", new Uint8Array(1)],
  setIfNotExists: ["k", new Uint8Array(1)],
  getPartialValues: [[["k"]]],
  getRanges: ["k", []],
};

test.each([
  ["WrapperStore", (inner: Store) => new WrapperStore(inner)],
  ["LoggingStore", (inner: Store) => new LoggingStore(inner)],
])("%s forwards every member of Store", async (_, wrap) => {
  const members = [...membersOfStore(), "getSync", "setSync", "deleteSync"];
  expect(members).toContain("getSizePrefix");
  for (const name of members) {
    const { store, used } = spy();
    const wrapper = wrap(store);
    used.length = 0;
    const member: unknown = Reflect.get(wrapper, name);
    if (typeof member === "function") {
      const result: unknown = Reflect.apply(member, wrapper, ARGUMENTS[name] ?? ["k"]);
      if (typeof result === "object" && result !== null && Symbol.asyncIterator in result)
        for await (const _ of result as AsyncIterable<unknown>);
      else await Promise.resolve(result).catch(() => {}); // getSize of a missing key
    }
    expect(used, name).toContain(name);
  }
});

test("a wrapper has no public property that holds the store, and none called store", () => {
  const wrapper = new WrapperStore(new MemoryStore());
  expect("store" in wrapper).toBe(false);
  expect(Object.values(wrapper).some((value) => value instanceof Store)).toBe(false);
  expect(() => new WrapperStore({} as Store)).toThrow(TypeError);
});

test("what a wrapper overrides is what its own copies and views use", async () => {
  class Shouting extends WrapperStore {
    override async get(key: string): Promise<Uint8Array | undefined> {
      return await super.get(key.toUpperCase());
    }
  }
  const store = new Shouting(new MemoryStore(new Map([["K", new Uint8Array([1])]])));
  expect(await store.get("k")).toHaveLength(1);
  expect(await store.withReadOnly(true).get("k")).toHaveLength(1);
  expect(store.withReadOnly(true)).toBeInstanceOf(Shouting);
  expect(await new ReadOnlyView(store).get("k")).toHaveLength(1);
});

test("synchronous operations are there if the store within has them", () => {
  class Plain extends MemoryStore {
    override getSync: never = undefined as never;
  }
  const wrapper = new WrapperStore(new Plain());
  expect(isSyncStore(wrapper)).toBe(false);
  expect(() => wrapper.getSync("k")).toThrow(/does not support synchronous get/);
  expect(isSyncStore(new WrapperStore(new MemoryStore()))).toBe(true);
});

test("a read-only view refuses what its store would write", async () => {
  const inner = new MemoryStore();
  const view = new ReadOnlyView(inner);
  await expect(view.clear()).rejects.toThrow(/read-only mode/);
  await expect(view.deleteDir("a")).rejects.toThrow(/read-only mode/);
  expect(() => view.setSync()).toThrow(/read-only mode/);
  expect(view.withReadOnly(false)).toBe(inner);
  expect(String(view)).toBe(String(inner));
});

test("a logging store counts and describes calls, through its callback or its own list", async () => {
  const lines: string[] = [];
  const inner = new MemoryStore();
  const store = new LoggingStore(inner, { log: ({ message }) => lines.push(message) });
  await store.set("foo/bar", new Uint8Array(1));
  await store.get("foo/bar");
  await store.get("foo/baz");
  expect(store.counter["get"]).toBe(2);
  expect(lines[0]).toBe("Calling MemoryStore.set(foo/bar)");
  expect(lines[1]).toMatch(/^Finished MemoryStore\.set\(foo\/bar\) \[\d+\.\d\d s\]$/);
  const quiet = new LoggingStore(inner, { logLevel: "ERROR" });
  await quiet.exists("k");
  expect([quiet.entries.length, quiet.counter["exists"]]).toEqual([0, 1]);
  const keeping = new LoggingStore(inner);
  for (let i = 0; i < 600; i++) await keeping.get("k");
  expect(keeping.entries).toHaveLength(1000);
  expect(keeping.entries[0]?.logger).toBe(`LoggingStore(${String(inner)})`);
});

test("a latency store checks its latencies, waits for each merged read, and heeds the signal", async () => {
  const inner = new MemoryStore();
  for (const wrong of ["1", [1], [1, 2, 3], null])
    expect(() => new LatencyStore(inner, { getLatency: (wrong ?? {}) as number })).toThrow(TypeError);
  expect(() => new LatencyStore(inner, { setLatency: -1 })).toThrow(RangeError);
  const store = new LatencyStore(inner, { getLatency: 3600 });
  const waiting = store.get("k", null, { signal: AbortSignal.timeout(1) });
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  const ranges = store.getRanges("k", [{ start: 0, end: 1 }], { signal: AbortSignal.timeout(1) });
  await expect(ranges[Symbol.asyncIterator]().next()).rejects.toMatchObject({ name: "TimeoutError" });
  expect(store.withReadOnly(true)).toMatchObject({ getLatency: 3600, setLatency: 0 });
});
