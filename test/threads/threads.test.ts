// Large reads by threads: the same elements, errors and aborts as without them. Runs on the built package, whose threads
// have a program to run.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  readFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as WorkerThreads from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { config, createArray, NDArray, openArray, registerCodec, slice, type ZarrArray } from "zarrkit";
import { LocalStore, MemoryStore } from "zarrkit/storage";

const folder = mkdtempSync(join(tmpdir(), "zarrkit-threads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

// The library looks Node's modules up when it needs them, so that what it starts can be seen.
const threads = process.getBuiltinModule("node:worker_threads");
const started: WorkerThreads.Worker[] = [];
let jobs = 0;
let tasks = 0;
let chunks = 0;
let layered = 0;
const { Worker } = threads;
class SeenWorker extends Worker {
  constructor(...args: ConstructorParameters<typeof Worker>) {
    super(...args);
    started.push(this);
  }
  override postMessage(...args: Parameters<WorkerThreads.Worker["postMessage"]>): void {
    const [message] = args;
    if (message.kind === "decode") tasks++;
    else if (message.kind === "chunk") chunks++;
    else if (message.kind !== "welcome" && started.at(-1) === this) {
      jobs++;
      if (message.layers !== undefined) layered++;
    }
    super.postMessage(...args);
  }
}
beforeAll(() => {
  threads.Worker = SeenWorker;
});
afterAll(() => {
  threads.Worker = Worker;
});

const path = (name: string): string => join(folder, name);

/** Reads with and without threads; both must have the same bytes. Says whether threads did it. */
async function readBoth(
  z: ZarrArray,
  selection: Parameters<ZarrArray["get"]>[0] = "...",
): Promise<{ byThreads: boolean }> {
  const read = async (): Promise<NDArray> => {
    const found: unknown = await z.get(selection);
    if (found instanceof NDArray) return found;
    throw new TypeError("The selection is of one element.");
  };
  const before = jobs;
  const found = await read();
  const byThreads = jobs > before;
  const scope = config.set({ "threading.max_workers": 0 });
  const expected = await read();
  scope.restore();
  expect(Buffer.compare(found.toBytes(), expected.toBytes())).toBe(0);
  expect(found.shape).toEqual(expected.shape);
  return { byThreads };
}

/** All elements of an array of uint16. */
async function everything(place: string | ZarrArray): Promise<Uint16Array> {
  const out = new Uint16Array(64 * 300 * 200);
  await (typeof place === "string" ? await openArray(place, { mode: "r" }) : place).get("...", { out });
  return out;
}

async function withoutThreads<T>(work: () => Promise<T>): Promise<T> {
  const scope = config.set({ "threading.max_workers": 0 });
  try {
    return await work();
  } finally {
    scope.restore();
  }
}

/** Every value of a store. */
async function contents(place: string): Promise<Map<string, Buffer>> {
  const store = new LocalStore(place);
  const found = new Map<string, Buffer>();
  for await (const key of store.list()) found.set(key, Buffer.from((await store.get(key))!));
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function digests(place: string): Promise<string[]> {
  const digest = (value: Buffer): string => createHash("sha1").update(value).digest("hex");
  return [...(await contents(place))].map(([key, value]) => `${key} ${digest(value)}`);
}

/** Quick where expect would walk millions of elements. */
function same(a: Uint16Array, b: Uint16Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}

const noise = (length: number): Uint16Array => {
  let seed = 7;
  return Uint16Array.from({ length }, (_, i) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (i >> 4) + (seed >>> 28);
  });
};

const SHAPE = [64, 300, 200];
const blosc = { name: "blosc", configuration: { cname: "lz4", shuffle: "shuffle", clevel: 5 } };

let plain: ZarrArray;
test("no thread starts for small reads, and many of them start the pool", async () => {
  plain = await createArray(path("plain"), {
    dtype: "uint16",
    chunks: [16, 100, 64],
    compressors: null,
    data: { data: noise(64 * 300 * 200), shape: SHAPE },
  });
  for (let i = 0; i < 5; i++) await plain.get([0]);
  expect(started.length).toBe(0);
  for (let i = 0; i < 12; i++) await plain.get(); // 7 MiB each
  expect(started.length).toBeGreaterThan(0);
  while (!(await readBoth(plain)).byThreads) await new Promise((resolve) => setTimeout(resolve, 20));
});

const options: readonly (readonly [string, object])[] = [
  ["uncompressed", { chunks: [16, 100, 64], compressors: null }],
  ["blosc", { chunks: [16, 100, 64], compressors: blosc }],
  ["layers of zstd, the default", { chunks: [40, 77, 200] }],
  ["gzip", { chunks: [16, 100, 64], compressors: { name: "gzip", configuration: { level: 1 } } }],
  ["shards", { chunks: [8, 10, 20], shards: [16, 100, 200], compressors: blosc }],
  ["shards of one", { chunks: [1, 20, 40], shards: [64, 300, 200], compressors: null }],
  [
    "filters",
    { chunks: [16, 100, 64], filters: [{ name: "transpose", configuration: { order: [2, 0, 1] } }] },
  ],
  ["tiny chunks", { chunks: [4, 10, 20], compressors: null }],
  ["layers", { chunks: [40, 150, 128], compressors: null }],
  [
    "layers of chunks that are decoded as one",
    { chunks: [33, 150, 128], compressors: { name: "gzip", configuration: { level: 1 } } },
  ],
  ["layers of blocks", { chunks: [40, 128, 128], compressors: blosc }],
  [
    "layers, big-endian",
    {
      chunks: [40, 300, 200],
      serializer: { name: "bytes", configuration: { endian: "big" } },
      compressors: {
        name: "blosc",
        configuration: { cname: "zstd", shuffle: "bitshuffle", clevel: 1, blocksize: 120_000 },
      },
    },
  ],
  ["big-endian", { chunks: [16, 100, 64], serializer: { name: "bytes", configuration: { endian: "big" } } }],
  ["v2, column-major", { zarrFormat: 2, chunks: [16, 100, 64], order: "F" }],
  [
    "v2, column-major, uncompressed",
    { zarrFormat: 2, chunks: [64, 100, 200], order: "F", compressors: null },
  ],
  [
    "transposed, uncompressed",
    {
      chunks: [32, 300, 200],
      filters: [{ name: "transpose", configuration: { order: [0, 2, 1] } }],
      compressors: null,
    },
  ],
  ["v2, filters", { zarrFormat: 2, chunks: [16, 100, 64], filters: [{ id: "delta", dtype: "<u2" }] }],
];

test.each(options)("%s: every selection is the same with threads", async (name, given) => {
  const z = await createArray(path(name.replaceAll(/\W/g, "-")), {
    dtype: "uint16",
    fillValue: 9,
    ...given,
    data: { data: noise(64 * 300 * 200), shape: SHAPE },
  });
  const before = layered;
  expect((await readBoth(z)).byThreads).toBe(true);
  expect(layered > before).toBe(name.startsWith("layers"));
  // Progress counts chunks, in whatever cells threads do them.
  const part = [slice(3, 60), slice(17, 299), slice(5, 190)];
  const progress: [number, number][] = [];
  const onProgress = (of: { chunksDone: number; chunksTotal: number }): void =>
    void progress.push([of.chunksDone, of.chunksTotal]);
  await z.get(part, { onProgress });
  const byThreads = progress.splice(0);
  await withoutThreads(() => z.get(part, { onProgress }));
  expect(byThreads).toEqual(progress);
  expect((await readBoth(z, [slice(3, 60), slice(17, 299), slice(5, 190)])).byThreads).toBe(true);
  expect((await readBoth(z, [slice(null, null, 2), slice(null, null, 3), slice(null)])).byThreads).toBe(true);
  expect((await readBoth(z, [slice(null, null, -1), slice(250, 10, -1), slice(null)])).byThreads).toBe(true);
});

test.each(options)("%s: what threads write is what was given", async (name, given) => {
  const place = path(`write-${name.replaceAll(/\W/g, "-")}`);
  const z = await createArray(place, { shape: SHAPE, dtype: "uint16", fillValue: 9, ...given });
  const data = noise(64 * 300 * 200);
  const before = jobs;
  await z.set(null, { data, shape: SHAPE });
  // One chunk alone gains nothing elsewhere.
  if (z.writeChunkSizes.some((lengths) => lengths.length > 1)) expect(jobs).toBeGreaterThan(before);
  expect(same(await withoutThreads(() => everything(place)), data)).toBe(true);
  // The same files as without threads.
  const other = await createArray(path(`${name}-in-place`), {
    shape: SHAPE,
    dtype: "uint16",
    fillValue: 9,
    ...given,
  });
  await withoutThreads(() => other.set(null, { data, shape: SHAPE }));
  expect(await digests(place)).toEqual(await digests(path(`${name}-in-place`)));
  // A part, with chunks that it covers and others that it does not; values in another order; and fill value.
  const part = [slice(3, 60), slice(17, 299), slice(5, 190)];
  const values = noise(57 * 282 * 185).reverse();
  const shape = [57, 282, 185];
  await z.set(part, { data: values, shape, stride: [1, 57, 57 * 282] });
  await withoutThreads(() => other.set(part, { data: values, shape, stride: [1, 57, 57 * 282] }));
  expect(same(await everything(place), await everything(path(`${name}-in-place`)))).toBe(true);
  await z.set([slice(0, 64), slice(0, 300), slice(0, 100)], 9);
  await withoutThreads(() => other.set([slice(0, 64), slice(0, 300), slice(0, 100)], 9));
  expect(await digests(place)).toEqual(await digests(path(`${name}-in-place`)));
});

test("a shard larger than the ring is written by threads", async () => {
  const shape = [2, 20 * 2 ** 20];
  const z = await createArray(path("large-shards"), {
    shape,
    chunks: [1, 2 ** 20],
    shards: [1, 20 * 2 ** 20],
    dtype: "uint8",
    compressors: blosc,
  });
  const data = Uint8Array.from({ length: 40 * 2 ** 20 }, (_, i) => (i >> 8) & 15);
  const before = jobs;
  await z.set(null, { data, shape });
  expect(jobs).toBeGreaterThan(before);
  const out = new Uint8Array(data.length);
  await z.get("...", { out });
  expect(Buffer.compare(out, data)).toBe(0);
});

test("an aborted write leaves whole chunks, and a write that fails says why", async () => {
  const place = path("aborted");
  const z = await createArray(place, {
    shape: SHAPE,
    chunks: [4, 10, 20],
    dtype: "uint16",
    compressors: null,
  });
  const old = new Uint16Array(64 * 300 * 200).fill(1);
  await z.set(null, { data: old, shape: SHAPE });
  const reason = new Error("enough");
  const controller = new AbortController();
  const writing = z.set(null, { data: old.slice().fill(2), shape: SHAPE }, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 5);
  await expect(writing).rejects.toBe(reason);
  const left = await contents(place);
  for (const [key, value] of left) {
    if (!key.startsWith("c/")) continue;
    const chunk = new Uint16Array(value.buffer, value.byteOffset, value.length / 2);
    expect(chunk.every((each) => each === chunk[0])).toBe(true);
  }
  expect([...left.keys()].some((key) => key.includes("partial"))).toBe(false);
  rmSync(join(place, "c/3/2/1"));
  mkdirSync(join(place, "c/3/2/1/x"), { recursive: true });
  await expect(z.set(null, { data: old, shape: SHAPE })).rejects.toMatchObject({
    name: "StoreError",
    chunkKey: "c/3/2/1",
    chunkIndex: [3, 2, 1],
  });
});

test("writes to other parts of a chunk meanwhile all survive", async () => {
  const z = await createArray(path("meanwhile"), { shape: SHAPE, chunks: [16, 100, 64], dtype: "uint16" });
  const data = new Uint16Array(32 * 300 * 200).fill(5);
  await Promise.all([
    z.set([slice(0, 32)], { data, shape: [32, 300, 200] }),
    ...Array.from({ length: 32 }, (_, i) => z.set([32 + i], i + 1)),
    z.set([slice(32, 64), slice(0, 300), 0], 77),
  ]);
  const all = await everything(z);
  expect(all.subarray(0, data.length).every((value) => value === 5)).toBe(true);
  for (let i = 0; i < 32; i++) expect(all[(32 + i) * 60_000 + 1]).toBe(i + 1);
});

test("missing chunks are fill value, and out may be anything that fits", async () => {
  const z = await createArray(path("missing"), {
    shape: SHAPE,
    chunks: [16, 100, 64],
    dtype: "uint16",
    fillValue: 515,
  });
  await z.set([slice(16, 32), slice(0, 100), slice(null)], 3);
  expect((await readBoth(z)).byThreads).toBe(true);
  const before = jobs;
  const out = { data: new Uint16Array(2 * 64 * 300 * 200).fill(1), shape: SHAPE, stride: [120_000, 400, 2] };
  expect(await z.get("...", { out })).toBe(out);
  expect(jobs).toBeGreaterThan(before);
  expect([out.data[0], out.data[1], out.data[16 * 120_000], out.data.at(-2), out.data.at(-1)]).toEqual([
    515, 1, 3, 515, 1,
  ]);
  const shared = await z.get("...", { shared: true });
  expect(shared).toMatchObject({ shape: SHAPE });
});

test.each(options)("%s: threads write to shared memory themselves", async (name) => {
  const z = await openArray(path(name.replaceAll(/\W/g, "-")), { mode: "r", dtype: "uint16" });
  const expected = await withoutThreads(() => everything(z));
  const before = jobs;
  const shared = await z.get("...", { shared: true });
  expect(shared.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(same(shared.data.slice(), expected)).toBe(true);
  if (z.writeChunkSizes.some((lengths) => lengths.length > 1)) expect(jobs).toBeGreaterThan(before);
  // Strided, in memory of the caller's, and aborted.
  const data = new Uint16Array(new SharedArrayBuffer(2 * 2 * expected.length));
  await z.get("...", { out: { data, shape: SHAPE, stride: [120_000, 400, 2], offset: 1 } });
  expect(
    same(
      expected,
      data.filter((_, i) => i % 2 === 1),
    ),
  ).toBe(true);
  expect(data.some((value, i) => i % 2 === 0 && value !== 0)).toBe(false);
  const controller = new AbortController();
  const reading = z.get("...", {
    out: { data, shape: SHAPE, stride: [120_000, 400, 2] },
    signal: controller.signal,
  });
  setTimeout(() => controller.abort("enough"), 3);
  await reading.catch((reason: unknown) => expect(reason).toBe("enough"));
  const now = data.slice();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(same(now, data.slice())).toBe(true);
});

test("layers of a chunk that is replaced meanwhile are of one value", async () => {
  const place = path("replaced");
  const shape = [2, 64, 256, 256];
  const z = await createArray(place, {
    shape,
    chunks: [1, 64, 128, 256],
    dtype: "uint16",
    fillValue: 7,
    compressors: null,
  });
  const values = [1, 2].map((value) => new Uint16Array(64 * 128 * 256).fill(value));
  const put = (key: string, value: Uint16Array): void => {
    writeFileSync(join(place, "new"), value);
    mkdirSync(dirname(join(place, key)), { recursive: true });
    renameSync(join(place, "new"), join(place, key));
  };
  const keys = ["c/0/0/0/0", "c/0/0/1/0", "c/1/0/0/0"];
  let turn = 0;
  let reading = true;
  const replace = (): void => {
    if (!reading) return;
    put(keys[turn % keys.length]!, values[turn++ & 1]!);
    setImmediate(replace);
  };
  for (const key of keys) put(key, values[0]!);
  replace();
  const out = new Uint16Array(2 * 64 * 256 * 256);
  const before = jobs;
  try {
    for (let round = 0; round < 12; round++) {
      await z.get("...", { out });
      for (let chunk = 0; chunk < 4; chunk++) {
        const start = (chunk >> 1) * (out.length / 2) + (chunk & 1) * 128 * 256;
        const seen = new Set<number>();
        for (let row = 0; row < 64; row++)
          for (let at = 0; at < 128 * 256; at += 997) seen.add(out[start + row * 256 * 256 + at]!);
        expect([...seen]).toHaveLength(1);
        expect(seen.has(7)).toBe(chunk === 3); // which is missing
      }
    }
  } finally {
    reading = false;
  }
  expect(jobs).toBeGreaterThan(before);
  // What is wrong with a chunk is said as without threads.
  truncateSync(join(place, keys[0]!), 1_000_000);
  await expect(z.get("...", { out })).rejects.toMatchObject({ name: "CodecError", chunkKey: keys[0] });
});

test("chunks larger than the ring travel too", async () => {
  const z = await createArray(path("large"), {
    shape: [3, 24 * 2 ** 20],
    chunks: [1, 24 * 2 ** 20],
    dtype: "uint8",
    compressors: blosc,
  });
  await z.set(null, 5);
  await z.set([1, slice(0, 1000)], 6);
  expect((await readBoth(z)).byThreads).toBe(true);
});

/** All chunks of a selection, one after another. */
async function chunkByChunk(
  z: ZarrArray,
  selection: Parameters<ZarrArray["iterChunks"]>[0],
  reuse: boolean,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { chunkIndex, data } of z.iterChunks(selection, { reuse }))
    found.push(
      `${chunkIndex.join()} ${data.shape.join()} ${createHash("sha1").update(data.toBytes()).digest("hex")}`,
    );
  return found;
}

test.each([...options.map(([name]) => name)])(
  "%s: chunk by chunk is the same with threads, whose chunks are read by one thread each",
  async (name) => {
    const z = await openArray(path(name.replaceAll(/\W/g, "-")), { mode: "r" });
    const isLarge = (z.shards ?? z.chunks).reduce((bytes, length) => bytes * length, 2) >= 2 ** 20;
    for (const selection of [
      null,
      [slice(3, 60), slice(17, 299), slice(5, 190)],
      [slice(null, null, -1), slice(250, 10, -1), slice(null)],
    ]) {
      const expected = await withoutThreads(() => chunkByChunk(z, selection, false));
      for (const reuse of [false, true]) {
        const before = chunks;
        expect(await chunkByChunk(z, selection, reuse)).toEqual(expected);
        // What is stored as it is in memory is read straight to its place.
        const isPlain = name === "layers";
        if (selection === null) expect(chunks > before).toBe(isLarge && !isPlain);
      }
    }
  },
);

test("chunk by chunk: missing chunks, errors, aborts, threads that die, and a consumer that leaves", async () => {
  const place = path("chunk-by-chunk");
  const z = await createArray(place, {
    dtype: "uint16",
    chunks: [16, 300, 200],
    fillValue: 3,
    compressors: blosc,
    data: { data: noise(64 * 300 * 200), shape: SHAPE },
  });
  unlinkSync(join(place, "c/1/0/0"));
  const whole = await withoutThreads(() => chunkByChunk(z, null, false));
  const before = chunks;
  expect(await chunkByChunk(z, null, true)).toEqual(whole);
  expect(chunks).toBe(before + 4);

  const dying = chunkByChunk(z, null, true);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await started.at(-1)!.terminate();
  expect(await dying).toEqual(whole);
  while (!(await readBoth(plain)).byThreads) await new Promise((resolve) => setTimeout(resolve, 20));

  for await (const { data } of z.iterChunks(null, { reuse: true })) {
    expect(data.size).toBe(16 * 300 * 200);
    break;
  }
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = (async () => {
    for await (const { chunkIndex } of z.iterChunks(null, { signal: controller.signal }))
      if (chunkIndex[0] === 1) controller.abort(reason);
  })();
  await expect(aborted).rejects.toBe(reason);

  truncateSync(join(place, "c/2/0/0"), 1000);
  for (const reuse of [false, true]) {
    const error = await chunkByChunk(z, null, reuse).catch((cause: unknown) => cause);
    const expected = await withoutThreads(() =>
      chunkByChunk(z, null, reuse).catch((cause: unknown) => cause),
    );
    expect(error).toMatchObject({ name: "CodecError", chunkKey: "c/2/0/0", codec: "blosc" });
    expect(error).toEqual(expected);
  }
  const strict = await openArray(place, { mode: "r", config: { readMissingChunks: false } });
  await expect(chunkByChunk(strict, [slice(0, 32)], true)).rejects.toMatchObject({ chunkKey: "c/1/0/0" });
});

test.each([...options.map(([name]) => name)])(
  "%s: other stores' chunks are decoded by threads",
  async (name) => {
    const store = new MemoryStore(new Map(await contents(path(name.replaceAll(/\W/g, "-")))));
    const z = await openArray(store, { mode: "r" });
    const before = tasks;
    await readBoth(z);
    const isWork = z.compressors.length > 0 && !name.startsWith("tiny");
    expect(tasks > before).toBe(isWork);
    await readBoth(z, [slice(3, 60), slice(17, 299), slice(190, 5, -2)]);
    // The store has its values still.
    await readBoth(z);
  },
);

test("an error of a chunk that a thread decodes is that of a read without threads", async () => {
  const values = new Map<string, Uint8Array>(await contents(path("blosc")));
  const damaged = Uint8Array.from(values.get("c/2/1/1")!).fill(0xff, 16, 60);
  values.set("c/2/1/1", damaged);
  const z = await openArray(values, { mode: "r" });
  const before = tasks;
  const error = await z.get().catch((cause: unknown) => cause);
  expect(tasks).toBeGreaterThan(before);
  const expected = await withoutThreads(() => z.get().catch((cause: unknown) => cause));
  expect(error).toMatchObject({ name: "CodecError", chunkKey: "c/2/1/1", codec: "blosc" });
  expect(error).toEqual(expected);
  const controller = new AbortController();
  const reading = z.get("...", { signal: controller.signal });
  setTimeout(() => controller.abort("enough"), 1);
  await expect(reading).rejects.toBeDefined();
});

test("a thread that dies with chunks to decode costs nothing but time", async () => {
  const values = new Map<string, Uint8Array>(await contents(path("gzip")));
  const z = await openArray(values, { mode: "r" });
  const expected = await withoutThreads(() => everything(z));
  const reading = everything(z);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await started.at(-1)!.terminate();
  expect(same(await reading, expected)).toBe(true);
  while (!(await readBoth(plain)).byThreads) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("an error is that of a read without threads", async () => {
  const z = await createArray(path("broken"), {
    dtype: "uint16",
    chunks: [16, 100, 64],
    compressors: blosc,
    data: { data: noise(64 * 300 * 200), shape: SHAPE },
  });
  const file = join(path("broken"), "c/2/1/1");
  const bytes = readFileSync(file);
  bytes.fill(0xff, 16, 60);
  writeFileSync(file, bytes);
  const error = await z.get().catch((cause: unknown) => cause);
  const scope = config.set({ "threading.max_workers": 0 });
  const expected = await z.get().catch((cause: unknown) => cause);
  scope.restore();
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "CodecError",
    code: "ZARR_CODEC",
    chunkKey: "c/2/1/1",
    codec: "blosc",
  });
  expect(error).toEqual(expected);
  truncateSync(file, 10);
  await expect(z.get()).rejects.toMatchObject({ name: "CodecError", chunkIndex: [2, 1, 1] });
  unlinkSync(file);
  expect((await readBoth(z)).byThreads).toBe(true);
});

test("an abort stops threads, writes nothing more to out, and the next read works", async () => {
  const z = await openArray(path("tiny-chunks"), { mode: "r" });
  for (const when of [0, 1, 5]) {
    const controller = new AbortController();
    const out = new Uint16Array(64 * 300 * 200);
    const reason = new Error("enough");
    const reading = z.get("...", { out, signal: controller.signal });
    setTimeout(() => controller.abort(reason), when);
    const outcome = await reading.then(
      () => "done",
      (error: unknown) => error,
    );
    expect(outcome === "done" || outcome === reason).toBe(true);
    const now = out.slice();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(same(out, now)).toBe(true);
    expect((await readBoth(z)).byThreads).toBe(true);
  }
  await expect(z.get("...", { signal: AbortSignal.abort("before") })).rejects.toBe("before");
});

test("several reads at a time each have their own result", async () => {
  const all = await Promise.all(["plain", "blosc", "gzip", "shards"].map((name) => everything(path(name))));
  const [first] = all;
  for (const each of all) expect(same(each, first!)).toBe(true);
});

test("what a subclass, a wrapper or the object itself overrides is called; registered codecs are used", async () => {
  const calls: string[] = [];
  class Counted extends LocalStore {
    override get(...args: Parameters<LocalStore["get"]>): Promise<Uint8Array | undefined> {
      calls.push(args[0]);
      return super.get(...args);
    }
  }
  await (await openArray(new Counted(path("plain")))).get();
  expect(calls.filter((key) => key.startsWith("c/")).length).toBe(4 * 3 * 4);
  const own = new LocalStore(path("plain"));
  const get = own.get.bind(own);
  calls.length = 0;
  own.get = (...args) => {
    calls.push(args[0]);
    return get(...args);
  };
  await (await openArray(own)).get();
  expect(calls.filter((key) => key.startsWith("c/")).length).toBe(4 * 3 * 4);

  const invert = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => 255 - byte);
  const codec = {
    kind: "bytes-bytes" as const,
    name: "test.invert",
    configuration: undefined,
    toString: () => "Invert()",
    bind: () => ({
      kind: "bytes-bytes" as const,
      name: "test.invert",
      encodedSize: (size: number) => size,
      maxEncodedSize: (size: number) => size,
      encode: invert,
      decode: invert,
    }),
  };
  registerCodec({ kind: "bytes-bytes", name: "test.invert", fromV3: () => codec });
  const z = await createArray(path("inverted"), {
    dtype: "uint16",
    chunks: [16, 100, 64],
    compressors: [{ name: "test.invert" }],
    data: { data: noise(64 * 300 * 200), shape: SHAPE },
  });
  const { byThreads } = await readBoth(z);
  expect(byThreads).toBe(false);
});

test("a thread that dies is replaced, and its read is right", async () => {
  const z = await openArray(path("tiny-chunks"), { mode: "r" });
  const expected = await everything(z);
  for (let round = 0; round < 3; round++) {
    const before = started.length;
    const reading = everything(z);
    await new Promise((resolve) => setTimeout(resolve, round * 2));
    await started.at(-1)!.terminate();
    expect(same(await reading, expected)).toBe(true);
    expect(same(await everything(z), expected)).toBe(true);
    for (let i = 0; i < 40 && started.length === before; i++) await z.get();
    expect(started.length).toBeGreaterThan(before);
    while (!(await readBoth(z)).byThreads) await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test("the process ends when its work is done, whatever its threads are at, and waits for a read under way", () => {
  const entry = join(dirname(fileURLToPath(import.meta.resolve("zarrkit"))), "index.js");
  // Enough reads to start threads, to start and use them, to leave with a read under way.
  for (const [reads, last] of [
    [9, ""],
    [10, ""],
    [40, ""],
    [40, "z.get().then(({ shape }) => console.log(shape.join()));"],
    // Waits for threads to start, and then for the read.
    [0, "large.get().then(({ shape }) => console.log(shape.join()));"],
  ] as const) {
    const program = `
      import { openArray } from ${JSON.stringify(entry)};
      const z = await openArray(${JSON.stringify(path("plain"))});
      const large = await openArray(${JSON.stringify(path("large"))});
      for (let i = 0; i < ${reads}; i++) await z.get();
      ${last}
      console.log("end");
    `;
    const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(status).toBe(0);
    const shape = last.startsWith("large") ? "3,25165824" : "64,300,200";
    expect(stdout.trim().split("\n").sort()).toEqual(last === "" ? ["end"] : [shape, "end"]);
  }
});
