import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { LocalStore } from "./local-store.ts";
import { normalizeLocalPath } from "./local-root.ts";
import { LoggingStore } from "./logging-store.ts";
import { ManagedMemoryStore } from "./managed-memory-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { normalizePath, normalizePaths } from "./normalize-path.ts";
import { StorePath } from "./store-path.ts";
import { registerStore } from "./store-registry.ts";
import { Store } from "./store.ts";

class Opening extends MemoryStore {
  opened = 0;
  closed = 0;
  failures = 0;
  protected override async onOpen(): Promise<void> {
    await Promise.resolve();
    if (this.failures-- > 0) throw new Error("not now");
    this.opened++;
  }
  protected override async onClose(): Promise<void> {
    this.closed++;
  }
}

test("concurrent first uses open once; a closed store opens anew; a failed opening is tried again", async () => {
  const store = new Opening();
  await Promise.all(Array.from({ length: 5 }, () => store.get("k")));
  expect([store.opened, store.isOpen]).toEqual([1, true]);
  await Promise.all([store.close(), store.close()]);
  expect([store.closed, store.isOpen]).toEqual([1, false]);
  const use = store.get("k");
  await store.close(); // waits for the opening under way
  await use;
  expect([store.opened, store.closed, store.isOpen]).toEqual([2, 2, false]);
  store.failures = 1;
  await expect(store.get("k")).rejects.toThrow("not now");
  expect(store.isOpen).toBe(false);
  expect(await store.get("k")).toBeUndefined();
  expect((await Opening.open()).opened).toBe(1);
});

test("a subclass is carried as JSON only if it is registered itself", () => {
  class Mine extends ManagedMemoryStore {}
  expect(() => new Mine("n").toJSON()).toThrow(UnsupportedError);
  registerStore("Mine", Mine, (json) => new Mine(String(json["name"])));
  expect(Store.fromJSON(new Mine("n").toJSON())).toBeInstanceOf(Mine);
  expect(() => Store.fromJSON({ kind: "Nobody" })).toThrow(/LocalStore/);
  for (const wrong of [null, 5, {}, { kind: 5 }, "{}"])
    expect(() => Store.fromJSON(wrong)).toThrow(TypeError);
  expect(() => Store.fromJSON({ kind: "LocalStore", root: 5 })).toThrow(TypeError);
  expect(() => new LoggingStore(new MemoryStore()).toJSON()).toThrow(UnsupportedError);
  const logging = new LoggingStore(new LocalStore("x"));
  expect(Store.fromJSON(logging.toJSON()).equals(logging)).toBe(true);
});

test("stores print as their location, also within other values", () => {
  const store = new LocalStore("a/b");
  expect(inspect({ store })).toBe("{ store: file://a/b }");
  expect(String(new StorePath(store, "/c//d/"))).toBe("file://a/b/c/d");
  expect(inspect(new StorePath(store))).toBe("file://a/b");
});

test("memory stores are equal by content and readOnly", async () => {
  const [a, b] = [new MemoryStore(), new MemoryStore({})];
  expect(a.equals(b)).toBe(true);
  await a.set("k", new Uint8Array([1]));
  expect(a.equals(b)).toBe(false);
  await b.set("k", new Uint8Array([1]));
  expect(a.equals(b)).toBe(true);
  expect(a.equals(b.withReadOnly(true))).toBe(false);
  expect(a.withReadOnly(true).identity).toBe(a.identity);
  expect(() => new MemoryStore([] as never)).toThrow(TypeError);
});

test("a value that the caller put in and that is no Uint8Array is an error", async () => {
  const store = new MemoryStore(new Map([["k", "text" as unknown as Uint8Array]]));
  await expect(store.get("k")).rejects.toMatchObject({ name: "StoreError", key: "k" });
});

test("managed memory is free once no store uses it, and its name can be had again", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage !== "function") throw new Error("this runtime gives no way to its collector");
  const url = "memory://short-lived/a";
  const use = async (): Promise<void> => {
    const store = new ManagedMemoryStore("short-lived", { path: "a" });
    await store.set("k", new Uint8Array(1));
    expect(await ManagedMemoryStore.fromUrl(url).exists("k")).toBe(true);
  };
  const kept = new ManagedMemoryStore("long-lived");
  await kept.set("k", new Uint8Array(1));
  await use();
  // What was used in one turn of the event loop is kept until it ends.
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collectGarbage();
  }
  expect(() => ManagedMemoryStore.fromUrl(url)).toThrow(/may have been garbage collected/);
  expect(await new ManagedMemoryStore("short-lived", { path: "a" }).exists("k")).toBe(false);
  expect(await ManagedMemoryStore.fromUrl("memory://long-lived").exists("k")).toBe(true);
  expect(kept.name).toBe("long-lived");
});

test("managed memory is found again by name and path", async () => {
  const store = new ManagedMemoryStore("shared", { path: "a" });
  await store.set("k", new Uint8Array([1]));
  expect(await ManagedMemoryStore.fromUrl("memory://shared").get("a/k")).toHaveLength(1);
  expect(await ManagedMemoryStore.fromUrl("memory://shared/a/").get("k")).toHaveLength(1);
  expect(store.equals(new ManagedMemoryStore("shared", { path: "a" }))).toBe(true);
  expect(store.equals(new ManagedMemoryStore("shared"))).toBe(false);
  expect(() => ManagedMemoryStore.fromUrl("memory://nobody")).toThrow(/may have been garbage collected/);
  expect(() => ManagedMemoryStore.fromUrl("s3://shared")).toThrow(
    /Expected a 'memory:\/\/' URL, got scheme "s3"/,
  );
  expect(() => new ManagedMemoryStore("a/b")).toThrow(/Store name cannot contain '\/'/);
  expect(new ManagedMemoryStore().name).not.toBe(new ManagedMemoryStore().name);
  const foreign = { ...store.toJSON(), realm: "another thread" };
  expect(() => Store.fromJSON(foreign)).toThrow(/another thread or process/);
});

test.each([
  [null, ""],
  [undefined, ""],
  ["", ""],
  ["/", ""],
  ["/a//b/", "a/b"],
  ["a\\b", "a/b"],
  [" a /..b/.c", " a /..b/.c"],
])("normalizePath(%j) is %j", (path, normal) => {
  expect(normalizePath(path)).toBe(normal);
});

test("paths with . or .. segments, of other types, and two that are the same, are refused", () => {
  for (const path of [".", "..", "a/./b", "a/../b", "a\\..\\b"])
    expect(() => normalizePath(path)).toThrow(StoreError);
  expect(() => normalizePath(5 as unknown as string)).toThrow(TypeError);
  expect(() => normalizePaths(["a/b", "c", "/a//b"])).toThrow(/"a\/b" and "\/a\/\/b"/);
});

test.each([
  ["C:\\data\\x\\", "C:/data/x"],
  ["C:", "C:"],
  ["C:\\", "C:/"],
  ["\\\\server\\share\\x", "//server/share/x"],
  ["a\\.\\b", "a/b"],
])("on Windows the path %s prints as %s", (path, printed) => {
  expect(normalizeLocalPath(path, true)).toBe(printed);
});

test("a store path reads spans in order, and gives undefined for a missing key", async () => {
  const place = new StorePath(new MemoryStore(), "a").join("k");
  const spans = [
    { start: 2, end: 4 },
    { start: 0, end: 1 },
  ];
  expect(await place.getSpans(spans)).toBeUndefined();
  await place.setOrDelete(new Uint8Array([0, 1, 2, 3]));
  expect(await place.getSpans(spans)).toEqual([new Uint8Array([2, 3]), new Uint8Array([0])]);
  expect(place.getSync({ suffix: 1 })).toEqual(new Uint8Array([3]));
  await place.setOrDelete(null);
  expect(await place.exists()).toBe(false);
  expect(place.equals(new StorePath(place.store, "a/k"))).toBe(true);
});
