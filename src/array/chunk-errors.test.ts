/** A chunk that cannot be read is an error that says which one: never fill values, never other bytes. */
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import type { HttpServer } from "../../test/servers/embedded-http.mjs";
import type { ErrorFacts } from "../base/errors.ts";
import { errorFromJSON, StoreError, ZarrError } from "../base/errors.ts";
import { createArray, openArray, slice } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { FsspecStore, MemoryStore } from "../storage.ts";
import { FaultStore } from "../testing.ts";

type Expected = ErrorFacts & { readonly name?: string; readonly message?: RegExp };

async function rejection(failing: Promise<unknown>): Promise<ZarrError> {
  const error = await failing.then(
    (value) => expect.unreachable(`gives ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ZarrError) return error;
  throw error;
}

/** Checks the facts, here and behind a worker boundary. */
async function expectError(failing: Promise<unknown>, expected: Expected): Promise<ZarrError> {
  const error = await rejection(failing);
  const { message, ...facts } = expected;
  expect(error).toMatchObject(facts);
  if (message !== undefined) expect(error.message).toMatch(message);
  const restored = errorFromJSON(JSON.parse(JSON.stringify(error)) as Record<string, unknown>);
  expect(restored.constructor).toBe(error.constructor);
  expect(restored).toMatchObject({ ...facts, message: error.message, code: error.code });
  return error;
}

const FLOATS = Float64Array.from({ length: 64 }, (_, i) => Math.sqrt(i));

/** An array of 4 chunks of 16 float64 at `a`, and what is stored of it. */
async function stored(options: object): Promise<{ z: ZarrArray<"float64">; files: Map<string, Uint8Array> }> {
  const files = new Map<string, Uint8Array>();
  const base = { path: "a", shape: [64], chunks: [16], dtype: "float64" } as const;
  const z = await createArray(new MemoryStore(files), { ...base, ...options });
  await z.set(null, FLOATS);
  return { z, files };
}

/** Reads of everything, of whole chunks, of parts, and of single elements of chunk 1. */
const readsOf = (z: ZarrArray): (() => Promise<unknown>)[] => [
  () => z.get(),
  () => z.get([slice(16, 32)]),
  () => z.get([slice(20, 22)]),
  () => z.get([17]),
  () => z.get([slice(31, null, -3)]),
  () => z.oindex.get([[31, 16]]),
  () => z.vindex.get([[30]]),
  () => z.blocks.get([1]),
];

const CODECS: [string, object, string][] = [
  ["bytes", { compressors: null }, "bytes"],
  ["zstd", { compressors: { name: "zstd", configuration: { level: 1, checksum: false } } }, "zstd"],
  ["gzip", { compressors: { name: "gzip", configuration: { level: 1 } } }, "gzip"],
  [
    "blosc",
    { compressors: { name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle" } } },
    "blosc",
  ],
  ["crc32c", { compressors: { name: "crc32c" } }, "crc32c"],
  ["v2 zlib", { zarrFormat: 2, compressors: { id: "zlib", level: 1 } }, "numcodecs.zlib"],
  ["v2 without a codec", { zarrFormat: 2, compressors: null }, "bytes"],
];

describe.each(CODECS)("a chunk of %s", (_, options, codec) => {
  const key = "zarrFormat" in options ? "a/1" : "a/c/1";
  const facts = { path: "a", chunkKey: key, chunkIndex: [1] };

  test("that is cut short", async () => {
    const { z, files } = await stored(options);
    const whole = files.get(key)!;
    for (const length of [0, 1, whole.length >> 1, whole.length - 1]) {
      files.set(key, whole.subarray(0, length));
      const error = await expectError(z.get(), { ...facts, store: String(z.store), codec });
      expect(error.code, `${length} bytes`).toMatch(/^ZARR_(CODEC|CHECKSUM)$/);
    }
    // Only the read of what is still there may succeed, and then it is right.
    files.set(key, whole.subarray(0, whole.length >> 1));
    for (const [i, read] of readsOf(z).entries()) {
      const result = await read().catch((error: unknown) => error);
      if (result instanceof Error) expect(result, `read ${i}`).toMatchObject(facts);
      else expect(result, `read ${i}`).toEqual(await readsOf((await stored(options)).z)[i]!());
    }
  });

  test("that is too long", async () => {
    const { z, files } = await stored(options);
    files.set(key, new Uint8Array([...files.get(key)!, ...new Uint8Array(8)]));
    const result = await z.get("...").catch((error: unknown) => error);
    if (result instanceof Error) expect(result).toMatchObject({ ...facts, codec });
    else expect(result).toMatchObject({ data: FLOATS }); // what follows a compressed frame
    if (codec === "bytes" || codec === "crc32c") expect(result).toBeInstanceOf(ZarrError);
  });

  test("that holds something else", async () => {
    const { z, files } = await stored(options);
    files.set(key, new Uint8Array(300).fill(0x5a));
    await expectError(z.get(), { ...facts, codec });
  });

  test("that decodes to another number of elements", async () => {
    const { z, files } = await stored(options);
    const other = await stored({ ...options, shape: [64], chunks: [32] });
    files.set(key, other.files.get(key)!);
    const error = await expectError(z.get(), facts);
    expect(error.name).toMatch(/^(Codec|Checksum)Error$/);
  });

  test("that the store fails to give", async () => {
    const { z } = await stored(options);
    const cause = new Error("connection reset");
    const error = new StoreError("The read failed.", { cause, status: 500, url: "https://example.org/1" });
    const store = new FaultStore(z.store, [{ operation: "get", key, fault: { kind: "error", error } }]);
    for (const read of readsOf(await openArray(store, { path: "a" }))) {
      const seen = await expectError(read(), {
        name: "StoreError",
        ...facts,
        status: 500,
        url: "https://example.org/1",
      });
      expect(seen.cause).toBe(cause);
    }
    const writing = (await openArray(store, { path: "a" })).set([20], 1);
    await expectError(writing, { name: "StoreError", ...facts });
  });
});

describe("an element of an uncompressed chunk", () => {
  test("beyond a short read", async () => {
    const { z } = await stored({ compressors: null });
    const store = new FaultStore(z.store, [
      { operation: "get", key: "a/c/1", fault: { kind: "short", bytes: 5 } },
    ]);
    for (const read of readsOf(await openArray(store, { path: "a" })))
      await expectError(read(), {
        name: "CodecError",
        path: "a",
        chunkKey: "a/c/1",
        chunkIndex: [1],
        codec: "bytes",
      });
  });

  test("of a chunk that is too long", async () => {
    const { z, files } = await stored({ compressors: null });
    files.set("a/c/1", new Uint8Array(129));
    const error = await expectError(z.get(), {
      name: "CodecError",
      expected: 128,
      actual: 129,
      codec: "bytes",
    });
    expect(error.message).toMatch(/128.*129|129.*128/);
  });
});

test("a checksum that does not match says what was expected", async () => {
  const { z, files } = await stored({ compressors: { name: "crc32c" } });
  files.get("a/c/1")![7]! ^= 0x10;
  for (const read of readsOf(z)) {
    const error = await expectError(read(), {
      name: "ChecksumError",
      chunkKey: "a/c/1",
      chunkIndex: [1],
      codec: "crc32c",
    });
    expect(error.expected).toBeDefined();
    expect(error.actual).toBeDefined();
    expect(error.actual).not.toEqual(error.expected);
  }
});

describe.each(["start", "end"] as const)("a shard whose index is at its %s", (indexLocation) => {
  const shards = { shape: [32], indexLocation };
  const options = { chunks: [8], shards, compressors: null };
  const facts = { path: "a", chunkKey: "a/c/1", chunkIndex: [1] };
  const INDEX = 4 * 16 + 4;

  /** Changes an entry of the index of shard 1, and its checksum with it. */
  async function withEntry(cell: number, offset: bigint, nbytes: bigint): Promise<ZarrArray> {
    const plain = [{ name: "bytes", configuration: { endian: "little" } }];
    const { z, files } = await stored(options);
    // Without a checksum the entry alone is wrong.
    const document = JSON.parse(new TextDecoder().decode(files.get("a/zarr.json"))) as {
      codecs: [{ configuration: { index_codecs: object[] } }];
    };
    document.codecs[0].configuration.index_codecs = plain;
    files.set("a/zarr.json", new TextEncoder().encode(JSON.stringify(document)));
    for (const key of ["a/c/0", "a/c/1"]) files.delete(key);
    const again = await openArray(z.store, { path: "a" });
    await again.set(null, FLOATS);
    const shard = files.get("a/c/1")!;
    const at = (indexLocation === "start" ? 0 : shard.length - 64) + cell * 16;
    const view = new DataView(shard.buffer, shard.byteOffset, shard.byteLength);
    view.setBigUint64(at, offset, true);
    view.setBigUint64(at + 8, nbytes, true);
    return again;
  }

  test.each([
    ["begins behind the end", 100_000n, 64n],
    ["ends behind the end", 200n, 640n],
    ["is beyond 2^53", 2n ** 60n, 64n],
    ["overflows 2^64", 2n ** 64n - 2n, 64n],
    ["has an empty offset alone", 2n ** 64n - 1n, 64n],
    ["has an empty length alone", 0n, 2n ** 64n - 1n],
    ["has a wrong length", 0n, 63n],
  ])("and an entry that %s", async (_, offset, nbytes) => {
    const z = await withEntry(2, offset, nbytes);
    const all = () => z.get();
    const reads = [all, () => z.get([slice(32, 64)]), () => z.get([48]), () => z.get([slice(47, 50)])];
    for (const [i, read] of reads.entries()) {
      const error = await expectError(read(), { name: "CodecError", ...facts, innerChunk: [2] });
      expect(error.codec, `read ${i}`).toMatch(/^(sharding_indexed|bytes)$/);
    }
    await expectError(z.set([40], 1), { name: "CodecError", ...facts });
    // Other inner chunks of the shard are there.
    expect(await z.get([33])).toBe(FLOATS[33]);
  });

  test("and an entry without bytes, which is an empty inner chunk as in zarr-python", async () => {
    const z = await withEntry(2, 0n, 0n);
    expect(await z.get([slice(47, 50)])).toMatchObject({ data: Float64Array.of(FLOATS[47]!, 0, 0) });
  });

  test("and does not match its checksum", async () => {
    const { z, files } = await stored(options);
    const shard = files.get("a/c/1")!;
    shard[indexLocation === "start" ? 3 : shard.length - INDEX + 3]! ^= 1;
    for (const read of [() => z.get(), () => z.get([48])])
      await expectError(read(), { name: "ChecksumError", ...facts, codec: "crc32c" });
  });

  test("and is too short to hold its index", async () => {
    const { z, files } = await stored(options);
    const whole = files.get("a/c/1")!;
    for (const length of [0, 1, INDEX - 1]) {
      files.set("a/c/1", whole.slice(0, length));
      for (const read of [() => z.get(), () => z.get([48]), () => z.set([48], 1)]) {
        const error = await expectError(read(), { name: "CodecError", ...facts, codec: "sharding_indexed" });
        expect(error).toMatchObject({ expected: INDEX, actual: length });
      }
    }
  });

  test("and is cut short", async () => {
    const { z, files } = await stored(options);
    files.set("a/c/1", files.get("a/c/1")!.slice(0, -8));
    const error = await expectError(z.get(), {
      ...facts,
      name: indexLocation === "end" ? "ChecksumError" : "CodecError",
    });
    if (indexLocation === "start") expect(error).toMatchObject({ codec: "sharding_indexed" });
    await rejection(z.set([48], 1));
  });

  test("and whose inner chunk is broken", async () => {
    const gzip = { name: "gzip", configuration: { level: 1 } };
    const { z, files } = await stored({ ...options, compressors: [gzip, { name: "crc32c" }] });
    files.get("a/c/1")![indexLocation === "start" ? INDEX + 3 : 3]! ^= 1;
    const broken = [0, 1, 2, 3].map((cell) =>
      z.get([slice(32 + cell * 8, 40 + cell * 8)]).then(
        () => undefined,
        (error: ZarrError) => error,
      ),
    );
    const errors = (await Promise.all(broken)).filter((error) => error !== undefined);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ name: "ChecksumError", ...facts, codec: "crc32c" });
    const { innerChunk } = errors[0]!;
    await expectError(z.get(), { name: "ChecksumError", ...facts, innerChunk });
  });
});

test("a missing chunk is an error where it is to be one, and all are named", async () => {
  const { z, files } = await stored({});
  files.delete("a/c/1");
  files.delete("a/c/3");
  expect(await z.get([17])).toBe(0);
  const strict = z.withConfig({ readMissingChunks: false });
  const facts = { name: "CodecError", path: "a", store: String(z.store), chunkKey: "a/c/1", chunkIndex: [1] };
  await expectError(strict.get(), { ...facts, message: /a\/c\/1.*a\/c\/3/ });
  expect(await strict.get([0])).toBe(0);
});

describe("over HTTP", () => {
  let server: HttpServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function served(behaviour: HttpServer["behaviour"], storageOptions: object = {}): Promise<ZarrArray> {
    const { files } = await stored({ compressors: null });
    const paths = [...files].map(([key, value]) => [`/d/${key}`, value] as const);
    server = await startHttp({ files: new Map(paths), behaviour });
    const requestPolicy = { retryBaseMs: 1, maxAttempts: 3, timeoutMs: 5000 };
    const store = await FsspecStore.fromUrl(`${server.url}/d`, {
      storageOptions: { requestPolicy, ...storageOptions },
    });
    return await openArray(store, { path: "a" });
  }
  const chunk1 = (request: { key: string }): boolean => request.key.endsWith("/c/1");

  test("404 is missing, 403 and 500 are not", async () => {
    const z = await served({});
    server!.files.delete("/d/a/c/2");
    expect(await z.get([40])).toBe(0);
    for (const status of [401, 403, 500, 503]) {
      let refused = true;
      server!.inject({ when: (request) => refused && chunk1(request), times: Infinity, status });
      const facts = { name: "StoreError", path: "a", chunkKey: "a/c/1", chunkIndex: [1], status };
      for (const read of readsOf(z))
        await expectError(read(), { ...facts, store: String(z.store), url: `${server!.url}/d/a/c/1` });
      refused = false;
    }
  });

  test("a connection that breaks off gives an error, and is tried again before", async () => {
    const z = await served({});
    server!.inject({ when: chunk1, times: 1, truncate: 50 });
    expect(await z.get([slice(16, 32)])).toMatchObject({ data: FLOATS.slice(16, 32) });
    server!.inject({ when: chunk1, times: Infinity, truncate: 50 });
    await expectError(z.get([slice(16, 32)]), {
      name: "StoreError",
      path: "a",
      chunkKey: "a/c/1",
      chunkIndex: [1],
    });
  });

  test("a server that refuses for a while is asked again", async () => {
    const z = await served({});
    server!.inject({ when: chunk1, times: 2, status: 503 });
    expect(await z.get([17])).toBe(FLOATS[17]);
  });

  test("a secret in a header or in what the server says does not show in the error", async () => {
    const z = await served({}, { headers: { authorization: "Bearer hunter2" } });
    server!.inject({ times: Infinity, status: 403, body: "no" });
    const error = await rejection(z.get([17]));
    expect(error.status).toBe(403);
    expect(server!.requests.at(-1)?.headers.authorization).toBe("Bearer hunter2");
    const shown = [JSON.stringify(error), inspect(error), String(z.store), inspect(z.store), inspect(z)];
    for (const text of shown) expect(text).not.toContain("hunter2");
  });
});
