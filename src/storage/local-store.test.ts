import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { NodeNotFoundError, StoreError } from "../base/errors.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { LocalStore } from "./local-store.ts";
import { MemoryMappedStore } from "./memory-mapped-store.ts";
import { Store } from "./store.ts";
import { runs } from "../../test/effort.ts";

const made: string[] = [];
function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "zarrkit-local-"));
  made.push(path);
  return path;
}
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

const DATA = new Uint8Array([1, 2, 3, 4]);
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
async function keys(store: Store, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const key of store.listPrefix(prefix)) found.push(key);
  return found.sort();
}

test("nothing is touched before the first write, and open makes or requires the root", async () => {
  const root = join(directory(), "a", "b.zarr");
  const store = new LocalStore(root);
  expect(await store.get("zarr.json")).toBeUndefined();
  expect(await keys(store)).toEqual([]);
  expect(existsSync(root)).toBe(false);
  await expect(LocalStore.open(root, { readOnly: true })).rejects.toThrow(NodeNotFoundError);
  await expect(LocalStore.open(root, { mode: "r+" })).rejects.toThrow(/does not exist/);
  expect((await LocalStore.open(root)).isOpen).toBe(true);
  expect(existsSync(root)).toBe(true);
  await expect(LocalStore.open(root, { mode: "r+" })).resolves.toBeInstanceOf(LocalStore);
});

test("a relative root prints as it was given and stays where it was", async () => {
  for (const [root, printed] of [
    ["data/foo/bar", "file://data/foo/bar"],
    ["./data//foo/", "file://data/foo"],
    ["", "file://."],
    ["../x", "file://../x"],
    ["/tmp/x/", "file:///tmp/x"],
    [new URL("file:///tmp/a%20b/%23c"), "file:///tmp/a b/#c"],
  ] as const) {
    const store = new LocalStore(root);
    expect(String(store)).toBe(printed);
    expect(String(Store.fromJSON(JSON.stringify(store)))).toBe(printed);
  }
  for (const root of [5, null, undefined, {}])
    expect(() => new LocalStore(root as unknown as string)).toThrow(TypeError);
});

test("readers see the old value or the new one while it is replaced", async () => {
  const store = new LocalStore(directory());
  const sizes = [10, 200_000];
  await store.set("c/0", bytes(10, 10 % 7));
  let writing = true;
  const writer = (async () => {
    for (let i = 0; i < 60; i++) await store.set("c/0", bytes(sizes[i % 2]!, sizes[i % 2]! % 7));
    writing = false;
  })();
  while (writing) {
    const value = (await store.get("c/0"))!;
    expect(sizes).toContain(value.byteLength);
    expect(value.every((byte) => byte === value.byteLength % 7)).toBe(true);
  }
  await writer;
  expect(readdirSync(join(store.root, "c"))).toEqual(["0"]);
});

test("a failed set leaves the old value and no temporary file", async () => {
  const store = new LocalStore(directory());
  await store.set("a/b/c", DATA);
  // A directory is where the file is to be: the rename fails after the temporary file was written.
  await expect(store.set("a/b", DATA)).rejects.toMatchObject({ name: "StoreError", key: "a/b" });
  await expect(store.set("a/b/c/d", DATA)).rejects.toThrow(StoreError);
  expect(() => store.setSync("a/b", DATA)).toThrow(StoreError);
  expect(readdirSync(join(store.root, "a"))).toEqual(["b"]);
  expect(await store.get("a/b/c")).toEqual(DATA);
});

test("an aborted set leaves the old value and no temporary file", async () => {
  const store = new LocalStore(directory());
  await store.set("c/0", DATA);
  for (let turns = 0; turns < 12; turns++) {
    const controller = new AbortController();
    const writing = store.set("c/0", bytes(1_000_000, 9), { signal: controller.signal });
    const outcome = writing.then(
      () => "written",
      (error: unknown) => error,
    );
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    controller.abort("stop");
    const settled = await outcome;
    const value = (await store.get("c/0"))!;
    if (settled === "written") expect(value.byteLength).toBe(1_000_000);
    else expect(settled).toBe("stop");
    expect([4, 1_000_000]).toContain(value.byteLength);
    expect(readdirSync(join(store.root, "c"))).toEqual(["0"]);
  }
});

test("temporary files that a crash left are not listed, and their names are no keys", async () => {
  const store = new LocalStore(directory());
  const name = `0.${"0123456789abcdef".repeat(2)}.partial`;
  await store.set("c/0", DATA);
  await store.set("c/x.partial", DATA);
  writeFileSync(join(store.root, "c", name), "half");
  expect(await keys(store)).toEqual(["c/0", "c/x.partial"]);
  expect(await store.getSizePrefix("c")).toBe(8);
  await expect(store.set(`c/${name}`, DATA)).rejects.toThrow(/temporary/);
  await store.deleteDir("c");
  expect(existsSync(join(store.root, "c"))).toBe(false);
});

test("of many that set a key unless it exists, also in other threads, one writes", async () => {
  const root = directory();
  const stores = Array.from({ length: 8 }, () => new LocalStore(root));
  const wrote = await Promise.all(stores.map((store, i) => store.setIfNotExists("k", bytes(5000, i))));
  expect(wrote.filter(Boolean)).toHaveLength(1);
  expect(await stores[0]!.get("k")).toEqual(bytes(5000, wrote.indexOf(true)));
  expect(readdirSync(root)).toEqual(["k"]);
  // Another thread has taken the name between look and link: the link decides.
  const other = new LocalStore(root);
  const taken = new Promise<void>((resolve) => {
    const worker = new Worker(`require("fs").writeFileSync(${JSON.stringify(join(root, "t"))}, "x")`, {
      eval: true,
    });
    worker.on("exit", () => resolve());
  });
  await taken;
  expect(await other.setIfNotExists("t", DATA)).toBe(false);
});

test("reads of a part touch only its bytes", async () => {
  const store = new MemoryMappedStore(directory());
  await store.set(
    "c/0",
    Uint8Array.from({ length: 8_000_000 }, (_, i) => i % 251),
  );
  const rows = Array.from({ length: 100 }, (_, i) => ({ start: i * 8000, end: i * 8000 + 800 }));
  let total = 0;
  for await (const group of store.getRanges("c/0", rows)) {
    for (const [index, part] of group) {
      total += part.byteLength;
      expect(part[0]).toBe((index * 8000) % 251);
    }
  }
  expect(total).toBe(80_000);
  expect(store.bytesTouched).toBe(80_000);
  expect(store.getSync("c/0", { suffix: 5 })).toHaveLength(5);
  expect(store.bytesTouched).toBe(80_005);
});

test("a value of /proc, which has no size, is not read past its size of zero", async () => {
  // What counts is the size that the system declares: nothing grows without bound.
  if (!existsSync("/proc/self/status")) return;
  expect(await new LocalStore("/proc/self").get("status")).toEqual(new Uint8Array());
});

test("a key cannot leave the root", async () => {
  const outer = directory();
  writeFileSync(join(outer, "secret"), "secret");
  const store = new LocalStore(join(outer, "store"));
  await store.set("a/b", DATA);
  for (const key of ["../secret", "a/../../secret", join(outer, "secret"), "/etc/passwd", "a/../b"]) {
    await expect(store.get(key)).rejects.toThrow(StoreError);
    await expect(store.exists(key)).rejects.toThrow(StoreError);
    await expect(store.set(key, DATA)).rejects.toThrow(StoreError);
    await expect(store.delete(key)).rejects.toThrow(StoreError);
    expect(() => store.getSync(key)).toThrow(StoreError);
    expect(() => store.setSync(key, DATA)).toThrow(StoreError);
    expect(() => store.deleteSync(key)).toThrow(StoreError);
  }
  expect(readFileSync(join(outer, "secret"), "utf8")).toBe("secret");
  await expect(store.get("a\0b")).rejects.toThrow(StoreError);
});

test("a symbolic link that leaves the root is refused, unless followSymlinks", async () => {
  const outer = directory();
  mkdirSync(join(outer, "other"));
  writeFileSync(join(outer, "other", "secret"), "secret");
  const root = join(outer, "store");
  const store = new LocalStore(root);
  await store.set("in/side", DATA);
  symlinkSync(join(outer, "other"), join(root, "dir"));
  symlinkSync(join(outer, "other", "secret"), join(root, "file"));
  symlinkSync("../store/in", join(root, "within"));
  symlinkSync("side", join(root, "in", "beside"));
  symlinkSync("nowhere", join(root, "dangling"));
  for (const key of ["dir/secret", "file", "dir/new/secret"]) {
    await expect(store.get(key)).rejects.toThrow(/leaves the store/);
    await expect(store.get(key, { start: 0, end: 1 })).rejects.toThrow(/leaves the store/);
    await expect(store.exists(key)).rejects.toThrow(/leaves the store/);
    expect(() => store.getSync(key)).toThrow(/leaves the store/);
  }
  await expect(store.set("dir/new/x", DATA)).rejects.toThrow(/leaves the store/);
  expect(() => store.setSync("dir/new/x", DATA)).toThrow(/leaves the store/);
  await expect(store.delete("dir/secret")).rejects.toThrow(/leaves the store/);
  await expect(store.deleteDir("dir")).rejects.toThrow(/leaves the store/);
  expect(readdirSync(join(outer, "other"))).toEqual(["secret"]);
  // Links that stay within, and what leads nowhere.
  expect(await store.get("within/side")).toEqual(DATA);
  expect(await store.get("in/beside")).toEqual(DATA);
  expect(store.getSync("in/beside")).toEqual(DATA);
  expect(await store.get("dangling")).toBeUndefined();
  expect(await keys(store)).toEqual(["in/beside", "in/side", "within/beside", "within/side"]);
  // A file that is a link is replaced, not written through.
  await store.set("file", DATA);
  expect(await store.get("file")).toEqual(DATA);
  expect(readFileSync(join(outer, "other", "secret"), "utf8")).toBe("secret");
  await store.clear();
  expect(readdirSync(join(outer, "other"))).toEqual(["secret"]);

  symlinkSync(join(outer, "other"), join(root, "dir"));
  const following = new LocalStore(root, { followSymlinks: true });
  expect(await following.get("dir/secret")).toHaveLength(6);
  expect(await keys(following)).toEqual(["dir/secret"]);
});

test("a root that is itself a link is the store, and links in a circle end", async () => {
  const outer = directory();
  mkdirSync(join(outer, "real"));
  symlinkSync("real", join(outer, "link"));
  const store = new LocalStore(join(outer, "link"));
  await store.set("a/b", DATA);
  symlinkSync("..", join(outer, "real", "a", "up"));
  expect(await keys(store)).toEqual(["a/b"]);
  symlinkSync("self", join(outer, "real", "self"));
  await expect(store.get("self")).rejects.toMatchObject({ name: "StoreError", key: "self" });
});

test("what is no file is missing: a directory, a path through a file, a name that is too long, a pipe", async () => {
  const store = new LocalStore(directory());
  await store.set("a/b", DATA);
  for (const key of ["a", "a/b/c", "x".repeat(300), `y/${"z".repeat(4000)}`]) {
    expect(await store.get(key)).toBeUndefined();
    expect(await store.exists(key)).toBe(false);
    expect(store.getSync(key)).toBeUndefined();
    await store.delete(key);
    await expect(store.getSize(key)).rejects.toThrow(StoreError);
  }
  await expect(store.set("x".repeat(300), DATA)).rejects.toMatchObject({ name: "StoreError" });
  await store.set("n".repeat(250), DATA); // the name of the temporary file is cut to fit
  expect(await store.get("n".repeat(250))).toEqual(DATA);
});

test("a directory that someone else removes is made again", async () => {
  const store = new LocalStore(directory());
  await store.set("a/b/c", DATA);
  rmSync(join(store.root, "a"), { recursive: true });
  await store.set("a/b/c", DATA);
  rmSync(join(store.root, "a"), { recursive: true });
  store.setSync("a/b/c", DATA);
  expect(await store.get("a/b/c")).toEqual(DATA);
});

test("deleteDir of a file is an error, empty directories are listed and count as empty", async () => {
  const store = new LocalStore(directory());
  await store.set("a/b", DATA);
  await expect(store.deleteDir("a/b")).rejects.toThrow(/which is a file/);
  await store.delete("a/b");
  const names: string[] = [];
  for await (const name of store.listDir("")) names.push(name);
  expect(names).toEqual(["a"]);
  expect(await store.isEmpty("a")).toBe(true);
  expect(await store.isEmpty("")).toBe(true);
});

test("move takes the directory elsewhere, and the store with it", async () => {
  const outer = directory();
  const store = new LocalStore(join(outer, "from"));
  await store.set("a/b", DATA);
  mkdirSync(join(outer, "taken"));
  await expect(store.move(join(outer, "taken"))).rejects.toThrow(/already exists/);
  await store.move(join(outer, "new", "to"));
  expect(store.root).toBe(join(outer, "new", "to"));
  expect(await store.get("a/b")).toEqual(DATA);
  expect(existsSync(join(outer, "from"))).toBe(false);
});

test("a subclass's fromFile is called for every read of a value, with exactly the range", async () => {
  const seen: (ByteRequest | undefined)[] = [];
  class Recording extends LocalStore {
    protected override fromFile(path: string, range?: ByteRequest): Uint8Array {
      seen.push(range);
      const file = readFileSync(path);
      return new Uint8Array(range === undefined ? file : file.subarray(1, 3));
    }
  }
  const store = new Recording(directory());
  await store.set("k", DATA);
  seen.length = 0;
  const range = { start: 1, end: 3 };
  expect(await store.get("k")).toEqual(DATA);
  expect(await store.get("k", range)).toEqual(DATA.subarray(1, 3));
  expect(store.getSync("k", range)).toEqual(DATA.subarray(1, 3));
  await store.getPartialValues([["k", range]]);
  for await (const _ of store.getRanges("k", [range]));
  expect(seen).toEqual([undefined, range, range, range, range]);
  expect(await store.get("missing")).toBeUndefined();
  expect(() => JSON.stringify(store)).toThrow(/not registered/);

  class Later extends LocalStore {
    protected override fromFile(): Promise<Uint8Array> {
      return Promise.resolve(DATA);
    }
  }
  const later = new Later(store.root);
  expect(await later.get("k")).toEqual(DATA);
  expect(() => later.getSync("k")).toThrow(/asynchronously/);
});

const COUNT = runs(5000);

test("thousands of reads and writes at a time keep a bounded number of files open", async () => {
  const store = new LocalStore(directory());
  const fds = "/proc/self/fd";
  if (!existsSync(fds)) return;
  const before = readdirSync(fds).length;
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, readdirSync(fds).length)), 1);
  const all = Array.from({ length: COUNT }, (_, i) => `c/${i}`);
  await Promise.all(all.map((key) => store.set(key, DATA)));
  await Promise.all(all.map((key) => store.get(key)));
  clearInterval(timer);
  expect(most - before).toBeLessThan(300);
  expect(await keys(store)).toHaveLength(COUNT);
});

test("small reads at once leave timers their turn", async () => {
  const store = new LocalStore(directory());
  await store.set("a", DATA);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for (let i = 0; i < 20_000; i++) expect(await store.get("a")).toEqual(DATA);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test("with syncReads: false nothing is read at once", async () => {
  const root = directory();
  await new LocalStore(root).set("a", DATA);
  /** Turns of the event loop that a read takes, the first one apart. */
  const turnsOf = async (syncReads: boolean | undefined): Promise<number> => {
    const store = new LocalStore(root, { syncReads });
    await store.get("a");
    await new Promise((resolve) => setImmediate(resolve));
    let turns = 0;
    let isRunning = true;
    const count = (): void => {
      turns++;
      if (isRunning) setImmediate(count);
    };
    setImmediate(count);
    expect(await store.get("a")).toEqual(DATA);
    isRunning = false;
    return turns;
  };
  expect(await turnsOf(undefined)).toBe(0);
  expect(await turnsOf(false)).toBeGreaterThan(0);
  const options = LocalStore.fromJSON(new LocalStore(root, { syncReads: false }).toJSON()).toJSON();
  expect(options).toMatchObject({ syncReads: false });
});

test("many parts of a file are read through one opening, large ones and whole values too", async () => {
  const store = new LocalStore(directory());
  const value = Uint8Array.from({ length: 600_000 }, (_, i) => i % 251);
  await store.set("a", value);
  for (const length of [10, 90_000]) {
    const spans = [0, 200_000, 400_000].map((start) => ({ start, end: start + length }));
    const found: Uint8Array[] = [];
    const versions = new Set<unknown>();
    const onVersion = (version: unknown): void => void versions.add(version);
    for await (const group of store.getRanges("a", [...spans, { suffix: 5 }], { onVersion })) {
      for (const [index, part] of group) found[index] = part;
    }
    expect(found).toEqual([...spans.map(({ start, end }) => value.slice(start, end)), value.slice(-5)]);
    expect(versions.size).toBe(1);
  }
  await expect(async () => {
    for await (const group of store.getRanges("missing", [{ start: 0, end: 1 }, { suffix: 1 }])) void group;
  }).rejects.toThrow("missing");
});
