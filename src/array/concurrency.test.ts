/** Many at once: no write is lost, aborts and failures end what they must and nothing else, and the number under way is bounded. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AbortOptions } from "../base/async.ts";
import { config, createArray, createGroup, openArray, openGroup, slice } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { LocalStore, LoggingStore, MemoryStore, WrapperStore } from "../storage.ts";
import type { ByteRequest, Store } from "../storage.ts";
import { CountingStore, FaultStore, LatencyStore } from "../testing.ts";

const folder = mkdtempSync(`${tmpdir()}/zarrkit-concurrency-`);
afterAll(() => rmSync(folder, { recursive: true }));

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on("unhandledRejection", note));
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

/** Holds every get and set of chunks until it is let go, and knows how many are under way. */
class Gate extends WrapperStore {
  #waiting: (() => void)[] = [];
  #arrivals: (() => void)[] = [];
  #open = false;
  underWay = 0;
  most = 0;
  started = 0;

  /** Lets all go, now and from now on. */
  release(): void {
    this.#open = true;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** When so many have come. */
  async arrived(count: number): Promise<void> {
    while (this.started < count) await new Promise<void>((resolve) => this.#arrivals.push(resolve));
  }

  override async get(
    key: string,
    range?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    return await this.#held(key, options, () => super.get(key, range, options));
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.#held(key, options, () => super.set(key, value, options));
  }

  async #held<T>(key: string, options: AbortOptions | undefined, work: () => Promise<T>): Promise<T> {
    if (!key.includes("c/")) return await work();
    this.started++;
    this.most = Math.max(this.most, ++this.underWay);
    for (const arrived of this.#arrivals.splice(0)) arrived();
    try {
      if (!this.#open) {
        await new Promise<void>((resolve, reject) => {
          this.#waiting.push(resolve);
          options?.signal?.addEventListener("abort", () => reject(options.signal?.reason), { once: true });
        });
      }
      return await work();
    } finally {
      this.underWay--;
    }
  }
}

const LAYOUTS: [string, object][] = [
  ["a chunk", { chunks: [64] }],
  ["a shard", { chunks: [8], shards: [64] }],
  ["an inner chunk", { chunks: [64], shards: [64] }],
  ["a chunk of v2", { chunks: [64], zarrFormat: 2 }],
];

/** Every element of an array of 64 written on its own, by turns through each of the arrays. */
async function writeAll(arrays: readonly ZarrArray[]): Promise<void> {
  await Promise.all(Array.from({ length: 64 }, (_, i) => arrays[i % arrays.length]!.set([i], i + 1)));
}
const ALL = Int16Array.from({ length: 64 }, (_, i) => i + 1);
const read = async (store: Store): Promise<unknown> => (await (await openArray(store)).get("...")).data;

describe.each(LAYOUTS)("writes to different parts of %s all last", (_, layout) => {
  const options = { shape: [64], dtype: "int16", ...layout } as const;

  test("through one array, slow store and quick one", async () => {
    for (const setLatency of [0, 0.002]) {
      const store = new LatencyStore(new MemoryStore(), { setLatency, getLatency: setLatency });
      await writeAll([await createArray(store, options)]);
      expect(await read(store)).toEqual(ALL);
    }
  });

  test("through two arrays, two stores over one map, and wrappers of them", async () => {
    const map = new Map<string, Uint8Array>();
    const [one, two] = [new MemoryStore(map), new MemoryStore(map)];
    const slow = new LatencyStore(one, { getLatency: 0.001, setLatency: 0.001 });
    await createArray(one, options);
    const stores = [one, two, slow, new CountingStore(two), new LoggingStore(slow, { log: () => {} })];
    await writeAll([await openArray(one), ...(await Promise.all(stores.map((store) => openArray(store))))]);
    expect(await read(one)).toEqual(ALL);
  });

  test("through a caller's map and through a plain object", async () => {
    for (const place of [new Map<string, Uint8Array>(), {}]) {
      await createArray(place, options);
      await writeAll([await openArray(place), await openArray(place)]);
      expect((await (await openArray(place)).get("...")).data).toEqual(ALL);
    }
  });

  test("through two stores over one directory, however it is named", async () => {
    const root = mkdtempSync(`${folder}/d-`);
    await createArray(root, options);
    const places = [
      root,
      `${root}/`,
      `${root}/../${root.slice(root.lastIndexOf("/") + 1)}`,
      new URL(`file://${root}`),
    ];
    const stores = places.map((place) => new LocalStore(place));
    await writeAll(await Promise.all([...stores, root].map((store) => openArray(store, { mode: "r+" }))));
    expect(await read(stores[0]!)).toEqual(ALL);
  });

  test("through a store of a path within another", async () => {
    const root = mkdtempSync(`${folder}/n-`);
    await createArray(root, { ...options, path: "a" });
    const arrays = [
      await openArray(root, { path: "a", mode: "r+" }),
      await openArray(`${root}/a`, { mode: "r+" }),
    ];
    await writeAll(arrays);
    expect(await read(new LocalStore(`${root}/a`))).toEqual(ALL);
  });

  test("with overlaps the last one that came stands whole", async () => {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001 });
    const z = await createArray(store, options);
    await Promise.all([z.set([slice(0, 60)], 1), z.set([slice(0, 50)], 2), z.set([slice(4, 64)], 3)]);
    const { data } = await z.get("...");
    expect([...data]).toEqual(Array.from({ length: 64 }, (__, i) => (i < 4 ? 2 : 3)));
  });
});

describe("aborts", () => {
  const reason = { why: "a reason is given back as it is" };

  async function gated(): Promise<{ gate: Gate; inner: MemoryStore; z: ZarrArray<"int16"> }> {
    const inner = new MemoryStore();
    const made = await createArray(inner, { shape: [64], chunks: [4], dtype: "int16" });
    await made.set(null, 1);
    const gate = new Gate(inner);
    return { gate, inner, z: await openArray(gate, { dtype: "int16" }) };
  }

  test("before the beginning: nothing changes", async () => {
    const files = new Map<string, Uint8Array>();
    const store = new MemoryStore(files);
    const z = await createArray(store, { path: "a", shape: [8], chunks: [2], dtype: "uint8" });
    const group = await createGroup(store, { path: "g" });
    const before = new Map(files);
    const signal = AbortSignal.abort(reason);
    const calls = [
      () => z.get(null, { signal }),
      () => z.get([slice(1, 3)], { signal }),
      () => z.set(null, 1, { signal }),
      () => z.set([1], 1, { signal }),
      () => z.oindex.get([[1]], { signal }),
      () => z.vindex.set([[1]], 1, { signal }),
      () => z.resize([4], { signal }),
      () => z.append([1], { signal }),
      () => z.updateAttributes({ a: 1 }, { signal }),
      () => z.nchunksInitialized({ signal }),
      () => z.nbytesStored({ signal }),
      () => z.infoComplete({ signal }),
      () => z.iterChunks(null, { signal })[Symbol.asyncIterator]().next(),
      () => group.get("x", { signal }),
      () => group.has("x", { signal }),
      () => group.delete("x", { signal }),
      () => group.nmembers({ signal }),
      () => group.tree({ signal }),
      () => group.members({ signal })[Symbol.asyncIterator]().next(),
      () => group.createArray("x", { shape: [1], dtype: "uint8", signal }),
      () => group.createGroup("x", { signal }),
      () => openArray(store, { path: "a", signal }),
      () => openGroup(store, { path: "g", signal }),
      () => createArray(store, { path: "b", shape: [1], dtype: "uint8", signal }),
      () => createGroup(store, { path: "b", signal }),
    ];
    for (const call of calls) await expect(call(), String(call)).rejects.toBe(reason);
    expect(files).toEqual(before);
    expect(z.shape).toEqual([8]);
  });

  test("in the middle of a read: it ends, others of the same chunks go on", async () => {
    const { gate, z } = await gated();
    const controller = new AbortController();
    const leaving = z.get("...", { signal: controller.signal });
    const staying = z.get("...");
    await gate.arrived(12);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    gate.release();
    expect((await staying).data).toEqual(new Int16Array(64).fill(1));
    expect(gate.underWay).toBe(0);
  });

  test("in the middle of a write: chunks are old or new, none is in between, and the locks are free", async () => {
    const { gate, inner, z } = await gated();
    const controller = new AbortController();
    const writing = z.set([slice(2, 62)], 2, { signal: controller.signal });
    await gate.arrived(10);
    controller.abort(reason);
    await expect(writing).rejects.toBe(reason);
    expect(gate.underWay).toBe(0);
    const after = (await (await openArray(inner, { dtype: "int16" })).get("...")).data;
    for (let chunk = 1; chunk < 15; chunk++) {
      const values = new Set(after.subarray(chunk * 4, chunk * 4 + 4));
      expect(values.size, `chunk ${chunk}`).toBe(1);
    }
    gate.release();
    await z.set([slice(2, 62)], 3);
    expect((await z.get([slice(0, 4)])).data).toEqual(Int16Array.of(1, 1, 3, 3));
  });

  test("while waiting for another's write: the one who waits leaves, the other's write lasts", async () => {
    const { gate, z } = await gated();
    const first = z.set([0], 7);
    await gate.arrived(1);
    const controller = new AbortController();
    const second = z.set([1], 8, { signal: controller.signal });
    const third = z.set([2], 9);
    controller.abort(reason);
    gate.release();
    await expect(second).rejects.toBe(reason);
    await Promise.all([first, third]);
    expect((await z.get([slice(0, 4)])).data).toEqual(Int16Array.of(7, 1, 9, 1));
  });

  test("while waiting for a write that hangs: the one who waits need not wait for it", async () => {
    const { gate, z } = await gated();
    const first = z.set([0], 7);
    await gate.arrived(1);
    const controller = new AbortController();
    const second = z.set([1], 8, { signal: controller.signal });
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    gate.release();
    await first;
    expect((await z.get([slice(0, 2)])).data).toEqual(Int16Array.of(7, 1));
  });

  test("a killed write of a local store leaves no temporary files", async () => {
    const root = mkdtempSync(`${folder}/a-`);
    const z = await createArray(root, {
      shape: [1 << 18],
      chunks: [1 << 12],
      dtype: "float64",
      compressors: null,
    });
    await z.set(null, 1);
    const controller = new AbortController();
    const onProgress = ({ chunksDone }: { chunksDone: number }): void => {
      if (chunksDone === 5) controller.abort(reason);
    };
    await expect(z.set(null, 2, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    const { data } = await z.get("...");
    for (let at = 0; at < data.length; at += 1 << 12)
      expect(new Set(data.subarray(at, at + (1 << 12))).size).toBe(1);
    expect(data.includes(1)).toBe(true);
    expect(data.includes(2)).toBe(true);
    expect(readdirSync(`${root}/c`).filter((name) => !/^\d+$/.test(name))).toEqual([]);
  });
});

test("many reads and writes with one signal make the runtime print no warning", async () => {
  const warnings: unknown[] = [];
  const noteWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", noteWarning);
  const { restore } = config.set({ "async.concurrency": 40 });
  try {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001, setLatency: 0.001 });
    const options = { shape: [200], chunks: [2], shards: [4], dtype: "uint8", compressors: null } as const;
    const z = await createArray(store, options);
    const { signal } = new AbortController();
    await z.set(null, 1, { signal });
    await Promise.all(Array.from({ length: 50 }, (_, i) => z.set([i], 2, { signal })));
    await Promise.all(Array.from({ length: 50 }, (_, i) => z.get([slice(i, 2 * i + 3)], { signal })));
    await z.get([slice(1, 199)]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    restore();
    process.off("warning", noteWarning);
  }
  expect(warnings).toEqual([]);
});

describe("failures", () => {
  test("one chunk that fails stops its siblings, and its error is the one that is thrown", async () => {
    const inner = new MemoryStore();
    await (await createArray(inner, { shape: [100], chunks: [1], dtype: "uint8" })).set(null, 1);
    const error = new Error("chunk 3 cannot be had");
    const counted = new CountingStore(inner);
    const slow = new LatencyStore(counted, { getLatency: 0.01 });
    const store = new FaultStore(slow, [{ operation: "get", key: "c/3", fault: { kind: "error", error } }]);
    const z = await openArray(store);
    counted.reset();
    await expect(z.get()).rejects.toBe(error);
    const asked = counted.count("get");
    expect(asked).toBeLessThanOrEqual(10);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(counted.count("get"), "nothing is asked after the error").toBe(asked);
  });

  test("one write that fails stops the rest, and the chunks written before last", async () => {
    const inner = new MemoryStore();
    await createArray(inner, { shape: [100], chunks: [1], dtype: "uint8" });
    const error = new Error("the disk is full");
    const rules = [{ operation: "set" as const, key: "c/3", fault: { kind: "error" as const, error } }];
    const z = await openArray(new FaultStore(inner, rules));
    await expect(z.set(null, 1)).rejects.toBe(error);
    const values = (await (await openArray(inner, { dtype: "uint8" })).get("...")).data;
    expect(values[3]).toBe(0);
    expect(values.filter((value) => value === 1).length).toBeLessThan(40);
    await (await openArray(inner)).set([3], 5);
    expect(await (await openArray(inner)).get([3])).toBe(5);
  });

  test("a failed write frees the lock of its chunk", async () => {
    const inner = new MemoryStore();
    const error = new Error("once");
    const rules = [
      { operation: "set" as const, key: "c/0", times: 1, fault: { kind: "error" as const, error } },
    ];
    const store = new FaultStore(inner, rules);
    const z = await createArray(store, { shape: [4], dtype: "uint8" });
    const writes = await Promise.allSettled([z.set([0], 1), z.set([1], 2), z.set([2], 3)]);
    expect(writes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect((await z.get("...")).toNestedArray()).toEqual([0, 2, 3, 0]);
  });

  test("onProgress that throws ends the read with its error", async () => {
    const z = await createArray({}, { shape: [20], chunks: [1], dtype: "uint8" });
    const error = new Error("enough");
    const onProgress = (): void => {
      throw error;
    };
    await expect(z.get("...", { onProgress })).rejects.toBe(error);
    await expect(z.set(null, 1, { onProgress })).rejects.toBe(error);
  });
});

describe("no more than async.concurrency store operations are under way", () => {
  test.each([1, 3, 7])("%i of one call", async (limit) => {
    const { restore } = config.set({ "async.concurrency": limit });
    try {
      for (const layout of [{ chunks: [2] }, { chunks: [2], shards: [4] }]) {
        const inner = new MemoryStore();
        const gate = new Gate(new LatencyStore(inner, { getLatency: 0.001, setLatency: 0.001 }));
        gate.release();
        const z = await createArray(gate, { shape: [120], dtype: "uint8", ...layout });
        const runs = [
          () => z.set(null, 1),
          () => z.set([slice(1, 119)], 2),
          () => z.get(),
          () => z.get([slice(0, 120, 3)]),
          () => z.vindex.get([Array.from({ length: 40 }, (_, i) => i * 3)]),
          () => z.resize([61]),
        ];
        for (const run of runs) {
          gate.most = 0;
          await run();
          expect(gate.most, String(run)).toBeLessThanOrEqual(limit);
        }
        gate.most = 0;
        await z.get();
        expect(gate.most, "as many as are allowed").toBe(limit);
      }
    } finally {
      restore();
    }
  });
});
