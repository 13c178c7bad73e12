/** Each failure that a user meets has the class of the contract, and says where and why. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import type { ErrorFacts } from "../base/errors.ts";
import { errorFromJSON, isZarrError, ZarrError } from "../base/errors.ts";
import * as zarrkit from "../index.ts";
import { createArray, createGroup, open, openArray, openConsolidated, openGroup, slice } from "../index.ts";
import { LocalStore, MemoryStore } from "../storage.ts";
import { FaultStore } from "../testing.ts";

const folder = mkdtempSync(`${tmpdir()}/zarrkit-errors-`);
afterAll(() => rmSync(folder, { recursive: true }));

type Expected = ErrorFacts & { readonly name: keyof typeof zarrkit; readonly message?: RegExp };

/** Waits for the rejection, checks class, name, code and facts, and that all of them survive a worker boundary. */
async function expectError(failing: Promise<unknown>, expected: Expected): Promise<ZarrError> {
  const error = await failing.then(
    (value) => expect.unreachable(`gives ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ZarrError)) throw error;
  const { name, message, ...facts } = expected;
  const type = Object.entries(zarrkit).find(([exported]) => exported === name)![1];
  expect(error).toBeInstanceOf(type);
  const words = name.replace(/Error$/, "").replace(/([a-z])([A-Z])/g, "$1_$2");
  expect(error).toMatchObject({ name, code: `ZARR_${words.toUpperCase()}`, ...facts });
  expect(isZarrError(error)).toBe(true);
  if (message !== undefined) expect(error.message).toMatch(message);

  const restored = errorFromJSON(JSON.parse(JSON.stringify(error)) as Record<string, unknown>);
  expect(restored).toBeInstanceOf(type);
  expect(restored).toMatchObject({ name, code: error.code, message: error.message, ...facts });
  expect(restored.stack).toBe(error.stack);
  if (error.cause instanceof Error) {
    expect(restored.cause).toMatchObject({ name: error.cause.name, message: error.cause.message });
  }
  return error;
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const V3 = {
  zarr_format: 3,
  node_type: "array",
  shape: [4],
  data_type: "uint8",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } },
  chunk_key_encoding: { name: "default" },
  fill_value: 0,
  codecs: [{ name: "bytes" }],
};
const V2 = {
  zarr_format: 2,
  shape: [4],
  chunks: [4],
  dtype: "|u1",
  fill_value: 0,
  order: "C",
  compressor: null,
  filters: null,
};
const storeV3 = (changes: object): MemoryStore =>
  new MemoryStore(new Map([["a/zarr.json", json({ ...V3, ...changes })]]));
const storeV2 = (changes: object): MemoryStore =>
  new MemoryStore(new Map([["a/.zarray", json({ ...V2, ...changes })]]));

describe("nodes", () => {
  test("a missing node", async () => {
    const store = new MemoryStore();
    const facts = { store: String(store), path: "no/such" };
    const at = { path: "no/such" };
    await expectError(open(store, at), { name: "NodeNotFoundError", ...facts, message: /no\/such/ });
    await expectError(openArray(store, at), { name: "ArrayNotFoundError", ...facts });
    await expectError(openGroup(store, { ...at, mode: "r" }), { name: "GroupNotFoundError", ...facts });
    const root = await createGroup(store);
    await expectError(root.get("no/such"), { name: "NodeNotFoundError", ...facts });
    await expectError(root.getArray("no/such"), { name: "ArrayNotFoundError", ...facts });
    await expectError(root.getGroup("no/such"), { name: "GroupNotFoundError", ...facts });
    await expectError(openArray(`${folder}/none`), { name: "ArrayNotFoundError", path: "" });
  });

  test("another node is where one is to be", async () => {
    const store = new MemoryStore();
    await createGroup(store, { path: "g" });
    await createArray(store, { path: "a", shape: [2], dtype: "uint8" });
    const at = (path: string): object => ({ store: String(store), path });
    const options = { shape: [2], dtype: "uint8" };
    await expectError(openArray(store, { path: "g" }), { name: "ContainsGroupError", ...at("g") });
    await expectError(openGroup(store, { path: "a" }), { name: "ContainsArrayError", ...at("a") });
    await expectError(createArray(store, { path: "g", ...options }), {
      name: "ContainsGroupError",
      ...at("g"),
    });
    await expectError(createArray(store, { path: "a", ...options }), {
      name: "ContainsArrayError",
      ...at("a"),
    });
    await expectError(createGroup(store, { path: "a" }), { name: "ContainsArrayError", ...at("a") });
    await expectError(createGroup(store, { path: "a/b" }), { name: "ContainsArrayError", ...at("a") });
  });

  test("no consolidated metadata where it is asked for", async () => {
    const store = new MemoryStore();
    await createGroup(store);
    await expectError(openConsolidated(store), {
      name: "MetadataValidationError",
      store: String(store),
      path: "",
    });
  });
});

describe("extensions", () => {
  test("an unknown codec of v3 is named, and so are those that are known", async () => {
    const store = storeV3({
      codecs: [{ name: "bytes" }, { name: "org.example.pack", configuration: { a: 1 } }],
    });
    const place = { store: String(store), path: "a", key: "a/zarr.json", codec: "org.example.pack" };
    const error = await expectError(openArray(store, { path: "a" }), {
      name: "UnknownCodecError",
      ...place,
      message: /org\.example\.pack/,
    });
    expect(error.known).toEqual(
      expect.arrayContaining(["blosc", "bytes", "crc32c", "gzip", "sharding_indexed", "zstd"]),
    );
  });

  test("an unknown codec within a shard is named", async () => {
    const inner = { chunk_shape: [2], codecs: [{ name: "bytes" }, { name: "org.example.pack" }] };
    const codecs = [{ name: "sharding_indexed", configuration: inner }];
    await expectError(openArray(storeV3({ codecs }), { path: "a" }), {
      name: "UnknownCodecError",
      codec: "org.example.pack",
      key: "a/zarr.json",
    });
  });

  test("an unknown codec that need not be understood is passed over", async () => {
    const store = storeV3({
      codecs: [{ name: "bytes" }, { name: "org.example.hint", must_understand: false }],
    });
    await store.set("a/c/0", Uint8Array.of(1, 2, 3, 4));
    expect([...(await (await openArray(store, { path: "a", dtype: "uint8" })).get("...")).data]).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test.each(["compressor", "filters"])("an unknown codec of v2 is named: %s", async (member) => {
    const codec = { id: "org.example.pack", level: 3 };
    const store = storeV2({ [member]: member === "filters" ? [codec] : codec });
    const place = { store: String(store), path: "a", key: "a/.zarray", codec: "org.example.pack" };
    const error = await expectError(openArray(store, { path: "a" }), { name: "UnknownCodecError", ...place });
    expect(error.known).toEqual(expect.arrayContaining(["blosc", "delta", "gzip", "zlib", "zstd"]));
  });

  test("an unknown codec of a new array", async () => {
    const store = new MemoryStore();
    const options = { shape: [2], dtype: "uint8", compressors: [{ name: "org.example.pack" }] };
    await expectError(createArray(store, options), { name: "UnknownCodecError", codec: "org.example.pack" });
    expect(await store.isEmpty("")).toBe(true);
  });

  test("an unknown data type is named, in either format and in a new array", async () => {
    const name = "UnknownDataTypeError";
    const v3 = storeV3({ data_type: { name: "org.example.posit", configuration: { bits: 8 } } });
    const place = { store: String(v3), path: "a", key: "a/zarr.json" };
    const error = await expectError(openArray(v3, { path: "a" }), {
      name,
      ...place,
      message: /org\.example\.posit/,
    });
    expect(error.known).toEqual(expect.arrayContaining(["bool", "float64", "int8", "string"]));
    const v2 = storeV2({ dtype: "<q8" });
    await expectError(openArray(v2, { path: "a" }), { name, key: "a/.zarray", path: "a", message: /<q8/ });
    await expectError(createArray({}, { shape: [1], dtype: "float99" }), { name, message: /float99/ });
  });

  test("another data type than the one asked for", async () => {
    await expectError(openArray(storeV3({}), { path: "a", dtype: "float32" }), {
      name: "UnknownDataTypeError",
      expected: "float32",
      actual: "uint8",
      path: "a",
    });
  });
});

describe("metadata", () => {
  const broken: [string, Uint8Array][] = [
    ["no JSON", new TextEncoder().encode('{"zarr_format": 3,')],
    ["no UTF-8", Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ["nothing", new Uint8Array(0)],
    ["a list", json([V3])],
    ["no node type", json({ ...V3, node_type: undefined })],
    ["a negative length", json({ ...V3, shape: [-1] })],
    ["a length that is no number", json({ ...V3, shape: ["4"] })],
    ["chunks of another rank", json({ ...V3, shape: [4, 4] })],
    [
      "a chunk of length -1",
      json({ ...V3, chunk_grid: { name: "regular", configuration: { chunk_shape: [-1] } } }),
    ],
    ["no codecs", json({ ...V3, codecs: undefined })],
    ["two serializers", json({ ...V3, codecs: [{ name: "bytes" }, { name: "bytes" }] })],
    ["a fill value of another type", json({ ...V3, fill_value: "red" })],
    ["a fill value out of range", json({ ...V3, fill_value: 256 })],
    ["a product beyond 2^53", json({ ...V3, shape: [2 ** 40, 2 ** 40] })],
    ["an unknown grid", json({ ...V3, chunk_grid: { name: "org.example.hexagons" } })],
    ["an unknown key encoding", json({ ...V3, chunk_key_encoding: { name: "org.example.hash" } })],
  ];
  test.each(broken)("a broken document of v3: %s", async (_, document) => {
    const store = new MemoryStore(new Map([["a/zarr.json", document]]));
    const facts = {
      name: "MetadataValidationError",
      store: String(store),
      path: "a",
      key: "a/zarr.json",
    } as const;
    await expectError(openArray(store, { path: "a" }), facts);
    await expectError(open(store, { path: "a" }), facts);
  });

  test.each([
    ["no JSON", new TextEncoder().encode("nope")],
    ["no chunks", json({ ...V2, chunks: undefined })],
    ["another order", json({ ...V2, order: "K" })],
    ["filters that are no list", json({ ...V2, filters: { id: "delta" } })],
  ])("a broken document of v2: %s", async (_, document) => {
    const store = new MemoryStore(new Map([["a/.zarray", document]]));
    const facts = {
      name: "MetadataValidationError",
      store: String(store),
      path: "a",
      key: "a/.zarray",
    } as const;
    await expectError(openArray(store, { path: "a" }), facts);
  });

  test("a format of the future", async () => {
    const store = storeV3({ zarr_format: 4 });
    await expectError(open(store, { path: "a" }), {
      name: "UnsupportedError",
      path: "a",
      key: "a/zarr.json",
    });
  });

  test("a document that cannot be read is no missing node", async () => {
    const cause = new Error("the disk is on fire");
    const error = new zarrkit.StoreError("A read failed.", { key: "a/zarr.json", cause });
    const store = new FaultStore(storeV3({}), [
      { operation: "get", key: "a/zarr.json", fault: { kind: "error", error } },
    ]);
    const seen = await expectError(open(store, { path: "a" }), { name: "StoreError", key: "a/zarr.json" });
    expect(seen.cause).toBe(cause);
  });
});

describe("selections", () => {
  const SHAPE = [10, 10];
  const made = createArray({}, { shape: SHAPE, chunks: [4, 4], dtype: "int32" });

  test("an index outside", async () => {
    const z = await made;
    for (const get of [
      z.get([10]),
      z.get([0, -11]),
      z.get([[0, 10]]),
      z.oindex.get([[10]]),
      z.vindex.get([[0], [12]]),
    ])
      await expectError(get, { name: "BoundsCheckError", message: /1[0-2]/ });
    await expectError(z.set([10], 1), { name: "BoundsCheckError" });
    await expectError(z.blocks.get([3]), { name: "BoundsCheckError" });
  });

  test("what is no selection of the array", async () => {
    const z = await made;
    await expectError(z.get([0, 0, 0]), { name: "SelectionError" });
    await expectError(z.get("1, 2, 3"), { name: "SelectionError" });
    await expectError(z.get(["...", "..."]), { name: "SelectionError" });
    await expectError(z.get("1 +"), { name: "SelectionError" });
    await expectError(z.get([[true, false]]), { name: "SelectionError" });
    await expectError(z.get([slice(0, 4, 0)]), { name: "SelectionError" });
    await expectError(z.get([0.5]), { name: "SelectionError" });
  });

  test("a negative step where it has no meaning", async () => {
    await expectError((await made).blocks.get([slice(2, 0, -1)]), { name: "NegativeStepError" });
  });

  test("what vindex cannot take", async () => {
    const z = await made;
    await expectError(z.vindex.get([slice(0, 3), [1]]), { name: "VindexInvalidSelectionError" });
    await expectError(z.getMaskSelection([[true, false]]), { name: "VindexInvalidSelectionError" });
  });

  test("values of another shape, and an out that does not fit", async () => {
    const z = await made;
    const setting = z.set([slice(0, 3)], [1, 2, 3, 4]);
    await expectError(setting, { name: "ShapeMismatchError", message: /4.*3|3.*4/ });
    const out = new Int32Array(5);
    const error = await expectError(z.get([0], { out }), {
      name: "ShapeMismatchError",
      expected: [10],
      actual: [5],
    });
    expect(error.message).toMatch(/\(5,\).*\(10,\)/);
    await expectError(z.append([[1, 2, 3]]), { name: "ShapeMismatchError", expected: SHAPE });
    await expectError(z.resize([3]), { name: "ShapeMismatchError", expected: SHAPE, actual: [3] });
  });

  test("values that the data type cannot hold are a RangeError, arguments of a wrong type a TypeError", async () => {
    const z = await createArray({}, { shape: [2], dtype: "uint8" });
    await expect(z.set(null, 300)).rejects.toBeInstanceOf(RangeError);
    await expect(z.set(null, 1.5)).rejects.toBeInstanceOf(RangeError);
    await expect(z.set(null, Float64Array.of(1, 2))).rejects.toBeInstanceOf(TypeError);
    await expect(openArray(7 as unknown as string)).rejects.toBeInstanceOf(TypeError);
    const numbers = await createArray({}, { shape: [1], dtype: "int64", fillValue: 2n ** 60n });
    await expect(numbers.get("...", { int64: "number" })).rejects.toBeInstanceOf(RangeError);
    await expect(numbers.set(null, 2 ** 53)).rejects.toBeInstanceOf(RangeError);
  });
});

describe("writing where it is not allowed", () => {
  test("a read-only store refuses every change", async () => {
    const inner = new MemoryStore();
    const root = await createGroup(inner);
    await root.createArray("a", { shape: [4], dtype: "uint8" });
    const local = new LocalStore(`${folder}/read-only`);
    await createGroup(local);
    await createArray(local, { path: "a", shape: [4], dtype: "uint8" });
    for (const store of [
      inner.withReadOnly(true),
      new LocalStore(`${folder}/read-only`, { readOnly: true }),
    ]) {
      const z = await openArray(store, { path: "a" });
      const group = await openGroup(store);
      const facts = { name: "ReadOnlyError", store: String(store) } as const;
      await expectError(z.set(null, 1), { ...facts, path: "a" });
      await expectError(z.oindex.set([[0]], 1), { ...facts, path: "a" });
      await expectError(z.resize([8]), { ...facts, path: "a" });
      await expectError(z.append([1]), { ...facts, path: "a" });
      await expectError(z.updateAttributes({ a: 1 }), { ...facts, path: "a" });
      await expectError(group.createGroup("b"), facts);
      await expectError(group.createArray("b", { shape: [1], dtype: "uint8" }), facts);
      await expectError(group.delete("a"), facts);
      await expectError(group.updateAttributes({ a: 1 }), { ...facts, path: "" });
      await expectError(createArray(store, { path: "c", shape: [1], dtype: "uint8" }), facts);
      await expectError(createGroup(store, { path: "c", overwrite: true }), facts);
    }
  });

  test("mode r makes an array read-only", async () => {
    const root = `${folder}/mode`;
    await createArray(root, { shape: [4], dtype: "uint8" });
    await expectError((await openArray(root, { mode: "r" })).set(null, 1), {
      name: "ReadOnlyError",
      path: "",
    });
    await (await openArray(root, { mode: "r+" })).set(null, 1);
  });

  test("a write that is not aligned, where only whole chunks are allowed", async () => {
    const store = new MemoryStore();
    const z = await createArray(store, { shape: [8], chunks: [4], dtype: "uint8", path: "a" });
    const at = { store: String(store), path: "a", chunkKey: "a/c/1", chunkIndex: [1] };
    const unaligned = z.set([slice(0, 6)], 1, { requireAligned: true });
    await expectError(unaligned, { name: "UnsupportedError", ...at });
    expect(await store.exists("a/c/0")).toBe(false);
    await z.set([slice(4, 8)], 1, { requireAligned: true });
  });
});
