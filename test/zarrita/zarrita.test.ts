// The adapters against the real zarrita: 0.5.0, 0.6.0 (which viv and vizarr pin) and 0.7.5.
import * as current from "zarrita";
import { describe, expect, test } from "vitest";
import { createArray, createGroup } from "../../src/array/create.ts";
import { open, openArray, openConsolidated, openGroup } from "../../src/array/open.ts";
import { consolidateMetadata } from "../../src/array/create.ts";
import type { ZarrArray } from "../../src/array/zarr-array.ts";
import type { ZarrGroup } from "../../src/array/zarr-group.ts";
import { ArrayNotFoundError } from "../../src/base/errors.ts";
import { MemoryStore } from "../../src/storage/memory-store.ts";
import { CountingStore } from "../../src/testing/counting-store.ts";
import { fromZarrita } from "../../src/zarrita/from-zarrita.ts";
import { toZarrita, toZarritaDecoded, withContents } from "../../src/zarrita/to-zarrita.ts";
import type { ZarritaStore } from "../../src/zarrita/zarrita-store.ts";

/** What is used of a release of zarrita; the types of the three differ in detail. */
interface Zarrita {
  open(store: unknown, options: { kind: "array" }): Promise<ZarritaArray>;
  root(store: unknown): { resolve(path: string): unknown };
  get(
    array: ZarritaArray,
    selection?: unknown,
  ): Promise<{ data: unknown; shape: number[]; stride: number[] }>;
}
interface ZarritaArray {
  readonly shape: number[];
  readonly chunks: number[];
  readonly dtype: string;
  readonly attrs: Record<string, unknown>;
}

const releases: [string, Zarrita][] = [
  ["0.5.0", (await import("zarrita-0.5")) as unknown as Zarrita],
  ["0.6.0", (await import("zarrita-0.6")) as unknown as Zarrita],
  ["0.7.5", current as unknown as Zarrita],
];

/** Elements as plain values, whichever array or string class a release uses. */
function valuesOf(data: unknown): unknown[] {
  return [...(data as Iterable<unknown>)];
}

async function oursOf(z: ZarrArray): Promise<unknown[]> {
  const result = await z.get("...");
  const data = [...(result.data as unknown as Iterable<unknown>)];
  return z.dtype === "bool" ? data.map(Boolean) : data;
}

async function theirsOf(
  zarrita: Zarrita,
  store: unknown,
): Promise<{ values: unknown[]; array: ZarritaArray }> {
  const array = await zarrita.open(store, { kind: "array" });
  return { values: valuesOf((await zarrita.get(array, null)).data), array };
}

/** Numbers with a pattern, in an array of some shape. */
function ramp(shape: readonly number[], make: (i: number) => unknown): unknown {
  const [length, ...rest] = shape;
  let at = 0;
  const build = (n: number | undefined, below: readonly number[]): unknown =>
    n === undefined ? make(at++) : Array.from({ length: n }, () => build(below[0], below.slice(1)));
  return build(length, rest);
}

const NUMBERS = ["int8", "int16", "int32", "uint8", "uint16", "uint32", "float32", "float64"] as const;

// zarrita has half precision only where the runtime has.
const HALF = typeof Reflect.get(globalThis, "Float16Array") === "function" ? (["float16"] as const) : [];

describe.each(releases)("zarrita %s", (version, zarrita) => {
  test.each(NUMBERS)("reads plain v2 and v3 %s chunks of ours byte for byte", async (dtype) => {
    for (const zarrFormat of [2, 3] as const) {
      const z = await createArray(
        {},
        { shape: [5, 7], chunks: [2, 3], dtype, zarrFormat, compressors: null },
      );
      await z.set(
        "...",
        ramp([5, 7], (i) => i),
      );
      const { values } = await theirsOf(zarrita, toZarrita(z));
      expect(values).toEqual(await oursOf(z));
    }
  });

  test.each([...NUMBERS, "int64", "uint64", "bool", ...HALF] as const)(
    "reads decoded %s chunks, the edges of the grid and missing chunks",
    async (dtype) => {
      const z = await createArray(
        {},
        {
          shape: [7, 10],
          chunks: [2, 3],
          shards: [4, 6],
          dtype,
          fillValue: dtype === "bool" ? true : dtype.endsWith("64") && dtype !== "float64" ? 3n : 3,
        },
      );
      const make = (i: number): unknown =>
        dtype === "bool" ? i % 3 === 0 : dtype === "int64" || dtype === "uint64" ? BigInt(i) ** 3n : i;
      await z.set("0:3, 0:8", ramp([3, 8], make));
      const { values, array } = await theirsOf(zarrita, toZarritaDecoded(z));
      expect(array.chunks).toEqual([2, 3]);
      expect(values).toEqual(await oursOf(z));
    },
  );

  test("reads what it has no codec for: shard indexes at the start, nested shards, crc32c, blosc, transpose", async () => {
    const inner = { name: "bytes", configuration: { endian: "big" } };
    const shard = (chunkShape: number[], codecs: unknown[], location: "start" | "end"): unknown => ({
      name: "sharding_indexed",
      configuration: {
        chunk_shape: chunkShape,
        codecs,
        index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
        index_location: location,
      },
    });
    const transposed = { name: "transpose", configuration: { order: [1, 0] } };
    const blosc = {
      name: "blosc",
      configuration: { cname: "lz4", clevel: 5, shuffle: "bitshuffle", typesize: 2, blocksize: 0 },
    };
    const chains: [string, unknown[]][] = [
      ["index at the start", [shard([4, 4], [inner, { name: "crc32c" }], "start")]],
      ["nested", [shard([4, 4], [shard([2, 2], [inner, blosc], "start")], "end")]],
      ["transpose before shards", [transposed, shard([4, 4], [inner], "end")]],
      ["gzip after shards", [shard([4, 4], [inner], "end"), { name: "gzip", configuration: { level: 1 } }]],
    ];
    for (const [what, codecs] of chains) {
      const values = new Map<string, Uint8Array>();
      const document = {
        zarr_format: 3,
        node_type: "array",
        shape: [10, 9],
        data_type: "uint16",
        chunk_grid: { name: "regular", configuration: { chunk_shape: [8, 8] } },
        chunk_key_encoding: { name: "default", configuration: { separator: "." } },
        fill_value: 9,
        codecs,
        attributes: { what },
      };
      values.set("zarr.json", new TextEncoder().encode(JSON.stringify(document)));
      const z = await openArray(values);
      await z.set(
        "1:9, :",
        ramp([8, 9], (i) => i * 500),
      );
      const { values: theirs, array } = await theirsOf(zarrita, toZarritaDecoded(z));
      expect(theirs, what).toEqual(await oursOf(z));
      expect(array.attrs).toEqual({ what });
    }
  });

  test("reads types that it does not know as ones that it does", async () => {
    const half = await createArray({}, { shape: [3], dtype: "datetime64[s]" });
    await half.set("...", [1n, -(2n ** 40n), 7n]);
    const time = await theirsOf(zarrita, toZarritaDecoded(half));
    expect(time.array.dtype).toBe("int64");
    expect(time.values).toEqual([1n, -(2n ** 40n), 7n]);

    const small = await createArray({}, { shape: [3], dtype: "int4" });
    await small.set("...", [-8, 7, 0]);
    expect((await theirsOf(zarrita, toZarritaDecoded(small))).values).toEqual([-8, 7, 0]);

    const brain = await createArray({}, { shape: [4], chunks: [3], dtype: "bfloat16", fillValue: 2 });
    await brain.set("0:2", [1.5, -0.25]);
    expect((await theirsOf(zarrita, toZarritaDecoded(brain))).values).toEqual([1.5, -0.25, 2, 2]);
  });

  test("reads fill values that JSON readers get wrong", async () => {
    const big = await createArray({}, { shape: [4], chunks: [2], dtype: "int64", fillValue: 2n ** 63n - 1n });
    await big.set("0:1", [5n]);
    expect((await theirsOf(zarrita, toZarritaDecoded(big))).values).toEqual([
      5n,
      2n ** 63n - 1n,
      2n ** 63n - 1n,
      2n ** 63n - 1n,
    ]);
    const z = await createArray({}, { shape: [2], dtype: "float32", fillValue: NaN });
    expect((await theirsOf(zarrita, toZarritaDecoded(z))).values).toEqual([NaN, NaN]);
    const dated = await createArray({}, { shape: [2], chunks: [1], dtype: "datetime64[ns]" });
    await dated.set("0:1", [12n]);
    expect((await theirsOf(zarrita, toZarritaDecoded(dated))).values).toEqual([12n, -(2n ** 63n)]);
  });

  test("reads arrays below a group by their paths, v2 too", async () => {
    const root = await createGroup({}, { zarrFormat: 2, attributes: { title: "t" } });
    const z = await root.createArray("a/b", {
      shape: [6, 4],
      chunks: [4, 3],
      dtype: ">i4",
      order: "F",
      attributes: { _ARRAY_DIMENSIONS: ["y", "x"] },
    });
    await z.set(
      "...",
      ramp([6, 4], (i) => i - 5),
    );
    const store = toZarritaDecoded(root);
    const array = await zarrita.open(zarrita.root(store).resolve("a/b"), { kind: "array" });
    const { data, stride } = await zarrita.get(array, null);
    expect(stride).toEqual([4, 1]);
    expect(valuesOf(data)).toEqual(await oursOf(z));
    const document: unknown = JSON.parse(new TextDecoder().decode(await store.get("/a/b/zarr.json")));
    expect(document).toMatchObject({ dimension_names: ["y", "x"], zarr_format: 3 });
  });

  test("swapping bytes in place does not reach our chunks", async () => {
    const z = await createArray({}, { shape: [4], dtype: "int16", compressors: null, zarrFormat: 3 });
    await z.set("...", [1, 2, 3, 4]);
    const store = toZarritaDecoded(z);
    const first = (await store.get("/c/0"))!;
    expect(first.byteOffset).toBe(0);
    expect(first.byteLength).toBe(first.buffer.byteLength);
    first.fill(255);
    expect((await theirsOf(zarrita, store)).values).toEqual([1, 2, 3, 4]);
    expect(version).toBeTruthy();
  });
});

test("strings, also those beyond ASCII, and fixed-length text", async () => {
  for (const [dtype, zarrFormat] of [
    ["string", 3],
    ["<U4", 3],
    ["<U4", 2],
  ] as const) {
    const z = await createArray({}, { shape: [3], chunks: [2], dtype, zarrFormat });
    await z.set("...", ["é", "", "abcd"]);
    // 0.5 knows no text in v3 and says so.
    for (const [, zarrita] of releases.slice(1))
      expect((await theirsOf(zarrita, toZarritaDecoded(z))).values).toEqual(["é", "", "abcd"]);
  }
});

test("ranges: an offset, a suffix, both clamped; zero bytes; a missing key", async () => {
  const bytes = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const store = toZarrita(new MemoryStore(new Map([["a/b", bytes]])));
  const range = async (
    query: { offset: number; length: number } | { suffixLength: number },
  ): Promise<number[]> => [...(await store.getRange("/a/b", query))!];
  expect(await range({ offset: 2, length: 3 })).toEqual([2, 3, 4]);
  expect(await range({ offset: 8, length: 30 })).toEqual([8, 9]);
  expect(await range({ suffixLength: 2 })).toEqual([8, 9]);
  expect(await range({ suffixLength: 20 })).toEqual([...bytes]);
  expect(await range({ offset: 3, length: 0 })).toEqual([]);
  expect(await store.getRange("/a/c", { suffixLength: 2 })).toBeUndefined();
  await expect(store.getRange("/a/b", {} as never)).rejects.toThrow(TypeError);
  await expect(store.get("/a/../b")).rejects.toThrow(/'\.\.'/);
  expect("store" in store).toBe(false);
});

test("a URL that has no secret is shown, one that may is not", async () => {
  const { filesystem } = await import("../../src/fs/registry.ts");
  const { FsspecStore } = await import("../../src/storage/fsspec-store.ts");
  const at = (path: string): ZarritaStore => toZarrita(new FsspecStore(filesystem("http", {}), { path }));
  expect(at("http://example.org/a.zarr").url).toBe("http://example.org/a.zarr");
  expect(at("http://example.org/a.zarr?sig=x").url).toBeUndefined();
  expect(at("http://u:p@example.org/a.zarr").url).toBeUndefined();
});

test("zarrita writes through us what we read, and the other way round", async () => {
  const values = new Map<string, Uint8Array>();
  const theirs = await current.create(current.root(toZarrita(new MemoryStore(values))).resolve("x"), {
    shape: [4, 4],
    chunkShape: [2, 2],
    dtype: "int32",
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    fillValue: 1,
  });
  await current.set(theirs, [current.slice(1, 3), null], 7);
  const z = await openArray(values, { path: "x" });
  const expected = [1, 1, 1, 1, 7, 7, 7, 7, 7, 7, 7, 7, 1, 1, 1, 1];
  expect(await oursOf(z)).toEqual(expected);
  // A zarrita array, its store being any of theirs, is a place to open.
  const back = await open(fromZarrita(theirs as never), { mode: "r" });
  expect(await oursOf(back as ZarrArray)).toEqual(expected);
});

test("a zarrita store of theirs is one of ours: a Map, one with consolidated metadata, one without getRange", async () => {
  const values = new Map<string, Uint8Array>();
  const root = await createGroup(values);
  const z = await root.createArray("s", {
    shape: [8],
    chunks: [2],
    shards: [8],
    dtype: "float64",
    compressors: null,
  });
  await z.set(
    "...",
    ramp([8], (i) => i / 4),
  );
  await consolidateMetadata(values);

  const absolute = new Map([...values].map(([key, value]) => [`/${key}`, value] as const));
  const plain = fromZarrita({ get: (key) => absolute.get(key) ?? null });
  expect(plain.readOnly).toBe(true);
  expect(await oursOf(await openArray(plain, { path: "s", mode: "r" }))).toEqual(await oursOf(z));
  await expect(openArray(plain, { path: "none", mode: "r" })).rejects.toThrow(ArrayNotFoundError);

  const consolidated = await current.withConsolidatedMetadata(toZarrita(new MemoryStore(values)), {
    format: "v3",
  });
  const group = await openGroup(fromZarrita(consolidated as never), { mode: "r" });
  expect(await oursOf(await group.getArray("s"))).toEqual(await oursOf(z));
  expect(() => fromZarrita(7 as never)).toThrow(TypeError);
});

test("contents lists nodes at once, as zarrita's stores with consolidated metadata do", async () => {
  const root: ZarrGroup = await createGroup({});
  await root.createArray("g/a", { shape: [1], dtype: "int8" });
  const store = await withContents(toZarritaDecoded(root), root);
  const expected = [
    { path: "/", kind: "group" },
    { path: "/g", kind: "group" },
    { path: "/g/a", kind: "array" },
  ];
  expect(store.contents()).toEqual(expected);
  const theirs = await current.withConsolidatedMetadata(
    toZarritaDecoded(await openConsolidated(await consolidated(root), { mode: "r" })),
    { format: "v3" },
  );
  expect(theirs.contents()).toEqual(expected);
});

test("consolidated metadata is rewritten for decoded chunks", async () => {
  const root = await createGroup({}, { zarrFormat: 2 });
  const z = await root.createArray("g/a", { shape: [4], chunks: [2], dtype: "int16" });
  await z.set("...", [1, 2, 3, 4]);
  const group = await openConsolidated(await consolidated(root), { mode: "r" });
  const store = await current.withConsolidatedMetadata(toZarritaDecoded(group), { format: "v3" });
  const array = await current.open(current.root(store).resolve("g/a"), { kind: "array" });
  expect(valuesOf((await current.get(array)).data)).toEqual([1, 2, 3, 4]);
});

test("decoded chunks are kept within the bound, and decoded once for all who ask at a time", async () => {
  const counting = new CountingStore(new MemoryStore());
  const z = await createArray(counting, { shape: [64], chunks: [8], dtype: "uint8" });
  await z.set(
    "...",
    ramp([64], (i) => i + 1),
  );
  const count = (): number => counting.calls.filter(({ key }) => key === "c/0").length;
  const store = toZarritaDecoded(z);
  const before = count();
  await Promise.all([store.get("/c/0"), store.get("/c/0"), store.getRange("/c/0", { suffixLength: 2 })]);
  await store.get("/c/0");
  expect(count() - before).toBe(1);

  const small = toZarritaDecoded(z, { cacheBytes: 300 });
  for (let i = 0; i < 8; i++) await small.get(`/c/${i}`);
  const start = count();
  expect([...(await small.get("/c/0"))!]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(count() - start).toBe(1);
});

test("one caller's abort does not fail another's read, and reaches the store when all have left", async () => {
  const z = await createArray({}, { shape: [4], dtype: "uint8", fillValue: 1 });
  await z.set("...", [1, 2, 3, 4]);
  const store = toZarritaDecoded(z);
  const controller = new AbortController();
  const [left, stayed] = [store.get("/c/0", { signal: controller.signal }), store.get("/c/0")];
  controller.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  expect([...(await stayed)!]).toEqual([1, 2, 3, 4]);
});

test("a chunk that cannot be decoded is an error, not a missing chunk", async () => {
  const values = new Map<string, Uint8Array>();
  const z = await createArray(values, { shape: [4], dtype: "uint8", compressors: null });
  await z.set("...", [1, 2, 3, 4]);
  values.set("c/0", new Uint8Array([1, 2]));
  const store = toZarritaDecoded(z);
  await expect(store.get("/c/0")).rejects.toThrow(/c\/0|bytes/);
  await expect(current.get(await current.open(store, { kind: "array" }))).rejects.toThrow();
  expect(await store.get("/c/1")).toBeUndefined();
  expect(await store.get("/c/00")).toBeUndefined();
});

/** The store of a group, with consolidated metadata. */
async function consolidated(root: ZarrGroup): Promise<MemoryStore> {
  await consolidateMetadata(root.store);
  return root.store as MemoryStore;
}
