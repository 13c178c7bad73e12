// `FsspecStore` over memory, web servers and S3, and references to files on a web server.
import { createArray, openArray, slice } from "zarrkit";
import { HTTPFileSystem, MemoryFileSystem, S3FileSystem } from "zarrkit/fs";
import { FsspecStore, ReferenceStore } from "zarrkit/storage";
import { download, suite } from "./store-suite.mjs";
import { equal, failure, test } from "./suite.mjs";

export function registerFileSystems({ webUrl, strictUrl, s3Url, s3Key, s3Secret }) {
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

  test("ReferenceStore: chunks are parts of a file on a web server, or inline", async () => {
    const path = `/references/${crypto.randomUUID()}`;
    await fetch(`/control/web${path}.bin`, { method: "PUT", body: Uint8Array.of(9, 9, 1, 2, 3, 4, 9) });
    const metadata = {
      zarr_format: 2,
      shape: [6],
      chunks: [2],
      dtype: "|u1",
      compressor: null,
      fill_value: 0,
    };
    const refs = {
      ".zarray": JSON.stringify({ ...metadata, filters: null, order: "C" }),
      0: [`${webUrl}${path}.bin`, 2, 2],
      1: [`${webUrl}${path}.bin`, 4, 2],
      2: "base64:BQY=",
    };
    const array = await openArray(new ReferenceStore({ version: 1, refs }));
    equal((await array.get(null)).data, [1, 2, 3, 4, 5, 6]);
    await fetch(`/control/web${path}.json`, { method: "PUT", body: JSON.stringify({ version: 1, refs }) });
    const chained = await openArray(`reference::${webUrl}${path}.json`);
    equal((await chained.get("1:5")).data, [2, 3, 4, 5]);
  });

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
    await z.set(
      null,
      Float32Array.from({ length: 50 }, (_, index) => index / 2),
    );
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
  test("S3 without a signature: parts of an old value in the cache and of a new one are never joined", async () => {
    const options = { shape: [64], chunks: [4], shards: [64], dtype: "int32", compressors: null };
    const shardOf = async (values) => {
      const files = new Map();
      await (await createArray(files, options)).set(null, values);
      return files.get("c/0");
    };
    const name = `public/${crypto.randomUUID()}`;
    const writer = await createArray(`s3://${name}`, { ...options, storageOptions: signed });
    await writer.set(
      null,
      Int32Array.from({ length: 64 }, (_, index) => index + 1),
    );
    const replace = async (body) => fetch(`/control/s3/${name}/c/0`, { method: "PUT", body });
    await replace(await shardOf(Int32Array.from({ length: 64 }, (_, index) => index + 1))); // from now on it is old
    const anonymous = { storageOptions: { endpoint_url: s3Url, anon: true } };
    // The cache of the page keeps the index, and one inner chunk.
    equal(await (await openArray(`s3://${name}`, anonymous)).get([5]), 6);
    // Without the first inner chunks: all others are at other places.
    await replace(await shardOf(Int32Array.from({ length: 64 }, (_, index) => (index < 16 ? 0 : -index))));
    const again = await openArray(`s3://${name}`, anonymous);
    equal(await again.get([40]), -40);
    equal(await again.get([63]), -63);
    equal(await again.get([5]), 0);
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
