/** From format 2 to 3: metadata changes, chunks do not, values stay. */
import { describe, expect, test } from "vitest";
import {
  consolidateMetadata,
  createArray,
  createGroup,
  NDArray,
  openArray,
  openConsolidated,
  openGroup,
} from "../index.ts";
import type { CreateArrayOptions } from "../index.ts";
import { migrateV2ToV3, removeMetadata } from "../metadata.ts";
import { MemoryStore } from "../storage.ts";
import { CountingStore } from "../testing.ts";

type Files = Map<string, Uint8Array>;

const parsed = (files: Files, key: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get(key))) as Record<string, unknown>;

async function valuesOf(files: Files, zarrFormat: 2 | 3, path = ""): Promise<unknown> {
  const values = await (await openArray(files, { zarrFormat, path })).get("...");
  return values instanceof NDArray ? values.toNestedArray() : values;
}

/** Migrates in place and to another store, and compares what format 3 gives with what format 2 gave. */
async function expectSame(options: CreateArrayOptions): Promise<Record<string, unknown>> {
  const files: Files = new Map();
  await createArray(files, { ...options, zarrFormat: 2, attributes: { unit: "m" } });
  const chunks = new Map([...files].filter(([key]) => !/\.z/.test(key)));
  const before = await valuesOf(files, 2);
  const target: Files = new Map();
  await migrateV2ToV3(files, { output: target });
  expect([...files.keys()].some((key) => key.endsWith("zarr.json"))).toBe(false);
  await migrateV2ToV3(files);
  for (const migrated of [files, target]) {
    expect(await valuesOf(migrated, 3)).toEqual(before);
    expect((await openArray(migrated, { zarrFormat: 3 })).attrs).toEqual({ unit: "m" });
    for (const [key, value] of chunks) expect(migrated.get(key)).toEqual(value);
  }
  expect([...target.keys()].filter((key) => key.includes(".z"))).toEqual([]);
  const z = await openArray(files, { zarrFormat: 3 });
  await z.set("...", await z.get("..."));
  expect(await valuesOf(files, 2)).toEqual(before); // what format 3 writes, format 2 still reads
  const document = parsed(files, "zarr.json");
  expect(JSON.stringify(document["codecs"])).not.toContain('"id"');
  return document;
}

const names = (document: Record<string, unknown>): string[] =>
  (document["codecs"] as { name: string }[]).map(({ name }) => name);
const DATA = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];
const numbers = (dtype: string): CreateArrayOptions => ({ data: DATA, dtype, chunks: [2, 2] });

describe("compressors", () => {
  test.each([
    [null, []],
    [{ id: "zstd", level: 3 }, ["zstd"]],
    [{ id: "gzip", level: 2 }, ["gzip"]],
    [{ id: "blosc", cname: "lz4", clevel: 5, shuffle: 1, blocksize: 0 }, ["blosc"]],
    [{ id: "blosc", cname: "zstd", clevel: 1, shuffle: -1, blocksize: 0 }, ["blosc"]],
    [{ id: "blosc", cname: "blosclz", clevel: 9, shuffle: 2, blocksize: 0 }, ["blosc"]],
    [{ id: "zlib", level: 1 }, ["numcodecs.zlib"]],
    [{ id: "bz2", level: 1 }, ["numcodecs.bz2"]],
    [{ id: "lzma", format: 1, check: -1, preset: null, filters: null }, ["numcodecs.lzma"]],
    [{ id: "lz4", acceleration: 1 }, ["numcodecs.lz4"]],
  ])("%j", async (compressors, expected) => {
    expect(names(await expectSame({ ...numbers("<i4"), compressors })).slice(1)).toEqual(expected);
  });
});

test("blosc states the size of an element, as format 3 requires where it shuffles", async () => {
  const compressors = { id: "blosc", cname: "lz4", clevel: 5, shuffle: 1, blocksize: 0 };
  expect(await expectSame({ ...numbers("<i8"), data: [[1n], [2n]], compressors })).toMatchObject({
    codecs: [{ name: "bytes" }, { name: "blosc", configuration: { typesize: 8, shuffle: "shuffle" } }],
  });
});

describe("filters", () => {
  test.each([
    ["<i4", { id: "delta", dtype: "<i4" }, "numcodecs.delta"],
    ["<i4", { id: "delta", dtype: "<i4", astype: "<i2" }, "numcodecs.delta"],
    [
      "<f8",
      { id: "fixedscaleoffset", scale: 10, offset: 1, dtype: "<f8", astype: "<u2" },
      "numcodecs.fixedscaleoffset",
    ],
    ["<f8", { id: "quantize", digits: 2, dtype: "<f8", astype: "<f4" }, "numcodecs.quantize"],
    ["<f4", { id: "bitround", keepbits: 5 }, "numcodecs.bitround"],
    ["<i4", { id: "astype", encode_dtype: "<i2", decode_dtype: "<i4" }, "numcodecs.astype"],
    ["<i4", { id: "shuffle", elementsize: 4 }, "numcodecs.shuffle"],
    ["<i4", { id: "crc32" }, "numcodecs.crc32"],
    ["<i4", { id: "adler32" }, "numcodecs.adler32"],
    ["<i4", { id: "fletcher32" }, "numcodecs.fletcher32"],
    ["|b1", { id: "packbits" }, "numcodecs.packbits"],
  ])("of %s: %j", async (dtype, filter, name) => {
    const data = dtype === "|b1" ? DATA.map((row) => row.map((value) => value % 2 === 0)) : DATA;
    expect(names(await expectSame({ ...numbers(dtype), data, filters: [filter] }))).toContain(name);
  });
});

describe("data types", () => {
  test.each(["|b1", "|i1", "|u1", "<i2", ">i2", "<u4", ">u8", "<i8", "<f2", ">f4", "<f8", "<c8", ">c16"])(
    "%s",
    async (dtype) => {
      const values: Record<string, unknown> = { b: true, c: { re: 1, im: -2 } };
      const value = values[dtype[1]!] ?? (/[iu]8/.test(dtype) ? 5n : 3);
      const fill =
        dtype[1] === "b" ? false : /[iu]8/.test(dtype) ? 1n : dtype[1] === "c" ? { re: 0, im: 1 } : 1;
      const document = await expectSame({
        data: [value, value, fill, fill, value],
        chunks: [2],
        dtype,
        fillValue: fill,
      });
      const [bytes] = document["codecs"] as { configuration?: { endian?: string } }[];
      expect(bytes!.configuration?.endian).toBe(
        /[a-z]1$/.test(dtype) ? undefined : dtype[0] === ">" ? "big" : "little",
      );
    },
  );

  test.each([
    ["<U3", ["abc", "", "é"]],
    [">U2", ["ab", "", "é"]],
    ["|S3", ["abc", "", "x"].map((text) => new TextEncoder().encode(text))],
    ["|V2", [Uint8Array.of(1, 2), Uint8Array.of(0, 0), Uint8Array.of(3, 4)]],
    ["<M8[ns]", [1n, 2n, -(2n ** 63n)]],
    [">m8[10s]", [1n, 2n, 3n]],
  ])("%s", async (dtype, data) => {
    await expectSame({ data, dtype, chunks: [2] });
  });

  test("strings and bytes of variable length", async () => {
    const text = await expectSame({
      data: ["a", "", "äöü", "long enough to see"],
      dtype: "string",
      chunks: [3],
    });
    expect([text["data_type"], names(text)[0]]).toEqual(["string", "vlen-utf8"]);
    await expectSame({
      data: [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)],
      dtype: "bytes",
      chunks: [2],
    });
  });

  test("records, of one byte order", async () => {
    const dtype = [
      ["a", ">i2"],
      [
        "b",
        [
          ["c", "|u1"],
          ["d", ">f4"],
        ],
      ],
    ];
    const document = await expectSame({
      data: [
        { a: 1, b: { c: 2, d: 3 } },
        { a: -1, b: { c: 0, d: 0.5 } },
      ],
      dtype,
      chunks: [1],
    } as CreateArrayOptions);
    expect(document["codecs"]).toMatchObject([
      { name: "bytes", configuration: { endian: "big" } },
      { name: "zstd" },
    ]);
  });

  test("records that mix byte orders have no form in format 3, which is said before anything is written", async () => {
    const files: Files = new Map();
    await createGroup(files, { zarrFormat: 2 });
    await createArray(files, { path: "ok", data: [1], zarrFormat: 2 });
    await createArray(files, {
      path: "mixed",
      shape: [1],
      dtype: [
        ["a", ">i2"],
        ["b", "<i2"],
      ],
      zarrFormat: 2,
    });
    const before = new Map(files);
    await expect(migrateV2ToV3(files)).rejects.toMatchObject({ name: "UnsupportedError", path: "mixed" });
    expect(files).toEqual(before);
  });
});

describe("layout", () => {
  test("column-major chunks get a transpose codec", async () => {
    const document = await expectSame({
      ...numbers("<i4"),
      order: "F",
      filters: [{ id: "delta", dtype: "<i4" }],
    });
    expect(document["codecs"]).toMatchObject([
      { name: "transpose", configuration: { order: [1, 0] } },
      {},
      {},
      {},
    ]);
  });

  test.each([".", "/"] as const)("chunk keys separated by %j stay", async (separator) => {
    const document = await expectSame({ ...numbers("<i4"), chunkKeyEncoding: { name: "v2", separator } });
    expect(document["chunk_key_encoding"]).toEqual({ name: "v2", configuration: { separator } });
  });

  test("without a fill value missing chunks stay zero", async () => {
    for (const dtype of ["<i4", "<f8", "<M8[s]", "|S2"]) {
      const files: Files = new Map();
      await createArray(files, { shape: [4], chunks: [2], dtype, fillValue: null, zarrFormat: 2 });
      const before = await valuesOf(files, 2);
      await migrateV2ToV3(files);
      expect(await valuesOf(files, 3)).toEqual(before);
    }
  });

  test("an array without dimensions, and one of length 0", async () => {
    await expectSame({ data: 5, dtype: "<i4" });
    await expectSame({ shape: [0, 3], dtype: "<i4" });
  });
});

describe("hierarchies", () => {
  async function hierarchy(): Promise<Files> {
    const files: Files = new Map();
    const root = await createGroup(files, { zarrFormat: 2, attributes: { title: "t" } });
    const group = await root.createGroup("g", { attributes: { n: 1 } });
    await group.createArray("a", { data: [1, 2, 3], chunks: [2] });
    await root.createArray("s", { data: ["x", "y"], dtype: "string" });
    return files;
  }

  test("groups, attributes and consolidated metadata", async () => {
    const files = await hierarchy();
    await consolidateMetadata(files);
    await migrateV2ToV3(files);
    const root = await openConsolidated(files, { zarrFormat: 3 });
    expect(root.attrs).toEqual({ title: "t" });
    expect((await root.getGroup("g")).attrs).toEqual({ n: 1 });
    expect(await valuesOf(files, 3, "g/a")).toEqual([1, 2, 3]);
    expect(await valuesOf(files, 3, "s")).toEqual(["x", "y"]);
  });

  test("a dry run writes nothing and says what it would write", async () => {
    const files = await hierarchy();
    const store = new CountingStore(new MemoryStore(files));
    const lines: string[] = [];
    await migrateV2ToV3(store, { dryRun: true, log: (line) => lines.push(line), removeV2Metadata: true });
    expect([store.count("set"), store.count("delete")]).toEqual([0, 0]);
    expect(lines.filter((line) => line.startsWith("Saving metadata to "))).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith("Deleting metadata at "))).toHaveLength(8);
    const target: Files = new Map();
    await migrateV2ToV3(store, { dryRun: true, output: target });
    expect(target.size).toBe(0);
  });

  test("metadata of format 3 that is there is replaced only when told so", async () => {
    const files = await hierarchy();
    await migrateV2ToV3(files);
    await (await openGroup(files, { zarrFormat: 3 })).updateAttributes({ title: "changed" });
    await expect(migrateV2ToV3(files)).rejects.toMatchObject({ name: "StoreError" });
    expect((await openGroup(files, { zarrFormat: 3 })).attrs).toEqual({ title: "changed" });
    await migrateV2ToV3(files, { overwrite: true });
    expect((await openGroup(files, { zarrFormat: 3 })).attrs).toEqual({ title: "t" });
  });

  test("overwrite keeps nodes that format 3 has alone, unless forced", async () => {
    const files = await hierarchy();
    await migrateV2ToV3(files);
    await createArray(files, { path: "only3", data: [1], zarrFormat: 3 });
    await expect(migrateV2ToV3(files, { overwrite: true })).rejects.toMatchObject({ name: "StoreError" });
    expect(files.has("only3/zarr.json")).toBe(true);
    await migrateV2ToV3(files, { overwrite: true, force: true });
    expect(files.has("only3/zarr.json")).toBe(false);
  });

  test("old metadata is removed when asked for, chunks stay", async () => {
    const files = await hierarchy();
    await migrateV2ToV3(files, { removeV2Metadata: true });
    expect([...files.keys()].filter((key) => /\.z/.test(key))).toEqual([]);
    expect(await valuesOf(files, 3, "g/a")).toEqual([1, 2, 3]);
  });

  test("a store of format 3, and an empty one, cannot be migrated", async () => {
    const files: Files = new Map();
    await createGroup(files);
    for (const store of [files, new Map()])
      await expect(migrateV2ToV3(store)).rejects.toBeInstanceOf(TypeError);
  });

  test("another store must be empty", async () => {
    const target: Files = new Map([["x", Uint8Array.of(1)]]);
    await expect(migrateV2ToV3(await hierarchy(), { output: target })).rejects.toThrow();
    expect([...target.keys()]).toEqual(["x"]);
  });

  test("removing the metadata of a format keeps nodes that have no other, unless forced", async () => {
    const files = await hierarchy();
    const before = new Map(files);
    await expect(removeMetadata(files, 2)).rejects.toMatchObject({ name: "StoreError" });
    expect(files).toEqual(before);
    await migrateV2ToV3(files);
    const lines: string[] = [];
    await removeMetadata(files, 3, { dryRun: true, log: (line) => lines.push(line) });
    expect([lines.length, files.has("zarr.json")]).toEqual([4, true]);
    await removeMetadata(files, 3);
    expect(files).toEqual(before);
    await removeMetadata(files, 2, { force: true });
    expect([...files.keys()].some((key) => /\.z|zarr\.json/.test(key))).toBe(false);
  });
});
