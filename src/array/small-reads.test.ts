/** Small reads of local files, which go around the store's methods, beside the same reads through them. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createArray, NDArray, openArray, slice } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { LocalStore, WrapperStore } from "../storage.ts";
import { runs } from "../../test/effort.ts";

const folder = mkdtempSync(`${tmpdir()}/zarrkit-small-`);
afterAll(() => rmSync(folder, { recursive: true }));
// What may be done at once in a turn is there again.
beforeEach(() => new Promise((resolve) => setImmediate(resolve)));

const blosc = (cname: string, shuffle: string, typesize: number) => ({
  name: "blosc",
  configuration: { cname, clevel: 5, shuffle, blocksize: 0, typesize },
});
const zstd = { name: "zstd", configuration: { level: 1, checksum: false } };
const SHAPE = [40, 300, 40];
const big = { name: "bytes", configuration: { endian: "big" } };
const LAYOUTS: Record<string, object> = {
  "plain chunks": { dtype: "float64", chunks: [20, 150, 40], compressors: null },
  "plain chunks, big-endian": { dtype: "int16", chunks: [20, 150, 40], compressors: null, serializer: big },
  "plain chunks of booleans": { dtype: "bool", chunks: [20, 150, 40], compressors: null },
  "plain chunks, transposed": {
    dtype: "int32",
    chunks: [20, 150, 40],
    compressors: null,
    filters: { name: "transpose", configuration: { order: [2, 0, 1] } },
  },
  "small plain chunks, transposed": {
    dtype: "int32",
    chunks: [10, 20, 40],
    compressors: null,
    filters: { name: "transpose", configuration: { order: [2, 0, 1] } },
  },
  "blosc chunks": { dtype: "int32", chunks: [40, 300, 40], compressors: blosc("lz4", "shuffle", 4) },
  "blosc chunks of bits": {
    dtype: "int32",
    chunks: [40, 300, 40],
    compressors: blosc("zstd", "bitshuffle", 4),
  },
  "small chunks": { dtype: "uint16", chunks: [10, 20, 40], compressors: blosc("lz4", "shuffle", 2) },
  "small chunks of zstd": { dtype: "uint16", chunks: [10, 20, 40], compressors: zstd },
  "small gzip chunks": {
    dtype: "uint16",
    chunks: [10, 20, 40],
    compressors: { name: "gzip", configuration: { level: 1 } },
  },
  "shards of blosc": {
    dtype: "uint16",
    chunks: [10, 50, 20],
    shards: [20, 150, 40],
    compressors: blosc("lz4", "shuffle", 2),
  },
  "shards of zstd, crc32c": {
    dtype: "uint16",
    chunks: [10, 50, 20],
    shards: [20, 150, 40],
    compressors: [zstd, { name: "crc32c" }],
  },
  "shards of plain chunks": {
    dtype: "float32",
    chunks: [10, 50, 20],
    shards: [20, 150, 40],
    compressors: null,
  },
};

async function filled(name: string): Promise<{ path: string; values: NDArray }> {
  const path = join(folder, name.replaceAll(/\W+/g, "-"));
  const z: ZarrArray = await createArray(path, {
    shape: SHAPE,
    ...LAYOUTS[name],
    dtype: dtypeOf(name),
    overwrite: true,
  });
  const numbers = Float64Array.from({ length: z.size }, (_, i) => (i % 97) * 3 + (i >> 9));
  const kept = dtypeOf(name) === "bool" ? numbers.map((value) => value & 1) : numbers;
  await z.set(
    null,
    new NDArray((await createArray({}, { shape: [1], dtype: "float64" })).dataType, {
      data: kept,
      shape: SHAPE,
    } as never),
    {
      casting: "unsafe",
    },
  );
  return { path, values: (await z.get("...")) as NDArray };
}

function dtypeOf(name: string): string {
  return (LAYOUTS[name] as { dtype: string }).dtype;
}

const axis = (length: number) =>
  fc.oneof(
    fc.nat(length - 1),
    fc
      .tuple(fc.nat(length), fc.nat(length), fc.constantFrom(1, 1, 2, -1, -3))
      .map(([a, b, step]) =>
        step > 0 ? slice(Math.min(a, b), Math.max(a, b), step) : slice(Math.max(a, b), Math.min(a, b), step),
      ),
    fc.nat(length - 5).map((start) => slice(start, start + 5)),
    fc.uniqueArray(fc.nat(length - 1), { minLength: 1, maxLength: 4 }),
    fc.constant(null),
  );
const selections = fc.tuple(...SHAPE.map(axis));

describe.each(Object.keys(LAYOUTS))("%s", (name) => {
  test("any selection is what the store's methods give", async () => {
    const { path } = await filled(name);
    const direct = await openArray(path, { mode: "r" });
    const through = await openArray(new WrapperStore(new LocalStore(path)), { mode: "r" });
    await fc.assert(
      fc.asyncProperty(selections, async (selection) => {
        const want = await through.oindex.get(selection as never);
        expect(plainOf(await direct.oindex.get(selection as never)) === plainOf(want)).toBe(true);
      }),
      { numRuns: runs(400) },
    );
    const points = SHAPE.map((length) => [0, length - 1, 3, 3, length >> 1]);
    const want = await through.vindex.get(points as never);
    expect(plainOf(await direct.vindex.get(points as never))).toEqual(plainOf(want));
  });

  test("results of many reads at a time do not disturb each other", async () => {
    const { path } = await filled(name);
    const direct = await openArray(path, { mode: "r" });
    const boxes = Array.from({ length: 40 }, (_, i) => [
      slice(i, i + 1),
      slice(i * 7, i * 7 + 9),
      slice(0, i + 1),
    ]);
    const alone = [];
    for (const box of boxes) alone.push(plainOf(await direct.get(box as never)));
    const together = await Promise.all(boxes.map((box) => direct.get(box as never)));
    expect(together.map(plainOf)).toEqual(alone);
  });

  test("a chunk that is cut is the same error", async () => {
    const { path } = await filled(name);
    for (const entry of readdirSync(join(path, "c"), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      truncateSync(file, Math.floor(readFileSync(file).length * 0.7));
    }
    const stores = [new LocalStore(path), new WrapperStore(new LocalStore(path))];
    for (const selection of [
      [39, 299, 39],
      [slice(30, 40), slice(290, 300), slice(30, 40)],
    ]) {
      const [got, want] = await Promise.all(
        stores.map(async (store) => {
          const z = await openArray(store, { mode: "r" });
          return await z.get(selection as never).then(
            () => "read",
            (error: Error) => ({ ...error, name: error.name, message: error.message, store: undefined }),
          );
        }),
      );
      expect(got).toEqual(want);
    }
  });
});

/** Shape and bytes as text, which is compared faster. */
function plainOf(result: unknown): unknown {
  return result instanceof NDArray
    ? `${result.shape.join()}: ${Buffer.from(result.toBytes()).toString("latin1")}`
    : result;
}

test("a slice of rows goes straight to its place in out, and nothing beside it changes", async () => {
  const { path, values } = await filled("plain chunks");
  const z = (await openArray(path, { mode: "r" })) as ZarrArray<"float64">;
  const data = new Float64Array(100).fill(-1);
  const out = { data, shape: [3, 2, 8], stride: [20, 8, 1], offset: 10 };
  await z.get([slice(3, 6), slice(7, 9), slice(4, 12)], { out });
  const want = new Float64Array(100).fill(-1);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 2; j++)
      for (let k = 0; k < 8; k++) want[10 + i * 20 + j * 8 + k] = Number(values.get(3 + i, 7 + j, 4 + k));
  expect(data).toEqual(want);
});

test("a shard that is replaced on disk between reads is read by its new index", async () => {
  const { path } = await filled("shards of blosc");
  const z = await openArray(path, { mode: "r" });
  const before = await z.get([0, 0, 0]);
  const writer = await openArray(path, { mode: "r+" });
  await writer.set([slice(0, 20), slice(0, 100), slice(0, 20)], 12345);
  expect(await z.get([0, 0, 0])).toBe(12345);
  expect(await z.get([0, 149, 39])).toBe(await writer.get([0, 149, 39]));
  expect(before).not.toBe(12345);
  rmSync(join(path, "c"), { recursive: true });
  expect(await z.get([0, 0, 0])).toBe(0);
});

test("an abort before a read is its reason, and leaves other reads alone", async () => {
  const { path } = await filled("small chunks");
  const z = await openArray(path, { mode: "r" });
  const controller = new AbortController();
  const reason = new Error("enough");
  const others = Array.from({ length: 20 }, () => z.get([slice(0, 30), 3, 4]));
  controller.abort(reason);
  await expect(z.get([1, 2, 3], { signal: controller.signal })).rejects.toBe(reason);
  for (const other of await Promise.all(others)) expect(other.shape).toEqual([30]);
});

test("many reads with one signal print no warning of a leak", async () => {
  const { path } = await filled("small chunks");
  const z = await openArray(path, { mode: "r" });
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 700 }, (_, i) => z.get([i % 40, 2, 3], { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("what a subclass makes of get, getRanges or fromFile holds for small reads, too", async () => {
  const { path } = await filled("shards of blosc");
  let calls = 0;
  class Counting extends LocalStore {
    override get(...args: Parameters<LocalStore["get"]>): ReturnType<LocalStore["get"]> {
      calls++;
      return super.get(...args);
    }
  }
  class CountingFiles extends LocalStore {
    protected override fromFile(file: string): Uint8Array {
      calls++;
      return readFileSync(file);
    }
    static override wholeFile = true;
  }
  // A file that its class reads as a whole has no version: the index is read each time.
  for (const [store, warm] of [
    [new Counting(path), 1],
    [new CountingFiles(path), 2],
  ] as const) {
    const z = await openArray(store, { mode: "r" });
    calls = 0;
    await z.get([0, 0, 0]);
    expect(calls).toBe(2); // the index, and an inner chunk
    await z.get([0, 0, 1]);
    expect(calls).toBe(2 + warm);
  }
});

test("progress and missing chunks are those of any read", async () => {
  const { path } = await filled("small chunks");
  rmSync(join(path, "c", "0", "0", "0"));
  const z = await openArray(path, { mode: "r" });
  const seen: unknown[] = [];
  const reading = z.get([0, 0, 0], { onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([]);
  expect(await reading).toBe(0);
  expect(seen).toEqual([{ chunksDone: 1, chunksTotal: 1 }]);
  const strict = z.withConfig({ readMissingChunks: false });
  await expect(strict.get([0, 0, 0])).rejects.toMatchObject({ chunkKey: "c/0/0/0", chunkIndex: [0, 0, 0] });
  writeFileSync(join(path, "c", "0", "0", "0"), "");
  await expect(z.get([0, 0, 0])).rejects.toMatchObject({ name: "CodecError", chunkKey: "c/0/0/0" });
});

test("a transposed chunk that fills its place in the result is turned", async () => {
  const data = Int32Array.from({ length: 24 }, (_, i) => i);
  for (const order of [
    { zarrFormat: 2, order: "F" },
    { filters: { name: "transpose", configuration: { order: [1, 0] } } },
  ] as const) {
    const path = mkdtempSync(`${folder}/turned-`);
    const shape = [4, 6];
    const z = await createArray(path, { shape, chunks: shape, dtype: "int32", compressors: null, ...order });
    await z.set(null, { data, shape });
    expect(((await z.get("...")) as NDArray<"int32">).data).toEqual(data);
  }
});
