import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ReadOnlyError, StoreError, UnsupportedError } from "../base/errors.ts";
import { LocalStore } from "./local-store.ts";
import { ManagedMemoryStore } from "./managed-memory-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { ReadableStore } from "./readable-store.ts";
import { resolveStore } from "./resolve.ts";
import { StorePath } from "./store-path.ts";
import type { StoreLike } from "./store-like.ts";
import type { StoreMode } from "./store-mode.ts";
import { WebDirectoryStore } from "./web-directory-store.ts";
import { ZipStore } from "./zip-store.ts";

const scratch = mkdtempSync(join(tmpdir(), "zarrkit-resolve-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const directoryHandle = { kind: "directory", name: "picked", getFileHandle: () => {} };

test.each([
  ["data/example.zarr", LocalStore, "file://data/example.zarr"],
  ["", LocalStore, "file://."],
  ["/abs/x", LocalStore, "file:///abs/x"],
  ["a:b.zarr/c", LocalStore, "file://a:b.zarr/c"],
  ["12:30.zarr", LocalStore, "file://12:30.zarr"],
  ["ab:cd.zarr", LocalStore, "file://ab:cd.zarr"],
  ["C:\\data\\x", LocalStore, "file://C:\\data\\x"],
  ["c:/data/x", LocalStore, "file://c:/data/x"],
  ["file:///abs/a%20b", LocalStore, "file:///abs/a b"],
  ["file://rel/z", LocalStore, "file://rel/z"],
  ["file:/abs/x", LocalStore, "file:///abs/x"],
  ["file://localhost/abs/x", LocalStore, "file:///abs/x"],
  ["file:///abs/100%", LocalStore, "file:///abs/100%"],
  [new URL("file:///abs/%23b"), LocalStore, "file:///abs/#b"],
  ["memory://name", ManagedMemoryStore, "memory://name"],
  ["memory://name/a//b/", ManagedMemoryStore, "memory://name/a/b"],
  ["data/a.zip", ZipStore, "zip://data/a.zip"],
  ["data/A.OZX", ZipStore, "zip://data/A.OZX"],
  ["file:///data/a.zip", ZipStore, "zip:///data/a.zip"],
  ["zip::file:///data/a.b", ZipStore, "zip:///data/a.b"],
  ["data/zip", LocalStore, "file://data/zip"],
  ["data/.zip", LocalStore, "file://data/.zip"],
  ["data/a.zip/", LocalStore, "file://data/a.zip"],
  [new Blob([]), ZipStore, "zip://<Blob>"],
  [directoryHandle, WebDirectoryStore, "<WebDirectoryStore(picked)>"],
  [{ get: () => undefined }, ReadableStore, "<ReadableStore(Object)>"],
  [{}, MemoryStore, undefined],
  [Object.create(null), MemoryStore, undefined],
  [new Map(), MemoryStore, undefined],
  [null, MemoryStore, undefined],
  [undefined, MemoryStore, undefined],
] as [StoreLike, new (...args: never[]) => object, string | undefined][])(
  "%s",
  async (storeLike, type, printed) => {
    const { storePath, owned } = await resolveStore(storeLike);
    expect(storePath.store.constructor).toBe(type);
    if (printed !== undefined) expect(String(storePath)).toBe(printed);
    expect(owned).toBe(true);
  },
);

test.each([
  [5],
  [true],
  [[]],
  [new Uint8Array(4)],
  [new Date()],
  [() => {}],
  [{ path: "data" }],
  [{ a: new Uint8Array(1), b: "text" }],
  [{ a: new ArrayBuffer(1) }],
] as [StoreLike][])("%s is no store", async (storeLike) => {
  await expect(resolveStore(storeLike)).rejects.toThrow(TypeError);
});

test("a URL of an unknown scheme is a TypeError that lists the known ones", async () => {
  await expect(resolveStore("bogus://bucket/x")).rejects.toThrow(TypeError);
  await expect(resolveStore("bogus://bucket/x")).rejects.toThrow(/s3/);
});

test("file: URLs with a query, a fragment or an encoded slash are refused", async () => {
  for (const url of ["file:///a?b", "file:///a#b", "file:///a%2Fb", "file:///a%00"])
    await expect(resolveStore(url)).rejects.toThrow(TypeError);
});

test("a plain object and a Map are used by reference, by own keys only", async () => {
  const object: Record<string, Uint8Array> = {};
  const { storePath } = await resolveStore(object);
  await storePath.join("__proto__").set(new Uint8Array([1]));
  expect(Object.hasOwn(object, "__proto__")).toBe(true);
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  expect(await storePath.join("toString").get()).toBeUndefined();
  const map = new Map<string, Uint8Array>();
  await (await resolveStore(map)).storePath.join("k").set(new Uint8Array([1]));
  expect(map.has("k")).toBe(true);
});

test("a Map with a value called get is a Map, and a plain object of bytes called get is a store", async () => {
  const { storePath } = await resolveStore({ get: new Uint8Array([7]) });
  expect(await storePath.join("get").get()).toEqual(new Uint8Array([7]));
});

test("a store and a store path are taken as they are, and stay the caller's", async () => {
  const store = new MemoryStore();
  expect(await resolveStore(store, { path: "a//b" })).toMatchObject({
    owned: false,
    storePath: { store, path: "a/b" },
  });
  const place = new StorePath(store, "a");
  expect((await resolveStore(place, { path: "b" })).storePath.path).toBe("a/b");
});

test.each([undefined, "r", "r+", "a", "w"] as (StoreMode | undefined)[])("mode %s", async (mode) => {
  const local = await resolveStore(join(scratch, "missing"), { mode });
  expect(local.storePath.readOnly).toBe(mode === "r");
  expect(await local.storePath.join("zarr.json").get()).toBeUndefined();
  const remote = await resolveStore("https://example.org/data", { mode }).catch((error: unknown) => error);
  if (!(remote instanceof Error)) {
    const { storePath } = remote as Awaited<ReturnType<typeof resolveStore>>;
    expect(storePath.readOnly).toBe(mode === undefined || mode === "r");
  }
  const zip = await resolveStore(join(scratch, "a.zip"), { mode });
  expect(zip.storePath.readOnly).toBe(mode === undefined || mode === "r");
  const given = await resolveStore(new MemoryStore(), { mode });
  expect(given.storePath.readOnly).toBe(mode === "r");
  const readOnly = resolveStore(new MemoryStore(null, { readOnly: true }), { mode });
  if (mode === undefined || mode === "r") expect((await readOnly).storePath.readOnly).toBe(true);
  else await expect(readOnly).rejects.toThrow(ReadOnlyError);
});

test("mode w- refuses a place with data, and an unknown mode is a TypeError", async () => {
  const store = new MemoryStore(new Map([["a/b", new Uint8Array(1)]]));
  await expect(resolveStore(store, { mode: "w-", path: "a" })).rejects.toThrow(StoreError);
  await expect(resolveStore(store, { mode: "w-", path: "a" })).rejects.toThrow(/already contains data/);
  expect((await resolveStore(store, { mode: "w-", path: "c" })).storePath.path).toBe("c");
  await expect(resolveStore(store, { mode: "x" as StoreMode })).rejects.toThrow(
    "Invalid mode: x, expected one of ('r', 'r+', 'a', 'w', 'w-')",
  );
});

test("mode r of a store that cannot be copied reads it through a view", async () => {
  class Uncopyable extends MemoryStore {
    override withReadOnly(): MemoryStore {
      throw new UnsupportedError("It cannot be copied.");
    }
  }
  const store = new Uncopyable(new Map([["k", new Uint8Array(1)]]));
  const { storePath } = await resolveStore(store, { mode: "r" });
  expect(storePath.readOnly).toBe(true);
  expect(await storePath.join("k").get()).toHaveLength(1);
  await expect(storePath.join("k").set(new Uint8Array(1))).rejects.toThrow(ReadOnlyError);
});

test("storageOptions with a store that takes none is a TypeError, also when empty", async () => {
  for (const storeLike of ["data", new MemoryStore(), {}, null, "memory://m", "a.zip"] as StoreLike[])
    await expect(resolveStore(storeLike, { storageOptions: {} })).rejects.toThrow(/provided but unused/);
});
