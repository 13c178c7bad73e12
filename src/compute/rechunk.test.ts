import fc from "fast-check";
import { expect, test } from "vitest";
import { createArray } from "../array/create.ts";
import { open, openArray } from "../array/open.ts";
import { ContainsArrayError, StoreError } from "../base/errors.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { FaultStore } from "../testing/fault-store.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { InPlaceExecutor } from "./in-place-executor.ts";
import { JOB_FOLDER } from "./job.ts";
import { planRechunk, rechunk } from "./rechunk.ts";
import { boxEdges, chooseWay, commonLengths } from "./rechunk-regions.ts";
import { regularGrid } from "../grids/regular.ts";

async function counted(shape: number[], chunks: number[], options: object = {}) {
  const size = shape.reduce((product, length) => product * length, 1);
  const store = new MemoryStore();
  const array = await createArray(store, { shape, chunks, dtype: "float32", ...options });
  await array.set("...", {
    data: Float32Array.from({ length: size }, (_, i) => i + 1),
    shape,
    stride: strides(shape),
  });
  return array;
}

function strides(shape: number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
}

async function values(array: { get(selection: "..."): Promise<unknown> }): Promise<number[]> {
  const read = await array.get("...");
  if (!(read instanceof NDArray)) throw new Error("no array");
  return Array.from(read.data as Float32Array); // the data type of these tests
}

const lengths = fc.integer({ min: 1, max: 9 });

test(
  "any chunking becomes any other, whichever way and however little memory there is",
  { timeout: 60_000 },
  async () => {
    const axis = fc.record({ length: fc.integer({ min: 1, max: 20 }), from: lengths, to: lengths });
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("direct" as const, "staged" as const, undefined),
        fc.integer({ min: 1, max: 8 }),
        async (axes, way, factor) => {
          const source = await counted(
            axes.map(({ length }) => length),
            axes.map(({ from }) => from),
          );
          const largest = Math.max(
            axes.reduce((size, { from }) => size * from, 4),
            axes.reduce((size, { to }) => size * to, 4),
          );
          const at = new StorePath(new MemoryStore(), "b");
          const chunks = axes.map(({ to }) => to);
          await rechunk(source, at, { chunks, maxMemory: 3 * largest * factor, way });
          const stored = await openArray(at);
          expect(stored.chunks).toEqual(chunks);
          expect(await values(stored)).toEqual(await values(source));
          // Nothing of the job is left.
          for await (const key of at.store.list()) expect(key).not.toContain(JOB_FOLDER);
        },
      ),
      { numRuns: 40 },
    );
  },
);

test.each([
  ["shards to chunks", { shards: [8, 8] }, { shards: null, chunks: [3, 5] }],
  ["chunks to shards", {}, { chunks: [2, 2], shards: [6, 10] }],
  ["shards to other shards", { shards: [8, 4] }, { chunks: [3, 3], shards: [6, 12] }],
  ["rectilinear to regular", { chunks: [[5, 11], 4] }, { chunks: [4, 4] }],
  ["v3 to v2", {}, { zarrFormat: 2 as const, chunks: [16, 1] }],
  ["other codecs", {}, { compressors: { name: "gzip", configuration: { level: 1 } } }],
])("%s", async (_, from, to) => {
  const source = await counted([16, 16], [4, 2], from);
  const { target } = await rechunk(source, new StorePath(new MemoryStore()), { ...to, maxMemory: 4096 });
  expect(await values(target)).toEqual(await values(source));
});

test.each([
  ["text", "string", ["a", "", "ccc", "dé"]],
  ["fixed text", "<U3", ["a", "", "ccc", "dé"]],
  ["booleans", "bool", [true, false, true, true]],
  ["big integers", "int64", [1n, -(2n ** 62n), 3n, 4n]],
])("elements of %s", async (_, dtype, data) => {
  const source = await createArray({}, { dtype, shape: [4], chunks: [3] });
  await source.set("...", data);
  const { target } = await rechunk(source, new StorePath(new MemoryStore()), { chunks: [2] });
  expect((await target.get([{ start: 0, stop: 4 }])).toNestedArray()).toEqual(
    (await source.get([{ start: 0, stop: 4 }])).toNestedArray(),
  );
});

test("arrays without dimensions, and without elements", async () => {
  const scalar = await createArray({}, { data: 5 });
  const one = await rechunk(scalar, new StorePath(new MemoryStore()));
  expect(await one.target.get()).toBe(5);
  const none = await createArray({}, { shape: [0, 3], dtype: "int8" });
  const nothing = await rechunk(none, new StorePath(new MemoryStore()), { chunks: [1, 1] });
  expect(nothing.target.shape).toEqual([0, 3]);
  expect(nothing.chunks).toBe(0);
});

test("attributes, fill value and dimension names are kept", async () => {
  const source = await counted([4], [2], { attributes: { unit: "K" }, fillValue: 7, dimensionNames: ["x"] });
  const { target } = await rechunk(source, new StorePath(new MemoryStore()), { chunks: [3] });
  expect([target.attrs, target.fillValue, target.dimensionNames]).toEqual([{ unit: "K" }, 7, ["x"]]);
});

test("by stages, each source chunk is read once", async () => {
  const inner = new MemoryStore();
  const made = await createArray(inner, { shape: [64, 64], chunks: [1, 64], dtype: "float64" });
  await made.set("...", 1);
  const store = new CountingStore(inner);
  const source = await openArray(store);
  store.reset();
  const plan = await planRechunk(source, new StorePath(new MemoryStore()), {
    chunks: [64, 1],
    maxMemory: 8 * 64 * 8,
  });
  expect(plan.way).toBe("staged");
  await rechunk(source, new StorePath(new MemoryStore()), { chunks: [64, 1], maxMemory: 8 * 64 * 8 });
  expect(store.count("get")).toBe(64);
});

test("memory that one chunk does not fit is refused, with how much is needed", async () => {
  const source = await counted([100], [100]);
  await expect(
    rechunk(source, new StorePath(new MemoryStore()), { chunks: [1], maxMemory: 1000 }),
  ).rejects.toThrow(/needs 1200 bytes/);
});

test("tasks under way hold no more than allowed", async () => {
  const source = await counted([256, 256], [16, 16]);
  const maxMemory = 64 * 1024;
  let [now, most] = [0, 0];
  const inner = new InPlaceExecutor({ concurrency: 50 });
  await rechunk(source, new StorePath(new MemoryStore()), {
    chunks: [32, 8],
    maxMemory,
    executor: {
      execute: (stage, options) =>
        inner.execute(
          {
            ...stage,
            async run(task, each) {
              most = Math.max(most, (now += task.bytes));
              try {
                return await stage.run(task, each);
              } finally {
                now -= task.bytes;
              }
            },
          },
          options,
        ),
    },
  });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(maxMemory);
});

class Killed extends Error {}

test.each(["direct", "staged"] as const)(
  "a job that was killed (%s) goes on where it stopped",
  async (way) => {
    const source = await counted([64, 64], [4, 64]);
    const store = new MemoryStore();
    const at = new StorePath(store, "out");
    const options = { chunks: [64, 4], maxMemory: 4096, way };
    let done = 0;
    const dying = {
      execute: (stage: Parameters<InPlaceExecutor["execute"]>[0], run: object) =>
        new InPlaceExecutor({ concurrency: 1 }).execute(
          {
            ...stage,
            async run(task, each) {
              // Between two stages of the staged way, and in the middle of either.
              if (done >= (way === "direct" ? 3 : 11)) throw new Killed();
              done++;
              return await stage.run(task, each);
            },
          },
          run,
        ),
    };
    await expect(rechunk(source, at, { ...options, executor: dying })).rejects.toThrow(Killed);
    // A reader sees no array yet, and no other job may mix in.
    await expect(open(at)).rejects.toThrow("No array or group");
    await expect(rechunk(source, at, { ...options, chunks: [8, 8] })).rejects.toThrow(/unfinished job/);
    const counting = new CountingStore(store);
    const result = await rechunk(source, new StorePath(counting, "out"), {
      ...options,
      maxMemory: 48 * 1024,
    });
    expect(result.skipped).toBeGreaterThan(0);
    expect(await values(result.target)).toEqual(await values(source));
    await expect(rechunk(source, at, options)).rejects.toThrow(ContainsArrayError);
    await rechunk(source, at, { ...options, chunks: [8, 8], overwrite: true });
    expect((await openArray(at)).chunks).toEqual([8, 8]);
  },
);

test("a job that was killed while it cleared up comes back to do so", async () => {
  const source = await counted([64, 64], [4, 64]);
  const store = new MemoryStore();
  const failing = new FaultStore(store, [
    { operation: "delete", from: 5, times: 1, fault: { kind: "error" } },
  ]);
  const options = { chunks: [64, 4], maxMemory: 4096, way: "staged" as const };
  await expect(rechunk(source, new StorePath(failing), options)).rejects.toThrow();
  expect(await values(await openArray(store))).toEqual(await values(source));
  const { chunks } = await rechunk(source, new StorePath(failing), options);
  expect(await values(await openArray(store))).toEqual(await values(source));
  for await (const key of store.list()) expect(key).not.toContain(JOB_FOLDER);
  expect(chunks).toBeLessThan(100);
});

test("source and target may not lie in each other", async () => {
  const store = new MemoryStore();
  const source = await createArray(store, { path: "a", shape: [2], dtype: "int8" });
  for (const path of ["a", "", "a/b"])
    await expect(rechunk(source, new StorePath(store, path), { overwrite: true })).rejects.toThrow(
      StoreError,
    );
  await rechunk(source, new StorePath(store, "ab"));
});

test("an abort leaves whole chunks, and its reason is what is thrown", async () => {
  const source = await counted([64, 64], [8, 8]);
  const controller = new AbortController();
  const reason = new Error("enough");
  const store = new MemoryStore();
  const run = rechunk(source, new StorePath(store), {
    chunks: [16, 16],
    signal: controller.signal,
    onProgress: ({ chunksDone }) => {
      if (chunksDone >= 3) controller.abort(reason);
    },
  });
  await expect(run).rejects.toBe(reason);
  const { target, skipped } = await rechunk(source, new StorePath(store), { chunks: [16, 16] });
  expect(skipped).toBeGreaterThanOrEqual(3);
  expect(await values(target)).toEqual(await values(source));
});

test("the way with the least to read is taken", () => {
  const grid = (chunks: number[]) => regularGrid([1000, 1000], chunks);
  const ways = (from: number[], to: number[], boxBytes: number) =>
    chooseWay({ source: grid(from), target: grid(to), readLengths: from, itemSize: 8, boxBytes });
  // Rows to larger tiles: a box of a few tiles holds whole rows.
  expect(ways([10, 100], [100, 100], 1e6)).toMatchObject({ kind: "direct", amplification: 1 });
  // 30 and 100 have their edges in common at 300.
  expect(ways([30, 1000], [100, 1000], 4e6)).toMatchObject({ kind: "direct", cells: [3, 1] });
  expect(ways([1, 1000], [1000, 1], 1e5)).toMatchObject({ kind: "staged" });
  expect(commonLengths(boxEdges(grid([300, 1000]), [1, 1]), boxEdges(grid([400, 500]), [1, 1]))).toEqual([
    [300, 100, 200, 200, 100, 100],
    [500, 500],
  ]);
});
