/** What zarr-python's release notes say was fixed in arrays: the id is the row in docs/parity.md. */
import { expect, test } from "vitest";
import { createArray, fromArray, NDArray, openArray, slice, zerosLike } from "../index.ts";
import { MemoryStore } from "../storage.ts";
import { CountingStore, FaultStore } from "../testing.ts";

type Files = Map<string, Uint8Array>;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const range = (length: number, from = 0): number[] => Array.from({ length }, (_, i) => from + i);
const chunkKeys = (files: Files): string[] => [...files.keys()].filter((key) => key.startsWith("c")).sort();

async function valuesOf(z: { get(selection: "..."): Promise<unknown> }): Promise<unknown> {
  const values = await z.get("...");
  return values instanceof NDArray ? values.toNestedArray() : values;
}

test("K.01 an array of the pickle codec is refused by name: nothing is ever unpickled", async () => {
  const document = { zarr_format: 2, shape: [1], chunks: [1], dtype: "|O", fill_value: null, order: "C" };
  const files: Files = new Map([
    [".zarray", json({ ...document, filters: [{ id: "pickle", protocol: 5 }], compressor: null })],
  ]);
  await expect(openArray(files)).rejects.toMatchObject({ name: "UnsupportedError", codec: "pickle" });
});

test("K.02 shrinking a huge grid looks at what is stored alone; where a deletion fails, the array has its new shape all the same", async () => {
  const store = new CountingStore(new MemoryStore());
  const z = await createArray(store, { shape: [2 ** 50], chunks: [1], dtype: "uint8" });
  await z.set([[0, 5, 10]], [1, 2, 3]);
  store.reset();
  await z.resize([6]);
  expect(store.count("delete")).toBe(1);
  expect([await z.get([0]), await z.get([5]), z.shape]).toEqual([1, 2, [6]]);

  const faulty = new FaultStore(new MemoryStore(), [
    { operation: "delete", fault: { kind: "error", error: new Error("no") } },
  ]);
  const y = await createArray(faulty, { shape: [8], chunks: [2], dtype: "uint8" });
  await y.set(null, 1);
  await expect(y.resize([1])).rejects.toThrow("no");
  expect([y.shape, (await openArray(faulty)).shape]).toEqual([[1], [1]]);
});

test("K.03 config applies to an existing array", async () => {
  const files: Files = new Map();
  await createArray(files, { shape: [2], dtype: "int8" });
  const z = await openArray(files, { config: { readMissingChunks: false } });
  await expect(z.get("...")).rejects.toThrow(/missing/);
});

test("K.07 a record with raw bytes or strings has zero bytes as its default", async () => {
  const fields = [
    { name: "a", data_type: "int32" },
    { name: "r", data_type: { name: "raw_bytes", configuration: { length_bytes: 3 } } },
    { name: "s", data_type: { name: "fixed_length_utf32", configuration: { length_bytes: 8 } } },
  ];
  const z = await createArray({}, { shape: [1], dtype: { name: "struct", configuration: { fields } } });
  expect(((await z.get("...")) as NDArray).toBytes()).toEqual(new Uint8Array(15));
});

test("K.09 no chunk has length 0; whole axes of length 0 have chunks of 1; whole shards are rounded up", async () => {
  for (const chunks of [0, [0], [-2]] as const) {
    await expect(createArray({}, { shape: [4], chunks })).rejects.toBeInstanceOf(RangeError);
  }
  for (const chunks of [-1, false, "auto"] as const) {
    expect((await createArray({}, { shape: [0], chunks })).chunks).toEqual([1]);
  }
  expect((await createArray({}, { shape: [105], chunks: [10], shards: -1 })).shards).toEqual([110]);
});

test("K.14 a new array that cannot be made leaves the one that is there", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { data: [1, 2, 3], dtype: "int8" });
  const wrong: object[] = [
    { shape: [2], dtype: "int8", fillValue: 300 },
    { shape: [2], config: { nonsense: true } },
    { shape: [2], attributes: { f: () => 1 } },
    { shape: [2], dtype: "nonsense" },
    { shape: [2], chunks: [0] },
    { shape: [2], compressors: [{ name: "nonsense" }] },
    { shape: [2], nonsense: 1 },
  ];
  for (const options of wrong) {
    await expect(createArray(files, { ...options, overwrite: true })).rejects.toThrow();
    await expect(openArray(files, { ...options, mode: "w" })).rejects.toThrow();
  }
  expect(await valuesOf(z)).toEqual([1, 2, 3]);
});

test("K.16 fromArray refuses to overwrite its source, what is above it, and what is below", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { path: "a/b", data: [1, 2, 3] });
  for (const path of ["a/b", "a", "", "a/b/c"]) {
    await expect(fromArray(files, { data: z, path, overwrite: true })).rejects.toMatchObject({
      name: "StoreError",
    });
  }
  expect(await valuesOf(z)).toEqual([1, 2, 3]);
  await fromArray(files, { data: z, path: "a/bc", overwrite: true });
});

test("K.18 an array of format 3 like one of format 2 has the codecs of format 3", async () => {
  const old = await createArray(
    {},
    { shape: [4], chunks: [2], zarrFormat: 2, compressors: { id: "zlib", level: 3 } },
  );
  const z = await zerosLike({}, { like: old, zarrFormat: 3 });
  expect([z.zarrFormat, z.chunks, z.compressors.map(({ name }) => name)]).toEqual([3, [2], ["zstd"]]);
});

test("K.20 a misspelled config key is a TypeError that names the keys", async () => {
  const config = { write_empty_chunk: true };
  await expect(createArray({}, { shape: [2], config: config as object })).rejects.toThrow(
    /write_empty_chunk.*writeEmptyChunks/,
  );
});

test("K.33 scale_offset works on big-endian floats, and base64 record fills are little-endian", async () => {
  const scale = { name: "scale_offset", configuration: { offset: 1, scale: 2 } };
  const z = await createArray({}, { shape: [3], dtype: ">f8", filters: [scale], data: undefined });
  await z.set(null, [1, 2, 3.5]);
  expect(await valuesOf(z)).toEqual([1, 2, 3.5]);
  const fields = [{ name: "a", data_type: "int16" }];
  const files: Files = new Map([
    [
      "zarr.json",
      json({
        zarr_format: 3,
        node_type: "array",
        shape: [1],
        fill_value: "AQI=",
        data_type: { name: "struct", configuration: { fields } },
        chunk_grid: { name: "regular", configuration: { chunk_shape: [1] } },
        chunk_key_encoding: { name: "default" },
        codecs: [{ name: "bytes", configuration: { endian: "little" } }],
      }),
    ],
  ]);
  expect(await (await openArray(files)).get([0], { fields: "a" })).toBe(0x0201);
});

test("K.37 an array of 2^62 elements in chunks of 1 is made and read at once", async () => {
  const z = await createArray({}, { shape: [2 ** 31, 2 ** 31], chunks: [1, 1], dtype: "uint8" });
  await z.set([2 ** 31 - 1, 2 ** 31 - 1], 7);
  expect(await z.get([-1, -1])).toBe(7);
  expect(
    (
      await z.get([
        [0, 2 ** 31 - 1],
        [0, 2 ** 31 - 1],
      ])
    ).data,
  ).toEqual(Uint8Array.of(0, 7));
});

test("K.39 chunk lengths may come in a typed array; what is no integer is told", async () => {
  // A typed array is a list of numbers to everyone but the type.
  const chunks = Int32Array.of(3, 4) as unknown as number[];
  expect((await createArray({}, { shape: [10, 10], chunks })).chunks).toEqual([3, 4]);
  await expect(createArray({}, { shape: [10], chunks: [2.5] })).rejects.toThrow(/2\.5/);
});

test.each(["0", "0.0", "0x0000000000000000", 0])("K.41 a scale of %j is refused", async (scale) => {
  const filters = [{ name: "scale_offset", configuration: { scale } }];
  await expect(createArray({}, { shape: [2], dtype: "float64", filters })).rejects.toThrow();
});

test("K.43 index arrays of small and of 64-bit unsigned integers", async () => {
  const z = await createArray({}, { data: range(10), dtype: "int32", chunks: [3] });
  expect(await valuesOf({ get: () => z.get([Uint8Array.of(9, 0, 5)]) })).toEqual([9, 0, 5]);
  expect(await valuesOf({ get: () => z.get([BigUint64Array.of(9n, 0n)]) })).toEqual([9, 0]);
  await expect(z.get([BigUint64Array.of(2n ** 64n - 1n)])).rejects.toMatchObject({
    name: "BoundsCheckError",
  });
});

test("K.44 fromArray keeps fill value and attributes, which it does not share", async () => {
  const source = await createArray({}, { shape: [2], fillValue: 7, attributes: { nested: { a: 1 } } });
  const kept = await fromArray({}, { data: source });
  expect([kept.fillValue, kept.attrs]).toEqual([7, { nested: { a: 1 } }]);
  await kept.updateAttributes({ nested: { a: 2 } });
  expect(source.attrs).toEqual({ nested: { a: 1 } });
  expect((await fromArray({}, { data: source, attributes: {} })).attrs).toEqual({});
});

test("K.46 variable-length bytes are copied", async () => {
  const source = await createArray({}, { shape: [3], dtype: "bytes", chunks: [2] });
  await source.set(null, [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
  const copied = await fromArray({}, { data: source });
  expect(await valuesOf(copied)).toEqual([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
});

test("K.53 column-major values go through filters in C order", async () => {
  const data = { data: Int32Array.from([1, 4, 2, 5, 3, 6]), shape: [2, 3], stride: [1, 2] };
  const z = await createArray({}, { data, zarrFormat: 2, filters: [{ id: "delta", dtype: "<i4" }] });
  expect(await valuesOf(z)).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const text = { data: ["a", "c", "b", "d"], shape: [2, 2], stride: [1, 2] };
  expect(await valuesOf(await createArray({}, { data: text, dtype: "string" }))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("K.54 big-endian fields are stored as the bytes codec says, and read back", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [1], dtype: [["a", ">i2"]], compressors: null });
  await z.set(null, [{ a: 258 }]);
  expect([...files.get("c/0")!]).toEqual([2, 1]);
  expect(await (await openArray(files)).get([0], { fields: "a" })).toBe(258);
});

test("K.56 attributes are copied when an array is made", async () => {
  const attributes = { list: [1] };
  const z = await createArray({}, { shape: [2], attributes });
  attributes.list.push(2);
  expect(z.attrs).toEqual({ list: [1] });
});

test("K.65 a Zarr array is a value to write", async () => {
  const source = await createArray({}, { data: [1, 2, 3], dtype: "int16" });
  const z = await createArray({}, { shape: [3], dtype: "int32" });
  await z.set(null, source);
  expect(await valuesOf(z)).toEqual([1, 2, 3]);
});

test("K.68 growing a huge array lists and deletes nothing", async () => {
  const store = new CountingStore(new MemoryStore());
  const z = await createArray(store, { shape: [2 ** 50], chunks: [1], dtype: "uint8" });
  store.reset();
  await z.resize([2 ** 51]);
  expect([store.count("listPrefix"), store.count("list"), store.count("delete")]).toEqual([0, 0, 0]);
});

test("K.74 a chunk of -0 is stored where the fill value is 0", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [2], dtype: "float64" });
  await z.set(null, -0);
  expect(chunkKeys(files)).toEqual(["c/0"]);
  expect(Object.is(await z.get([0]), -0)).toBe(true);
});

test("K.76 data is written in whole shards: each shard is set once, and nothing is read", async () => {
  const store = new CountingStore(new MemoryStore());
  await createArray(store, { data: Int32Array.from(range(100)), chunks: [5], shards: [20] });
  const sets = store.calls.filter(({ method, key }) => method === "set" && key.startsWith("c/"));
  expect(sets.map(({ key }) => key).sort()).toEqual(range(5).map((i) => `c/${i}`));
  expect(store.calls.filter(({ method, key }) => method === "get" && key.startsWith("c/"))).toEqual([]);
});

test("K.81 mode a deletes nothing, and no compressor is none in format 2", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { data: [1, 2], zarrFormat: 2, compressors: null });
  expect(z.compressors).toEqual([]);
  await openArray(files, { mode: "a", shape: [5] });
  expect(await valuesOf(z)).toEqual([1, 2]);
});

test("K.82 a 0-d array reads as a scalar", async () => {
  const z = await createArray({}, { shape: [], dtype: "int32" });
  await z.set(null, 5);
  expect(await z.get()).toBe(5);
});

test("K.83 a deleted attribute is gone, others stay; paths are made regular", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { path: "a//b/", shape: [2], attributes: { x: 1, y: 2 } });
  expect(z.path).toBe("a/b");
  await z.deleteAttributes("x");
  await z.updateAttributes({ z: 3 });
  expect((await openArray(files, { path: "/a/b" })).attrs).toEqual({ y: 2, z: 3 });
});

test("K.84 the last chunk, which the array covers in part, is written; format 2 has no empty list of filters", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [5], chunks: [3], dtype: "int8", zarrFormat: 2, filters: [] });
  await z.set([slice(3, 5)], [8, 9]);
  expect(await valuesOf(z)).toEqual([0, 0, 0, 8, 9]);
  expect(JSON.parse(new TextDecoder().decode(files.get(".zarray")))).toMatchObject({ filters: null });
});
