// `StoreTests` on every store that works in a browser, and what is particular to one of them.
import { createArray, openArray, openGroup, slice, UnsupportedError } from "zarrkit";
import { HTTPFileSystem, MemoryFileSystem, S3FileSystem } from "zarrkit/fs";
import {
  FsspecStore,
  LocalStore,
  LoggingStore,
  ManagedMemoryStore,
  MemoryStore,
  ReadableStore,
  resolveStore,
  sliceBytes,
  WebDirectoryStore,
  WrapperStore,
  ZipStore,
} from "zarrkit/storage";
import { CountingStore, FaultStore, LatencyStore, StoreTests } from "zarrkit/testing";
import { check, describe, equal, failure, test } from "./suite.mjs";

const ALL = { readOnlyCopies: true, strict: true, sync: true };

export async function registerStores(facts) {
  registerMemory();
  registerWrappers();
  registerFileSystems(facts);
  registerZip(facts);
  await registerDirectory();
}

function suite(name, options, { skip } = {}) {
  describe(name, () => {
    for (const { name: title, run } of new StoreTests(options)) test(title, run, { skip });
  });
}

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

function registerMemory() {
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

function registerWrappers() {
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
  suite("WrapperStore", wrapped((store) => new WrapperStore(store)));
  suite("LoggingStore", wrapped((store) => new LoggingStore(store)));
  suite("LatencyStore", wrapped((store) => new LatencyStore(store, { getLatency: [0, 0.0001] })));
  suite("CountingStore", wrapped((store) => new CountingStore(store)));
  suite("FaultStore without faults", {
    ...wrapped((store) => new FaultStore(store)),
    supports: { ...ALL, sync: false },
  });
}

function registerFileSystems({ webUrl, strictUrl, s3Url, s3Key, s3Secret }) {
  const files = {
    set: (store, key, value) => store.fs.pipeFile(store.fs.join(store.path, key), value),
    get: async (store, key) => {
      const path = store.fs.join(store.path, key);
      return (await store.fs.isFile(path)) ? store.fs.catFile(path) : undefined;
    },
    reopen: (store) => store.withReadOnly(store.readOnly),
  };
  suite("FsspecStore over memory", {
    createStore: ({ readOnly }) =>
      new FsspecStore(new MemoryFileSystem({ store: new Map() }), { path: "/a/b", readOnly }),
    ...files,
    printed: () => "<FsspecStore(MemoryFileSystem, /a/b)>",
    supports: { readOnlyCopies: true, strict: true },
  });

  // A web server cannot be written: values come to it from behind. One allows preflights, one refuses them.
  for (const [name, place, url] of [
    ["HTTP", "web", webUrl],
    ["HTTP without preflights", "strict", strictUrl],
  ]) {
    const control = (store, key) =>
      `/control/${place}${encodeURI(`${new URL(store.path).pathname.replace(/\/$/, "")}/${key}`)}`;
    suite(`FsspecStore over ${name}`, {
      createStore: ({ readOnly }) =>
        new FsspecStore(new HTTPFileSystem(), { path: `${url}/stores/${crypto.randomUUID()}/`, readOnly }),
      set: (store, key, value) => fetch(control(store, key), { method: "PUT", body: value }),
      get: (store, key) => download(control(store, key)),
      reopen: (store) => store.withReadOnly(store.readOnly),
      skip: Object.fromEntries(
        [
          "isEmpty: by directory, not by string prefix",
          "list: every key once",
          "listDir: names of immediate children, each once",
          "listDir: of a key is empty",
        ].map((title) => [title, "a web server does not tell what is empty from what it does not list"]),
      ),
      supports: {
        readOnlyCopies: true,
        strict: true,
        json: true,
        writes: false,
        anyCharacter: false,
      },
    });
  }

  const signed = { endpoint_url: s3Url, key: s3Key, secret: s3Secret };
  suite("FsspecStore over S3, signed", {
    ...files,
    createStore: ({ readOnly }) =>
      new FsspecStore(new S3FileSystem(signed), { path: `private/${crypto.randomUUID()}`, readOnly }),
    printed: (store) => `<FsspecStore(S3FileSystem, ${store.path})>`,
    supports: { readOnlyCopies: true, strict: true, json: true },
    // The JSON holds no secret, and a page has no environment to take one from.
    skip: { "toJSON: Store.fromJSON makes an equal store": "the copy has no credentials to write with" },
  });
  test("S3: an array goes up signed and comes back without a signature refused, or allowed", async () => {
    const name = crypto.randomUUID();
    const url = `s3://public/${name}`;
    const z = await createArray(url, {
      shape: [50],
      chunks: [20],
      dtype: "float32",
      storageOptions: signed,
    });
    await z.set(null, Float32Array.from({ length: 50 }, (_, index) => index / 2));
    await z.close();
    const anonymous = await openArray(url, { storageOptions: { endpoint_url: s3Url, anon: true } });
    const part = await anonymous.get([slice(18, 22)]);
    equal(part.data, [9, 9.5, 10, 10.5]);
    const stored = await download(`/control/s3/public/${name}/zarr.json`);
    equal(JSON.parse(new TextDecoder().decode(stored)).node_type, "array");
    const refused = await failure(() =>
      openArray("s3://private/nothing", { storageOptions: { endpoint_url: s3Url, anon: true } }),
    );
    equal([refused.name, refused.status], ["StoreError", 403]);
    const wrong = await failure(() =>
      openArray("s3://private/nothing", { storageOptions: { ...signed, secret: "another" } }),
    );
    equal(wrong.status, 403);
  });
  test("S3: what another writer puts in place of an old value is seen at once", async () => {
    const place = `private/${crypto.randomUUID()}`;
    const store = new FsspecStore(new S3FileSystem(signed), { path: place });
    await store.set("a", Uint8Array.of(1));
    for (const value of [2, 3, 4]) {
      await fetch(`/control/s3/${place}/a`, { method: "PUT", body: Uint8Array.of(value, value, value) });
      equal(await store.get("a"), [value, value, value]);
      equal(await store.get("a", { start: 1, end: 2 }), [value]);
      equal(await store.get("a", { suffix: 1 }), [value]);
    }
  });
  test("S3: a value in shared memory is stored", async () => {
    if (typeof SharedArrayBuffer === "undefined") return;
    const value = new Uint8Array(new SharedArrayBuffer(5));
    value.set([1, 2, 3, 4, 5]);
    const store = new FsspecStore(new S3FileSystem(signed), { path: `private/${crypto.randomUUID()}` });
    await store.set("a", value);
    equal(await store.get("a"), [1, 2, 3, 4, 5]);
  });
}

function registerZip({ webUrl }) {
  // An archive in memory, which is written by a store and read through a Blob or over HTTP.
  const memoryFile = () => {
    let bytes = new Uint8Array(0);
    return {
      name: "<MemoryFile>",
      size: async () => bytes.length,
      read: async (offset, length) => bytes.slice(offset, offset + length),
      write: async (offset, data) => {
        const grown = new Uint8Array(Math.max(bytes.length, offset + data.length));
        grown.set(bytes);
        grown.set(data, offset);
        bytes = grown;
      },
      truncate: async (length) => void (bytes = bytes.slice(0, length)),
      flush: async () => {},
      get bytes() {
        return bytes;
      },
    };
  };
  const archive = async (values) => {
    const file = memoryFile();
    const store = new ZipStore(file, { mode: "w" });
    await store.exists("zarr.json"); // opens it: an archive that nobody used is none
    for (const [key, value] of Object.entries(values)) await store.set(key, value);
    await store.close();
    return file.bytes;
  };
  const onFile = new WeakMap();
  suite("ZipStore on a file that a page provides", {
    createStore: ({ readOnly }) => {
      const file = memoryFile();
      const store = new ZipStore(file, { mode: "w", readOnly });
      onFile.set(store, file);
      return store;
    },
    set: async (store, key, value) => {
      const writer = store.withReadOnly(false);
      await writer.set(key, value);
      await writer.close();
    },
    get: async (store, key) => {
      const reader = store.withReadOnly(true);
      const value = await reader.get(key);
      await reader.close();
      return value;
    },
    reopen: (store) => new ZipStore(onFile.get(store), { mode: "a", readOnly: store.readOnly }),
    supports: { deletes: false, readOnlyCopies: true, strict: true },
  });

  // A value cannot be added to a Blob or to what a server has: a new archive takes the place of the old one, and the
  // store opens it at its next use.
  const contents = new WeakMap();
  const replacing = (put) => ({
    set: async (store, key, value) => {
      const values = { ...contents.get(store), [key]: value };
      contents.set(store, values);
      await put(store, await archive(values));
      await store.close();
    },
    get: (store, key) => contents.get(store)?.[key],
    supports: { writes: false, readOnlyCopies: true, strict: true },
  });
  const blobs = new WeakMap();
  suite("ZipStore on a Blob", {
    createStore: async () => {
      const blob = new ChangingBlob(await archive({}));
      const store = new ZipStore(blob);
      blobs.set(store, blob);
      return store;
    },
    ...replacing((store, bytes) => (blobs.get(store).content = new Blob([bytes]))),
    reopen: (store) => new ZipStore(blobs.get(store)),
  });
  const paths = new WeakMap();
  const upload = (path, bytes) => fetch(`/control/web${path}`, { method: "PUT", body: bytes });
  suite("ZipStore over HTTP", {
    createStore: async () => {
      const path = `/archives/${crypto.randomUUID()}.zip`;
      await upload(path, await archive({}));
      const { storePath } = await resolveStore(`${webUrl}${path}`, { mode: "r" });
      paths.set(storePath.store, path);
      return storePath.store;
    },
    ...replacing((store, bytes) => upload(paths.get(store), bytes)),
  });

  test("a Blob, a File and a URL that end in .zip open as arrays", async () => {
    const file = memoryFile();
    const store = new ZipStore(file, { mode: "w" });
    const z = await createArray(store, { shape: [30], chunks: [8], dtype: "int16" });
    await z.set(null, Int16Array.from({ length: 30 }, (_, index) => index - 15));
    await store.close();
    const path = `/archives/${crypto.randomUUID()}.zip`;
    await fetch(`/control/web${path}`, { method: "PUT", body: file.bytes });
    for (const source of [new Blob([file.bytes]), new File([file.bytes], "a.zip"), `${webUrl}${path}`]) {
      const array = await openArray(source);
      equal((await array.get([slice(6, 10)])).data, [-9, -8, -7, -6]);
      await array.close();
    }
  });
}

async function registerDirectory() {
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  const skip = root === undefined ? "this engine has no origin-private file system" : undefined;
  const backslash = await root?.getFileHandle("a\\b", { create: true }).catch(() => undefined);
  const folders = new WeakMap();
  suite(
    "WebDirectoryStore on the origin-private file system",
    {
      createStore: async (options) => {
        const name = crypto.randomUUID();
        const folder = await root.getDirectoryHandle(name, { create: true });
        const store = new WebDirectoryStore(folder, options);
        folders.set(store, { name, folder });
        return store;
      },
      set: async (store, key, value) => {
        const handle = await handleOf(folders.get(store).folder, key, true);
        const stream = await handle.createWritable();
        await stream.write(value);
        await stream.close();
      },
      get: async (store, key) => {
        const handle = await handleOf(folders.get(store).folder, key, false).catch(() => undefined);
        return handle && new Uint8Array(await (await handle.getFile()).arrayBuffer());
      },
      reopen: (store) => new WebDirectoryStore(folders.get(store).folder),
      dispose: (store) => root.removeEntry(folders.get(store).name, { recursive: true }),
      printed: (store) => `<WebDirectoryStore(${folders.get(store).name})>`,
      supports: { readOnlyCopies: true, strict: true },
      ...(backslash === undefined && { skip: { 'keys: "a\\\\b"': "this engine allows no backslash in a name" } }),
    },
    { skip },
  );
  test(
    "a directory handle is a store: arrays are there when it is opened again",
    async () => {
      const folder = await root.getDirectoryHandle(crypto.randomUUID(), { create: true });
      const z = await createArray(folder, { path: "a/b", shape: [10, 10], chunks: [4, 4], dtype: "uint8" });
      await z.set(null, 7);
      const again = await openArray(folder, { path: "a/b", mode: "r" });
      equal((await again.get("...")).data, new Uint8Array(100).fill(7));
      const group = await openGroup(folder, { path: "a", mode: "r" }).catch((error) => error);
      check(group.name !== "TypeError", String(group));
      equal(again.readOnly, true);
      await (await openArray(folder, { path: "a/b", mode: "r+" })).set([3, 4], 9);
      equal(await again.get([3, 4]), 9);
      await root.removeEntry(folder.name, { recursive: true });
    },
    { skip },
  );
  test(
    "the origin-private file system: a value in shared memory is stored",
    async () => {
      if (typeof SharedArrayBuffer === "undefined") return;
      const folder = await root.getDirectoryHandle(crypto.randomUUID(), { create: true });
      const store = new WebDirectoryStore(folder);
      await store.set("a/b", new Uint8Array(new SharedArrayBuffer(4)));
      equal(await store.get("a/b"), [0, 0, 0, 0]);
      await root.removeEntry(folder.name, { recursive: true });
    },
    { skip },
  );
  test("a page has no local files: a path, LocalStore and a zip path say so", async () => {
    for (const work of [
      () => new LocalStore("data").get("a"),
      () => openArray("data/a.zarr"),
      () => createArray("data/a.zarr", { shape: [1] }),
      () => openGroup(new URL("file:///data/a.zarr")),
      () => openArray("data/a.zip", { mode: "r" }),
    ]) {
      const error = await failure(work);
      check(error instanceof UnsupportedError, `${String(work)}: ${error.name}: ${error.message}`);
    }
    await failure(async () => new LocalStore("data")).then(
      (error) => check(error instanceof UnsupportedError, `new LocalStore: ${error.name}`),
    );
  });
}

async function handleOf(folder, key, create) {
  const names = key.split("/");
  const file = names.pop();
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder.getFileHandle(file, { create });
}

/** A Blob that hands out the slices of another one. */
class ChangingBlob extends Blob {
  content;
  constructor(bytes) {
    super([]);
    this.content = new Blob([bytes]);
  }
  get size() {
    return this.content.size;
  }
  slice(start, end) {
    return this.content.slice(start, end);
  }
}

async function download(url) {
  const response = await fetch(url);
  return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
}
