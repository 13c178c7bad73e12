// Requests of a page: aborts that reach the socket, misbehaving servers, CORS.
import { createArray, openArray } from "zarrkit";
import { HTTPFileSystem } from "zarrkit/fs";
import { FsspecStore } from "zarrkit/storage";
import { check, equal, failure, test } from "./suite.mjs";

const upload = (place, path, bytes) => fetch(`/control/${place}${path}`, { method: "PUT", body: bytes });

export function registerNetwork({ webUrl, strictUrl }) {
  test("an abort reaches the socket, rejects with its reason, and leaves other reads alone", async () => {
    const path = `/held/${crypto.randomUUID()}`;
    await upload("web", path, Uint8Array.of(1, 2, 3));
    await fetch("/control/hold", { method: "POST", body: path });
    const store = new FsspecStore(new HTTPFileSystem(), { path: `${webUrl}/held/` });
    const key = path.slice("/held/".length);
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const reading = failure(() => store.get(key, null, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 150));
    controller.abort(reason);
    check((await reading) === reason, "it did not reject with the reason");
    equal(await store.get(key), [1, 2, 3]);
    for (let attempt = 0; attempt < 50; attempt++) {
      const aborted = await (await fetch("/control/aborted")).json();
      if (aborted.includes(path)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the server never saw the connection close");
  });

  test("an aborted read of an array rejects with the reason, and the array stays usable", async () => {
    const files = new Map();
    const z = await createArray(files, { shape: [40], chunks: [10], dtype: "uint8", compressors: null });
    await z.set(null, new Uint8Array(40).fill(3));
    const name = crypto.randomUUID();
    for (const [key, value] of files) await upload("web", `/held/${name}/${key}`, value);
    await fetch("/control/hold", { method: "POST", body: `/held/${name}/c/2` });
    const array = await openArray(`${webUrl}/held/${name}`);
    const controller = new AbortController();
    const reading = failure(() => array.get(null, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    equal((await reading).name, "AbortError");
    equal((await array.get(null)).data, new Uint8Array(40).fill(3));
  });

  for (const [place, url] of [
    ["web", webUrl],
    ["strict", strictUrl],
  ]) {
    test(`a shard is read by ranges, suffix first, from a server that ${place === "web" ? "allows" : "refuses"} preflights`, async () => {
      const files = new Map();
      const z = await createArray(files, { shape: [64], chunks: [4], shards: [32], dtype: "int32" });
      await z.set(
        null,
        Int32Array.from({ length: 64 }, (_, index) => index ** 2),
      );
      const name = crypto.randomUUID();
      for (const [key, value] of files) await upload(place, `/shards/${name}/${key}`, value);
      const array = await openArray(`${url}/shards/${name}`);
      equal(await array.get([33]), 33 ** 2);
      equal((await array.get("2:7")).data, [4, 9, 16, 25, 36]);
      equal(
        (await array.get(null)).data,
        Int32Array.from({ length: 64 }, (_, index) => index ** 2),
      );
    });
  }

  test("a server that is not there, and one that does not allow the page, are errors and not missing keys", async () => {
    const policy = { requestPolicy: { maxAttempts: 1 } };
    for (const url of [
      "http://127.0.0.1:9/",
      `${location.origin.replace("127.0.0.1", "localhost")}/facts.json/`,
    ]) {
      const store = new FsspecStore(new HTTPFileSystem(policy), { path: url });
      const error = await failure(() => store.get("zarr.json"));
      equal(error.name, "StoreError");
      check(error.cause !== undefined, "the cause is lost");
    }
  });

  test("a missing array is an ArrayNotFoundError", async () => {
    equal((await failure(() => openArray(`${webUrl}/nothing`))).name, "ArrayNotFoundError");
    equal((await failure(() => openArray(`${strictUrl}/nothing`))).name, "ArrayNotFoundError");
  });
}
