import { expect, test } from "vitest";
import { createArray, createGroup } from "../array/create.ts";
import { openArray, openConsolidated } from "../array/open.ts";
import { consolidateMetadata } from "../array/create.ts";
import type { ZarrArray } from "../array/zarr-array.ts";
import { parseJson } from "../base/json-parse.ts";
import { UnsupportedError } from "../base/errors.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { ByteLru } from "./byte-lru.ts";
import { TranscodedStore } from "./transcoded-store.ts";

async function documentAt(store: TranscodedStore, key: string): Promise<unknown> {
  return parseJson((await store.get(key))!);
}

async function same(z: ZarrArray, store: TranscodedStore, path = ""): Promise<void> {
  const again = await openArray(store, { path, mode: "r" });
  const [ours, theirs] = [await z.get("..."), await again.get("...")];
  expect(theirs.shape).toEqual(ours.shape);
  expect(String(again.dataType)).toBe(String(z.dataType));
  expect(theirs.data).toEqual(ours.data);
}

const TYPES: [string, unknown[]][] = [
  ["bool", [true, false, true]],
  ["int64", [2n ** 62n, -1n, 0n]],
  ["float16", [0.5, -2, 0]],
  [
    "complex64",
    [
      { re: 1, im: 2 },
      { re: 0, im: -1 },
      { re: 0, im: 0 },
    ],
  ],
  ["datetime64[ms]", [1n, -5n, 0n]],
  ["<U3", ["é", "ab", ""]],
  ["S2", [new Uint8Array([65]), new Uint8Array([66, 67]), new Uint8Array()]],
  ["string", ["é", "", "long text"]],
  ["int4", [-8, 7, 0]],
];

test.each(TYPES)(
  "%s arrays of both formats read the same through it, fill value and edges too",
  async (dtype, values) => {
    for (const zarrFormat of [2, 3] as const) {
      if (dtype === "int4" && zarrFormat === 2) continue; // v2 has no name for it
      const z = await createArray({}, { shape: [8], chunks: [3], dtype, zarrFormat });
      await z.set("1:4", values);
      await same(z, new TranscodedStore(z));
    }
  },
);

test("rectilinear grids become boxes of the largest lengths", async () => {
  const z = await createArray(
    {},
    {
      shape: [10, 7],
      chunks: [
        [1, 4, 5],
        [3, 4],
      ],
      dtype: "int16",
    },
  );
  await z.set("...", { data: Int16Array.from({ length: 70 }, (_, i) => i), shape: [10, 7], stride: [7, 1] });
  const store = new TranscodedStore(z);
  expect(await documentAt(store, "zarr.json")).toMatchObject({
    chunk_grid: { name: "regular", configuration: { chunk_shape: [5, 4] } },
  });
  await same(z, store);
});

test("arrays without dimensions, without elements, and with v2's null for a fill value", async () => {
  const scalar = await createArray({}, { shape: [], dtype: "float64" });
  const store = new TranscodedStore(scalar);
  expect(await store.get("c")).toBeUndefined();
  await scalar.set("...", 7);
  expect((await new TranscodedStore(scalar).get("c"))?.byteLength).toBe(8);
  const empty = await createArray({}, { shape: [0, 3], chunks: [1, 2], dtype: "int8" });
  const keys: string[] = [];
  for await (const key of new TranscodedStore(empty).list()) keys.push(key);
  expect(keys).toEqual(["zarr.json"]);
  const none = await createArray({}, { shape: [2], dtype: "int8", zarrFormat: 2, fillValue: null });
  await same(none, new TranscodedStore(none));
});

test("lists what it has: documents, and chunks that are not all fill value", async () => {
  const root = await createGroup({});
  const z = await root.createArray("g/z", { shape: [6], chunks: [2], shards: [4], dtype: "uint8" });
  await z.set("0:3", [1, 2, 3]);
  const store = new TranscodedStore(root);
  const keys: string[] = [];
  for await (const key of store.list()) keys.push(key);
  expect(keys).toEqual(["zarr.json", "g/zarr.json", "g/z/zarr.json", "g/z/c/0", "g/z/c/1"]);
  for (const key of keys) expect(await store.get(key), key).toBeInstanceOf(Uint8Array);
  const below: string[] = [];
  for await (const key of store.listPrefix("g/z/c/1")) below.push(key);
  expect(below).toEqual(["g/z/c/1"]);
  const namesIn = async (directory: string): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of store.listDir(directory)) names.push(name);
    return names;
  };
  expect(await namesIn("")).toEqual(["zarr.json", "g"]);
  expect(await namesIn("g/z")).toEqual(["zarr.json", "c"]);
  expect(await namesIn("g/z/c")).toEqual(["0", "1", "2"]);
  expect(await namesIn("none")).toEqual([]);
  await expect(store.set("k", new Uint8Array())).rejects.toThrow(/read-only/);
});

test("only canonical keys name chunks", async () => {
  const z = await createArray(
    {},
    { path: "c/0", shape: [4, 4], chunks: [2, 2], dtype: "uint8", fillValue: 1 },
  );
  await z.set("...", 2);
  const store = new TranscodedStore(await openArray(z.storePath, { mode: "r" }));
  expect(await store.get("c/0/1")).toBeDefined();
  for (const key of ["c/00/1", "c/0", "c/0/1/0", "c/2/0", "0/1", "c/0/1/zarr.json", "c/9007199254740993/0"])
    expect(await store.get(key), key).toBeUndefined();
});

test("an array that grows is seen, and what its metadata says then", async () => {
  const values = new Map<string, Uint8Array>();
  const z = await createArray(values, { shape: [4], chunks: [2], dtype: "uint8" });
  await z.set("...", [1, 2, 3, 4]);
  const store = new TranscodedStore(await openArray(values, { mode: "r" }));
  expect(await store.get("c/2")).toBeUndefined();
  await z.append([5, 6]);
  expect([...(await store.get("c/2"))!]).toEqual([5, 6]);
  expect(await documentAt(store, "zarr.json")).toMatchObject({ shape: [6] });
});

test("chunks are as new as maxAgeSeconds says", async () => {
  const z = await createArray({}, { shape: [2], dtype: "uint8" });
  await z.set("...", [1, 2]);
  const [kept, live] = [new TranscodedStore(z), new TranscodedStore(z, { maxAgeSeconds: 0 })];
  for (const store of [kept, live]) expect([...(await store.get("c/0"))!]).toEqual([1, 2]);
  await z.set("...", [3, 4]);
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect([...(await kept.get("c/0"))!]).toEqual([1, 2]);
  expect([...(await live.get("c/0"))!]).toEqual([3, 4]);
});

test("another array in the same place does not get the chunks of the one before", async () => {
  const values = new Map<string, Uint8Array>();
  const root = await createGroup(values);
  const first = await root.createArray("z", { shape: [2], dtype: "uint8" });
  await first.set("...", [1, 2]);
  const store = new TranscodedStore(root);
  await store.get("z/c/0");
  const second = await root.createArray("z", {
    shape: [2],
    dtype: "uint8",
    attributes: { v: 2 },
    overwrite: true,
  });
  await second.set("...", [3, 4]);
  expect(await documentAt(store, "z/zarr.json")).toMatchObject({ attributes: { v: 2 } });
  expect([...(await store.get("z/c/0"))!]).toEqual([3, 4]);
});

test("consolidated metadata is that of the nodes as they are presented, or absent where one cannot be", async () => {
  const values = new Map<string, Uint8Array>();
  const root = await createGroup(values, { zarrFormat: 2 });
  await root.createArray("g/a", { shape: [4], chunks: [2], dtype: ">f4" });
  await consolidateMetadata(values);
  const store = new TranscodedStore(await openConsolidated(new MemoryStore(values), { mode: "r" }));
  expect(await documentAt(store, "zarr.json")).toMatchObject({
    consolidated_metadata: {
      metadata: { g: { node_type: "group" }, "g/a": { data_type: "float32", codecs: [{ name: "bytes" }] } },
    },
  });
  await root.createArray("c", {
    shape: [1],
    dtype: [
      ["a", "<i4"],
      ["b", ">f8"],
    ] as never,
  });
  await consolidateMetadata(values);
  const mixed = new TranscodedStore(await openConsolidated(new MemoryStore(values), { mode: "r" }));
  const document = (await documentAt(mixed, "zarr.json")) as Record<string, unknown>;
  const isWhole = document["consolidated_metadata"] !== undefined;
  const isPresented = await mixed.get("c/zarr.json").then(
    () => true,
    (error: unknown) => {
      expect(error).toBeInstanceOf(UnsupportedError);
      return false;
    },
  );
  expect(isWhole).toBe(isPresented);
});

test("wrong options are told", async () => {
  const z = await createArray({}, { shape: [1], dtype: "int8" });
  expect(() => new TranscodedStore({} as never)).toThrow(TypeError);
  expect(() => new TranscodedStore(z, { cacheBytes: -1 })).toThrow(RangeError);
  expect(() => new TranscodedStore(z, { maxAgeSeconds: NaN })).toThrow(RangeError);
  expect(() => new TranscodedStore(z, { dataTypes: "all" as never })).toThrow(TypeError);
});

test("what was used longest ago goes first", () => {
  const lru = new ByteLru<string>(10);
  lru.set("a", "A", 4);
  lru.set("b", "B", 4);
  expect(lru.get("a")?.value).toBe("A");
  lru.set("c", "C", 4);
  expect(lru.get("b")).toBeUndefined();
  expect(lru.bytes).toBe(8);
  lru.set("d", "D", 11);
  expect(lru.get("d")).toBeUndefined();
  expect(lru.bytes).toBe(8);
  lru.set("a", "A", 1);
  expect(lru.bytes).toBe(5);
  lru.clear();
  expect([lru.bytes, lru.get("a")]).toEqual([0, undefined]);
});
