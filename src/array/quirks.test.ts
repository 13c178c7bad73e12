/** Where zarr-python is wrong, silent or inconsistent: what zarrkit does, one test a row of section M of docs/parity.md. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ndArray } from "../dtypes.ts";
import { filesystem } from "../fs.ts";
import {
  consolidateMetadata,
  createArray,
  createGroup,
  load,
  open,
  openArray,
  openGroup,
  slice,
} from "../index.ts";
import type { NDArray } from "../index.ts";
import {
  FsspecStore,
  LocalStore,
  LoggingStore,
  ManagedMemoryStore,
  MemoryStore,
  resolveStore,
  WrapperStore,
  ZipStore,
} from "../storage.ts";
import type { Store } from "../storage.ts";

type Files = Map<string, Uint8Array>;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/zarrkit-quirks-`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const text = (files: Files, key: string): string => new TextDecoder().decode(files.get(key));

async function names(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found.sort();
}

function stores(): Store[] {
  const id = Math.random().toString(36).slice(2);
  return [
    new MemoryStore(),
    new ManagedMemoryStore(`m${id}`),
    new LocalStore(`${folder}/${id}`),
    new ZipStore(`${folder}/${id}.zip`, { mode: "w" }),
    new FsspecStore(filesystem("memory", { store: new Map() })),
    new WrapperStore(new MemoryStore()),
  ];
}

function v3(changes: object): Files {
  const document = {
    zarr_format: 3,
    node_type: "array",
    shape: [2],
    data_type: "uint8",
    fill_value: 0,
    attributes: {},
    chunk_grid: { name: "regular", configuration: { chunk_shape: [2] } },
    chunk_key_encoding: { name: "default" },
    codecs: [{ name: "bytes" }],
    ...changes,
  };
  return new Map([["zarr.json", json(document)]]);
}

test("M.01 no key leaves the root of a local store, by its segments or by a link", async () => {
  const root = `${folder}/m01`;
  const store = new LocalStore(root);
  await store.set("a", bytes(1));
  writeFileSync(`${folder}/outside`, "secret");
  symlinkSync(folder, `${root}/link`);
  for (const key of ["../outside", "a/../../outside", `${folder}/outside`, "link/outside"]) {
    await expect(store.get(key)).rejects.toThrow();
    await expect(store.exists(key)).rejects.toThrow();
  }
});

test("M.02 a byte range past the end or backwards gives zero bytes in every store", async () => {
  for (const store of stores()) {
    await store.set("k", bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    const ranges = [
      { start: 5, end: 2 },
      { start: 20, end: 30 },
      { start: 5, end: 5 },
      { offset: 99 },
      { suffix: 0 },
    ];
    for (const range of ranges) expect(await store.get("k", range)).toEqual(bytes());
    expect(await store.get("k", { start: 8, end: 20 })).toEqual(bytes(8, 9));
  }
});

test("M.03 a missing key among several is undefined in its place, in every store", async () => {
  for (const store of stores()) {
    await store.set("k", bytes(1));
    expect(
      await store.getPartialValues([
        ["x", null],
        ["k", null],
      ]),
    ).toEqual([undefined, bytes(1)]);
  }
});

test("M.04 listPrefix compares strings in every store", async () => {
  for (const store of stores()) {
    await store.set("k/a", bytes(1));
    await store.set("k/ab", bytes(1));
    expect([await names(store.listPrefix("k/a")), await names(store.listPrefix("k/ab"))]).toEqual([
      ["k/a", "k/ab"],
      ["k/ab"],
    ]);
  }
});

test("M.05 a directory is no key, and a suffix of 0 is no bytes, over any file system", async () => {
  const store = new FsspecStore(filesystem("memory", { store: new Map() }));
  await store.set("d/k", bytes(1));
  expect([await store.exists("d"), await store.get("d"), await store.get("d/k", { suffix: 0 })]).toEqual([
    false,
    undefined,
    bytes(),
  ]);
});

test("M.06 a key that is set twice is listed once in an archive", async () => {
  const store = new ZipStore(`${folder}/m06.zip`, { mode: "w" });
  await store.set("k", bytes(1));
  await store.set("k", bytes(2));
  await store.close();
  const again = new ZipStore(`${folder}/m06.zip`);
  expect([await names(again.list()), await again.get("k")]).toEqual([["k"], bytes(2)]);
});

test("M.07 a relative file URL keeps its first part, and percent codes are decoded", async () => {
  const { storePath } = await resolveStore("file://rel/z");
  expect(String(storePath)).toBe("file://rel/z");
  const group = await createGroup(`file://${folder}/with%20space`);
  expect(readdirSync(folder)).toContain("with space");
  await group.close();
});

test("M.08 a wrapper hands on sizes and what its store supports", async () => {
  class Counting extends MemoryStore {
    sizes = 0;
    override async getSize(key: string): Promise<number> {
      this.sizes++;
      return await super.getSize(key);
    }
    override get supportsConsolidatedMetadata(): boolean {
      return false;
    }
  }
  const inner = new Counting();
  await inner.set("k", bytes(1, 2));
  for (const store of [new WrapperStore(inner), new LoggingStore(inner, { log: () => {} })]) {
    expect([await store.getSize("k"), store.supportsConsolidatedMetadata]).toEqual([2, false]);
  }
  expect(inner.sizes).toBe(2);
});

test("M.10 a read-only store cannot be cleared", async () => {
  for (const store of [
    new MemoryStore(null, { readOnly: true }),
    new FsspecStore(filesystem("memory", { store: new Map() }), { readOnly: true }),
  ]) {
    await expect(store.clear()).rejects.toMatchObject({ name: "ReadOnlyError" });
  }
});

test("M.11 fields are read and written alone, one or several", async () => {
  const z = await createArray(
    {},
    {
      shape: [2],
      dtype: [
        ["a", "<i2"],
        ["b", "<f4"],
      ],
    },
  );
  await z.set(null, [
    { a: 1, b: 0.5 },
    { a: 2, b: 1.5 },
  ]);
  await z.set([0], 9, { fields: "a" });
  expect(((await z.get("...", { fields: "a" })) as NDArray).toNestedArray()).toEqual([9, 2]);
  expect(((await z.get("...", { fields: "b" })) as NDArray).toNestedArray()).toEqual([0.5, 1.5]);
  const both = (await z.get("...", { fields: ["b", "a"] })) as NDArray;
  expect(Object.keys(both.data)).toEqual(["b", "a"]);
});

test("M.12 values broadcast on assignment, and those of a mask must be as many as it selects", async () => {
  const z = await createArray({}, { shape: [3, 4], dtype: "int32", chunks: [2, 2] });
  await z.set([slice(0, 2)], [1, 2, 3, 4]);
  expect(((await z.get("...")) as NDArray).toNestedArray()).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
    [0, 0, 0, 0],
  ]);
  const mask = [
    [true, false, false, false],
    [false, true, false, false],
    [false, false, false, false],
  ];
  await expect(z.setMaskSelection(mask, [1, 2, 3])).rejects.toMatchObject({ name: "ShapeMismatchError" });
});

test("M.13 a list of booleans and a boolean array select alike; integers for all axes give a scalar", async () => {
  const z = await createArray(
    {},
    {
      data: [
        [1, 2],
        [3, 4],
      ],
      dtype: "int32",
    },
  );
  const mask = ndArray([false, true], { dtype: "bool" });
  const list = (await z.get([[false, true]])) as NDArray;
  expect(list.toNestedArray()).toEqual([[3, 4]]);
  expect(((await z.get([mask])) as NDArray).toNestedArray()).toEqual([[3, 4]]);
  expect(await z.get([1, 0])).toBe(3);
});

test("M.14 the default compressor of format 2 is zstd, in a group too", async () => {
  const group = await createGroup({}, { zarrFormat: 2 });
  const inGroup = await group.createArray("a", { shape: [2] });
  const alone = await createArray({}, { shape: [2], zarrFormat: 2 });
  expect([inGroup, alone].map((z) => z.metadata)).toMatchObject([
    { compressor: { id: "zstd" } },
    { compressor: { id: "zstd" } },
  ]);
});

test("M.15 what a shrink cut off does not come back by growing", async () => {
  for (const shards of [undefined, [6]]) {
    const z = await createArray(
      {},
      { data: Int8Array.from({ length: 10 }, (_, i) => i + 1), chunks: [3], shards },
    );
    await z.resize([4]);
    await z.resize([10]);
    expect(((await z.get("...")) as NDArray).toNestedArray()).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0, 0]);
  }
});

test("M.16 short forms of extensions, and codecs that need not be understood, are read", async () => {
  const short = v3({
    codecs: ["bytes", { name: "unheard.of", must_understand: false }],
    chunk_key_encoding: "default",
    data_type: { name: "uint8" },
  });
  short.set("c/0", bytes(1, 2));
  expect(((await (await openArray(short)).get("...")) as NDArray).toNestedArray()).toEqual([1, 2]);
});

test.each(["r16", "int4", "uint2", "bfloat16", "float8_e4m3", "float8_e5m2"])(
  "M.17 arrays of %s are made, written and opened",
  async (dtype) => {
    const files: Files = new Map();
    const z = await createArray(files, { shape: [3], dtype, chunks: [2] });
    const value = dtype === "r16" ? bytes(1, 2) : 1;
    await z.set([0], value);
    const again = await openArray(files);
    expect([again.dtype, await again.get([0])]).toEqual([z.dtype, value]);
  },
);

test("M.18 fill values: the bits of a NaN last, hexadecimal digits must fit, booleans and texts are checked", async () => {
  const nan = v3({
    data_type: "float32",
    fill_value: "0x7fc00001",
    codecs: [{ name: "bytes", configuration: { endian: "big" } }],
  });
  const z = await openArray(nan);
  expect([...((await z.get("...")) as NDArray).toBytes().subarray(0, 4)]).toEqual([1, 0, 0xc0, 0x7f]);
  await z.updateAttributes({ a: 1 });
  expect(text(nan, "zarr.json")).toContain('"0x7fc00001"');
  const wide = { name: "fixed_length_utf32", configuration: { length_bytes: 4 } };
  for (const wrong of [
    { data_type: "float32", fill_value: "0x7fc0" },
    { data_type: "bool", fill_value: "false" },
    { data_type: wide, fill_value: "ab" },
  ]) {
    const codecs = [{ name: "bytes", configuration: { endian: "little" } }];
    await expect(openArray(v3({ codecs, ...wrong }))).rejects.toMatchObject({
      name: "MetadataValidationError",
    });
  }
  const list = v3({ data_type: "bytes", fill_value: [1, 2], codecs: [{ name: "vlen-bytes" }] });
  expect(await (await openArray(list)).get([0])).toEqual(bytes(1, 2));
});

test("M.19 NaN and infinities in attributes are written as zarr-python's tokens, and read", async () => {
  const files: Files = new Map();
  await createGroup(files, { attributes: { x: NaN, y: -Infinity } });
  expect(text(files, "zarr.json")).toMatch(/"x": NaN,\s+"y": -Infinity/);
  expect((await openGroup(files)).attrs).toEqual({ x: NaN, y: -Infinity });
});

test("M.20 reserved names of nodes are refused", async () => {
  for (const path of ["__x", "zarr.json", "a/__b", "...", "a/zarr.json"]) {
    await expect(createGroup({}, { path })).rejects.toThrow();
  }
});

test("M.22 members read from consolidated metadata only where the group was opened with it, and updates merge", async () => {
  const files: Files = new Map();
  const root = await createGroup(files, { attributes: { a: 1 } });
  await root.createGroup("g");
  await consolidateMetadata(files);
  files.delete("g/zarr.json");
  expect(await (await openGroup(files)).nmembers()).toBe(1);
  expect(await (await openGroup(files, { useConsolidated: false })).nmembers()).toBe(0);
  await root.updateAttributes({ b: 2 });
  expect((await openGroup(files)).attrs).toEqual({ a: 1, b: 2 });
});

test("M.24 opening a path where nothing is creates nothing", async () => {
  await expect(open(`${folder}/nothing`)).rejects.toMatchObject({ name: "NodeNotFoundError" });
  await expect(openArray(`${folder}/nothing`)).rejects.toMatchObject({ name: "ArrayNotFoundError" });
  expect(readdirSync(folder)).not.toContain("nothing");
});

test("M.25 temporary files that a crash left are not listed", async () => {
  mkdirSync(`${folder}/m25`);
  const store = new LocalStore(`${folder}/m25`);
  await store.set("a", bytes(1));
  writeFileSync(`${folder}/m25/zarr.0123456789abcdef0123456789abcdef.partial`, "x");
  expect(await names(store.list())).toEqual(["a"]);
  expect(await names(store.listDir(""))).toEqual(["a"]);
});

test("M.26 .zgroup entries of .zmetadata are what .zgroup is", async () => {
  const files: Files = new Map();
  await createGroup(files, { path: "g", zarrFormat: 2 });
  await consolidateMetadata(files);
  expect(JSON.parse(text(files, ".zmetadata"))).toMatchObject({
    metadata: { "g/.zgroup": { zarr_format: 2 } },
  });
  expect(text(files, ".zmetadata")).not.toContain("consolidated_metadata");
});

test("M.27 required members that are missing are named", async () => {
  const files: Files = new Map([["zarr.json", json({ zarr_format: 3, node_type: "array", shape: [2] })]]);
  await expect(openArray(files)).rejects.toThrow(
    /data_type, chunk_grid, chunk_key_encoding, fill_value, codecs/,
  );
});

test("M.28 a path that ends in .zip, and zip:: URLs, are archives", async () => {
  const z = await createArray(`${folder}/m28.zip`, { data: [1, 2] });
  expect(String(z)).toMatch(/^<Array zip:\/\//);
  await z.close();
  expect(((await load(`${folder}/m28.zip`)) as NDArray).toNestedArray()).toEqual([1, 2]);
  expect(((await load(`zip::file://${folder}/m28.zip`)) as NDArray).toNestedArray()).toEqual([1, 2]);
});

test("M.29 mode r of an archive that can be written gives a read-only view", async () => {
  const store = new ZipStore(`${folder}/m29.zip`, { mode: "w" });
  await createArray(store, { data: [1, 2] });
  const z = await openArray(store, { mode: "r" });
  expect([z.readOnly, ((await z.get("...")) as NDArray).toNestedArray()]).toEqual([true, [1, 2]]);
  await expect(z.set([0], 1)).rejects.toMatchObject({ name: "ReadOnlyError" });
  await store.close();
});

test("M.30 the old codec name endian means bytes", async () => {
  const files = v3({ data_type: "int16", codecs: [{ name: "endian", configuration: { endian: "big" } }] });
  files.set("c/0", bytes(0, 1, 0, 2));
  expect(((await (await openArray(files)).get("...")) as NDArray).toNestedArray()).toEqual([1, 2]);
});
