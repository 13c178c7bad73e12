import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import { FsspecStore } from "../storage/fsspec-store.ts";
import { ZipStore } from "../storage/zip-store.ts";
import { runStoreModel } from "../testing/store-model.ts";
import { StoreTests } from "../testing/store-tests.ts";
import { BlockCacheFileSystem } from "./blockcache-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";
import { filesystem, urlToFs } from "./registry.ts";
import { SimpleCacheFileSystem } from "./simplecache-file-system.ts";
import { ZipFileSystem } from "./zip-file-system.ts";
import { modelSeeds } from "../../test/effort.ts";

const folder = mkdtempSync(join(tmpdir(), "caching-"));
let folders = 0;
afterAll(() => rmSync(folder, { recursive: true }));
const newFolder = (): string => join(folder, String(folders++));
const data = Uint8Array.from({ length: 100 }, (_, index) => index);

const KINDS = {
  simplecache: (fs: MemoryFileSystem) => new SimpleCacheFileSystem({ fs, maxSize: 300 }),
  "simplecache that checks": (fs: MemoryFileSystem) => new SimpleCacheFileSystem({ fs, checkFiles: true }),
  blockcache: (fs: MemoryFileSystem) => new BlockCacheFileSystem({ fs, cacheBlockSize: 7 }),
};

for (const [name, make] of Object.entries(KINDS)) {
  describe(`FsspecStore on ${name}`, () => {
    const inner = new WeakMap<FsspecStore, MemoryFileSystem>();
    new StoreTests<FsspecStore>({
      modelSeeds,
      createStore: ({ readOnly }) => {
        const fs = new MemoryFileSystem({ store: new Map() });
        const store = new FsspecStore(make(fs), { readOnly });
        inner.set(store, fs);
        return store;
      },
      set: (store, key, value) => inner.get(store)!.pipeFile(key, value),
      get: (store, key) =>
        inner
          .get(store)!
          .catFile(key)
          .catch(() => undefined),
      supports: { readOnlyCopies: true, strict: true },
    }).register((title, run) => test(title, run));
  });

  test.each([1, 2])(`model: ${name}, seed %d`, async (seed) => {
    const store = new FsspecStore(make(new MemoryFileSystem({ store: new Map() })));
    await runStoreModel(store, { seed, steps: 100 });
  });
}

test("simplecache: a file is fetched once, whole, also by the next process", async () => {
  const server = await startHttp({ files: { "/a": data } });
  try {
    const cache = newFolder();
    for (const _ of [1, 2]) {
      const [fs, path] = urlToFs(`simplecache::${server.url}/a`, { cache_storage: cache });
      expect(await fs.catFile(path, { start: 10, end: 12 })).toEqual(data.slice(10, 12));
      expect(await fs.catFile(path, { start: -3 })).toEqual(data.slice(-3));
    }
    expect(server.requests.map(({ method }) => method)).toEqual(["GET"]);
    expect(readdirSync(cache)).toHaveLength(1);
  } finally {
    await server.close();
  }
});

test("simplecache: with check_files a changed file is fetched again", async () => {
  const server = await startHttp({ files: { "/a": data } });
  try {
    const cache_storage = newFolder();
    const options = { cache_storage, check_files: true };
    const read = async (): Promise<Uint8Array> => {
      const [fs, path] = urlToFs(`simplecache::${server.url}/a`, options);
      return fs.catFile(path);
    };
    expect(await read()).toEqual(data);
    expect(await read()).toEqual(data);
    server.files.set("/a", data.slice(0, 50));
    expect(await read()).toEqual(data.slice(0, 50));
    expect(server.requests.filter(({ method }) => method === "GET")).toHaveLength(2);
  } finally {
    await server.close();
  }
});

test("simplecache: the directory stays within max_size", async () => {
  const inner = new MemoryFileSystem({ store: new Map() });
  const cacheStorage = newFolder();
  const fs = new SimpleCacheFileSystem({ fs: inner, cacheStorage, maxSize: 250 });
  for (const name of ["a", "b", "c", "d"]) {
    await inner.pipeFile(name, data);
    expect(await fs.catFile(name)).toEqual(data);
  }
  expect(readdirSync(cacheStorage)).toHaveLength(2);
});

test("blockcache: neighbouring blocks are one request, and cached ones none", async () => {
  const server = await startHttp({ files: { "/a": data } });
  try {
    const cache = newFolder();
    const open = () => urlToFs(`blockcache::${server.url}/a`, { cache_storage: cache, cache_block_size: 10 });
    const [fs, path] = open();
    expect(await fs.catFile(path, { start: 15, end: 38 })).toEqual(data.slice(15, 38));
    expect(server.requests.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
    expect(await fs.catFile(path, { start: 20, end: 40 })).toEqual(data.slice(20, 40));
    expect(server.requests).toHaveLength(2);
    const [again, samePath] = open();
    expect(await again.catFile(samePath, { start: 10, end: 45 })).toEqual(data.slice(10, 45));
    expect(server.requests.map(({ method }) => method)).toEqual(["HEAD", "GET", "HEAD", "GET"]);
  } finally {
    await server.close();
  }
});

test.each(["simplecache", "blockcache"])(
  "%s: the abort of one reader leaves the others",
  async (protocol) => {
    const server = await startHttp({ files: { "/a": data } });
    try {
      const [fs, path] = urlToFs(`${protocol}::${server.url}/a`);
      const controller = new AbortController();
      const aborted = fs.catFile(path, { signal: controller.signal });
      const other = fs.catFile(path);
      const reason = new Error("enough");
      controller.abort(reason);
      await expect(aborted).rejects.toBe(reason);
      expect(await other).toEqual(data);
    } finally {
      await server.close();
    }
  },
);

async function archive(): Promise<Uint8Array> {
  const path = `${newFolder()}.zip`;
  const store = new ZipStore(path, { mode: "w" });
  for (let index = 0; index < 300; index++) await store.set(`group/c/${index}`, data.slice(index % 50));
  await store.close();
  const { readFileSync } = await import("node:fs");
  return new Uint8Array(readFileSync(path));
}

test("zip: opening takes two requests, an entry one", async () => {
  const server = await startHttp({ files: { "/a.zip": await archive() } });
  try {
    const [fs, path] = urlToFs(`zip://group::${server.url}/a.zip`);
    expect(await fs.catFile(fs.join(path, "c/7"))).toEqual(data.slice(7));
    expect(server.requests).toHaveLength(3);
    expect(await fs.catFile(fs.join(path, "c/9"), { start: -2 })).toEqual(data.slice(-2));
    expect(server.requests).toHaveLength(4);
    expect(await fs.ls(path, { detail: false })).toEqual(["group/c"]);
    expect(await fs.info("group/c/3")).toMatchObject({ size: 97, type: "file" });
    expect(await fs.find("group/c")).toHaveLength(300);
    expect(server.requests).toHaveLength(4);
  } finally {
    await server.close();
  }
});

test("zip: on memory it is a read-only store, and a missing archive is no missing key", async () => {
  const memory = new MemoryFileSystem({ store: new Map() });
  await memory.pipeFile("/a.zip", await archive());
  const store = new FsspecStore(new ZipFileSystem({ fo: [memory, "/a.zip"] }), {
    path: "group",
    readOnly: true,
  });
  expect(await store.get("c/1")).toEqual(data.slice(1));
  expect(await store.get("c/999")).toBeUndefined();
  expect(await store.exists("c")).toBe(false);
  const none = new FsspecStore(new ZipFileSystem({ fo: [memory, "/none.zip"] }));
  await expect(none.get("c/1")).rejects.toThrow(/no zip archive/);
});

test("a caching file system needs another, and knows its options", () => {
  expect(() => filesystem("simplecache")).toThrow(/target_protocol/);
  expect(() => filesystem("blockcache", { target_protocol: "memory", wrong: 1 })).toThrow(/wrong/);
  expect(filesystem("simplecache", { target_protocol: "memory" }).className).toBe("SimpleCacheFileSystem");
});
