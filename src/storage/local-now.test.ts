import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { LATER } from "../base/byte-source.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { localPartsNow, localRunsNow } from "./local-now.ts";
import { LocalStore } from "./local-store.ts";
import { MemoryMappedStore } from "./memory-mapped-store.ts";
import { WrapperStore } from "./wrapper-store.ts";

const folder = mkdtempSync(`${tmpdir()}/zarrkit-now-`);
afterAll(() => rmSync(folder, { recursive: true }));
const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) ^ (i >> 8));
mkdirSync(`${folder}/c`);
writeFileSync(`${folder}/c/0`, BYTES);

/** Each test has its turn. */
async function opened(options: object = {}): Promise<LocalStore> {
  await new Promise((resolve) => setImmediate(resolve));
  return LocalStore.open(folder, { syncReads: true, ...options });
}
const room = (length: number): Uint8Array => new Uint8Array(length);
const none: ReadOptions = {};

test("parts and runs are the file's, in the room that is given", async () => {
  const store = await opened();
  const space = new Uint8Array(100);
  const asked: number[] = [];
  const given = (length: number): Uint8Array => {
    asked.push(length);
    return space.subarray(0, length);
  };
  const parts = localPartsNow(store, "c/0", [{ suffix: 3 }, { start: 5, end: 9 }], none, given);
  expect(parts).toEqual([BYTES.subarray(-3), BYTES.subarray(5, 9)]);
  const runs = localRunsNow(store, "c/0", { starts: [1000, 10, 20_000], length: 4 }, none, given);
  expect([...(runs as Uint8Array)]).toEqual(
    [1000, 10, 20_000].flatMap((at) => [...BYTES.subarray(at, at + 4)]),
  );
  expect((runs as Uint8Array).buffer).toBe(space.buffer);
  expect(asked).toEqual([7, 12]);
});

test("a read at once tells the version that any other read tells", async () => {
  const store = await opened();
  const told: unknown[] = [];
  const options = { onVersion: (version: unknown) => void told.push(version) };
  await store.get("c/0", { start: 0, end: 1 }, options);
  localPartsNow(store, "c/0", [{ start: 0, end: 1 }], options, undefined);
  localRunsNow(store, "c/0", { starts: [0], length: 1 }, options, room);
  expect(new Set(told).size).toBe(1);
  expect(told).toHaveLength(3);
});

test("only exactly a LocalStore is gone around", async () => {
  class Own extends LocalStore {}
  class OwnGet extends LocalStore {
    override get(...args: Parameters<LocalStore["get"]>): ReturnType<LocalStore["get"]> {
      return super.get(...args);
    }
  }
  const replaced = new LocalStore(folder);
  replaced.get = () => Promise.resolve(undefined);
  const stores = [
    new Own(folder),
    new OwnGet(folder),
    new MemoryMappedStore(folder),
    new WrapperStore(new LocalStore(folder)),
    replaced,
  ];
  for (const store of stores) {
    await store.exists("c/0");
    expect(localPartsNow(store, "c/0", [{ start: 0, end: 1 }], none, undefined)).toBe(LATER);
    expect(localRunsNow(store, "c/0", { starts: [0], length: 1 }, none, room)).toBe(LATER);
  }
});

test("a store is opened by its methods, also after it was closed", async () => {
  const store = await opened();
  await store.close();
  expect(localPartsNow(store, "c/0", [{ start: 0, end: 1 }], none, undefined)).toBe(LATER);
});

test("what is not small, on a slow mount, or beyond the end of the file is left to the methods", async () => {
  const store = await opened();
  expect(localPartsNow(store, "c/0", [undefined], none, undefined)).toBe(LATER);
  expect(localPartsNow(store, "c/0", [{ start: 0, end: 2 ** 30 }], none, undefined)).toBe(LATER);
  expect(localRunsNow(store, "c/0", { starts: [0, 150_000], length: 140_000 }, none, room)).toBe(LATER);
  expect(localRunsNow(store, "c/0", { starts: [0, 299_999], length: 2 }, none, room)).toBe(LATER);
  const slow = await opened({ syncReads: false });
  expect(localPartsNow(slow, "c/0", [{ start: 0, end: 1 }], none, undefined)).toBe(LATER);
});

test("one turn of the event loop reads only so much", async () => {
  const store = await opened();
  const read = (): unknown => localPartsNow(store, "c/0", [{ start: 0, end: 10 }], none, undefined);
  let reads = 0;
  while (read() !== LATER) reads++;
  expect(reads).toBeLessThan(1000);
  await new Promise((resolve) => setImmediate(resolve));
  const starts = Array.from({ length: 4000 }, (_, i) => i * 70);
  const runs = { starts, length: 10 };
  let rounds = 0;
  while (localRunsNow(store, "c/0", runs, none, room) !== LATER) rounds++;
  expect(rounds).toBeLessThan(5);
  await new Promise((resolve) => setImmediate(resolve));
  expect(read()).not.toBe(LATER);
});

test("missing, refused and aborted are what they are to the methods", async () => {
  const store = await opened();
  const parts = (key: string, options: ReadOptions = none): unknown =>
    localPartsNow(store, key, [{ start: 0, end: 1 }], options, undefined);
  expect(parts("c/1")).toBeUndefined();
  expect(parts("c")).toBe(LATER); // no file, which the methods say
  expect(await store.get("c")).toBeUndefined();
  expect(() => parts("../c/0")).toThrow("segment");
  expect(() => parts("c/\0")).toThrow("NUL");
  const reason = new Error("enough");
  expect(() => parts("c/0", { signal: AbortSignal.abort(reason) })).toThrow(reason);
  symlinkSync("/etc/hostname", `${folder}/c/link`);
  expect(parts("c/link")).toBe(LATER);
  await expect(store.get("c/link", { start: 0, end: 1 })).rejects.toThrow("symbolic link");
  symlinkSync("/etc", `${folder}/away`);
  expect(() => parts("away/hostname")).toThrow("symbolic link");
});
