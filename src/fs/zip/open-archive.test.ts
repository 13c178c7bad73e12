import { expect, test } from "vitest";
import { StoreError, UnsupportedError } from "../../base/errors.ts";
import { encodeEntry } from "./encode-entry.ts";
import type { ZipCompression } from "./encode-entry.ts";
import { FORMAT_LIMITS, OpenArchive } from "./open-archive.ts";
import type { ArchiveLimits } from "./open-archive.ts";
import type { RandomAccessFile } from "./random-access-file.ts";
import { MemoryFile, SparseFile, text } from "./test-file.ts";

const modified = { date: 0x21, time: 0 };

async function put(
  archive: OpenArchive,
  key: string,
  value: Uint8Array | string,
  limits: ArchiveLimits = FORMAT_LIMITS,
  compression: ZipCompression = 0,
): Promise<void> {
  const bytes = typeof value === "string" ? text(value) : value;
  const options = { compression, modified, largest32: limits.largest32 };
  await archive.append(key, await encodeEntry(key, bytes, options), {});
}

const load = (file: RandomAccessFile, limits = FORMAT_LIMITS): Promise<OpenArchive> =>
  OpenArchive.load(file, true, limits, {});

async function contents(file: RandomAccessFile): Promise<Record<string, string>> {
  const archive = await load(file);
  const found: [string, string][] = [];
  for (const key of archive.entries.keys())
    found.push([key, new TextDecoder().decode(await archive.read(key, undefined, {}))]);
  return Object.fromEntries(found);
}

/** A whole archive with one value, small enough to be a value itself. */
async function nestedArchive(key = "inner", limits: ArchiveLimits = FORMAT_LIMITS): Promise<Uint8Array> {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, limits);
  await put(archive, key, "not the outer archive", limits);
  await archive.flush();
  return file.bytes;
}

test("a file cut at any byte after a flush still has everything that was flushed", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  const nested = await nestedArchive();
  await put(archive, "a", "one");
  await put(archive, "b", nested);
  await archive.flush();
  const first = file.bytes.length;
  await put(archive, "a", "two");
  await put(archive, "c", nested);
  await put(archive, "z", await nestedArchive("zip64", { ...FORMAT_LIMITS, largest32: 10 }));
  await put(archive, "d", new Uint8Array([0x50, 0x4b, 5, 6, ...new Uint8Array(18)]));
  await archive.flush();
  const whole = file.bytes;
  const inner = new TextDecoder().decode(nested);
  for (let size = first; size < whole.length; size++) {
    const torn = new MemoryFile(whole.slice(0, size));
    expect(await contents(torn), `cut at ${size}`).toEqual({ a: "one", b: inner });
  }
  // Before the first flush there is nothing to lose, and an archive within is not mistaken for it.
  for (let size = 0; size < first; size++)
    await expect(contents(new MemoryFile(whole.slice(0, size))), `cut at ${size}`).rejects.toThrow(
      StoreError,
    );
  expect(Object.keys(await contents(new MemoryFile(whole)))).toEqual(["a", "b", "c", "z", "d"]);
});

test("an archive that was never flushed is an error, whatever archives it holds as values", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", await nestedArchive());
  await put(archive, "b", await nestedArchive("zip64", { ...FORMAT_LIMITS, largest32: 10 }));
  for (let size = 0; size <= file.bytes.length; size++)
    await expect(contents(new MemoryFile(file.bytes.slice(0, size))), `cut at ${size}`).rejects.toThrow(
      StoreError,
    );
});

test("appending to a torn file goes on behind the last directory and removes the rest", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  await archive.flush();
  const flushed = file.bytes.length;
  await put(archive, "lost", "x".repeat(5000));
  const torn = new MemoryFile(file.bytes.slice(0, flushed + 3000));
  const again = await load(torn);
  await put(again, "b", "two");
  await again.flush();
  expect(torn.bytes.length).toBeLessThan(flushed + 500);
  expect(await contents(torn)).toEqual({ a: "one", b: "two" });
});

test("a file that cannot be cut is appended to behind what was torn", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  await archive.flush();
  const torn = new MemoryFile(Uint8Array.of(...file.bytes, ...new Uint8Array(3000)));
  const uncut: RandomAccessFile = {
    size: () => torn.size(),
    read: (offset, length) => torn.read(offset, length),
    write: (offset, bytes) => torn.write(offset, bytes),
  };
  const again = await load(uncut);
  await put(again, "b", "two");
  await again.flush();
  expect(await contents(uncut)).toEqual({ a: "one", b: "two" });
});

test("garbage of any length behind an archive does not hide it", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  await archive.flush();
  for (const length of [1, 21, 22, 65_556, 65_557, 70_000, 2 ** 20 - 30, 2 ** 20, 3 * 2 ** 20]) {
    const bytes = new Uint8Array(file.bytes.length + length).fill(0x50);
    bytes.set(file.bytes);
    expect(await contents(new MemoryFile(bytes)), `${length} bytes`).toEqual({ a: "one" });
  }
});

test("a torn file is searched no further back than the limit", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  await archive.flush();
  const bytes = new Uint8Array(5 * 2 ** 20);
  bytes.set(file.bytes);
  await expect(load(new MemoryFile(bytes), { ...FORMAT_LIMITS, searchLimit: 2 ** 21 })).rejects.toThrow(
    StoreError,
  );
});

test("an archive behind other bytes is read and appended to, whether or not those are an archive", async () => {
  const archive = await nestedArchive();
  for (const prefix of [text("#!/bin/sh\nexit\n"), await nestedArchive()]) {
    const file = new MemoryFile(Uint8Array.of(...prefix, ...archive));
    const open = await load(file);
    expect([...open.entries.keys()]).toEqual(["inner"]);
    await put(open, "b", "two");
    await open.flush();
    expect(await contents(file)).toEqual({ inner: "not the outer archive", b: "two" });
  }
});

test("a prefixed archive survives a cut at any byte after a flush", async () => {
  const prefix = text("#!/bin/sh\nexit\n");
  const file = new MemoryFile(Uint8Array.of(...prefix, ...(await nestedArchive())));
  const first = file.bytes.length;
  const open = await load(file);
  await put(open, "b", await nestedArchive("another"));
  await put(open, "c", await nestedArchive("a third"));
  await open.flush();
  for (let size = first; size < file.bytes.length; size++)
    expect(await contents(new MemoryFile(file.bytes.slice(0, size))), `cut at ${size}`).toEqual({
      inner: "not the outer archive",
    });
});

test("of duplicates the last one counts, and a new directory drops the others", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  for (const value of ["1", "2", "3"]) await put(archive, "a", value);
  await archive.flush();
  expect(await contents(file)).toEqual({ a: "3" });
  const end = new DataView(file.bytes.buffer, file.bytes.length - 22);
  expect(end.getUint16(10, true)).toBe(1);
});

test("zip64 records are written beyond any limit, and read back", async () => {
  const small = { ...FORMAT_LIMITS, largest32: 100, largest16: 3 };
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, small);
  const expected: Record<string, string> = {};
  for (let i = 0; i < 8; i++) {
    expected[`k${i}`] = "v".repeat(i * 30);
    await put(archive, `k${i}`, expected[`k${i}`]!, small, i % 2 === 0 ? 0 : 8);
  }
  await archive.flush();
  expect(await contents(file)).toEqual(expected);
  // Appending carries the records along as they are.
  const again = await load(file, small);
  await put(again, "k0", "new", small);
  await again.flush();
  expect(await contents(file)).toEqual({ ...expected, k0: "new" });
  // Every cut leaves the earlier directory, zip64 or not.
  for (let size = file.bytes.length - 400; size < file.bytes.length; size++)
    await expect(contents(new MemoryFile(file.bytes.slice(0, size)))).resolves.toHaveProperty("k1");
});

test("entries and a directory beyond 4 GiB are written, found, read and appended to", async () => {
  const file = new SparseFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "near", "here");
  const hole = await encodeEntry("hole", text(""), { compression: 0, modified, largest32: 2 ** 32 - 2 });
  // The sparse file takes a length for the bytes: 20 GiB without memory.
  await archive.append("hole", { ...hole, local: { length: 5 * 2 ** 32 } as Uint8Array }, {});
  await put(archive, "far", "away");
  await archive.flush();
  const again = await load(file);
  expect(again.entries.get("far")!.offset).toBeGreaterThan(5 * 2 ** 32);
  await put(again, "further", "still");
  await again.flush();
  const last = await load(file);
  const decode = async (key: string): Promise<string> =>
    new TextDecoder().decode(await last.read(key, undefined, {}));
  expect([await decode("near"), await decode("far"), await decode("further")]).toEqual([
    "here",
    "away",
    "still",
  ]);
});

test("allowZip64: false refuses what would need it, and leaves a valid archive", async () => {
  const limits = { ...FORMAT_LIMITS, allowZip64: false, largest32: 1000, largest16: 3 };
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, limits);
  await expect(put(archive, "large", "v".repeat(1001), limits)).rejects.toThrow(UnsupportedError);
  for (const key of ["a", "b", "c"]) await put(archive, key, key, limits);
  await expect(put(archive, "d", "d", limits)).rejects.toThrow(/allowZip64/);
  await expect(put(archive, "a", "v".repeat(900), limits)).rejects.toThrow(/allowZip64/);
  await put(archive, "a", "A", limits);
  await archive.flush();
  expect(await contents(file)).toEqual({ a: "A", b: "b", c: "c" });
});

test("a failed write changes nothing, and a failed flush can be tried again", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  await archive.flush();
  file.room = 50;
  await expect(put(archive, "b", "x".repeat(1000))).rejects.toThrow("no space left");
  expect(archive.entries.has("b")).toBe(false);
  file.room = Infinity;
  await put(archive, "c", "three");
  file.room = 30;
  await expect(archive.flush()).rejects.toThrow("no space left");
  expect(await contents(file)).toEqual({ a: "one" });
  file.room = Infinity;
  await archive.flush();
  expect(await contents(file)).toEqual({ a: "one", c: "three" });
});

test("what a failed write left behind is cut off by the next flush", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  file.room = 5000;
  await expect(put(archive, "b", "x".repeat(10_000))).rejects.toThrow("no space left");
  file.room = Infinity;
  await archive.flush();
  expect(file.bytes.length).toBeLessThan(200);
  expect(await contents(file)).toEqual({ a: "one" });
});

test("data is durable before the directory, and the directory before flush returns", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  await put(archive, "a", "one");
  const log: string[] = [];
  const { flush, write } = file;
  file.flush = async () => {
    log.push("flush");
    await flush.call(file);
  };
  file.write = async (offset, bytes) => {
    log.push("write");
    await write.call(file, offset, bytes);
  };
  await archive.flush();
  expect(log).toEqual(["flush", "write", "flush"]);
  await archive.flush();
  expect(log).toHaveLength(3); // nothing changed
});

test("two archives on one file take turns, and one that would overwrite the other says so", async () => {
  const file = new MemoryFile();
  const one = OpenArchive.create(file, FORMAT_LIMITS);
  await put(one, "a", "1");
  await one.flush();
  const two = await load(file);
  await put(two, "b", "2");
  await two.flush();
  await put(one, "c", "3");
  await one.flush();
  expect(await contents(file)).toEqual({ a: "1", b: "2", c: "3" });
  await put(two, "d", "4");
  await put(one, "e", "5 and more");
  await expect(two.flush()).rejects.toThrow(/Another writer/);
});

test("folders, unreachable names and the comment are carried along", async () => {
  const file = new MemoryFile();
  const archive = OpenArchive.create(file, FORMAT_LIMITS);
  for (const key of ["dir/", "../up", "/abs", "a//b", "__proto__", "ok"]) await put(archive, key, key);
  await archive.flush();
  const comment = text("kept");
  const bytes = Uint8Array.of(...file.bytes, ...comment);
  bytes[file.bytes.length - 2] = comment.length;
  const commented = new MemoryFile(bytes);
  const again = await load(commented);
  expect([...again.entries.keys()].sort()).toEqual(["__proto__", "ok"]);
  await put(again, "new", "");
  await again.flush();
  expect(new TextDecoder().decode(commented.bytes.slice(-4))).toBe("kept");
  const end = new DataView(commented.bytes.buffer, commented.bytes.length - 26);
  expect(end.getUint16(10, true)).toBe(7);
});
