import { afterEach, beforeEach, expect, test } from "vitest";
import { FileNotFoundError, ReadOnlyError, StoreError, UnsupportedError } from "../base/errors.ts";
import { HTTPFileSystem } from "../fs/http-file-system.ts";
import { LocalFileSystem } from "../fs/local-file-system.ts";
import { MemoryFileSystem } from "../fs/memory-file-system.ts";
import { S3FileSystem } from "../fs/s3-file-system.ts";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import type { S3Server } from "../../test/servers/embedded-s3.mjs";
import { FsspecStore } from "./fsspec-store.ts";
import { Store } from "./store.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const ten = bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
const collect = async (keys: AsyncIterable<string>): Promise<string[]> => {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found.sort();
};
let server: S3Server;
beforeEach(async () => {
  server = await startS3({
    buckets: {
      b: {
        objects: {
          "p/zarr.json": "{}",
          "p/c/0": ten,
          "p/c/1 #%2F+ü": "x",
          "p/d//x": "",
          "p-other/y": "",
          p: "file",
        },
      },
      locked: { public: true, list: false },
    },
    credentials: { k: "topsecret" },
  });
});
afterEach(() => server.close());
const storageOptions = (): Record<string, unknown> => ({
  key: "k",
  secret: "topsecret",
  client_kwargs: { endpoint_url: server.url },
});
const open = (url = "s3://b/p", more: object = {}): Promise<FsspecStore> =>
  FsspecStore.fromUrl(url, { storageOptions: storageOptions(), ...more });

test("prints as zarr-python does, and tells no secret", async () => {
  const anon = { storageOptions: { anon: true } };
  expect(String(await FsspecStore.fromUrl("s3://noaa-nwm-retro-v2-zarr-pds", anon))).toBe(
    "<FsspecStore(S3FileSystem, noaa-nwm-retro-v2-zarr-pds)>",
  );
  expect(String(await FsspecStore.fromUrl("s3://bucket/prefix/", anon))).toBe(
    "<FsspecStore(S3FileSystem, bucket/prefix)>",
  );
  expect(String(new FsspecStore(new MemoryFileSystem({ store: new Map() })))).toBe(
    "<FsspecStore(MemoryFileSystem, /)>",
  );
  expect(String(await FsspecStore.fromUrl("file:///data/z"))).toBe("<FsspecStore(LocalFileSystem, /data/z)>");
  const signed = await FsspecStore.fromUrl("https://me:pw@host.test/z/?X-Amz-Signature=topsecret&token=t");
  expect(String(signed)).toBe(
    "<FsspecStore(HTTPFileSystem, https://host.test/z?X-Amz-Signature=REDACTED&token=REDACTED)>",
  );
});

test("reads by the byte-range matrix", async () => {
  const memory = new FsspecStore(new MemoryFileSystem({ store: new Map([["/r/p/c/0", ten]]) }), {
    path: "/r/p",
  });
  const web = await startHttp({ files: { "/p/c/0": ten } });
  for (const store of [await open(), memory, await FsspecStore.fromUrl(`${web.url}/p`)]) {
    const get = (range: Parameters<Store["get"]>[1], key = "c/0") => store.get(key, range);
    expect(await get(undefined)).toEqual(ten);
    expect(await get({ start: 2, end: 5 })).toEqual(bytes(2, 3, 4));
    expect(await get({ start: 5, end: 5 })).toEqual(bytes());
    expect(await get({ start: 8, end: 20 })).toEqual(bytes(8, 9));
    expect(await get({ start: 20, end: 30 })).toEqual(bytes());
    expect(await get({ start: 5, end: 2 })).toEqual(bytes());
    expect(await get({ offset: 10 })).toEqual(bytes());
    expect(await get({ offset: 99 })).toEqual(bytes());
    expect(await get({ offset: 0 })).toEqual(ten);
    expect(await get({ suffix: 99 })).toEqual(ten);
    expect(await get({ suffix: 3 })).toEqual(bytes(7, 8, 9));
    expect(await get({ suffix: 0 })).toEqual(bytes());
    for (const range of [
      undefined,
      { start: 0, end: 3 },
      { start: 3, end: 3 },
      { offset: 1 },
      { suffix: 1 },
      { suffix: 0 },
    ])
      expect(await get(range, "none")).toBeUndefined();
    expect(await get(undefined, "c")).toBeUndefined();
    await expect(store.get("c/0", [0, 2] as never)).rejects.toThrow("Unexpected byte_range, got");
  }
  await web.close();
});

test("writes, lists and deletes below its root alone", async () => {
  const store = await open();
  expect(await collect(store.list())).toEqual(["c/0", "c/1 #%2F+ü", "zarr.json"]);
  expect(await collect(store.listPrefix("c/1"))).toEqual(["c/1 #%2F+ü"]);
  expect(await collect(store.listDir(""))).toEqual(["c", "d", "zarr.json"]);
  expect(await collect(store.listDir("c/"))).toEqual(["0", "1 #%2F+ü"]);
  expect(await collect(store.listDir("none"))).toEqual([]);
  expect(await collect(store.listDir("zarr.json"))).toEqual([]);
  await store.set("c/new", bytes(1));
  expect(await store.exists("c/new")).toBe(true);
  expect([await store.exists("c"), await store.exists("none")]).toEqual([false, false]);
  expect([await store.getSize("c/0"), await store.getSizePrefix("c")]).toEqual([10, 12]);
  await expect(store.getSize("none")).rejects.toBeInstanceOf(StoreError);
  await store.delete("c/new");
  await store.delete("c/new");
  expect([await store.isEmpty("c"), await store.isEmpty("c/new")]).toEqual([false, true]);
  await store.set("c-sibling", bytes(1));
  await store.deleteDir("c");
  expect(await collect(store.list())).toEqual(["c-sibling", "zarr.json"]);
  await store.clear();
  expect([...server.objects("b").keys()].sort()).toEqual(["p", "p-other/y"]);
});

test("getPartialValues takes a generator and repeats, missing keys in their place", async () => {
  const store = await open();
  expect(await store.getPartialValues(keyRanges())).toEqual([bytes(1, 2), undefined, bytes(), bytes(8, 9)]);
  expect(await store.getPartialValues([])).toEqual([]);
});

test("getRanges merges what lies near", async () => {
  const store = await open();
  const found = new Map<number, Uint8Array>();
  for await (const group of store.getRanges("c/0", [
    { start: 0, end: 2 },
    { start: 8, end: 10 },
  ]))
    for (const [index, part] of group) found.set(index, part);
  expect(found.get(1)).toEqual(bytes(8, 9));
  expect(server.requests).toHaveLength(1);
});

test("of sixteen that set if it is not there, one does", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => (await open()).setIfNotExists("lock", bytes(writer))),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  const store = await open();
  expect(await store.get("lock")).toEqual(bytes(outcomes.indexOf(true)));
  expect(await store.setIfNotExists("lock", bytes(99))).toBe(false);
});

test("a failed request is an error with its facts, never a missing key", async () => {
  const store = await FsspecStore.fromUrl("s3://locked/p", {
    storageOptions: { anon: true, endpoint_url: server.url },
  });
  await expect(store.get("zarr.json")).rejects.toMatchObject({
    name: "StoreError",
    status: 403,
    key: "zarr.json",
    store: "<FsspecStore(S3FileSystem, locked/p)>",
    url: `${server.url}/locked/p/zarr.json`,
  });
  await expect(store.getPartialValues([["a"]])).rejects.toMatchObject({ status: 403, key: "a" });
  await expect(store.exists("zarr.json")).rejects.toMatchObject({ status: 403 });
  await expect(collect(store.list())).rejects.toMatchObject({ status: 403 });
  await expect(store.set("x", bytes(1))).rejects.toMatchObject({ status: 403, key: "x" });
});

test("a 403 is a missing key when an option says so", async () => {
  const options = { anon: true, endpoint_url: server.url };
  const allowing = await FsspecStore.fromUrl("s3://locked/p", {
    storageOptions: options,
    allowedExceptions: [denied],
  });
  expect(await allowing.get("zarr.json")).toBeUndefined();
  expect(await allowing.getPartialValues([["zarr.json"]])).toEqual([undefined]);
  expect(await allowing.exists("zarr.json")).toBe(false);
  const lenient = await FsspecStore.fromUrl("s3://locked/p", {
    storageOptions: { ...options, missing_status: 403 },
  });
  expect(await lenient.get("zarr.json", { suffix: 5 })).toBeUndefined();
  class Odd extends Error {}
  class OddFileSystem extends MemoryFileSystem {
    override catFile(): Promise<Uint8Array> {
      return Promise.reject(new Odd("odd"));
    }
  }
  const odd = new OddFileSystem({ store: new Map() });
  await expect(new FsspecStore(odd).get("x")).rejects.toBeInstanceOf(Odd);
  expect(await new FsspecStore(odd, { allowedExceptions: [Odd] }).get("x")).toBeUndefined();
});

test("a read-only store refuses writes before any request", async () => {
  const store = await open("s3://b/p", { readOnly: true });
  for (const write of [
    () => store.set("x", bytes(1)),
    () => store.setIfNotExists("x", bytes(1)),
    () => store.delete("zarr.json"),
    () => store.deleteDir("c"),
    () => store.clear(),
  ])
    await expect(write()).rejects.toBeInstanceOf(ReadOnlyError);
  expect(server.requests).toEqual([]);
  const writer = store.withReadOnly(false);
  await writer.set("x", bytes(1));
  expect(await store.get("x")).toEqual(bytes(1));
  expect(writer.withReadOnly(true).readOnly).toBe(true);
});

test("http cannot be written, and lists by links", async () => {
  const web = await startHttp({
    files: { "/z/zarr.json": "{}", "/z/a b/c/0": "x" },
    behaviour: { listings: true },
  });
  const store = await FsspecStore.fromUrl(`${web.url}/z`);
  expect([store.supportsWrites, store.supportsDeletes, store.supportsListing]).toEqual([false, false, true]);
  await expect(store.set("x", bytes(1))).rejects.toBeInstanceOf(UnsupportedError);
  await expect(store.deleteDir("a b")).rejects.toBeInstanceOf(UnsupportedError);
  expect(await collect(store.listDir(""))).toEqual(["a b", "zarr.json"]);
  expect(await collect(store.list())).toEqual(["a b/c/0", "zarr.json"]);
  expect(await store.exists("a b")).toBe(false);
  web.behaviour.listings = false;
  const other = await FsspecStore.fromUrl(`${web.url}/z`);
  await expect(collect(other.listDir(""))).rejects.toBeInstanceOf(UnsupportedError);
  expect(await other.get("a b/c/0")).toEqual(bytes(120));
  await web.close();
});

test("is equal by place, options and readOnly, and carried without secrets", async () => {
  const store = await open();
  expect(store.equals(await open())).toBe(true);
  expect(store.equals(await open("s3://b/q"))).toBe(false);
  expect(store.equals(store.withReadOnly(true))).toBe(false);
  expect(store.identity).toBe((await open()).identity);
  const json = JSON.stringify(store);
  expect(json).not.toMatch(/topsecret/);
  const revived = Store.fromJSON(JSON.parse(json), { storageOptions: { key: "k", secret: "topsecret" } });
  expect(revived.equals(store)).toBe(true);
  expect(await revived.get("c/0", { start: 0, end: 1 })).toEqual(bytes(0));
  const anonymous = Store.fromJSON(
    (await FsspecStore.fromUrl("s3://b/p", { readOnly: true, storageOptions: { anon: true } })).toJSON(),
  );
  expect([String(anonymous), anonymous.readOnly]).toEqual(["<FsspecStore(S3FileSystem, b/p)>", true]);
});

test("what may hold a secret, or is in this process alone, is not carried", async () => {
  class Own extends LocalFileSystem {}
  for (const store of [
    await FsspecStore.fromUrl("https://h.test/z?sig=topsecret"),
    new FsspecStore(new MemoryFileSystem()),
    new FsspecStore(new Own()),
    await open("s3://b/p", { allowedExceptions: [FileNotFoundError] }),
  ])
    expect(() => store.toJSON()).toThrow(UnsupportedError);
  const params = await FsspecStore.fromUrl("https://h.test/z", {
    storageOptions: { params: { sig: "topsecret" } },
  });
  expect(JSON.stringify(params)).not.toContain("topsecret");
});

test("close leaves the file system to others, and what is no file system is refused", async () => {
  const fs = new S3FileSystem({ key: "k", secret: "topsecret", endpointUrl: server.url });
  const [one, two] = [new FsspecStore(fs, { path: "b/p" }), new FsspecStore(fs, { path: "s3://b/p" })];
  await one.get("c/0");
  await one.close();
  expect(await two.get("c/0")).toEqual(ten);
  expect(await one.get("c/0")).toEqual(ten);
  expect(one.equals(two)).toBe(true);
  expect(() => new FsspecStore("s3://b" as never)).toThrow(TypeError);
  await expect(FsspecStore.fromUrl("bogus://x")).rejects.toThrow(/Known: .*s3/);
});

test("an abort rejects with its reason and fails no other read", async () => {
  const store = await open();
  let release!: () => void;
  server.inject({ until: new Promise<void>((resolve) => (release = resolve)), times: 2 });
  const controller = new AbortController();
  const aborted = store.get("c/0", undefined, { signal: controller.signal });
  const other = store.get("c/0");
  while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
  const reason = { gone: true };
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  release();
  expect(await other).toEqual(ten);
});

test("a store on a web server reads with the key encoded once", async () => {
  const web = await startHttp({ files: { "/z/a+b c%20#?/ü": "x" } });
  const store = new FsspecStore(new HTTPFileSystem(), { path: `${web.url}/z/` });
  expect(await store.get("a+b c%20#?/ü")).toEqual(bytes(120));
  expect(web.requests).toHaveLength(1);
  await web.close();
});

function* keyRanges(): Generator<[string, { start: number; end: number } | { suffix: number } | undefined]> {
  yield ["c/0", { start: 1, end: 3 }];
  yield ["none", undefined];
  yield ["c/0", { suffix: 0 }];
  yield ["c/0", { suffix: 2 }];
}

function denied(error: unknown): boolean {
  return error instanceof StoreError && error.status === 403;
}
