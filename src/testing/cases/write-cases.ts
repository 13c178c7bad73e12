import { bytesOf, check, checkBytes, checkEqual, collect } from "../assert.ts";
import type { StoreCaseDefinition } from "../store-harness.ts";

const KEYS = ["zarr.json", "c/0", "foo/c/0.0", "foo/0/0"];
const DATA = bytesOf(1, 2, 3, 4);

// What a URL, a shell or a file name might take for something else.
const EDGE_KEYS = [
  "a b/c d",
  "100%/zarr.json",
  "a%20b",
  "a%2Fb",
  "a#b/c",
  "a?b=c&d",
  "a+b=c;d,e",
  "...",
  ".hidden/..x",
  "ünïcode/日本語/😀",
  "e\u0301 and \u00e9",
  'it\'s "quoted"',
  "[0](1){2}<3>|^~`$@!*",
  "__proto__",
  "constructor/prototype",
  "toString",
  "a\\b",
  "C:x",
];

/** Writing, replacing, deleting. */
export const writeCases: readonly StoreCaseDefinition[] = [
  ...KEYS.flatMap((key) =>
    [DATA, bytesOf()].map((data): StoreCaseDefinition => ({
      name: `set: ${key} to ${data.byteLength} bytes`,
      requires: ["writes"],
      async run(harness) {
        const store = await harness.create();
        await store.set(key, data);
        checkBytes(await harness.get(store, key), data, `value of ${key}`);
        checkBytes(await store.get(key), data, `get ${key}`);
      },
    })),
  ),
  {
    name: "set: works on a store that was never opened",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      check(!store.isOpen, "a new store is open");
      await store.set("c/0", DATA);
      checkBytes(await harness.get(store, "c/0"), DATA, "value");
    },
  },
  {
    name: "set: replaces the whole value, by a shorter one too",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      await store.set("c/0", DATA);
      await store.set("c/0", bytesOf(9));
      checkBytes(await harness.get(store, "c/0"), bytesOf(9), "value");
      checkEqual(await store.getSize("c/0"), 1, "getSize");
    },
  },
  {
    name: "set: stores a copy, also of a view into a larger buffer",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      const buffer = bytesOf(0, 1, 2, 3, 4, 5);
      const view = buffer.subarray(1, 5);
      await store.set("c/0", view);
      await store.setIfNotExists("c/1", view);
      buffer.fill(255);
      checkBytes(await store.get("c/0"), DATA, "value after the caller changed its own bytes");
      checkBytes(await store.get("c/1"), DATA, "value of setIfNotExists after the same");
    },
  },
  {
    name: "set: many keys at the same time",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      await Promise.all(KEYS.map((key, index) => store.set(key, bytesOf(index))));
      for (const [index, key] of KEYS.entries())
        checkBytes(await harness.get(store, key), bytesOf(index), `value of ${key}`);
    },
  },
  {
    name: "set: of writers of one key at the same time one wins, whole",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      const values = Array.from({ length: 16 }, (_, index) => new Uint8Array(1000 + index).fill(index));
      await Promise.all(values.map((value) => store.set("a/b/c/0", value)));
      const winner = await store.get("a/b/c/0");
      const index = winner?.[0] ?? -1;
      checkBytes(winner, values[index], "value");
      if (harness.supports.listing) checkEqual(await collect(store.list()), ["a/b/c/0"], "list");
    },
  },
  {
    name: "set: concurrent first writes below one new directory",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      const keys = Array.from({ length: 40 }, (_, index) => `new/deep/${index % 4}/${index}`);
      await Promise.all(keys.map((key) => store.set(key, DATA)));
      for (const key of keys) checkBytes(await harness.get(store, key), DATA, `value of ${key}`);
    },
  },
  {
    name: "setIfNotExists: keeps what is there, and says whether it wrote",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "k", DATA);
      checkEqual(await store.setIfNotExists("k", bytesOf(9)), false, "for a key that is there");
      checkBytes(await harness.get(store, "k"), DATA, "value of a key that is there");
      checkEqual(await store.setIfNotExists("k2", bytesOf(5)), true, "for a new key");
      checkBytes(await harness.get(store, "k2"), bytesOf(5), "value of a new key");
      await harness.set(store, "empty", bytesOf());
      checkEqual(await store.setIfNotExists("empty", DATA), false, "for an empty value");
    },
  },
  ...EDGE_KEYS.map((key): StoreCaseDefinition => ({
    name: `keys: ${JSON.stringify(key)}`,
    requires: ["writes", "anyCharacter"],
    async run(harness) {
      const store = await harness.create();
      checkBytes(await store.get(key), undefined, "get before");
      checkEqual(await store.exists(key), false, "exists before");
      await store.set(key, DATA);
      checkBytes(await harness.get(store, key), DATA, "value");
      checkBytes(await store.get(key), DATA, "get");
      checkEqual(await store.exists(key), true, "exists");
      if (harness.supports.listing) checkEqual(await collect(store.list()), [key], "list");
      if (!harness.supports.deletes) return;
      await store.delete(key);
      checkBytes(await store.get(key), undefined, "get after delete");
    },
  })),
  {
    name: "keys: differ by every character",
    requires: ["writes", "anyCharacter"],
    async run(harness) {
      const store = await harness.create();
      const keys = ["a b", "a%20b", "a+b", "e\u0301", "\u00e9", "a/b", "a.b"];
      for (const [index, key] of keys.entries()) await store.set(key, bytesOf(index));
      for (const [index, key] of keys.entries()) checkBytes(await store.get(key), bytesOf(index), key);
    },
  },
  {
    name: "delete: removes the key",
    requires: ["writes", "deletes"],
    async run(harness) {
      const store = await harness.create();
      await store.set("foo/zarr.json", DATA);
      checkEqual(await store.exists("foo/zarr.json"), true, "exists before");
      await store.delete("foo/zarr.json");
      checkEqual(await store.exists("foo/zarr.json"), false, "exists after");
      checkBytes(await harness.get(store, "foo/zarr.json"), undefined, "value after");
    },
  },
  {
    name: "delete: a missing key is no error",
    requires: ["deletes"],
    async run(harness) {
      const store = await harness.create();
      await store.delete("not/a/key");
      await store.delete("not-a-key");
    },
  },
  {
    name: "delete: a prefix is no key, and what is below it stays",
    requires: ["deletes"],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "foo/bar", DATA);
      await store.delete("foo");
      checkBytes(await harness.get(store, "foo/bar"), DATA, "value below");
    },
  },
  {
    name: "deleteDir: everything below, and no sibling",
    requires: ["deletes", "listing"],
    async run(harness) {
      for (const prefix of ["foo", "foo/"]) {
        const store = await harness.create();
        for (const key of ["zarr.json", "foo-bar/zarr.json", "foo/zarr.json", "foo/c/0"])
          await harness.set(store, key, DATA);
        await store.deleteDir(prefix);
        checkEqual((await collect(store.list())).sort(), ["foo-bar/zarr.json", "zarr.json"], prefix);
        await store.deleteDir(prefix);
        await store.deleteDir("never/was");
      }
    },
  },
  {
    name: "clear: the store is empty, and can be written again",
    requires: ["writes", "deletes", "listing"],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "zarr.json", DATA);
      await harness.set(store, "a/b/c", DATA);
      await store.clear();
      checkEqual(await store.isEmpty(""), true, "isEmpty");
      await store.set("a/b/c", DATA);
      checkBytes(await store.get("a/b/c"), DATA, "value set after clear");
    },
  },
];
