/** The conformance suite on `FsspecStore` over each file system that can be written. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, test } from "vitest";
import { LocalFileSystem } from "../fs/local-file-system.ts";
import { MemoryFileSystem } from "../fs/memory-file-system.ts";
import { S3FileSystem } from "../fs/s3-file-system.ts";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import type { S3Server } from "../../test/servers/embedded-s3.mjs";
import { StoreTests } from "../testing/store-tests.ts";
import { FsspecStore } from "./fsspec-store.ts";
import { modelSeeds } from "../../test/effort.ts";

/** Another store with the same arguments. */
const reopen = (store: FsspecStore): FsspecStore => store.withReadOnly(store.readOnly);
/** The file of a key, by the file system and not by the store. */
const set = (store: FsspecStore, key: string, value: Uint8Array): Promise<void> =>
  store.fs.pipeFile(store.fs.join(store.path, key), value);
const get = async (store: FsspecStore, key: string): Promise<Uint8Array | undefined> => {
  const path = store.fs.join(store.path, key);
  return (await store.fs.isFile(path)) ? store.fs.catFile(path) : undefined;
};

describe("over memory", () => {
  new StoreTests({
    modelSeeds,
    createStore: ({ readOnly }) =>
      new FsspecStore(new MemoryFileSystem({ store: new Map() }), { path: "/a/b", readOnly }),
    set,
    get,
    reopen,
    printed: () => "<FsspecStore(MemoryFileSystem, /a/b)>",
    supports: { readOnlyCopies: true, strict: true },
  }).register((title, run) => test(title, run));
});

describe("over local files", () => {
  const root = mkdtempSync(`${tmpdir()}/zarrkit-fsspec-`);
  afterAll(() => rmSync(root, { recursive: true }));
  new StoreTests({
    modelSeeds,
    createStore: ({ readOnly }) =>
      new FsspecStore(new LocalFileSystem(), { path: `${root}/${randomUUID()}`, readOnly }),
    set,
    get,
    reopen,
    printed: (store) => `<FsspecStore(LocalFileSystem, ${store.path})>`,
    supports: { readOnlyCopies: true, strict: true, json: true },
  }).register((title, run) => test(title, run));
});

describe("over S3", () => {
  let server: S3Server;
  // Keys from the environment are there again when a store is made from its JSON, which holds none.
  const variables = { ...process.env };
  beforeAll(async () => {
    server = await startS3({ buckets: { b: {} }, credentials: { k: "s" }, pageSize: 7 });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" });
    delete process.env["AWS_SESSION_TOKEN"];
  });
  afterAll(() => {
    process.env = variables;
    return server.close();
  });
  new StoreTests({
    modelSeeds,
    createStore: ({ readOnly }) =>
      new FsspecStore(new S3FileSystem({ endpoint_url: server.url }), {
        path: `b/${randomUUID()}`,
        readOnly,
      }),
    set,
    get,
    reopen,
    printed: (store) => `<FsspecStore(S3FileSystem, ${store.path})>`,
    supports: { readOnlyCopies: true, strict: true, json: true },
  }).register((title, run) => test(title, run));
});
