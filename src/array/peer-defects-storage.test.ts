/** The cases of the list of 23 that file stores and HTTP bring about; see `peer-defects.test.ts`. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import type { HttpServer } from "../../test/servers/embedded-http.mjs";
import { createArray, open, openArray, openGroup, slice } from "../index.ts";
import { FsspecStore, LocalStore } from "../storage.ts";

const folder = mkdtempSync(`${tmpdir()}/zarrkit-peers-`);
afterAll(() => rmSync(folder, { recursive: true }));

const VALUES = Uint16Array.from({ length: 64 }, (_, i) => 1000 + i);
const files = new Map<string, Uint8Array>();
let server: HttpServer | undefined;

beforeAll(async () => {
  const stored = new Map<string, Uint8Array>();
  const z = await createArray(stored, { shape: [64], chunks: [8], shards: [32], dtype: "uint16", path: "a" });
  await z.set(null, VALUES);
  for (const [key, value] of stored) files.set(`/data/${key}`, value);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function served(behaviour: HttpServer["behaviour"] = {}): Promise<FsspecStore> {
  server = await startHttp({ files, behaviour });
  const storageOptions = { requestPolicy: { retryBaseMs: 1, maxAttempts: 3, timeoutMs: 5000 } };
  return await FsspecStore.fromUrl(`${server.url}/data`, { storageOptions });
}

test("1: a server that answers ranges with the whole body gives right values", async () => {
  for (const behaviour of [
    { ignoreRanges: true },
    { ignoreRanges: true, chunked: true },
    { gzipWhole: true },
    { suffix: "first" },
    { suffix: "416" },
    { suffix: "501" },
    { contentRange: "missing" },
    { contentRange: "starred" },
  ] as const) {
    const z = await openArray(await served(behaviour), { path: "a", dtype: "uint16" });
    expect([...(await z.get([slice(3, 21)])).data], JSON.stringify(behaviour)).toEqual(
      Array.from(VALUES.subarray(3, 21)),
    );
    expect((await z.get("...")).data, JSON.stringify(behaviour)).toEqual(VALUES);
    await server?.close();
  }
});

test("1: a server whose ranges are wrong beyond repair gives right values or an error", async () => {
  for (const behaviour of [
    { contentRange: "shifted" },
    { contentRange: "shortBody" },
    { contentRange: "longBody" },
    { truncate: 20 },
  ] as const) {
    const store = await served();
    const z = await openArray(store, { path: "a", dtype: "uint16" });
    Object.assign(server!.behaviour, behaviour);
    const read = await z.get([slice(3, 21)]).then(
      (part) => [...part.data],
      (error: unknown) => error,
    );
    if (read instanceof Error)
      expect(read, JSON.stringify(behaviour)).toMatchObject({ path: "a", chunkKey: "a/c/0" });
    else expect(read, JSON.stringify(behaviour)).toEqual(Array.from(VALUES.subarray(3, 21)));
    await server?.close();
  }
});

test("18: a range past the end of a file is clamped, not padded", async () => {
  const store = new LocalStore(`${folder}/ranges`);
  await store.set("k", Uint8Array.of(1, 2, 3));
  expect(await store.get("k", { start: 1, end: 100 })).toEqual(Uint8Array.of(2, 3));
  expect(await store.get("k", { start: 3, end: 100 })).toEqual(new Uint8Array(0));
  expect(await store.get("k", { offset: 7 })).toEqual(new Uint8Array(0));
  expect(await store.get("k", { suffix: 100 })).toEqual(Uint8Array.of(1, 2, 3));
});

test("18: keys do not leave the root", async () => {
  await writeFile(`${folder}/secret`, "secret");
  const store = new LocalStore(`${folder}/inside`);
  await store.set("k", Uint8Array.of(1));
  for (const key of ["../secret", "a/../../secret", `${folder}/secret`, "/etc/hostname", "..\\secret"]) {
    const read = await store.get(key).catch((error: unknown) => error);
    expect(read instanceof Uint8Array, key).toBe(false);
    const written = await store.set(key, Uint8Array.of(0)).catch((error: unknown) => error);
    if (!(written instanceof Error)) expect(key).toBe("..\\secret"); // one name of a file, on this platform
  }
  await expect(open(store, { path: "../x" })).rejects.toThrow();
  expect(await readFile(`${folder}/secret`, "utf8")).toBe("secret");
});

test("18: a value is replaced at once, and no temporary file stays", async () => {
  const store = new LocalStore(`${folder}/atomic`);
  const [old, fresh] = [new Uint8Array(1 << 20).fill(1), new Uint8Array(1 << 20).fill(2)];
  await store.set("k", old);
  const writing = store.set("k", fresh);
  let done = false;
  void writing.then(() => (done = true));
  while (!done) {
    const seen = await readFile(`${folder}/atomic/k`);
    expect(seen.length).toBe(1 << 20);
    expect(seen[0]).toBe(seen[seen.length - 1]);
  }
  await writing;
  expect(readdirSync(`${folder}/atomic`)).toEqual(["k"]);
});

test.each(["a#b", "a%20b", "a b", "a?b", "ü", "a+b", "100%", "a&b=c"])(
  "19: a node may be called %s",
  async (name) => {
    const local = `${folder}/names`;
    const values = Int32Array.of(5, 6, 7);
    const z = await createArray(local, {
      path: `g/${name}`,
      shape: [3],
      chunks: [2],
      dtype: "int32",
      overwrite: true,
    });
    await z.set(null, values);
    expect(readdirSync(`${local}/g`)).toContain(name);
    const again = await openArray(local, { path: `g/${name}`, dtype: "int32" });
    expect((await again.get("...")).data).toEqual(values);
    const group = await openGroup(local, { path: "g", mode: "r" });
    expect(await group.has(name)).toBe(true);

    const web = new Map<string, Uint8Array>();
    for (const key of ["zarr.json", "c/0", "c/1"])
      web.set(`/data/g/${name}/${key}`, await readFile(`${local}/g/${name}/${key}`));
    server = await startHttp({ files: web });
    const store = await FsspecStore.fromUrl(`${server.url}/data`);
    const remote = await openArray(store, { path: `g/${name}`, dtype: "int32" });
    expect((await remote.get("...")).data).toEqual(values);
  },
);

test("20: the abort of one of two reads of one shard leaves the other alone", async () => {
  const store = await served();
  const z = await openArray(store, { path: "a", dtype: "uint16" });
  let release!: () => void;
  const until = new Promise<void>((resolve) => (release = resolve));
  const arrived = new Promise<void>((resolve) => {
    const when = (request: { key: string }): boolean => {
      if (!request.key.includes("/c/")) return false;
      resolve();
      return true;
    };
    server!.inject({ when, times: Infinity, until });
  });
  const controller = new AbortController();
  const left = z.get([slice(0, 4)], { signal: controller.signal });
  const stays = z.get([slice(4, 12)]);
  await arrived;
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(left).rejects.toBe(reason);
  release();
  expect([...(await stays).data]).toEqual(Array.from(VALUES.subarray(4, 12)));
});

test("22: one 503 is tried again", async () => {
  const store = await served();
  server!.inject({ when: (request) => request.key.endsWith("zarr.json"), status: 503 });
  server!.inject({ when: (request) => request.key.endsWith("/c/1"), status: 503 });
  const z = await openArray(store, { path: "a", dtype: "uint16" });
  expect((await z.get("...")).data).toEqual(VALUES);
  expect(server!.requests.filter(({ status }) => status === 503)).toHaveLength(2);
});
