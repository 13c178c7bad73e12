// Directories that a browser gives, and local ones, which it does not.
import { createArray, openArray, openGroup, UnsupportedError } from "zarrkit";
import { LocalStore, WebDirectoryStore } from "zarrkit/storage";
import { suite } from "./store-suite.mjs";
import { check, equal, failure, test } from "./suite.mjs";

export async function registerDirectory() {
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
      ...(backslash === undefined && {
        skip: { 'keys: "a\\\\b"': "this engine allows no backslash in a name" },
      }),
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
    await failure(async () => new LocalStore("data")).then((error) =>
      check(error instanceof UnsupportedError, `new LocalStore: ${error.name}`),
    );
  });
}

async function handleOf(folder, key, create) {
  const names = key.split("/");
  const file = names.pop();
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder.getFileHandle(file, { create });
}
