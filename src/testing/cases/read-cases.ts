import { sliceBytes } from "../../base/byte-request.ts";
import type { ByteRequest } from "../../base/byte-request.ts";
import { bytesOf, check, checkBytes, checkEqual, checkRejects, textBytes } from "../assert.ts";
import type { StoreCaseDefinition } from "../store-harness.ts";

const KEYS = ["c/0", "foo/c/0.0", "foo/0/0"];
const DATA = bytesOf(1, 2, 3, 4);
const TEN = textBytes("0123456789");

const PARTS: readonly (readonly [string, Uint8Array, ByteRequest | undefined])[] = [
  ["whole", DATA, undefined],
  ["start 1, end 4", DATA, { start: 1, end: 4 }],
  ["offset 1", DATA, { offset: 1 }],
  ["suffix 1", DATA, { suffix: 1 }],
  ["empty value", bytesOf(), undefined],
];

/** Ranges of a value of ten bytes, and what each gives; the same in every store. */
const RANGES: readonly (readonly [ByteRequest, string])[] = [
  [{ start: 2, end: 5 }, "234"],
  [{ start: 0, end: 10 }, "0123456789"],
  [{ start: 5, end: 5 }, ""],
  [{ start: 0, end: 0 }, ""],
  [{ start: 10, end: 10 }, ""],
  [{ start: 8, end: 20 }, "89"],
  [{ start: 20, end: 30 }, ""],
  [{ start: 5, end: 2 }, ""],
  [{ offset: 0 }, "0123456789"],
  [{ offset: 9 }, "9"],
  [{ offset: 10 }, ""],
  [{ offset: 99 }, ""],
  [{ suffix: 3 }, "789"],
  [{ suffix: 10 }, "0123456789"],
  [{ suffix: 99 }, "0123456789"],
  [{ suffix: 0 }, ""],
];

/** Reading one value, parts of it, its size, and whether it is there. */
export const readCases: readonly StoreCaseDefinition[] = [
  ...KEYS.flatMap((key) =>
    PARTS.map(([what, data, range]): StoreCaseDefinition => ({
      name: `get: ${key}, ${what}`,
      requires: [],
      async run(harness) {
        const store = await harness.create();
        await harness.set(store, key, data);
        checkBytes(await store.get(key, range), sliceBytes(data, range), `get ${key}`);
      },
    })),
  ),
  ...RANGES.map(([range, expected]): StoreCaseDefinition => ({
    name: `get: ${JSON.stringify(range)} of ten bytes is ${JSON.stringify(expected)}`,
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", TEN);
      checkBytes(await store.get("c/0", range), textBytes(expected), "get");
      checkBytes(
        (await store.getPartialValues([["c/0", range]]))[0],
        textBytes(expected),
        "getPartialValues",
      );
    },
  })),
  {
    name: "get: any range of an empty value is empty",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", bytesOf());
      for (const [range] of RANGES)
        checkBytes(await store.get("c/0", range), bytesOf(), `get ${JSON.stringify(range)}`);
    },
  },
  {
    name: "get: a missing key is undefined, with any range",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", TEN);
      for (const key of ["c/1", "d", "c/0/0", "c/00"]) {
        checkBytes(await store.get(key), undefined, `get ${key}`);
        for (const [range] of RANGES)
          checkBytes(await store.get(key, range), undefined, `get ${key} ${JSON.stringify(range)}`);
      }
    },
  },
  {
    name: "get: a prefix is no key",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "dir/sub/c", TEN);
      checkBytes(await store.get("dir"), undefined, "get dir");
      checkBytes(await store.get("dir/sub", { start: 0, end: 1 }), undefined, "get dir/sub");
      checkEqual(await store.exists("dir"), false, "exists dir");
    },
  },
  {
    name: "get: null is no range",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", TEN);
      checkBytes(await store.get("c/0", null), TEN, "get");
    },
  },
  {
    name: "get: works on a store that was never opened",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      check(!store.isOpen, "a new store is open");
      await harness.set(store, "c/0", DATA);
      checkBytes(await store.get("c/0"), DATA, "get");
    },
  },
  {
    name: "get: a range of another type is an error",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", DATA);
      // A caller without types may pass anything.
      const wrong = [0, 2] as unknown as ByteRequest;
      await checkRejects(() => store.get("c/0", wrong), "get", /Unexpected byte_range, got/);
    },
  },
  {
    name: "get: many keys at the same time",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      const keys = Array.from({ length: 10 }, (_, index) => `key_${index}`);
      for (const [index, key] of keys.entries()) await harness.set(store, key, bytesOf(index));
      const values = await Promise.all(keys.map((key) => store.get(key)));
      for (const [index, value] of values.entries()) checkBytes(value, bytesOf(index), `get key_${index}`);
    },
  },
  ...[[], ["zarr.json"], ["zarr.json", "c/0"], ["zarr.json", "c/0/0", "missing", "c/0/0"]].map(
    (keys): StoreCaseDefinition => ({
      name: `getPartialValues: a generator of [${keys.join(", ")}]`,
      requires: [],
      async run(harness) {
        const store = await harness.create();
        for (const key of new Set(keys)) if (key !== "missing") await harness.set(store, key, textBytes(key));
        const requests = keys.map(
          (key, index) => [key, index % 2 === 0 ? undefined : { suffix: 2 }] as const,
        );
        const once = (function* () {
          yield* requests;
        })();
        const values = await store.getPartialValues(once);
        checkEqual(values.length, keys.length, "number of values");
        for (const [index, [key, range]] of requests.entries())
          checkBytes(values[index], await store.get(key, range), `value ${index}`);
      },
    }),
  ),
  ...KEYS.flatMap((key) =>
    [DATA, bytesOf()].map((data): StoreCaseDefinition => ({
      name: `getSize: ${key} of ${data.byteLength} bytes`,
      requires: [],
      async run(harness) {
        const store = await harness.create();
        await harness.set(store, key, data);
        checkEqual(await store.getSize(key), data.byteLength, "getSize");
      },
    })),
  ),
  {
    name: "getSize: a missing key, and a prefix, are errors",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "foo/bar", DATA);
      await checkRejects(() => store.getSize("not-a-real-key"), "getSize of a missing key");
      await checkRejects(() => store.getSize("foo"), "getSize of a prefix");
    },
  },
  {
    name: "getSizePrefix: the sum below a directory, not below its siblings",
    requires: ["listing"],
    async run(harness) {
      const store = await harness.create();
      for (const key of ["c/0/0", "c/0/1", "c/1/0", "c/1/1", "cc/0"]) await harness.set(store, key, DATA);
      checkEqual(await store.getSizePrefix("c"), 16, "getSizePrefix c");
      checkEqual(await store.getSizePrefix("c/"), 16, "getSizePrefix c/");
      checkEqual(await store.getSizePrefix(""), 20, "getSizePrefix of everything");
      checkEqual(await store.getSizePrefix("d"), 0, "getSizePrefix of nothing");
    },
  },
  {
    name: "exists: false, then true; also for an empty value",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      checkEqual(await store.exists("foo"), false, "exists before");
      await harness.set(store, "foo/zarr.json", DATA);
      await harness.set(store, "empty", bytesOf());
      checkEqual(await store.exists("foo/zarr.json"), true, "exists after");
      checkEqual(await store.exists("empty"), true, "exists of an empty value");
    },
  },
];
