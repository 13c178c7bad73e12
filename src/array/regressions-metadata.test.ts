/** What zarr-python's release notes say was fixed in metadata: the id is the row in docs/parity.md. */
import { expect, test } from "vitest";
import {
  consolidateMetadata,
  createArray,
  createGroup,
  openArray,
  openConsolidated,
  openGroup,
} from "../index.ts";
import { MemoryStore } from "../storage.ts";

type Files = Map<string, Uint8Array>;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const parsed = (files: Files, key: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get(key))) as Record<string, unknown>;

const regular = (chunkShape: unknown): object => ({
  name: "regular",
  configuration: { chunk_shape: chunkShape },
});

function v3(changes: object = {}): Uint8Array {
  return json({
    zarr_format: 3,
    node_type: "array",
    shape: [8],
    data_type: "int32",
    chunk_grid: regular([4]),
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    attributes: {},
    ...changes,
  });
}

function v2(changes: object = {}): Uint8Array {
  return json({
    zarr_format: 2,
    shape: [8],
    chunks: [4],
    dtype: "<i4",
    fill_value: 0,
    order: "C",
    filters: null,
    compressor: null,
    ...changes,
  });
}

const sharding = (chunkShape: unknown): object => ({
  name: "sharding_indexed",
  configuration: {
    chunk_shape: chunkShape,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
  },
});

test("K.10 a stored chunk length of 0 is read as 1, as the inner length in shards, with a warning where it matters", async () => {
  for (const zero of [0, false]) {
    const z = await openArray(new Map([["zarr.json", v3({ chunk_grid: regular([zero]) })]]));
    expect(z.chunks).toEqual([1]);
    expect(z.warnings.join()).toMatch(/recreate it/);
    const sharded = v3({ chunk_grid: regular([zero]), codecs: [sharding([2])] });
    expect((await openArray(new Map([["zarr.json", sharded]]))).shards).toEqual([2]);
    const old = await openArray(new Map([[".zarray", v2({ chunks: [zero] })]]));
    expect(old.chunks).toEqual([1]);
    expect(old.warnings.join()).toMatch(/recreate it/);
  }
  const empty = await openArray(new Map([["zarr.json", v3({ shape: [0], chunk_grid: regular([0]) })]]));
  expect(empty.warnings).toEqual([]);
});

test.each([2, 3] as const)(
  "K.10 the first write of format %i stores the repair, and refuses when the layout has changed",
  async (format) => {
    const key = format === 3 ? "zarr.json" : ".zarray";
    const broken = format === 3 ? v3({ chunk_grid: regular([0]) }) : v2({ chunks: [0] });
    const files: Files = new Map([[key, broken]]);
    const z = await openArray(files, { dtype: "int32" });
    await z.updateAttributes({ a: 1 });
    await Promise.all([z.set([0], 5), z.set([1], 6)]);
    const stored = parsed(files, key);
    expect(format === 3 ? stored["chunk_grid"] : stored["chunks"]).toEqual(format === 3 ? regular([1]) : [1]);
    const again = await openArray(files, { dtype: "int32" });
    expect([again.warnings, again.attrs, await again.get([0]), await again.get([1])]).toEqual([
      [],
      { a: 1 },
      5,
      6,
    ]);

    const other: Files = new Map([[key, broken]]);
    const stale = await openArray(other, { dtype: "int32" });
    const changed = format === 3 ? v3({ chunk_grid: regular([2]) }) : v2({ chunks: [2] });
    other.set(key, changed);
    await expect(stale.set([0], 5)).rejects.toThrow(/reopen the array.*Nothing was stored/);
    expect([...other.keys()]).toEqual([key]);
    expect(other.get(key)).toEqual(changed);
  },
);

test("K.11 stored lengths of true and whole floats are read as integers, without a warning", async () => {
  const inline = (shapes: unknown): object => ({
    name: "rectilinear",
    configuration: { kind: "inline", chunk_shapes: shapes },
  });
  for (const grid of [regular([true]), inline([[[true, 8]]]), inline([[[4.0, 2]]])]) {
    const z = await openArray(new Map([["zarr.json", v3({ chunk_grid: grid })]]));
    expect(z.warnings).toEqual([]);
    expect(z.readChunkSizes[0]!.reduce((sum, length) => sum + length)).toBe(8);
  }
  const inner = await openArray(new Map([["zarr.json", v3({ codecs: [sharding([true])] })]]));
  expect(inner.chunks).toEqual([1]);
  for (const length of [1.5, "4", null, -1]) {
    const broken = new Map([["zarr.json", v3({ chunk_grid: regular([length]) })]]);
    await expect(openArray(broken)).rejects.toMatchObject({ name: "MetadataValidationError" });
  }
});

test("K.12 a regular grid that lists lengths is read as rectilinear with a warning, and stored as one", async () => {
  const files: Files = new Map([["zarr.json", v3({ shape: [4, 20], chunk_grid: regular([2, [5, 10, 5]]) })]]);
  const z = await openArray(files, { dtype: "int32" });
  expect(z.writeChunkSizes).toEqual([
    [2, 2],
    [5, 10, 5],
  ]);
  expect(z.warnings.join()).toMatch(/rectilinear/);
  await z.set([3, 19], 7);
  expect(parsed(files, "zarr.json")["chunk_grid"]).toMatchObject({ name: "rectilinear" });
  expect(await (await openArray(files, { dtype: "int32" })).get([3, 19])).toBe(7);
});

test.each([
  ["<u1", "|u1"],
  [">u1", "|u1"],
  ["<i1", "|i1"],
  [">b1", "|b1"],
  ["<V4", "|V4"],
])("K.22 the v2 data type %s is read, and made anew as %s", async (dtype, canonical) => {
  const fill = dtype.endsWith("V4") ? null : 0;
  const z = await openArray(new Map([[".zarray", v2({ dtype, fill_value: fill })]]));
  const target: Files = new Map();
  await createArray(target, { shape: [2], dtype: z.dataType, zarrFormat: 2 });
  expect(parsed(target, ".zarray")["dtype"]).toBe(canonical);
  const record = await openArray(new Map([[".zarray", v2({ dtype: [["a", dtype]], fill_value: null })]]));
  await createArray(target, { shape: [2], dtype: record.dataType, zarrFormat: 2, overwrite: true });
  expect(parsed(target, ".zarray")["dtype"]).toEqual([["a", canonical]]);
});

test("K.23 nested records keep their form in v2, and subarrays are read", async () => {
  const dtype = [
    ["a", "<i4"],
    [
      "b",
      [
        ["c", "|u1"],
        ["d", ">f8"],
      ],
    ],
  ];
  const files: Files = new Map([[".zarray", v2({ dtype, fill_value: null })]]);
  const z = await openArray(files);
  const target: Files = new Map();
  await createArray(target, { shape: [2], dtype: z.dataType, zarrFormat: 2 });
  expect(parsed(target, ".zarray")["dtype"]).toEqual(dtype);
  const titled = new Map([[".zarray", v2({ dtype: [[["title", "a"], "<i4"]], fill_value: null })]]);
  await expect(openArray(titled)).rejects.toThrow();
});

test("K.24 generic units, μs and missing chunks of times", async () => {
  const generic = await openArray(new Map([[".zarray", v2({ dtype: "<M8[2generic]", fill_value: null })]]));
  expect(generic.dtype).toMatch(/datetime64/);
  const micro = await openArray(new Map([[".zarray", v2({ dtype: "<m8[μs]" })]]));
  const target: Files = new Map();
  await createArray(target, { shape: [2], dtype: micro.dataType, zarrFormat: 2 });
  expect(parsed(target, ".zarray")["dtype"]).toBe("<m8[us]");
  const z = await createArray({}, { shape: [2], dtype: "m8[2us]" });
  expect(String(await z.get([0]))).toBe(String(z.fillValue));
  expect(z.fillValue).toBe(-(2n ** 63n));
});

test("K.25 a group keeps an extra member that may be ignored, and refuses any other", async () => {
  const extra = { must_understand: false, v: 1 };
  const group = { zarr_format: 3, node_type: "group", attributes: {}, extra };
  const files: Files = new Map([["zarr.json", json(group)]]);
  await (await openGroup(files)).updateAttributes({ a: 1 });
  expect(parsed(files, "zarr.json")).toMatchObject({ extra, attributes: { a: 1 } });
  for (const wrong of [{ v: 1 }, { must_understand: true }, 5]) {
    const broken = new Map([["zarr.json", json({ ...group, extra: wrong })]]);
    await expect(openGroup(broken)).rejects.toMatchObject({ name: "MetadataValidationError" });
  }
});

test("K.34 a record's field of an unknown type is named with its place", async () => {
  const fields = [
    { name: "a", data_type: "int32" },
    { name: "b", data_type: "nonsense" },
  ];
  const dataType = { name: "struct", configuration: { fields } };
  const broken = new Map([["zarr.json", v3({ data_type: dataType, fill_value: "AAAA" })]]);
  await expect(openArray(broken)).rejects.toThrow(/nonsense.*\/configuration\/fields\/1\/data_type/);
});

test("K.35 booleans and floats are no integers", async () => {
  const text = (document: Uint8Array): string => new TextDecoder().decode(document);
  for (const format of ["3.0", "true", '"3"']) {
    const document = text(v3()).replace('"zarr_format":3', `"zarr_format":${format}`);
    const files = new Map([["zarr.json", new TextEncoder().encode(document)]]);
    await expect(openArray(files)).rejects.toMatchObject({ name: "MetadataValidationError" });
  }
  for (const shape of [[true], [8.5], ["8"]]) {
    const files = new Map([["zarr.json", v3({ shape })]]);
    await expect(openArray(files)).rejects.toMatchObject({ name: "MetadataValidationError" });
  }
});

test("K.36 a malformed codec is a metadata error, an unknown one is named, and the group still tells its children", async () => {
  const files: Files = new Map([
    ["zarr.json", json({ zarr_format: 3, node_type: "group", attributes: {} })],
    ["bad/zarr.json", v3({ codecs: [{ name: "bytes" }, { name: "gzip", configuration: { level: "x" } }] })],
    ["odd/zarr.json", v3({ codecs: [{ name: "bytes" }, { name: "imagecodecs_jpeg2k" }] })],
  ]);
  const group = await openGroup(files);
  await expect(group.get("bad")).rejects.toMatchObject({
    name: "MetadataValidationError",
    codec: "gzip",
    key: "bad/zarr.json",
  });
  await expect(group.get("odd")).rejects.toMatchObject({
    name: "UnknownCodecError",
    codec: "imagecodecs_jpeg2k",
  });
  expect([await group.has("bad"), await group.has("odd"), await group.has("none")]).toEqual([
    true,
    true,
    false,
  ]);
});

test("K.38 consolidated metadata may name its nodes in any order", async () => {
  const group = { zarr_format: 3, node_type: "group", attributes: {} };
  const metadata = {
    "A/x": JSON.parse(new TextDecoder().decode(v3())) as unknown,
    a: group,
    "a/y": group,
    A: group,
  };
  const root = { ...group, consolidated_metadata: { kind: "inline", must_understand: false, metadata } };
  const opened = await openConsolidated(new Map([["zarr.json", json(root)]]));
  const names: string[] = [];
  for await (const [name] of opened.members({ maxDepth: null })) names.push(name);
  expect(names.sort()).toEqual(["A", "A/x", "a", "a/y"]);
});

test("K.40 listed chunk lengths make a rectilinear grid, also where they are all alike", async () => {
  const files: Files = new Map();
  const z = await createArray(files, { shape: [10, 10], chunks: [[5, 5], 5], dtype: "uint8" });
  expect(parsed(files, "zarr.json")["chunk_grid"]).toMatchObject({ name: "rectilinear" });
  await z.set([9, 9], 3);
  expect(await (await openArray(files)).get([9, 9])).toBe(3);
});

test("K.57 arrays whose fill value is NaN are equal, -0 and 0 are not", async () => {
  const make = (fillValue: number) => createArray(new Map(), { shape: [2], dtype: "float64", fillValue });
  const same = async (a: number, b: number): Promise<boolean> => {
    const [one, two] = [await make(a), await make(b)];
    const [x, y] = [JSON.stringify(one.metadata.fillValue), JSON.stringify(two.metadata.fillValue)];
    return one.equals(one) && Object.is(one.metadata.fillValue, two.metadata.fillValue) && x === y;
  };
  expect([await same(NaN, NaN), await same(-0, 0)]).toEqual([true, false]);
  const store = new MemoryStore();
  await createArray(store, { shape: [2], fillValue: NaN });
  expect((await openArray(store)).equals(await openArray(store))).toBe(true);
});

test("K.58 a bytes codec without configuration has no byte order: an error where there must be one", async () => {
  const one = await openArray(
    new Map([["zarr.json", v3({ data_type: "uint8", codecs: [{ name: "bytes" }] })]]),
  );
  expect(one.serializer?.configuration?.["endian"]).toBeUndefined();
  const two = new Map([["zarr.json", v3({ codecs: [{ name: "bytes" }] })]]);
  await expect(openArray(two)).rejects.toThrow(/endian/);
});

test("K.60 a key that is none of the chunk key encoding is no chunk", async () => {
  const files: Files = new Map([
    ["zarr.json", v3()],
    ["x/0", Uint8Array.of(1)],
    ["c/00", Uint8Array.of(1)],
    ["c/0/0", Uint8Array.of(1)],
  ]);
  expect(await (await openArray(files)).nchunksInitialized()).toBe(0);
});

test("K.63 a codec after one that changes the data type sees the new one", async () => {
  const cast = { name: "cast_value", configuration: { data_type: "int16" } };
  const files = (bytes: object): Files =>
    new Map([["zarr.json", v3({ data_type: "int8", codecs: [cast, bytes] })]]);
  await expect(openArray(files({ name: "bytes" }))).rejects.toThrow(/endian/);
  const stored = files({ name: "bytes", configuration: { endian: "big" } });
  const z = await openArray(stored, { dtype: "int8" });
  await z.set(null, -2);
  expect([...stored.get("c/0")!.subarray(0, 2)]).toEqual([0xff, 0xfe]);
  expect(await z.get([7])).toBe(-2);
});

test.each([2, 3] as const)(
  "K.69 no consolidated metadata is written where none is asked for: format %i",
  async (zarrFormat) => {
    const files: Files = new Map();
    const root = await createGroup(files, { zarrFormat });
    await root.createArray("a", { shape: [2] });
    for (const key of files.keys())
      expect(new TextDecoder().decode(files.get(key))).not.toContain("consolidated");
  },
);

test("K.73 an integer array whose fill value is written 0.0 opens", async () => {
  const document = new TextDecoder().decode(v3()).replace('"fill_value":0', '"fill_value":0.0');
  const z = await openArray(new Map([["zarr.json", new TextEncoder().encode(document)]]));
  expect(z.fillValue).toBe(0);
});

test("K.78 NaN and infinities in attributes last", async () => {
  const files: Files = new Map();
  const attributes = { a: NaN, b: [Infinity, -Infinity] };
  await createArray(files, { shape: [2], attributes });
  expect((await openArray(files)).attrs).toEqual(attributes);
  const python = new TextDecoder()
    .decode(v3())
    .replace('"attributes":{}', '"attributes":{"x":NaN,"y":-Infinity}');
  expect((await openArray(new Map([["zarr.json", new TextEncoder().encode(python)]]))).attrs).toEqual({
    x: NaN,
    y: -Infinity,
  });
});

test("K.79 a v2 array without a fill value is made and opened again", async () => {
  const files: Files = new Map();
  await createArray(files, { shape: [4], chunks: [2], dtype: "int32", zarrFormat: 2, fillValue: null });
  expect(parsed(files, ".zarray")["fill_value"]).toBeNull();
  const z = await openArray(files, { dtype: "int32" });
  expect(z.fillValue).toBeNull();
  expect([...(await z.get("...")).data]).toEqual([0, 0, 0, 0]);
  await z.set(null, 0);
  expect([...files.keys()].sort()).toEqual([".zarray", ".zattrs", "0", "1"]); // no chunk counts as empty
});

test("K.82 a NaN fill value is kept in .zmetadata", async () => {
  const files: Files = new Map();
  const root = await createGroup(files, { zarrFormat: 2 });
  await root.createArray("a", { shape: [2], dtype: "float64", fillValue: NaN });
  const opened = await consolidateMetadata(files);
  const stored = parsed(files, ".zmetadata") as { metadata: Record<string, { fill_value: unknown }> };
  expect(stored.metadata["a/.zarray"]!.fill_value).toBe("NaN");
  expect((await opened.getArray("a")).fillValue).toBeNaN();
});

test("K.86 metadata consolidated by zarr-python 2 opens", async () => {
  const array = JSON.parse(new TextDecoder().decode(v2())) as object;
  const metadata = {
    ".zgroup": { zarr_format: 2 },
    "a/.zarray": array,
    "g/.zgroup": { zarr_format: 2 },
    "g/e/.zgroup": { zarr_format: 2 },
  };
  const files: Files = new Map([
    [".zgroup", json({ zarr_format: 2 })],
    [".zmetadata", json({ zarr_consolidated_format: 1, metadata })],
  ]);
  const root = await openConsolidated(files);
  expect((await root.getArray("a")).shape).toEqual([8]);
  const leaf = await root.getGroup("g/e");
  expect(await leaf.nmembers()).toBe(0);
  const nothing = new Map([
    [".zgroup", json({ zarr_format: 2 })],
    [".zmetadata", json({ zarr_consolidated_format: 1, metadata: { ".zgroup": { zarr_format: 2 } } })],
  ]);
  expect(await (await openConsolidated(nothing)).nmembers()).toBe(0);
});
