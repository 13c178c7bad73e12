import { UnsupportedError } from "../../base/errors.ts";
import { Store } from "../../storage/store.ts";
import { bytesOf, check, checkBytes, checkEqual, checkRejects, textBytes } from "../assert.ts";
import type { StoreCaseDefinition, StoreHarness } from "../store-harness.ts";

const READ_ONLY = /store was opened in read-only mode and does not support writing/;

/** Printing, flags, equality, opening, closing, read-only copies and JSON. */
export const lifecycleCases: readonly StoreCaseDefinition[] = [
  {
    name: "toString: the store's printed form, also in console.log",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      const text = String(store);
      check(text !== "" && text !== "[object Object]", `printed form is ${JSON.stringify(text)}`);
      const expected = harness.printed?.(store);
      if (expected instanceof RegExp)
        check(expected.test(text), `${text} does not match ${String(expected)}`);
      else if (expected !== undefined) checkEqual(text, expected, "printed form");
      const inspect: unknown = Reflect.get(store, Symbol.for("nodejs.util.inspect.custom"));
      check(typeof inspect === "function", "there is no util.inspect form");
      checkEqual(Reflect.apply(inspect, store, []), text, "util.inspect form");
    },
  },
  {
    name: "flags: supportsWrites, supportsDeletes, supportsListing",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      const { writes, deletes, listing } = harness.supports;
      checkEqual(store.supportsWrites, writes, "supportsWrites");
      checkEqual(store.supportsDeletes, deletes, "supportsDeletes");
      checkEqual(store.supportsListing, listing, "supportsListing");
    },
  },
  {
    name: "flags: supportsPartialWrites is false",
    requires: [],
    async run(harness) {
      checkEqual((await harness.create()).supportsPartialWrites, false, "supportsPartialWrites");
    },
  },
  {
    name: "flags: supportsConsolidatedMetadata is a boolean",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      checkEqual(typeof store.supportsConsolidatedMetadata, "boolean", "supportsConsolidatedMetadata");
    },
  },
  {
    name: "type: extends Store",
    requires: [],
    async run(harness) {
      check((await harness.create()) instanceof Store, "it is no Store");
    },
  },
  {
    name: "equals: itself, and another on the same values",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      check(store.equals(store), "it does not equal itself");
      check(!store.equals(undefined) && !store.equals({}), "it equals something that is no store");
      const other = await harness.reopen(store);
      if (other !== undefined)
        check(store.equals(other) && other.equals(store), "it does not equal its like");
    },
  },
  {
    name: "readOnly: false by default, and cannot be assigned",
    requires: ["writes"],
    async run(harness) {
      const store = await harness.create();
      checkEqual(store.readOnly, false, "readOnly");
      check(!Reflect.set(store, "readOnly", true) && !store.readOnly, "readOnly was assigned");
    },
  },
  ...[true, false].map((readOnly): StoreCaseDefinition => ({
    name: `open: with readOnly ${readOnly}`,
    requires: readOnly ? [] : ["writes"],
    async run(harness) {
      const store = await harness.create({ readOnly });
      checkEqual(store.isOpen, false, "isOpen of a new store");
      await store.get("zarr.json");
      checkEqual(store.isOpen, true, "isOpen after the first use");
      checkEqual(store.readOnly, readOnly, "readOnly");
    },
  })),
  {
    name: "open: concurrent first uses",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      const values = await Promise.all(Array.from({ length: 10 }, () => store.get("zarr.json")));
      check(
        values.every((value) => value === undefined),
        "a new store has a value",
      );
    },
  },
  {
    name: "close: may be called again and before use; a later use opens the store anew",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await store.close();
      await harness.set(store, "zarr.json", bytesOf(1));
      await store.get("zarr.json");
      await Promise.all([store.close(), store.close()]);
      checkEqual(store.isOpen, false, "isOpen after close");
      await store.close();
      checkBytes(await store.get("zarr.json"), bytesOf(1), "value after close");
    },
  },
  {
    name: "close: Symbol.asyncDispose closes, where the runtime has it",
    requires: [],
    async run(harness) {
      const { asyncDispose } = Symbol as { asyncDispose?: symbol }; // older runtimes lack it
      if (asyncDispose === undefined) return;
      const store = await harness.create();
      await store.get("zarr.json");
      const dispose: unknown = Reflect.get(store, asyncDispose);
      check(typeof dispose === "function", "there is no Symbol.asyncDispose");
      await Reflect.apply(dispose, store, []);
      checkEqual(store.isOpen, false, "isOpen after disposal");
    },
  },
  {
    name: "readOnly: set, setIfNotExists, delete, deleteDir and clear are refused",
    requires: [],
    async run(harness) {
      const store = await harness.create({ readOnly: true });
      checkEqual(store.readOnly, true, "readOnly");
      await checkRefusesWrites(store);
      await checkRejects(() => store.setIfNotExists("foo", bytesOf(1)), "setIfNotExists", READ_ONLY);
      if (!harness.supports.deletes || !harness.supports.listing) return;
      await checkRejects(() => store.deleteDir("foo"), "deleteDir", READ_ONLY);
      await checkRejects(() => store.clear(), "clear", READ_ONLY);
    },
  },
  {
    name: "withReadOnly: other stores on the same values",
    requires: ["writes", "readOnlyCopies"],
    async run(harness) {
      const store = await harness.create({ readOnly: true });
      await checkRefusesWrites(store);
      const writer = store.withReadOnly(false);
      checkEqual(writer.readOnly, false, "readOnly of the writer");
      checkEqual(writer.isOpen, false, "isOpen of the writer");
      await writer.set("foo/bar", textBytes("abc"));
      checkBytes(await store.get("foo/bar"), textBytes("abc"), "value seen by the original");
      if (harness.supports.deletes) await writer.delete("foo/bar");
      await checkRefusesWrites(store);
      await checkRefusesWrites(writer.withReadOnly(true));
    },
  },
  {
    name: "withReadOnly: unsupported says so",
    requires: [],
    async run(harness) {
      if (harness.supports.readOnlyCopies) return;
      const store = await harness.create();
      const work = (): unknown => store.withReadOnly(true);
      const error = await checkRejects(
        work,
        "withReadOnly",
        /withReadOnly is not implemented for the .* store type/,
      );
      check(error instanceof UnsupportedError, "withReadOnly: the error is no UnsupportedError");
    },
  },
  {
    name: "toJSON: Store.fromJSON makes an equal store",
    requires: ["json"],
    async run(harness) {
      const store = await harness.create();
      const copy = Store.fromJSON(JSON.parse(JSON.stringify(store)));
      check(copy.equals(store) && store.equals(copy), `${String(copy)} does not equal ${String(store)}`);
      checkEqual(copy.readOnly, store.readOnly, "readOnly");
      checkEqual(String(copy), String(store), "printed form");
      if (!harness.supports.writes) return;
      await copy.set("foo", textBytes("bar"));
      checkBytes(await copy.get("foo"), textBytes("bar"), "value set by the copy");
      await copy.close();
    },
  },
  {
    name: "toJSON: unsupported says so",
    requires: [],
    async run(harness) {
      if (harness.supports.json) return;
      const store = await harness.create();
      const error = await checkRejects(() => store.toJSON(), "toJSON");
      check(error instanceof UnsupportedError, "toJSON: the error is no UnsupportedError");
    },
  },
];

async function checkRefusesWrites(store: Awaited<ReturnType<StoreHarness["create"]>>): Promise<void> {
  await checkRejects(() => store.set("foo", bytesOf(1)), "set", READ_ONLY);
  await checkRejects(() => store.delete("foo"), "delete", READ_ONLY);
}
