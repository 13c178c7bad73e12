import * as fc from "fast-check";
import { expect, test } from "vitest";
import { resolveByteRequest } from "../../base/byte-request.ts";
import type { ByteRequest } from "../../base/byte-request.ts";
import { StoreError } from "../../base/errors.ts";
import { encodeEntry } from "./encode-entry.ts";
import type { ZipCompression } from "./encode-entry.ts";
import { findDirectory } from "./find-directory.ts";
import { FORMAT_LIMITS, OpenArchive } from "./open-archive.ts";
import { MemoryFile, sameBytes, text, withLocalExtra } from "./test-file.ts";
import { runs } from "../../../test/effort.ts";

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i ^ (i >> 8));

async function archiveOf(
  values: Record<string, Uint8Array>,
  compression: ZipCompression = 0,
): Promise<MemoryFile> {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  for (const [key, value] of Object.entries(values)) {
    const options = { compression, modified: { date: 0x21, time: 0 }, largest32: FORMAT_LIMITS.largest32 };
    await archive.append(key, await encodeEntry(key, value, options), {});
  }
  await archive.flush();
  return file;
}

const load = (file: MemoryFile): Promise<OpenArchive> => OpenArchive.load(file, false, FORMAT_LIMITS, {});

test("a small archive opens with one read, a large one with two, whatever it holds", async () => {
  const small = await archiveOf({ a: pattern(1000) });
  await load(small);
  expect(small.reads).toHaveLength(1);
  const many: Record<string, Uint8Array> = {};
  for (let i = 0; i < 2000; i++) many[`group/array/c/${i}`] = pattern(10);
  const large = await archiveOf(many);
  large.reads.length = 0;
  await load(large);
  expect(large.reads).toHaveLength(2);
  expect(large.reads[0]!.length).toBe(65_557);
});

test("a value costs one read, with its header, and again one", async () => {
  for (const compression of [0, 8] as const) {
    const file = await archiveOf({ a: pattern(100_000), b: pattern(3) }, compression);
    const archive = await load(file);
    file.reads.length = 0;
    expect(sameBytes(await archive.read("a", undefined, {}), pattern(100_000))).toBe(true);
    expect(await archive.read("b", undefined, {})).toEqual(pattern(3));
    expect(file.reads).toHaveLength(2);
    expect(sameBytes(await archive.read("a", undefined, {}), pattern(100_000))).toBe(true);
    expect(file.reads).toHaveLength(3);
    expect(file.reads[2]!.length).toBe(archive.entries.get("a")!.compressedSize);
  }
});

test("local extra fields up to the guess cost nothing, longer ones a second read", async () => {
  for (const [extra, reads] of [
    [0, 1],
    [256, 1],
    [257, 2],
    [65_535, 2],
  ] as const) {
    const file = new MemoryFile(withLocalExtra((await archiveOf({ key: pattern(5000) })).bytes, 3, extra));
    const archive = await load(file);
    file.reads.length = 0;
    expect(sameBytes(await archive.read("key", undefined, {}), pattern(5000))).toBe(true);
    expect(file.reads).toHaveLength(reads);
    for (const fresh of [await load(file), archive])
      expect(sameBytes(await fresh.read("key", { suffix: 7 }, {}), pattern(5000).subarray(-7))).toBe(true);
  }
});

test("a part of a stored value reads its own bytes once the header is known", async () => {
  const file = await archiveOf({ a: pattern(1_000_000) });
  const archive = await load(file);
  file.reads.length = 0;
  expect(sameBytes(await archive.read("a", { suffix: 100 }, {}), pattern(1_000_000).subarray(-100))).toBe(
    true,
  );
  expect(file.reads).toHaveLength(2); // the header beside the part
  expect(file.reads.reduce((sum, read) => sum + read.length, 0)).toBeLessThan(500);
  file.reads.length = 0;
  expect(
    sameBytes(
      await archive.read("a", { start: 500_000, end: 500_010 }, {}),
      pattern(1_000_000).subarray(500_000, 500_010),
    ),
  ).toBe(true);
  expect(file.reads).toEqual([{ offset: 500_031, length: 10 }]);
  expect(await archive.read("a", { start: 5, end: 5 }, {})).toHaveLength(0);
  expect(file.reads).toHaveLength(1);
});

test("any part of a value, stored or deflated, cold or warm, is the part of its bytes", async () => {
  const request: fc.Arbitrary<ByteRequest> = fc.oneof(
    fc.record({ start: fc.nat(40_000), end: fc.nat(40_000) }),
    fc.record({ offset: fc.nat(40_000) }),
    fc.record({ suffix: fc.nat(40_000) }),
  );
  const value = pattern(30_000);
  const files = [await archiveOf({ a: value }), await archiveOf({ a: value }, 8)];
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async (part, deflated) => {
      const archive = await load(files[deflated ? 1 : 0]!);
      const { start, end } = resolveByteRequest(part, value.length);
      for (let warm = 0; warm < 2; warm++)
        expect(sameBytes(await archive.read("a", part, {}), value.subarray(start, end))).toBe(true);
    }),
  );
});

test("changed data, a changed local name and a header elsewhere are errors", async () => {
  for (const [at, message] of [
    [35, /CRC-32/],
    [30, /another name/],
    [1, /no zip entry/],
  ] as const) {
    const file = await archiveOf({ a: pattern(100) });
    file.bytes[at]! ^= 1;
    const archive = await load(file);
    const read = archive.read("a", undefined, {});
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toBeInstanceOf(StoreError);
  }
});

test("a read that fails or is short is an error, and never a reason to take an older directory", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  const options = {
    compression: 0,
    modified: { date: 0x21, time: 0 },
    largest32: FORMAT_LIMITS.largest32,
  } as const;
  await archive.append("older", await encodeEntry("older", text("1"), options), {});
  await archive.flush();
  // A directory that does not lie within the first read.
  for (let i = 0; i < 2000; i++) {
    const key = `group/array/c/${i}`;
    await archive.append(key, await encodeEntry(key, text("2"), options), {});
  }
  await archive.flush();
  const reads: ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => bytes.subarray(1),
    () => {
      throw new StoreError("403");
    },
  ];
  for (const second of reads) {
    let count = 0;
    const broken = {
      size: () => file.size(),
      read: async (offset: number, length: number) => {
        const bytes = await file.read(offset, length);
        return ++count === 2 ? second(bytes) : bytes;
      },
    };
    await expect(OpenArchive.load(broken, false, FORMAT_LIMITS, {})).rejects.toThrow(/gave|403/);
  }
});

/** The bytes of an archive of two values and a folder, deflated and stored. */
async function sample(): Promise<Uint8Array> {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, { ...FORMAT_LIMITS, largest32: 500, largest16: 3 });
  for (const [i, key] of ["zarr.json", "c/0", "c/1", "größe", "dir/"].entries()) {
    const options = {
      compression: ((i % 2) * 8) as ZipCompression, // 0 or 8
      modified: { date: 0x21, time: 0 },
      largest32: 500,
    };
    await archive.append(key, await encodeEntry(key, text(key.repeat(i * 40)), options), {});
    if (i === 2) await archive.flush();
  }
  await archive.flush();
  return file.bytes;
}

/** Runs work that may fail in no other way than with a typed error. */
const check = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    expect((error as { code?: unknown }).code).toMatch(/^ZARR_(STORE|UNSUPPORTED)$/);
  }
};

test("a damaged archive gives values or typed errors, without reading or allocating beyond the file", async () => {
  const good = await sample();
  const byte = fc.record({ at: fc.nat(good.length - 1), value: fc.integer({ min: 0, max: 255 }) });
  const interesting = fc.record({
    at: fc.nat(good.length - 1),
    value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
  });
  const cut = fc.option(fc.nat(good.length), { nil: good.length });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(byte, interesting), { minLength: 1, maxLength: 12 }),
      cut,
      async (changes, size) => {
        const bytes = good.slice();
        for (const { at, value } of changes) bytes[at] = value;
        const file = new MemoryFile(bytes.slice(0, size));
        await check(async () => {
          const archive = await load(file);
          for (const key of archive.entries.keys()) {
            await check(() => archive.read(key, undefined, {}));
            await check(() => archive.read(key, { suffix: 5 }, {}));
          }
        });
        for (const read of file.reads) expect(read.offset + read.length).toBeLessThanOrEqual(size);
      },
    ),
    { numRuns: runs(1500) },
  );
});

test("a file of end records costs bounded work", async () => {
  const record = new Uint8Array(22);
  const bytes = new Uint8Array(22 * 100_000);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(10, 1, true);
  for (let i = 0; i < 100_000; i++) {
    // Each claims that the directory is everything before it.
    view.setUint32(12, i * 22, true);
    bytes.set(record, i * 22);
  }
  const file = new MemoryFile(bytes);
  await expect(findDirectory(file)).rejects.toThrow(StoreError);
  expect(file.reads.reduce((sum, read) => sum + read.length, 0)).toBeLessThan(20 * bytes.length + 2 ** 29);
});

test("an abort reaches the reads", async () => {
  const file = await archiveOf({ a: pattern(100) });
  const archive = await load(file);
  const reason = new Error("enough");
  await expect(archive.read("a", undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
