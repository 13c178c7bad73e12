/** What zarr-python's release notes say was fixed in sharding: the id is the row in docs/parity.md. */
import { afterEach, expect, test } from "vitest";
import { config, createArray, NDArray, openArray, slice } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { MemoryStore } from "../storage.ts";
import { CountingStore } from "../testing.ts";

type Files = Map<string, Uint8Array>;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const range = (length: number, from = 0): number[] => Array.from({ length }, (_, i) => from + i);
const grid = (rows: number, columns: number): number[][] =>
  range(rows).map((row) => range(columns, row * columns));

const BYTES = { name: "bytes", configuration: { endian: "little" } };
const CRC = { name: "crc32c" };

function sharding(
  chunkShape: number[],
  codecs: object[] = [BYTES],
  indexCodecs: object[] = [BYTES, CRC],
): object {
  return {
    name: "sharding_indexed",
    configuration: { chunk_shape: chunkShape, codecs, index_codecs: indexCodecs },
  };
}

function document(shape: number[], shard: number[], codecs: object[]): Uint8Array {
  return json({
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: "int32",
    fill_value: 0,
    codecs,
    chunk_grid: { name: "regular", configuration: { chunk_shape: shard } },
    chunk_key_encoding: { name: "default" },
  });
}

async function listed(z: ZarrArray, selection?: Parameters<ZarrArray["get"]>[0]): Promise<unknown> {
  const values = await z.get(selection);
  return values instanceof NDArray ? values.toNestedArray() : values;
}

afterEach(() => config.reset());

test("K.26 index codecs of variable size are refused, before anything is stored", async () => {
  const gzip = { name: "gzip", configuration: { level: 1 } };
  await expect(
    openArray(new Map([["zarr.json", document([8], [4], [sharding([2], [BYTES], [BYTES, gzip])])]])),
  ).rejects.toThrow(/fixed size/);
  const files: Files = new Map();
  const serializer = sharding([2], [BYTES], [BYTES, gzip]) as { name: string };
  await expect(
    createArray(files, { shape: [8], chunks: [4], serializer, compressors: null }),
  ).rejects.toThrow(/fixed size/);
  expect(files.size).toBe(0);
});

test.each([0, 1, 19])(
  "K.27 a stored shard of %i bytes, fewer than its index has, is an error on read and on write",
  async (length) => {
    const files: Files = new Map();
    const z = await createArray(files, {
      shape: [8],
      chunks: [2],
      shards: [4],
      dtype: "uint8",
      compressors: null,
    });
    const short = new Uint8Array(length);
    files.set("c/0", short);
    await expect(z.get([0])).rejects.toThrow(/too short/);
    await expect(z.get("...")).rejects.toThrow(/too short/);
    await expect(z.set([0], 1)).rejects.toThrow(/too short/);
    expect(files.get("c/0")).toBe(short);
    await z.set([slice(0, 4)], [1, 2, 3, 4]);
    expect(await z.get([3])).toBe(4);
  },
);

test("K.28 shards within shards that do not divide are refused on creation and on opening", async () => {
  const nested = sharding([6], [sharding([4])]);
  await expect(openArray(new Map([["zarr.json", document([12], [12], [nested])]]))).rejects.toThrow(
    /divisible/,
  );
  const serializer = nested as { name: string };
  await expect(
    createArray({}, { shape: [12], chunks: [12], serializer, compressors: null, dtype: "int32" }),
  ).rejects.toThrow(/divisible/);
});

test("K.29 three points of an array of 10^9 chunks cost three chunks", async () => {
  const store = new CountingStore(new MemoryStore());
  const z = await createArray(store, { shape: [10 ** 9], chunks: [1], dtype: "uint8" });
  store.reset();
  expect(await listed(z, [[0, 10 ** 9 - 1, 5]])).toEqual([0, 0, 0]);
  expect(((await z.vindex.get([[0, 7, 10 ** 9 - 1]])) as NDArray).size).toBe(3);
  expect(store.count("get")).toBe(6);
});

test("K.42 an orthogonal write with several index arrays and an integer, in shards", async () => {
  const z = await createArray({}, { shape: [4, 6, 6], chunks: [1, 2, 2], shards: [2, 4, 6], dtype: "int32" });
  await z.oindex.set(
    [1, [0, 5, 2], [5, 1]],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  );
  expect(await listed(z, [1, [0, 5, 2], null])).toEqual([
    [0, 2, 0, 0, 0, 1],
    [0, 4, 0, 0, 0, 3],
    [0, 6, 0, 0, 0, 5],
  ]);
  expect(((await z.get("...")) as NDArray<"int32">).data.reduce((sum, value) => sum + value)).toBe(21);
});

test("K.45 a 0-d array with automatic shards of a target size", async () => {
  config.set({ "array.target_shard_size_bytes": 1024 });
  const z = await createArray({}, { shape: [], shards: "auto", dtype: "int32" });
  await z.set(null, 4);
  expect([z.shards, await z.get()]).toEqual([[], 4]);
});

test("K.55 a 0-d array in a shard is written and read", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [], chunks: [], shards: [], dtype: "float32" });
  await z.set(null, 1.5);
  expect([...files.keys()].sort()).toEqual(["c", "zarr.json"]);
  expect(await (await openArray(files)).get()).toBe(1.5);
});

test("K.62 a part of a shard is one request for the index and few for the chunks", async () => {
  const store = new CountingStore(new MemoryStore());
  const z = await createArray(store, { shape: [64, 64], chunks: [4, 4], shards: [64, 64], dtype: "int32" });
  await z.set(null, grid(64, 64));
  const fresh = await openArray(store);
  store.reset();
  expect(await listed(fresh, [slice(0, 8), slice(0, 40)])).toEqual(
    grid(64, 64)
      .slice(0, 8)
      .map((row) => row.slice(0, 40)),
  );
  expect(store.count("get")).toBeLessThanOrEqual(3);
});

test("K.67 shards within shards are read in part, also with an axis that an integer drops", async () => {
  const files: Files = new Map([
    ["zarr.json", document([8, 8], [8, 8], [sharding([4, 4], [sharding([2, 2])])])],
  ]);
  const z = await openArray(files);
  await z.set(null, grid(8, 8));
  const again = await openArray(files);
  expect(await listed(again, [5, null])).toEqual(range(8, 40));
  expect(await listed(again, [5, slice(1, 7, 2)])).toEqual([41, 43, 45]);
  expect(await again.get([7, 7])).toBe(63);
  const three = await createArray(
    {},
    {
      data: range(4).map((plane) => grid(6, 6).map((row) => row.map((value) => value + 100 * plane))),
      chunks: [2, 3, 3],
      shards: [4, 6, 6],
    },
  );
  expect(await listed(three, [3, null, [[0, 5]][0]!])).toEqual(
    range(6).map((row) => [300 + row * 6, 305 + row * 6]),
  );
});

test("K.85 an integer beside an index array, in shards", async () => {
  const z = await createArray({}, { data: grid(10, 10), chunks: [2, 2], shards: [4, 4], dtype: "int32" });
  expect(await listed(z, [5, [0, 1]])).toEqual([50, 51]);
  await z.set([5, [0, 9]], [-1, -2]);
  expect([await z.get([5, 0]), await z.get([5, 9])]).toEqual([-1, -2]);
});
