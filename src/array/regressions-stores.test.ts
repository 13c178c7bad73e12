/** What zarr-python's release notes say was fixed in its stores: the id is the row in docs/parity.md. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { filesystem } from "../fs.ts";
import { createArray, createGroup, open, openArray, openGroup } from "../index.ts";
import {
  FsspecStore,
  LocalStore,
  LoggingStore,
  ManagedMemoryStore,
  MemoryStore,
  WrapperStore,
  ZipStore,
} from "../storage.ts";
import { Store } from "../storage.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/zarrkit-regressions-`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function names(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found.sort();
}

test.each(["w", "x"] as const)(
  "K.04 an archive of mode %s keeps its entries after close, move and revival",
  async (mode) => {
    const path = `${folder}/k04-${mode}.zip`;
    const store = new ZipStore(path, { mode });
    await store.set("a", bytes(1));
    await store.close();
    await store.set("b", bytes(2));
    await store.move(`${folder}/k04-${mode}-moved.zip`);
    await store.set("c", bytes(3));
    await store.close();
    const revived = Store.fromJSON(JSON.parse(JSON.stringify(store)));
    await revived.set("d", bytes(4));
    expect(await names(revived.list())).toEqual(["a", "b", "c", "d"]);
    await revived.close();
  },
);

test("K.05 each method of an archive works before any open, and first uses at a time open it once", async () => {
  const path = `${folder}/k05.zip`;
  const first = new ZipStore(path, { mode: "w" });
  await first.setIfNotExists("a", bytes(1, 2, 3));
  await first.close();
  expect(await new ZipStore(path).get("a")).toEqual(bytes(1, 2, 3));
  expect(
    await new ZipStore(path).getPartialValues([
      ["a", { suffix: 1 }],
      ["x", null],
    ]),
  ).toEqual([bytes(3), undefined]);
  const many = new ZipStore(path, { mode: "a" });
  await Promise.all(Array.from({ length: 8 }, (_, i) => many.set(`k${i}`, bytes(i))));
  await many.close();
  expect(await names(new ZipStore(path).list())).toHaveLength(9);
  const cleared = new ZipStore(path, { mode: "a" });
  await cleared.clear();
  await cleared.close();
  expect(await names(new ZipStore(path).list())).toEqual([]);
});

test("K.06 an archive that was not finished is an error on reopening, and its entries stay", async () => {
  const path = `${folder}/k06.zip`;
  const store = new ZipStore(path, { mode: "w" });
  await store.set("a", bytes(1));
  await store.close();
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 10));
  const broken = new ZipStore(path, { mode: "a" });
  await expect(broken.set("b", bytes(2))).rejects.toMatchObject({ name: "StoreError" });
  await broken.close().catch(() => {});
  expect(readFileSync(path)).toEqual(whole.subarray(0, whole.length - 10));
});

test("K.15 mode w of an archive: creates in an empty place, refuses where it cannot delete", async () => {
  const store = new ZipStore(`${folder}/k15.zip`, { mode: "w" });
  await openGroup(store, { path: "g", mode: "w" });
  await openArray(store, { path: "a", mode: "w", shape: [2], dtype: "int8" });
  await expect(openArray(store, { path: "a", mode: "w", shape: [2] })).rejects.toMatchObject({
    name: "ContainsArrayError",
  });
  await expect(openGroup(store, { path: "g", mode: "w" })).rejects.toMatchObject({
    name: "ContainsGroupError",
  });
  await store.close();
});

test("K.30 listDir over HTTP gives direct children, each once", async () => {
  const hrefs = ["a/", "a/#top", "b.json", "b.json?C=N", "../", "/", "a/deep/x", "", "./", "c"];
  const server = createServer((request, response) => {
    if (request.url !== "/data/") return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html" });
    response.end(hrefs.map((href) => `<a href="${href}">x</a>`).join("\n"));
  });
  server.listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  try {
    const store = await FsspecStore.fromUrl(`http://127.0.0.1:${port}/data`);
    expect(await names(store.listDir(""))).toEqual(["a", "b.json", "c"]);
    await store.close();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each(["", "/"])("K.31 a store whose root is %j lists nested groups", async (path) => {
  const fs = filesystem("memory", { store: new Map() });
  const store = new FsspecStore(fs, { path });
  await createGroup(store, { path: "a/b" });
  const paths = await names((await openGroup(store)).keys({ maxDepth: null }));
  expect(paths).toEqual(["a", "a/b"]);
});

test("K.32 with syncReads: false no asynchronous method of a local store calls the file system synchronously", async () => {
  const fs = process.getBuiltinModule("node:fs");
  const spies = (
    [
      "openSync",
      "readSync",
      "writeSync",
      "readFileSync",
      "writeFileSync",
      "statSync",
      "lstatSync",
      "mkdirSync",
      "renameSync",
      "unlinkSync",
      "rmSync",
      "readdirSync",
      "realpathSync",
      "closeSync",
      "fstatSync",
    ] as const
  ).map((name) => vi.spyOn(fs, name));
  try {
    const store = new LocalStore(`${folder}/k32`, { syncReads: false });
    await store.set("a/b", bytes(1, 2));
    await store.setIfNotExists("a/c", bytes(3));
    await store.get("a/b");
    await store.get("a/b", { start: 1, end: 2 });
    await store.exists("a/b");
    await store.getSize("a/b");
    await names(store.list());
    await names(store.listDir("a"));
    await store.delete("a/b");
    await store.deleteDir("a");
    await store.clear();
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});

test("K.48 a suffix longer than the value is the whole value", async () => {
  const store = new MemoryStore();
  await store.set("k", bytes(1, 2, 3));
  expect(await store.get("k", { suffix: 99 })).toEqual(bytes(1, 2, 3));
});

test("K.49 getSizePrefix counts what is below the directory, not names that begin alike", async () => {
  for (const store of [new MemoryStore(), new LocalStore(`${folder}/k49`)]) {
    await store.set("foo/a", bytes(1, 2));
    await store.set("foobar/a", bytes(1, 2, 3));
    expect(await store.getSizePrefix("foo")).toBe(2);
  }
});

test("K.50 getPartialValues takes a generator in stores and wrappers", async () => {
  const inner = new MemoryStore();
  await inner.set("k", bytes(1, 2, 3));
  const fsspec = new FsspecStore(filesystem("memory", { store: new Map() }));
  await fsspec.set("k", bytes(1, 2, 3));
  for (const store of [inner, new WrapperStore(inner), new LoggingStore(inner, { log: () => {} }), fsspec]) {
    const ranges = (function* () {
      yield ["k", { start: 1, end: 2 }] as const;
      yield ["x", null] as const;
      yield ["k", null] as const;
    })();
    expect(await store.getPartialValues(ranges)).toEqual([bytes(2), undefined, bytes(1, 2, 3)]);
  }
});

test("K.51 closing an archive that was never opened does nothing", async () => {
  const path = `${folder}/k51.zip`;
  await new ZipStore(path, { mode: "w" }).close();
  expect(existsSync(path)).toBe(false);
});

test("K.52 memory does not hold the caller's array", async () => {
  const files = new Map<string, Uint8Array>();
  const z = await createArray(files, { shape: [4], dtype: "uint8", chunks: [4], compressors: null });
  const values = bytes(1, 2, 3, 4);
  await z.set(null, values);
  values.fill(9);
  expect([...files.get("c/0")!]).toEqual([1, 2, 3, 4]);
});

test("K.59 every method of managed memory applies its path once", async () => {
  const whole = new ManagedMemoryStore("k59");
  const part = new ManagedMemoryStore("k59", { path: "p" });
  part.setSync("k", bytes(1, 2));
  expect(await names(whole.list())).toEqual(["p/k"]);
  expect(part.getSync("k")).toEqual(bytes(1, 2));
  expect(await part.getPartialValues([["k", { offset: 1 }]])).toEqual([bytes(2)]);
  part.deleteSync("k");
  expect(await names(whole.list())).toEqual([]);
});

test("K.61 closing a store leaves others over the same file system usable", async () => {
  const fs = filesystem("memory", { store: new Map() });
  const [one, two] = [new FsspecStore(fs, { path: "a" }), new FsspecStore(fs, { path: "b" })];
  await two.set("k", bytes(1));
  await one.close();
  expect(await two.get("k")).toEqual(bytes(1));
});

test("K.66 list, listDir and exists open an archive", async () => {
  const path = `${folder}/k66.zip`;
  const store = new ZipStore(path, { mode: "w" });
  await store.set("a/b", bytes(1));
  await store.close();
  expect(await names(new ZipStore(path).list())).toEqual(["a/b"]);
  expect(await names(new ZipStore(path).listDir("a"))).toEqual(["b"]);
  expect(await new ZipStore(path).exists("a/b")).toBe(true);
});

test("K.71 a write to a local store that fails midway keeps the old value and leaves no file behind", async () => {
  const store = new LocalStore(`${folder}/k71`);
  await store.set("k", bytes(1, 2, 3));
  const stop = new AbortController();
  const writing = store.set("k", new Uint8Array(1 << 22), { signal: stop.signal });
  stop.abort(new Error("killed"));
  await expect(writing).rejects.toThrow("killed");
  expect(await store.get("k")).toEqual(bytes(1, 2, 3));
  expect(readdirSync(`${folder}/k71`)).toEqual(["k"]);
});

test("K.80 mode r of a writable store gives a node that refuses writes, and leaves the store writable", async () => {
  const store = new MemoryStore();
  await createArray(store, { shape: [2], dtype: "int8" });
  const z = await open(store, { mode: "r" });
  expect(z.readOnly).toBe(true);
  expect(store.readOnly).toBe(false);
});
