import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, expect, test, vi } from "vitest";
import {
  NodeNotFoundError,
  ReadOnlyError,
  StoreClosedError,
  StoreError,
  UnsupportedError,
} from "../base/errors.ts";
import { Store } from "./store.ts";
import { MemoryFile, text, withLocalExtra } from "../fs/zip/test-file.ts";
import { ZipStore } from "./zip-store.ts";

const folder = mkdtempSync(join(tmpdir(), "zip-store-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const newPath = (): string => join(folder, `${files++}.zip`);
const decode = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

async function collect(items: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const item of items) found.push(item);
  return found.sort();
}

async function written(values: Record<string, string>): Promise<string> {
  const path = newPath();
  const store = new ZipStore(path, { mode: "w" });
  for (const [key, value] of Object.entries(values)) await store.set(key, text(value));
  await store.close();
  return path;
}

test("values are there after close, in another store, and print as zip://", async () => {
  const path = await written({ "zarr.json": "{}", "c/0/0": "chunk" });
  const store = new ZipStore(path);
  expect(store.readOnly).toBe(true);
  expect(decode(await store.get("c/0/0"))).toBe("chunk");
  expect(decode(await store.get("c/0/0", { start: 1, end: 3 }))).toBe("hu");
  expect(await store.get("c/0")).toBeUndefined();
  expect(await store.get("missing", { suffix: 3 })).toBeUndefined();
  expect(await store.exists("c/0/0")).toBe(true);
  expect(await store.exists("c")).toBe(false);
  expect(await store.getSize("c/0/0")).toBe(5);
  await expect(store.getSize("missing")).rejects.toThrow(StoreError);
  expect(await collect(store.list())).toEqual(["c/0/0", "zarr.json"]);
  expect(await collect(store.listDir(""))).toEqual(["c", "zarr.json"]);
  expect(String(store)).toBe(`zip://${path}`);
  expect(inspect(store)).toBe(`zip://${path}`);
  expect(String(new ZipStore("data.zip", { mode: "w" }))).toBe("zip://data.zip");
  await store.close();
});

test("each method opens the archive by itself, and concurrent first uses open it once", async () => {
  const path = await written({ "a/b": "1" });
  const uses: ((store: ZipStore) => Promise<unknown>)[] = [
    (store) => store.get("a/b"),
    (store) => store.getPartialValues([["a/b"]]),
    (store) => store.exists("a/b"),
    (store) => store.getSize("a/b"),
    (store) => collect(store.list()),
    (store) => collect(store.listDir("a")),
    (store) => collect(store.listPrefix("a")),
    (store) => store.isEmpty(""),
    (store) => store.setIfNotExists("a/b", text("2")),
    (store) => store.delete("missing"),
    (store) => store.deleteDir("missing"),
    (store) => store.flush(),
    (store) => store.clear(),
  ];
  for (const use of uses) {
    const store = new ZipStore(path, { mode: "a" });
    await use(store);
    await store.close();
  }
  const file = new MemoryFile(
    new Uint8Array(readFileSync(await written({ a: "1".repeat(2000), b: "2".repeat(2000) }))),
  );
  const store = new ZipStore(file);
  await Promise.all([store.get("a"), store.get("b"), store.exists("a"), store.isEmpty("")]);
  expect(file.reads.filter((read) => read.length === file.bytes.length)).toHaveLength(1);
});

test("mode r needs an archive, x no file, w starts anew, a continues", async () => {
  const path = newPath();
  await expect(new ZipStore(path).get("a")).rejects.toThrow(/There is no archive/);
  const created = new ZipStore(path, { mode: "x" });
  await created.set("a", text("1"));
  await created.close();
  await expect(new ZipStore(path, { mode: "x" }).exists("a")).rejects.toThrow(/already exists/);
  const appended = new ZipStore(path, { mode: "a" });
  await appended.set("b", text("2"));
  await appended.close();
  expect(await collect(new ZipStore(path).list())).toEqual(["a", "b"]);
  const anew = new ZipStore(path, { mode: "w" });
  expect(await anew.isEmpty("")).toBe(true);
  await anew.close();
  expect(await collect(new ZipStore(path).list())).toEqual([]);
  expect(readFileSync(path)).toHaveLength(22);
  writeFileSync(path, "this is no archive");
  await expect(new ZipStore(path, { mode: "a" }).set("a", text("1"))).rejects.toThrow(/no zip archive/);
  expect(readFileSync(path, "utf8")).toBe("this is no archive");
});

test.each(["w", "x", "a"] as const)(
  "mode %s applies to the first opening: entries stay after close, move and fromJSON",
  async (mode) => {
    const path = newPath();
    const store = new ZipStore(path, { mode });
    await store.set("a", text("1"));
    await store.close();
    await store.set("b", text("2"));
    const moved = join(folder, "below", `${files++}`, "moved.zip");
    await store.move(moved);
    expect(existsSync(path)).toBe(false);
    expect(String(store)).toBe(`zip://${moved}`);
    await store.set("c", text("3"));
    await store.close();
    const copy = Store.fromJSON(JSON.parse(JSON.stringify(store)));
    await copy.set("d", text("4"));
    await copy.close();
    expect(copy.equals(store)).toBe(true);
    expect(await collect(new ZipStore(moved).list())).toEqual(["a", "b", "c", "d"]);
  },
);

test("a store that was never opened closes without touching the file, and close can be repeated", async () => {
  const path = await written({ a: "1" });
  const unused = new ZipStore(path, { mode: "w" });
  await unused.close();
  await unused.close();
  expect(await collect(new ZipStore(path).list())).toEqual(["a"]);
  await new ZipStore(newPath(), { mode: "r" }).close();
});

test("setting a key again appends, the last value counts, and the key is listed once", async () => {
  const path = newPath();
  const store = new ZipStore(path, { mode: "w" });
  await store.set("a", text("first"));
  await store.set("a", text("2nd"));
  expect(decode(await store.get("a"))).toBe("2nd");
  await store.close();
  await store.set("a", text("third"));
  expect(await collect(store.list())).toEqual(["a"]);
  await store.close();
  expect(decode(await new ZipStore(path).get("a"))).toBe("third");
});

test("of concurrent setIfNotExists one writes", async () => {
  const store = new ZipStore(new MemoryFile(), { mode: "w" });
  const wrote = await Promise.all(
    Array.from({ length: 16 }, (_, i) => store.setIfNotExists("a", text(`${i}`))),
  );
  expect(wrote.filter(Boolean)).toHaveLength(1);
  expect(decode(await store.get("a"))).toBe(`${wrote.indexOf(true)}`);
});

test("deleting: a missing key and an empty prefix are silent, what is there is an UnsupportedError", async () => {
  const store = new ZipStore(new MemoryFile(), { mode: "w" });
  await store.set("foo-bar/a", text("1"));
  await store.delete("foo");
  await store.deleteDir("foo");
  await expect(store.delete("foo-bar/a")).rejects.toThrow(UnsupportedError);
  await expect(store.deleteDir("foo-bar")).rejects.toThrow(UnsupportedError);
  await expect(store.deleteDir("")).rejects.toThrow(UnsupportedError);
  expect(store.supportsDeletes).toBe(false);
});

test("clear empties the archive, also one that is damaged, and then it is used on", async () => {
  const path = await written({ a: "1" });
  for (const before of ["good", "damaged"]) {
    if (before === "damaged") writeFileSync(path, "damaged");
    const store = new ZipStore(path, { mode: "a" });
    await store.clear();
    expect(await store.isEmpty("")).toBe(true);
    await store.set("b", text("2"));
    await store.close();
    expect(await collect(new ZipStore(path).list())).toEqual(["b"]);
  }
});

test("set stores a copy of what it is given, before and after opening", async () => {
  for (const compression of [0, 8] as const) {
    const store = new ZipStore(new MemoryFile(), { mode: "w", compression });
    for (const key of ["cold", "warm"]) {
      const value = Buffer.from("a".repeat(100));
      const done = store.set(key, value);
      value.fill("b");
      await done;
      expect(decode(await store.get(key))).toBe("a".repeat(100));
    }
  }
});

test("compression 8 deflates and reads back", async () => {
  const path = newPath();
  const store = new ZipStore(path, { mode: "w", compression: 8 });
  const value = text("abc".repeat(10_000));
  await store.set("a", value);
  await store.close();
  expect(statSync(path).size).toBeLessThan(1000);
  expect(decode(await new ZipStore(path).get("a", { suffix: 4 }))).toBe("cabc");
  expect(await new ZipStore(path).getSize("a")).toBe(30_000);
});

test("a read-only store refuses writes; views share one archive", async () => {
  const path = newPath();
  const store = new ZipStore(path, { mode: "w" });
  const view = store.withReadOnly(true);
  await store.set("a", text("1"));
  expect(decode(await view.get("a"))).toBe("1");
  await expect(view.set("b", text("2"))).rejects.toThrow(ReadOnlyError);
  await expect(view.delete("a")).rejects.toThrow(ReadOnlyError);
  await expect(view.clear()).rejects.toThrow(ReadOnlyError);
  // Closing one leaves the other open; closing the writer makes its entries durable all the same.
  await store.close();
  expect(decode(await view.get("a"))).toBe("1");
  expect(decode(await new ZipStore(path).get("a"))).toBe("1");
  await view.close();
  const reader = new ZipStore(path);
  const writer = reader.withReadOnly(false);
  expect(writer.isOpen).toBe(false);
  expect(decode(await reader.get("a"))).toBe("1");
  await writer.set("b", text("2"));
  expect(decode(await reader.get("b"))).toBe("2");
  await writer.close();
  await reader.close();
  expect(await collect(new ZipStore(path).list())).toEqual(["a", "b"]);
  await expect(new ZipStore(newPath()).withReadOnly(false).set("a", text("1"))).rejects.toThrow(
    NodeNotFoundError,
  );
});

test("a Blob is a read-only archive, and cannot be carried", async () => {
  const blob = new Blob([readFileSync(await written({ "a/b": "value" }))]);
  const store = new ZipStore(blob);
  expect(decode(await store.get("a/b"))).toBe("value");
  expect(String(store)).toBe("zip://<Blob>");
  expect(store.supportsWrites).toBe(false);
  expect(() => new ZipStore(blob, { mode: "a" })).toThrow(UnsupportedError);
  expect(() => store.withReadOnly(false)).toThrow(UnsupportedError);
  expect(() => store.toJSON()).toThrow(UnsupportedError);
  expect(store.equals(new ZipStore(blob))).toBe(true);
  expect(store.equals(new ZipStore(blob.slice()))).toBe(false);
  await expect(store.move("elsewhere.zip")).rejects.toThrow(ReadOnlyError);
});

test("an open file of Node's is read and written, and stays open", async () => {
  const path = await written({ a: "1" });
  const handle = await open(path, "r+");
  const store = new ZipStore(handle, { mode: "a" });
  await store.set("b", text("2"));
  expect(decode(await store.get("a"))).toBe("1");
  await store.close();
  await store.set("c", text("3"));
  await store.close();
  expect((await handle.stat()).size).toBeGreaterThan(0);
  await handle.close();
  expect(await collect(new ZipStore(path).list())).toEqual(["a", "b", "c"]);
});

test("an open file that its owner has closed is closed for the store, too", async () => {
  const handle = await open(await written({ a: "1" }), "r+");
  const store = new ZipStore(handle, { mode: "a" });
  await store.set("b", text("2"));
  await store.flush();
  await handle.close();
  for (const use of [() => store.get("a"), () => store.set("c", text("3"))]) {
    const error: unknown = await use().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreClosedError);
    expect(error).toMatchObject({ code: "ZARR_STORE_CLOSED", store: String(store) });
  }
  await expect(new ZipStore(handle).get("a")).rejects.toBeInstanceOf(StoreClosedError);
});

test("without Node's modules a path is unsupported, and a Blob and a file work all the same", async () => {
  const path = newPath();
  const store = new ZipStore(path, { mode: "w", compression: 8 });
  await store.set("a", text("value".repeat(1000)));
  await store.close();
  const blob = new Blob([readFileSync(path)]);
  vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: undefined } }));
  try {
    expect(() => new ZipStore(path)).toThrow(UnsupportedError);
    expect(decode(await new ZipStore(blob).get("a"))).toBe("value".repeat(1000));
    const file = new MemoryFile();
    const writer = new ZipStore(file, { mode: "w", compression: 8 });
    await writer.set("b", text("v".repeat(1000)));
    await writer.close();
    expect(decode(await new ZipStore(file).get("b"))).toBe("v".repeat(1000));
    expect(file.bytes.length).toBeLessThan(300);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("move refuses to replace a file and to move what has no path", async () => {
  const path = await written({ a: "1" });
  const other = await written({ b: "2" });
  const store = new ZipStore(path, { mode: "a" });
  await expect(store.move(other)).rejects.toThrow(/it exists/);
  expect(decode(await store.get("a"))).toBe("1");
  await store.close();
  await expect(new ZipStore(new MemoryFile(), { mode: "w" }).move(newPath())).rejects.toThrow(
    UnsupportedError,
  );
});

test("a failed close loses nothing and can be repeated", async () => {
  const file = new MemoryFile();
  const store = new ZipStore(file, { mode: "w" });
  await store.set("a", text("1"));
  file.room = 10;
  await expect(store.close()).rejects.toThrow(StoreError);
  expect(decode(await store.get("a"))).toBe("1");
  await expect(store.close()).rejects.toThrow(/zip:\/\/<MemoryFile>/);
  file.room = Infinity;
  await store.close();
  expect(await collect(new ZipStore(file).list())).toEqual(["a"]);
});

test("an unfinished archive is an error and not an empty one", async () => {
  const path = newPath();
  const store = new ZipStore(path, { mode: "w" });
  await store.set("a", text("1"));
  const copy = newPath();
  writeFileSync(copy, readFileSync(path));
  for (const mode of ["r", "a"] as const)
    await expect(new ZipStore(copy, { mode }).exists("a")).rejects.toThrow(/no zip archive/);
  await store.close();
});

test("errors name the store and the key; wrong arguments are told at once", async () => {
  const path = await written({ a: "some value" });
  const bytes = readFileSync(path);
  bytes[32]! ^= 1;
  writeFileSync(path, bytes);
  await expect(new ZipStore(path).get("a")).rejects.toMatchObject({ store: `zip://${path}`, key: "a" });
  await expect(new ZipStore(path).get("../a")).rejects.toThrow(StoreError);
  // Values that are none of the declared types.
  expect(() => new ZipStore(3 as unknown as string)).toThrow(TypeError);
  expect(() => new ZipStore({} as unknown as string)).toThrow(TypeError);
  expect(() => new ZipStore(path, { mode: "r+" as "r" })).toThrow(TypeError);
  expect(() => new ZipStore(path, { compression: 12 as 8 })).toThrow(UnsupportedError);
  expect(() => new ZipStore(new URL("https://example.org/a.zip"))).toThrow(TypeError);
});

test("an abort rejects with its reason and leaves the store usable", async () => {
  const path = await written({ a: "1" });
  const store = new ZipStore(path, { mode: "a" });
  const reason = new Error("enough");
  const controller = new AbortController();
  const reading = store.get("a", undefined, { signal: controller.signal });
  const other = store.get("a");
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  expect(decode(await other)).toBe("1");
  await expect(store.set("b", text("2"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await store.exists("b")).toBe(false);
  await store.close();
});

test("close waits for the reads under way, also for the second read of one", async () => {
  const path = await written({ a: "x".repeat(100_000) });
  writeFileSync(path, withLocalExtra(readFileSync(path), 1, 1000));
  for (let round = 0; round < 20; round++) {
    const store = new ZipStore(path);
    await store.exists("a");
    const reads = Array.from({ length: 4 }, () => store.get("a"));
    await Promise.all([...reads, store.close()]);
    for (const read of reads) expect((await read)?.length).toBe(100_000);
  }
});

test("random operations agree with a map, through closes and reopenings", async () => {
  let state = 12345;
  const next = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const path = newPath();
  const model = new Map<string, string>();
  let store = new ZipStore(path, { mode: "w" });
  for (let step = 0; step < 400; step++) {
    const key = `k${next(8)}/c`;
    const value = "v".repeat(next(200));
    switch (next(8)) {
      case 0:
      case 1:
      case 2:
        await store.set(key, text(value));
        model.set(key, value);
        break;
      case 3:
        expect(await store.setIfNotExists(key, text(value))).toBe(!model.has(key));
        if (!model.has(key)) model.set(key, value);
        break;
      case 4:
        expect(decode(await store.get(key))).toBe(model.get(key));
        break;
      case 5:
        expect(await collect(store.list())).toEqual([...model.keys()].sort());
        break;
      case 6:
        await store.flush();
        break;
      default:
        await store.close();
        if (next(2) === 0) store = new ZipStore(path, { mode: "a", compression: next(2) === 0 ? 0 : 8 });
    }
  }
  await store.close();
});
