// Azure and Google, on real servers, and Icechunk repositories on a web server.
import { createArray, openArray } from "zarrkit";
import { AzureBlobFileSystem, GCSFileSystem } from "zarrkit/fs";
import { FsspecStore, IcechunkStore } from "zarrkit/storage";
import { suite } from "./store-suite.mjs";
import { equal, failure, test } from "./suite.mjs";

export function registerCloud({ webUrl, azure, gcs }) {
  const files = {
    set: (store, key, value) => store.fs.pipeFile(store.fs.join(store.path, key), value),
    get: async (store, key) => {
      const path = store.fs.join(store.path, key);
      return (await store.fs.isFile(path)) ? store.fs.catFile(path) : undefined;
    },
    reopen: (store) => store.withReadOnly(store.readOnly),
    printed: (store) => `<FsspecStore(${store.fs.className}, ${store.path})>`,
    supports: { readOnlyCopies: true, strict: true, json: true },
  };
  const place = () => `browser/${crypto.randomUUID()}`;
  const services = [
    {
      name: "Azure, signed",
      reason: azure.reason,
      open: (more = {}) =>
        new AzureBlobFileSystem({
          account_name: azure.account,
          account_key: azure.accountKey,
          endpoint: azure.url,
          ...more,
        }),
      skip: {
        'keys: "a\\\\b"': "the service takes a backslash for a slash",
        // The JSON holds no secret, and a page has no environment to take one from.
        "toJSON: Store.fromJSON makes an equal store": "the copy has no credentials to write with",
      },
    },
    {
      name: "Google",
      reason: gcs.reason,
      open: (more = {}) =>
        new GCSFileSystem({ token: "anon", endpoint_url: gcs.url, project: "tests", ...more }),
      skip: {},
    },
  ];
  for (const { name, reason, open, skip } of services) {
    const fresh = (options) => new FsspecStore(open(), { path: place(), ...options });
    suite(`FsspecStore over ${name}`, { createStore: fresh, ...files, skip }, { skip: reason });
    test(
      `${name}: shards by their parts, conditional writes, large values`,
      async () => {
        const store = fresh();
        const z = await createArray(store, { shape: [64], chunks: [4], shards: [32], dtype: "int32" });
        const values = Int32Array.from({ length: 64 }, (_, index) => index ** 2);
        await z.set(null, values);
        const again = await openArray(store);
        equal(await again.get([33]), 33 ** 2);
        equal((await again.get("2:7")).data, [4, 9, 16, 25, 36]);
        await again.set("30:34", -1);
        equal((await z.get("29:35")).data, [841, -1, -1, -1, -1, 1156]);
        equal(await store.setIfNotExists("once", Uint8Array.of(1)), true);
        equal(await store.setIfNotExists("once", Uint8Array.of(2)), false);
        const { version } = await store.getVersioned("once");
        equal(await store.setIfVersion("once", Uint8Array.of(3), version), true);
        equal(await store.setIfVersion("once", Uint8Array.of(4), version), false);
        equal(await store.get("once"), [3]);
        const large = new Uint8Array(1_000_003).map((_, index) => index * 7);
        const inParts = open({ multipartThreshold: 1000, multipartPartBytes: 2 ** 18 });
        await inParts.pipeFile(`${store.path}/large`, large);
        equal(await store.get("large", { suffix: 5 }), large.slice(-5));
        equal((await store.get("large")).length, large.length);
      },
      { skip: reason },
    );
  }
  test(
    "Azure: who may not read is refused, and that is not missing",
    async () => {
      const options = { account_key: btoa("another key"), requestPolicy: { maxAttempts: 1 } };
      const store = new FsspecStore(services[0].open(options), { path: place() });
      equal((await failure(() => store.get("zarr.json"))).status, 403);
    },
    { skip: azure.reason },
  );

  test("IcechunkStore: a repository on a web server, its chunks in files beside it", async () => {
    const path = `/parts/${crypto.randomUUID()}/`;
    for (let part = 0; part < 4; part++)
      await fetch(`/control/web${path}model-run-2026/variable/temperature/part-00${part}.nc`, {
        method: "PUT",
        body: Uint8Array.from({ length: 16 }, (_, index) => 16 * part + index),
      });
    const parts = await FsspecStore.fromUrl(`${webUrl}${path}`, { readOnly: true });
    const virtualChunkAccess = { "s3://example-bucket/data/": parts };
    const store = await IcechunkStore.open(`${webUrl}/icechunk`, { virtualChunkAccess });
    for (const chunk of [0, 5, 31]) {
      const at = 16 * (chunk % 4) + 2 * Math.floor(chunk / 4);
      equal(await store.get(`v/c/${chunk}`), [at, at + 1]);
    }
    equal(await store.get("v/c/32"), undefined);
    const array = await openArray(store, { path: "v" });
    equal((await array.get("...")).data.length, array.size);
    const names = [];
    for await (const name of store.listDir("v")) names.push(name);
    equal(names.sort(), ["c", "zarr.json"]);
  });
}
