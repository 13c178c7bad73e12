import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { StoreTests } from "../testing/store-tests.ts";
import { MemoryFile } from "../fs/zip/test-file.ts";
import { ZipStore } from "./zip-store.ts";
import { modelSeeds } from "../../test/effort.ts";

const folder = mkdtempSync(join(tmpdir(), "zip-conformance-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const abilities = { deletes: false, readOnlyCopies: true, strict: true } as const;

// Past the store: by another one on the same archive, which closes at once.
const raw = {
  set: async (store: ZipStore, key: string, value: Uint8Array): Promise<void> => {
    const writer = store.withReadOnly(false);
    await writer.set(key, value);
    await writer.close();
  },
  get: async (store: ZipStore, key: string): Promise<Uint8Array | undefined> => {
    const reader = store.withReadOnly(true);
    const value = await reader.get(key);
    await reader.close();
    return value;
  },
};

for (const compression of [0, 8] as const) {
  describe(`ZipStore at a path, compression ${compression}`, () => {
    const paths = new WeakMap<ZipStore, string>();
    new StoreTests<ZipStore>({
      modelSeeds,
      createStore: ({ readOnly }) => {
        const path = join(folder, `${files++}.zip`);
        const store = new ZipStore(path, { mode: "w", readOnly, compression });
        paths.set(store, path);
        return store;
      },
      ...raw,
      reopen: (store) =>
        new ZipStore(paths.get(store)!, { mode: "a", readOnly: store.readOnly, compression }),
      printed: (store) => `zip://${paths.get(store)}`,
      supports: { ...abilities, json: true },
    }).register((title, run) => test(title, run));
  });
}

describe("ZipStore on a RandomAccessFile", () => {
  const memory = new WeakMap<ZipStore, MemoryFile>();
  new StoreTests<ZipStore>({
    modelSeeds,
    createStore: ({ readOnly }) => {
      const file = new MemoryFile();
      const store = new ZipStore(file, { mode: "w", readOnly });
      memory.set(store, file);
      return store;
    },
    ...raw,
    reopen: (store) => new ZipStore(memory.get(store)!, { mode: "a", readOnly: store.readOnly }),
    printed: () => "zip://<MemoryFile>",
    supports: abilities,
  }).register((title, run) => test(title, run));
});

describe("ZipStore on an open file", () => {
  const handles = new WeakMap<ZipStore, FileHandle>();
  new StoreTests<ZipStore>({
    modelSeeds,
    createStore: async ({ readOnly }) => {
      const handle = await open(join(folder, `${files++}.zip`), "w+");
      const store = new ZipStore(handle, { mode: "x", readOnly });
      handles.set(store, handle);
      return store;
    },
    ...raw,
    dispose: (store) => handles.get(store)!.close(),
    printed: () => "zip://<FileHandle>",
    supports: abilities,
  }).register((title, run) => test(title, run));
});
