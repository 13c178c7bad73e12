import { ReadOnlyError, StoreError } from "../../base/errors.ts";
import type { AbortOptions } from "../../base/async.ts";
import type { Store } from "../../storage/store.ts";
import { bytesOf, check, checkBytes, checkEqual, checkRejects, collect } from "../assert.ts";
import type { StoreAbility, StoreCaseDefinition } from "../store-harness.ts";

const DATA = bytesOf(1, 2, 3, 4);
const MALFORMED = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "./a",
  "a/.",
  "a/./b",
  "a/..",
  "../a",
  "a/../../b",
];

type Operation = readonly [
  name: string,
  requires: readonly StoreAbility[],
  run: (store: Store, options: AbortOptions) => Promise<unknown>,
];

const OPERATIONS: readonly Operation[] = [
  ["get", [], (store, options) => store.get("a/b", undefined, options)],
  ["getPartialValues", [], (store, options) => store.getPartialValues([["a/b"]], options)],
  ["getRanges", [], (store, options) => collect(store.getRanges("a/b", [{ start: 0, end: 1 }], options))],
  ["exists", [], (store, options) => store.exists("a/b", options)],
  ["getSize", [], (store, options) => store.getSize("a/b", options)],
  ["set", ["writes"], (store, options) => store.set("a/b", bytesOf(9), options)],
  ["setIfNotExists", ["writes"], (store, options) => store.setIfNotExists("a/c", bytesOf(9), options)],
  ["delete", ["deletes"], (store, options) => store.delete("a/b", options)],
  ["deleteDir", ["deletes", "listing"], (store, options) => store.deleteDir("a", options)],
  ["clear", ["deletes", "listing"], (store, options) => store.clear(options)],
  ["list", ["listing"], (store, options) => collect(store.list(options))],
  ["listPrefix", ["listing"], (store, options) => collect(store.listPrefix("a/", options))],
  ["listDir", ["listing"], (store, options) => collect(store.listDir("a", options))],
  ["isEmpty", ["listing"], (store, options) => store.isEmpty("a", options)],
  ["getSizePrefix", ["listing"], (store, options) => store.getSizePrefix("a", options)],
];

/** What zarrkit's own stores do besides. */
export const strictCases: readonly StoreCaseDefinition[] = [
  ...OPERATIONS.map(([name, requires, run]): StoreCaseDefinition => ({
    name: `abort: ${name} does nothing when the signal is aborted before`,
    requires: ["strict", ...requires],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "a/b", DATA);
      const reason = { why: "a reason that is no Error" };
      const error = await checkRejects(() => run(store, { signal: AbortSignal.abort(reason) }), name);
      check(error === reason, `${name} rejects with something else than the signal's reason`);
      checkBytes(await harness.get(store, "a/b"), DATA, "value afterwards");
      checkBytes(await harness.get(store, "a/c"), undefined, "value that was not to be written");
    },
  })),
  {
    name: "keys: malformed ones are refused by get, exists, set and delete",
    requires: ["strict"],
    async run(harness) {
      const store = await harness.create();
      const { writes, deletes } = harness.supports;
      for (const key of MALFORMED) {
        const what = JSON.stringify(key);
        for (const error of [
          await checkRejects(() => store.get(key), `get ${what}`),
          await checkRejects(() => store.exists(key), `exists ${what}`),
          writes ? await checkRejects(() => store.set(key, DATA), `set ${what}`) : undefined,
          deletes ? await checkRejects(() => store.delete(key), `delete ${what}`) : undefined,
        ])
          check(error === undefined || error instanceof StoreError, `${what}: the error is no StoreError`);
      }
    },
  },
  {
    name: "keys: one that is no string is a TypeError",
    requires: ["strict"],
    async run(harness) {
      const store = await harness.create();
      const wrong = 5 as unknown as string; // a caller without types may pass anything
      const error = await checkRejects(() => store.get(wrong), "get");
      check(error instanceof TypeError, "the error is no TypeError");
    },
  },
  {
    name: "prefixes: one that leads out of the store is refused",
    requires: ["strict", "listing"],
    async run(harness) {
      const store = await harness.create();
      for (const prefix of ["../", "/etc/", "a/../b/"]) {
        await checkRejects(() => collect(store.listPrefix(prefix)), `listPrefix ${prefix}`);
        await checkRejects(() => collect(store.listDir(prefix)), `listDir ${prefix}`);
        if (harness.supports.deletes)
          await checkRejects(() => store.deleteDir(prefix), `deleteDir ${prefix}`);
      }
    },
  },
  {
    name: "set: a value that is no Uint8Array is a TypeError that names the store",
    requires: ["strict", "writes"],
    async run(harness) {
      const store = await harness.create();
      for (const value of ["text", [1, 2], null, new ArrayBuffer(4), new Float64Array(1)]) {
        const wrong = value as unknown as Uint8Array; // a caller without types may pass anything
        const error = await checkRejects(() => store.set("k", wrong), "set", /must be a Uint8Array/);
        check(error instanceof TypeError, "the error is no TypeError");
      }
      checkEqual(await store.exists("k"), false, "exists afterwards");
    },
  },
  {
    name: "readOnly: the error is a ReadOnlyError with the printed store",
    requires: ["strict"],
    async run(harness) {
      const store = await harness.create({ readOnly: true });
      const error = await checkRejects(() => store.set("k", DATA), "set");
      check(error instanceof ReadOnlyError && error.code === "ZARR_READ_ONLY", "it is no ReadOnlyError");
      check(error.store !== undefined, "it does not say which store");
    },
  },
];
