import { bytesOf, checkEqual, collect } from "../assert.ts";
import type { StoreCaseDefinition, StoreHarness } from "../store-harness.ts";

const DATA = bytesOf(1);

/** Listing, and what is built on it. */
export const listCases: readonly StoreCaseDefinition[] = [
  {
    name: "isEmpty: by directory, not by string prefix",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      checkEqual(await store.isEmpty(""), true, "a new store");
      await harness.set(store, "foo/bar", DATA);
      for (const [prefix, expected] of [
        ["", false],
        ["fo", true],
        ["foo/", false],
        ["foo", false],
        ["spam/", true],
      ] as const)
        checkEqual(await store.isEmpty(prefix), expected, `isEmpty ${JSON.stringify(prefix)}`);
    },
  },
  {
    name: "list: every key once",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      checkEqual(await collect(store.list()), [], "a new store");
      const keys = ["foo/zarr.json", ...Array.from({ length: 10 }, (_, index) => `foo/c/${index}`)];
      await fill(harness, store, keys);
      checkEqual((await collect(store.list())).sort(), keys.sort(), "list");
    },
  },
  {
    name: "list: leaving the loop raises nothing",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      await fill(harness, store, ["a/0", "a/1", "b/0"]);
      for await (const _ of store.list()) break;
      for await (const _ of store.listDir("a")) break;
      checkEqual((await collect(store.list())).length, 3, "keys");
    },
  },
  {
    name: "listPrefix: full keys that start with it",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      const prefixes = ["", "a/", "a/b/", "a/b/c/"];
      const keys = prefixes.map((prefix) => `${prefix}zarr.json`);
      await fill(harness, store, keys);
      for (const prefix of prefixes)
        checkEqual(
          (await collect(store.listPrefix(prefix))).sort(),
          keys.filter((key) => key.startsWith(prefix)).sort(),
          `listPrefix ${JSON.stringify(prefix)}`,
        );
    },
  },
  {
    name: "listPrefix: is a string prefix, also within a name",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      const keys = ["foo/a", "foo/ab", "foo/abc/d", "foo/b", "foobar/a", "foo/.zarray", "foo.d"];
      await fill(harness, store, keys);
      for (const prefix of [
        "f",
        "foo",
        "foo/",
        "foo/a",
        "foo/ab",
        "foo/abc/",
        "foo/.",
        "foo/a/",
        "x",
        "foo/b",
      ])
        checkEqual(
          (await collect(store.listPrefix(prefix))).sort(),
          keys.filter((key) => key.startsWith(prefix)).sort(),
          `listPrefix ${JSON.stringify(prefix)}`,
        );
    },
  },
  {
    name: "listPrefix: of everything and of nothing",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      const keys = ["foo/bar/zarr.json", ...Array.from({ length: 5 }, (_, index) => `foo/bar/c/${index}`)];
      await fill(harness, store, keys);
      checkEqual((await collect(store.listPrefix(""))).sort(), [...keys].sort(), "listPrefix of everything");
      checkEqual(
        (await collect(store.listPrefix("foo/bar/"))).sort(),
        [...keys].sort(),
        "listPrefix foo/bar/",
      );
      checkEqual(await collect(store.listPrefix("not/there/")), [], "listPrefix of nothing");
    },
  },
  {
    name: "listDir: names of immediate children, each once",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      checkEqual(await collect(store.listDir("")), [], "a new store");
      checkEqual(await collect(store.listDir("foo")), [], "a directory that is not there");
      await fill(harness, store, [
        "foo/zarr.json",
        "foo/bar/zarr.json",
        "foo/bar/c/0",
        "foo/bar/c/1",
        "foobar/x",
      ]);
      for (const [prefix, names] of [
        ["", ["foo", "foobar"]],
        ["foo", ["bar", "zarr.json"]],
        ["foo/bar", ["c", "zarr.json"]],
        ["foo/bar/c", ["0", "1"]],
        ["fo", []],
      ] as const) {
        checkEqual((await collect(store.listDir(prefix))).sort(), names, `listDir ${JSON.stringify(prefix)}`);
        if (prefix !== "")
          checkEqual((await collect(store.listDir(`${prefix}/`))).sort(), names, `listDir ${prefix}/`);
      }
    },
  },
  {
    name: "listDir: of a key is empty",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      await fill(harness, store, ["foo/zarr.json"]);
      checkEqual(await collect(store.listDir("foo/zarr.json")), [], "listDir of a key");
    },
  },
];

async function fill(
  harness: StoreHarness,
  store: Awaited<ReturnType<StoreHarness["create"]>>,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) await harness.set(store, key, DATA);
}
