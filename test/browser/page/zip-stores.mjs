// Zip archives: on a file that the page provides, on a `Blob`, and on a web server.
import { createArray, openArray, slice } from "zarrkit";
import { resolveStore, ZipStore } from "zarrkit/storage";
import { suite } from "./store-suite.mjs";
import { equal, test } from "./suite.mjs";

export function registerZip({ webUrl }) {
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
    await z.set(
      null,
      Int16Array.from({ length: 30 }, (_, index) => index - 15),
    );
    await store.close();
    const path = `/archives/${crypto.randomUUID()}.zip`;
    await upload(path, file.bytes);
    for (const source of [new Blob([file.bytes]), new File([file.bytes], "a.zip"), `${webUrl}${path}`]) {
      const array = await openArray(source);
      equal((await array.get([slice(6, 10)])).data, [-9, -8, -7, -6]);
      await array.close();
    }
  });
}

/** A file in memory that a store can read and write. */
function memoryFile() {
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
}

/** The bytes of an archive of these values. */
async function archive(values) {
  const file = memoryFile();
  const store = new ZipStore(file, { mode: "w" });
  await store.exists("zarr.json"); // opens it: an archive that nobody used is none
  for (const [key, value] of Object.entries(values)) await store.set(key, value);
  await store.close();
  return file.bytes;
}

function upload(path, bytes) {
  return fetch(`/control/web${path}`, { method: "PUT", body: bytes });
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
