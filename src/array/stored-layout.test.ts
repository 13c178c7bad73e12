/** How chunks and shards lie in a store: the samples of the inventory, and what the specifications say of edges. */
import { expect, test } from "vitest";
import { createArray, createGroup, NDArray, open, openArray, slice } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { ndArray } from "../dtypes.ts";

type Files = Map<string, Uint8Array>;

const parsed = (files: Files, key: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get(key))) as Record<string, unknown>;

async function listed(z: ZarrArray): Promise<unknown> {
  const values = await z.get("...");
  return values instanceof NDArray ? values.toNestedArray() : values;
}

test("inner chunks are laid out in the order that the codec is told, and read in any", async () => {
  const orders: Record<string, number[]> = {
    morton: [1, 4, 2, 5, 3, 6],
    lexicographic: [1, 2, 3, 4, 5, 6],
    colexicographic: [1, 4, 2, 5, 3, 6],
    unordered: [1, 2, 3, 4, 5, 6],
  };
  for (const [order, expected] of Object.entries(orders)) {
    const files: Files = new Map();
    const configuration = { chunk_shape: [1, 1], codecs: [{ name: "bytes" }], subchunk_write_order: order };
    const serializer = { name: "sharding_indexed", configuration };
    const z = await createArray(files, {
      shape: [2, 3],
      chunks: [2, 3],
      dtype: "uint8",
      serializer,
      compressors: null,
    });
    await z.set(null, [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([order, [...files.get("c/0/0")!.subarray(0, 6)]]).toEqual([order, expected]);
    expect(await listed(z)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(JSON.stringify(parsed(files, "zarr.json"))).not.toContain("write_order");
  }
});

test("shards of a rectilinear grid hold inner chunks of one shape", async () => {
  const files: Files = new Map();
  const z = await createArray(files, {
    shape: [10, 4],
    chunks: [2, 2],
    shards: [
      [4, 6],
      [2, 2],
    ],
    dtype: "int32",
  });
  const values = Array.from({ length: 10 }, (_, row) => [0, 1, 2, 3].map((column) => row * 4 + column));
  await z.set(null, values);
  const again = await openArray(files);
  expect([again.writeChunkSizes, again.chunks, await listed(again)]).toEqual([
    [
      [4, 6],
      [2, 2],
    ],
    [2, 2],
    values,
  ]);
  expect(() => again.shards).toThrow(/regular/);
  expect(await again.nchunksInitialized()).toBe(10);
});

test("a chunk of 0 is stored where the fill value is -0", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [2], dtype: "float32", fillValue: -0 });
  await z.set(null, 0);
  expect([files.has("c/0"), Object.is(await z.get([0]), 0)]).toEqual([true, true]);
  const empty = await createArray(new Map(), { shape: [1], dtype: "float32", fillValue: -0 });
  expect(Object.is(await empty.get([0]), -0)).toBe(true);
});

test("a chunk larger than the array is one chunk, stored whole", async () => {
  const files: Files = new Map();
  const z = await createArray(files, {
    shape: [3],
    chunks: [8],
    dtype: "int16",
    compressors: null,
    fillValue: 7,
  });
  await z.set(null, [1, 2, 3]);
  expect([z.nchunks, files.get("c/0")?.length, await listed(z)]).toEqual([1, 16, [1, 2, 3]]);
});

test("the sample shard of the inventory, byte by byte", async () => {
  const files: Files = new Map();
  const z = await createArray(files, {
    shape: [4, 4],
    chunks: [2, 2],
    shards: [4, 4],
    dtype: "uint8",
    compressors: null,
  });
  await z.set([slice(0, 2), slice(0, 2)], 1);
  await z.set([slice(2, 4), slice(2, 4)], 2);
  const word = (value: number): string => value.toString(16).padStart(2, "0").padEnd(16, "0");
  const empty = "f".repeat(32);
  const index = word(0) + word(4) + empty + empty + word(4) + word(4);
  expect(Buffer.from(files.get("c/0/0")!).toString("hex")).toBe(`0101010102020202${index}1a829a30`);
});

test("the sample of fixed-length text, byte by byte", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [2], dtype: "<U2", compressors: null });
  await z.set(null, ["ab", "c"]);
  expect(Buffer.from(files.get("c/0")!).toString("hex")).toBe("61000000620000006300000000000000");
});

test("chunk keys of format 2 are separated by a point where nothing else is said", async () => {
  const document = {
    zarr_format: 2,
    shape: [2, 2],
    chunks: [1, 1],
    dtype: "|u1",
    fill_value: 0,
    order: "C",
    filters: null,
    compressor: null,
  };
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const files: Files = new Map([
    [".zarray", json(document)],
    ["1.1", Uint8Array.of(5)],
  ]);
  expect(await (await openArray(files)).get([1, 1])).toBe(5);
  const nested: Files = new Map([
    [".zarray", json({ ...document, dimension_separator: "/" })],
    ["1/1", Uint8Array.of(6)],
  ]);
  expect(await (await openArray(nested)).get([1, 1])).toBe(6);
});

test("an array wins over a group where format 2 has both", async () => {
  const files: Files = new Map();
  await createGroup(files, { zarrFormat: 2 });
  const other: Files = new Map();
  await createArray(other, { shape: [2], zarrFormat: 2 });
  files.set(".zarray", other.get(".zarray")!);
  expect(String(await open(files))).toMatch(/^<Array/);
});

test("chunks that hold only the fill value: NaN, NaT, records, a whole shard", async () => {
  for (const [dtype, fillValue] of [
    ["float32", NaN],
    ["<M8[s]", -(2n ** 63n)],
    ["complex64", { re: 1, im: 2 }],
    ["string", "x"],
  ] as const) {
    const files: Files = new Map();
    const z = await createArray(files, { shape: [4], chunks: [2], dtype, fillValue });
    await z.set([slice(0, 2)], ndArray([fillValue, fillValue], { dtype: z.dataType }));
    expect([...files.keys()]).toEqual(["zarr.json"]);
  }
  const files: Files = new Map();
  const z = await createArray(files, { shape: [4], chunks: [1], shards: [4], dtype: "int8" });
  await z.set(null, 1);
  await z.set(null, 0);
  expect([...files.keys()]).toEqual(["zarr.json"]);
});

test("an array takes its defaults: data type, codecs, key encoding, document", async () => {
  const files: Files = new Map();
  await createArray(files, { shape: [4] });
  expect(Object.keys(parsed(files, "zarr.json"))).toEqual([
    "shape",
    "data_type",
    "chunk_grid",
    "chunk_key_encoding",
    "fill_value",
    "codecs",
    "attributes",
    "zarr_format",
    "node_type",
    "storage_transformers",
  ]);
  expect(parsed(files, "zarr.json")).toMatchObject({
    data_type: "float64",
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: [
      { name: "bytes", configuration: { endian: "little" } },
      { name: "zstd", configuration: { level: 0, checksum: false } },
    ],
  });
  const old: Files = new Map();
  await createArray(old, { shape: [4], zarrFormat: 2 });
  expect(Object.keys(parsed(old, ".zarray"))).toEqual([
    "shape",
    "chunks",
    "dtype",
    "fill_value",
    "order",
    "filters",
    "dimension_separator",
    "compressor",
    "zarr_format",
  ]);
  expect([parsed(old, ".zarray"), parsed(old, ".zattrs")]).toMatchObject([
    { dimension_separator: ".", compressor: { id: "zstd", level: 0 }, filters: null },
    {},
  ]);
});
