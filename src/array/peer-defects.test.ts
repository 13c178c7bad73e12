/**
 * Format and API cases that a peer library gets wrong, each named after the symptom seen there; the number is the
 * case's in the project's list of 23. Those of file stores and HTTP are in the files beside this one.
 */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createArray, open, openArray, slice } from "../index.ts";
import { MemoryStore, WrapperStore } from "../storage.ts";
import type { ByteRequest, Store } from "../storage.ts";
import { CountingStore } from "../testing.ts";

type Files = Map<string, Uint8Array>;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const parsed = (files: Files, key: string): unknown => JSON.parse(new TextDecoder().decode(files.get(key)));
const chunkKeys = (files: Files): string[] =>
  [...files.keys()].filter((key) => /(^|\/)c(\/|$)/.test(key)).sort();

/** A v3 document of one chunk, which a case changes. */
function documentV3(changes: object = {}): Uint8Array {
  return json({
    zarr_format: 3,
    node_type: "array",
    shape: [4],
    data_type: "uint8",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes" }],
    attributes: {},
    ...changes,
  });
}

const CRC_INDEX = [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }];

test.each(["start", "end"] as const)("2: a shard whose index is at its %s is read", async (indexLocation) => {
  const files: Files = new Map();
  const options = {
    shape: [4, 4],
    chunks: [2, 2],
    shards: { shape: [4, 4], indexLocation },
    dtype: "uint16",
  };
  const z = await createArray(files, options);
  const values = Array.from({ length: 4 }, (_, row) => [0, 1, 2, 3].map((column) => 10 * row + column));
  await z.set(null, values);
  const stored = parsed(files, "zarr.json") as { codecs: { configuration: { index_location: string } }[] };
  expect(stored.codecs[0]?.configuration.index_location).toBe(indexLocation);
  const again = await openArray(files);
  expect((await again.get("...")).toNestedArray()).toEqual(values);
  expect(await again.get([3, 1])).toBe(31);
});

test("2: an index at the start is where the specification puts it", async () => {
  const files: Files = new Map();
  const inner = { chunk_shape: [2], codecs: [{ name: "bytes" }], index_codecs: [CRC_INDEX[0]] };
  const codecs = [{ name: "sharding_indexed", configuration: { ...inner, index_location: "start" } }];
  files.set("zarr.json", documentV3({ codecs }));
  // Two entries of offset and length, then the inner chunks, the second one first.
  const shard = new DataView(new ArrayBuffer(36));
  for (const [i, word] of [34n, 2n, 32n, 2n].entries()) shard.setBigUint64(i * 8, word, true);
  for (const [i, byte] of [3, 4, 1, 2].entries()) shard.setUint8(32 + i, byte);
  files.set("c/0", new Uint8Array(shard.buffer));
  expect([...(await (await openArray(files, { dtype: "uint8" })).get("...")).data]).toEqual([1, 2, 3, 4]);
});

test("3: shards within shards are read and written", async () => {
  const files: Files = new Map();
  const codecs = [{ name: "bytes" }, { name: "gzip", configuration: { level: 1 } }];
  const sharding = (shape: number[], within: object[]): object => ({
    name: "sharding_indexed",
    configuration: { chunk_shape: shape, codecs: within, index_codecs: CRC_INDEX, index_location: "end" },
  });
  const nested = [sharding([4], [sharding([2], codecs)])];
  const chunkGrid = { name: "regular", configuration: { chunk_shape: [8] } };
  files.set("zarr.json", documentV3({ shape: [16], chunk_grid: chunkGrid, codecs: nested }));
  const z = await openArray(files, { dtype: "uint8" });
  await z.set(
    [slice(1, 15)],
    Uint8Array.from({ length: 14 }, (_, i) => i + 1),
  );
  const again = await openArray(files, { dtype: "uint8" });
  expect([...(await again.get("...")).data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0]);
  expect(await again.get([9])).toBe(9);
});

test("4: a codec after the sharding codec is not ignored", async () => {
  const files: Files = new Map();
  const inner = { chunk_shape: [2], codecs: [{ name: "bytes" }], index_codecs: [CRC_INDEX[0]] };
  const codecs = [
    { name: "sharding_indexed", configuration: inner },
    { name: "gzip", configuration: { level: 5 } },
  ];
  files.set("zarr.json", documentV3({ codecs }));
  const shard = new DataView(new ArrayBuffer(36));
  for (const [i, byte] of [1, 2, 3, 4].entries()) shard.setUint8(i, byte);
  for (const [i, word] of [0n, 2n, 2n, 2n].entries()) shard.setBigUint64(4 + i * 8, word, true);
  files.set("c/0", new Uint8Array(gzipSync(new Uint8Array(shard.buffer))));
  const z = await openArray(files, { dtype: "uint8" });
  expect([...(await z.get("...")).data]).toEqual([1, 2, 3, 4]);
  expect(await z.get([2])).toBe(3);
  await z.set([1], 9);
  expect(files.get("c/0")?.subarray(0, 2)).toEqual(Uint8Array.of(0x1f, 0x8b));
  expect([...(await z.get("...")).data]).toEqual([1, 9, 3, 4]);
});

test("4: a transpose before the sharding codec is not ignored", async () => {
  const files: Files = new Map();
  const inner = { chunk_shape: [1, 2], codecs: [{ name: "bytes" }], index_codecs: [CRC_INDEX[0]] };
  const codecs = [
    { name: "transpose", configuration: { order: [1, 0] } },
    { name: "sharding_indexed", configuration: inner },
  ];
  const chunkGrid = { name: "regular", configuration: { chunk_shape: [2, 3] } };
  files.set("zarr.json", documentV3({ shape: [2, 3], chunk_grid: chunkGrid, codecs }));
  // The shard has shape (3, 2): an inner chunk is a column of the array.
  const shard = new DataView(new ArrayBuffer(54));
  for (const [i, byte] of [1, 4, 2, 5, 3, 6].entries()) shard.setUint8(i, byte);
  for (const [i, word] of [0n, 2n, 2n, 2n, 4n, 2n].entries()) shard.setBigUint64(6 + i * 8, word, true);
  files.set("c/0/0", new Uint8Array(shard.buffer));
  const z = await openArray(files);
  expect((await z.get("...")).toNestedArray()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(await z.get([1, 0])).toBe(4);
  await z.set([0, 2], 33);
  expect((await z.get([slice(null), 2])).toNestedArray()).toEqual([33, 6]);
});

test("5: a checksum that does not match gives an error, no values", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [4], dtype: "uint8", compressors: [{ name: "crc32c" }] });
  await z.set(null, [1, 2, 3, 4]);
  files.get("c/0")![1]! ^= 1;
  await expect(z.get()).rejects.toMatchObject({ name: "ChecksumError", chunkKey: "c/0", codec: "crc32c" });
  // The read of one element may not skip the check either.
  await expect(z.get([0])).rejects.toMatchObject({ name: "ChecksumError" });
});

test.each([
  ["plain bytes", null],
  ["blosc", { name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle" } }],
  ["zstd", { name: "zstd", configuration: { level: 1, checksum: false } }],
  ["gzip", { name: "gzip", configuration: { level: 1 } }],
] as const)("6: a chunk cut in half is an error, not a tail of zeros: %s", async (_, compressors) => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [64], chunks: [64], dtype: "float64", compressors });
  await z.set(
    null,
    Float64Array.from({ length: 64 }, (__, i) => Math.sin(i)),
  );
  const whole = files.get("c/0")!;
  files.set("c/0", whole.subarray(0, whole.length >> 1));
  await expect(z.get()).rejects.toMatchObject({ name: "CodecError", chunkKey: "c/0" });
  await expect(z.get([63])).rejects.toMatchObject({ name: "CodecError", chunkKey: "c/0" });
});

test("7: a hexadecimal fill value of a float is its bits, a NaN among them", async () => {
  for (const [dataType, fillValue, bytes] of [
    ["float32", "0x7fc00000", [0, 0, 0xc0, 0x7f]],
    ["float32", "0x7fc00001", [1, 0, 0xc0, 0x7f]],
    ["float64", "0xfff8000000000000", [0, 0, 0, 0, 0, 0, 0xf8, 0xff]],
  ] as const) {
    const codecs = [{ name: "bytes", configuration: { endian: "little" } }];
    const document = documentV3({ data_type: dataType, fill_value: fillValue, codecs });
    const z = await openArray(new Map([["zarr.json", document]]));
    expect(z.fillValue).toBeNaN();
    const filled = await z.get("...");
    expect([...(filled as { data: Float32Array }).data]).toEqual([NaN, NaN, NaN, NaN]);
    expect([...filled.toBytes().subarray(0, bytes.length)]).toEqual(bytes);
  }
});

test("8: 64-bit fill values are exact", async () => {
  for (const [dataType, text, value] of [
    ["int64", "9223372036854775807", 9223372036854775807n],
    ["int64", "-9223372036854775808", -9223372036854775808n],
    ["uint64", "18446744073709551615", 18446744073709551615n],
  ] as const) {
    const codecs = [{ name: "bytes", configuration: { endian: "little" } }];
    const document = new TextDecoder().decode(documentV3({ data_type: dataType, codecs }));
    const store = new Map([
      ["zarr.json", new TextEncoder().encode(document.replace('"fill_value":0', `"fill_value":${text}`))],
    ]);
    const z = await openArray(store);
    expect(z.fillValue).toBe(value);
    expect(await z.get([0])).toBe(value);
    await z.updateAttributes({ a: 1 });
    expect(new TextDecoder().decode(store.get("zarr.json"))).toContain(`"fill_value": ${text}`);
  }
});

test("9: a selection shorter than the rank takes the axes without an item whole", async () => {
  const z = await createArray({}, { shape: [2, 3], dtype: "int32" });
  await z.set(null, [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const row = await z.get([1]);
  expect(row).toMatchObject({ shape: [3] });
  expect([...(row as { data: Int32Array }).data]).toEqual([4, 5, 6]);
});

test("10: concurrent writes to different elements of one chunk all last", async () => {
  const z = await createArray({}, { shape: [4], chunks: [4], dtype: "uint8" });
  await Promise.all([1, 2, 3, 4].map((value, i) => z.set([i], value)));
  expect([...(await z.get("...")).data]).toEqual([1, 2, 3, 4]);
});

test("11: an array made with the least options has valid metadata", async () => {
  const files: Files = new Map();
  await createArray(files, { shape: [4], dtype: "int16" });
  expect(parsed(files, "zarr.json")).toEqual({
    zarr_format: 3,
    node_type: "array",
    shape: [4],
    data_type: "int16",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [
      { name: "bytes", configuration: { endian: "little" } },
      { name: "zstd", configuration: { level: 0, checksum: false } },
    ],
    attributes: {},
    storage_transformers: [],
  });
});

test("12: writing fill values stores no chunk, and deletes those that become empty", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [8], chunks: [2], dtype: "float32", fillValue: NaN });
  await z.set(null, NaN);
  expect(chunkKeys(files)).toEqual([]);
  await z.set([slice(3, 5)], 1);
  expect(chunkKeys(files)).toEqual(["c/1", "c/2"]);
  await z.set([slice(3, 4)], NaN);
  expect(chunkKeys(files)).toEqual(["c/2"]);
  await z.withConfig({ writeEmptyChunks: true }).set(null, NaN);
  expect(chunkKeys(files)).toEqual(["c/0", "c/1", "c/2", "c/3"]);
});

test("13: arrays with a dimension of length zero are read, written and grown", async () => {
  for (const zarrFormat of [2, 3] as const) {
    const z = await createArray({}, { shape: [0, 3], chunks: [2, 3], dtype: "int8", zarrFormat });
    expect(await z.get("...")).toMatchObject({ shape: [0, 3], size: 0 });
    await z.set(null, 7);
    expect(z.nchunks).toBe(0);
    expect(await z.append([[1, 2, 3]])).toEqual([1, 3]);
    expect((await z.get("...")).toNestedArray()).toEqual([[1, 2, 3]]);
  }
});

test("14: fixed-length strings keep characters beyond the basic plane", async () => {
  for (const zarrFormat of [2, 3] as const) {
    const dtype = zarrFormat === 2 ? "<U3" : "fixed_length_utf32";
    const options = { shape: [2], dtype: zarrFormat === 2 ? dtype : "<U3", zarrFormat };
    const z = await createArray({}, options);
    await z.set(null, ["😀b", "b😀😀"]);
    expect((await z.get("...")).toNestedArray()).toEqual(["😀b", "b😀😀"]);
  }
});

/** Gives values as views into larger buffers, as network stores may. */
class ViewStore extends WrapperStore {
  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array | undefined> {
    const bytes = await super.get(key, byteRange, options);
    if (bytes === undefined) return undefined;
    const larger = new Uint8Array(bytes.length + 10).fill(0xa5);
    larger.set(bytes, 3);
    return larger.subarray(3, 3 + bytes.length);
  }
}

test.each([
  ["string", ["", "é😀"]],
  ["float64", [1.5, -0]],
  ["bool", [true, false]],
  ["int64", [1n, -(2n ** 62n)]],
  ["<U2", ["a", "😀b"]],
] as const)("15: a chunk handed over as an unaligned view is read: %s", async (dtype, values) => {
  const inner = new MemoryStore();
  for (const sharded of [false, true]) {
    const path = sharded ? "s" : "p";
    const layout = sharded ? { chunks: [1], shards: [2] } : { compressors: null };
    const z = await createArray(inner, { path, shape: [2], dtype, ...layout });
    await z.set(null, values);
    const viewed = await openArray(new ViewStore(inner), { path });
    expect((await viewed.get("...")).toNestedArray()).toEqual(values);
  }
});

test("16: an unsupported data type of v2 is named, not taken for a missing node", async () => {
  const document = { zarr_format: 2, shape: [2], chunks: [2], dtype: "<x9", fill_value: 0, order: "C" };
  const store = new Map([[".zarray", json({ ...document, compressor: null, filters: null })]]);
  for (const opened of [open(store), openArray(store)]) {
    await expect(opened).rejects.toMatchObject({ name: "UnknownDataTypeError", key: ".zarray" });
    await expect(opened).rejects.toThrow(/<x9/);
  }
});

test("17: an unknown member of the metadata is refused unless it says that it may be ignored", async () => {
  const opened = (changes: object): Promise<unknown> => open(new Map([["zarr.json", documentV3(changes)]]));
  const name = "MetadataValidationError";
  await expect(opened({ surprise: { a: 1 } })).rejects.toMatchObject({ name, key: "zarr.json" });
  await expect(opened({ surprise: { must_understand: true } })).rejects.toThrow(/surprise/);
  await expect(opened({ surprise: { must_understand: false, a: 1 } })).resolves.toMatchObject({ shape: [4] });
  await expect(opened({ storage_transformers: [{ name: "surprise" }] })).rejects.toThrow(/surprise/);
});

test("21: a whole shard is one request", async () => {
  const store = new CountingStore(new MemoryStore());
  const z = await createArray(store, { shape: [4], chunks: [1], shards: [4], dtype: "uint8" });
  await z.set(null, [1, 2, 3, 4]);
  const cold = await openArray(store, { dtype: "uint8" });
  store.reset();
  expect([...(await cold.get("...")).data]).toEqual([1, 2, 3, 4]);
  expect(store.counts).toEqual({ get: 1 });
});

/** A wrapper as others write it: what it wraps is `store`. */
class PublicWrapper extends WrapperStore {
  readonly store: Store;
  constructor(store: Store) {
    super(store);
    this.store = store;
  }
}

test("23: a store with a property called store is a store like any other", async () => {
  const store = new PublicWrapper(new MemoryStore());
  await createArray(store, { path: "a", shape: [2], dtype: "uint8" });
  expect(await open(store, { path: "a" })).toMatchObject({ shape: [2] });
  const readable = { store: new Map(), get: (key: string) => store.get(key.replace(/^\//, "")) };
  expect(await open(readable, { path: "a" })).toMatchObject({ shape: [2] });
});
