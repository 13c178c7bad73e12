import { expect, test } from "vitest";
import {
  copy,
  copyAll,
  copyStore,
  createArray,
  createGroup,
  NDArray,
  openArray,
  openGroup,
} from "../index.ts";
import type { ZarrGroup } from "../index.ts";
import { MemoryStore } from "../storage.ts";
import { CountingStore, FaultStore } from "../testing.ts";

type Files = Map<string, Uint8Array>;

async function valuesOf(group: ZarrGroup, path: string): Promise<unknown> {
  const values = await (await group.getArray(path)).get("...");
  return values instanceof NDArray ? values.toNestedArray() : values;
}

async function sourceGroup(zarrFormat: 2 | 3 = 3): Promise<ZarrGroup> {
  const root = await createGroup(new Map(), { zarrFormat });
  const group = await root.createGroup("g", { attributes: { n: 1 } });
  await group.createArray("a", { data: [1, 2, 3, 4, 5], chunks: [2], attributes: { unit: "m" } });
  await group.createArray("s/t", { data: ["x", "y"], dtype: "string" });
  return group;
}

test.each([
  [2, 2],
  [2, 3],
  [3, 2],
  [3, 3],
] as const)("a group is copied with all below it, from format %i to %i", async (from, to) => {
  const source = await sourceGroup(from);
  const target = await createGroup(new Map(), { zarrFormat: to });
  const lines: string[] = [];
  const result = await copy(source, target, { name: "h", log: (line) => lines.push(line) });
  const bytes = 40 + (await source.getArray("s/t")).nbytes;
  expect(result).toEqual({ copied: 4, skipped: 0, bytes });
  expect(lines).toHaveLength(4);
  expect((await target.getGroup("h")).attrs).toEqual({ n: 1 });
  expect((await target.getArray("h/a")).attrs).toEqual({ unit: "m" });
  expect((await target.getArray("h/a")).chunks).toEqual([2]);
  expect(await valuesOf(target, "h/a")).toEqual([1, 2, 3, 4, 5]);
  expect(await valuesOf(target, "h/s/t")).toEqual(["x", "y"]);
});

test("options of a new array rechunk and recompress on the way", async () => {
  const source = await sourceGroup();
  const target = await createGroup({});
  await copy(await source.getArray("a"), target, {
    chunks: [5],
    compressors: { name: "gzip", configuration: { level: 1 } },
  });
  const z = await target.getArray("a");
  expect([z.chunks, z.compressors.map(({ name }) => name), await valuesOf(target, "a")]).toEqual([
    [5],
    ["gzip"],
    [1, 2, 3, 4, 5],
  ]);
});

test("copyAll copies members; attributes, members and values can be left out", async () => {
  const source = await sourceGroup();
  const target = await createGroup({});
  const bytes = 40 + (await source.getArray("s/t")).nbytes;
  expect(await copyAll(source, target, { dryRun: true })).toEqual({ copied: 3, skipped: 0, bytes });
  expect(await target.nmembers()).toBe(0);
  await copyAll(source, target, { withoutAttrs: true });
  expect((await target.getArray("a")).attrs).toEqual({});
  await copy(source, target, { shallow: true });
  expect(await (await target.getGroup("g")).nmembers()).toBe(0);
});

test("what exists is refused before anything is copied, or replaced, or skipped", async () => {
  const source = await sourceGroup();
  const target = await createGroup({});
  await target.createArray("g/s/t", { data: [7] });
  await expect(copy(source, target)).rejects.toMatchObject({ name: "ContainsArrayError", path: "g/s/t" });
  expect(await target.has("g/a")).toBe(false);
  expect((await copy(source, target, { ifExists: "skip" })).copied).toBe(1);
  expect(await valuesOf(target, "g/s/t")).toEqual([7]);
  await copy(source, target, { ifExists: "replace" });
  expect(await valuesOf(target, "g/s/t")).toEqual(["x", "y"]);
});

test("skip_initialized fills arrays that hold no chunk, and leaves the others", async () => {
  const source = await sourceGroup();
  const target = await createGroup({});
  await target.createArray("a", { shape: [5], chunks: [5] });
  const array = await source.getArray("a");
  expect((await copy(array, target, { ifExists: "skip_initialized" })).copied).toBe(1);
  expect(await valuesOf(target, "a")).toEqual([1, 2, 3, 4, 5]);
  await (await target.getArray("a")).set([0], 9);
  expect((await copy(array, target, { ifExists: "skip_initialized" })).skipped).toBe(1);
  expect(await valuesOf(target, "a")).toEqual([9, 2, 3, 4, 5]);
});

test("a node is copied within its own store; into itself goes what was there before", async () => {
  const files: Files = new Map();
  const root = await createGroup(files);
  await root.createArray("g/a", { data: [1] });
  await copy(await root.getGroup("g"), root, { name: "h" });
  expect(await valuesOf(root, "h/a")).toEqual([1]);
  expect((await copy(await root.getGroup("g"), await root.getGroup("g"), { name: "x" })).copied).toBe(2);
  expect(await root.nmembers({ maxDepth: null })).toBe(6);
});

test("the root of a store has no name to be copied under", async () => {
  await expect(copy(await createGroup({}), await createGroup({}))).rejects.toBeInstanceOf(TypeError);
});

test("copyStore copies values as they are, metadata last", async () => {
  const source = await sourceGroup();
  const target = new CountingStore(new MemoryStore());
  const result = await copyStore(source.store, target, { sourcePath: "g", destPath: "x" });
  const sets = target.calls.filter(({ method }) => method === "set").map(({ key }) => key);
  expect(result.copied).toBe(sets.length);
  expect(sets.at(-1)).toBe("x/zarr.json");
  const documents = sets.map((key) => key.endsWith("zarr.json"));
  expect(documents.indexOf(true)).toBeGreaterThan(documents.lastIndexOf(false));
  expect(await valuesOf(await openGroup(target, { path: "x" }), "a")).toEqual([1, 2, 3, 4, 5]);
});

test("copyStore: excluded, included, existing keys", async () => {
  const source = await sourceGroup();
  const target: Files = new Map();
  const options = { sourcePath: "g", excludes: [/^a\/c\//], includes: ["c/1$"] };
  await copyStore(source.store, target, options);
  expect([...target.keys()].filter((key) => key.startsWith("a/")).sort()).toEqual(["a/c/1", "a/zarr.json"]);
  const before = new Map(target);
  await expect(copyStore(source.store, target, { sourcePath: "g" })).rejects.toMatchObject({
    name: "StoreError",
  });
  expect(target).toEqual(before);
  expect((await copyStore(source.store, target, { sourcePath: "g", ifExists: "skip" })).copied).toBe(2);
  expect(
    (await copyStore(source.store, target, { sourcePath: "g", ifExists: "replace", dryRun: true })).skipped,
  ).toBe(0);
});

test("a failure while copying a store leaves no metadata that leads to nothing", async () => {
  const source = await sourceGroup();
  const target = new MemoryStore();
  const faulty = new FaultStore(target, [{ operation: "set", key: /c\/1$/, fault: { kind: "error" } }]);
  await expect(copyStore(source.store, faulty, { sourcePath: "g" })).rejects.toMatchObject({
    name: "StoreError",
  });
  expect(await target.exists("zarr.json")).toBe(false);
  expect(await target.exists("a/zarr.json")).toBe(false);
});

test("a node is moved with its values; what is in the way, and moving into itself, is refused", async () => {
  const files: Files = new Map();
  const root = await createGroup(files);
  await root.createArray("g/a", { data: [1, 2, 3], chunks: [2], attributes: { u: 1 } });
  await root.createArray("b", { data: [9] });
  await root.move("g", "x/y");
  expect([await root.has("g"), await root.has("x"), await valuesOf(root, "x/y/a")]).toEqual([
    false,
    true,
    [1, 2, 3],
  ]);
  expect((await root.getArray("x/y/a")).attrs).toEqual({ u: 1 });
  expect([...files.keys()].some((key) => key.startsWith("g/"))).toBe(false);
  await expect(root.move("x", "b")).rejects.toMatchObject({ name: "ContainsArrayError" });
  await expect(root.move("x", "b/c")).rejects.toMatchObject({ name: "ContainsArrayError" });
  await expect(root.move("x", "x/z")).rejects.toMatchObject({ name: "ContainsGroupError" });
  await expect(root.move("none", "z")).rejects.toMatchObject({ name: "NodeNotFoundError" });
  expect(await valuesOf(root, "b")).toEqual([9]);
});

test("a move that fails midway leaves the source", async () => {
  const inner = new MemoryStore();
  const store = new FaultStore(inner, [{ operation: "set", key: /^to\/c\/1$/, fault: { kind: "error" } }]);
  const root = await createGroup(store);
  await root.createArray("from", { data: [1, 2, 3], chunks: [1] });
  await expect(root.move("from", "to")).rejects.toMatchObject({ name: "StoreError" });
  expect(await valuesOf(root, "from")).toEqual([1, 2, 3]);
  expect(await root.has("to")).toBe(false);
});

test("nodes may be given by their stores, which are opened for it", async () => {
  const files: Files = new Map();
  await createArray(files, { data: [1, 2] });
  const target: Files = new Map();
  await copy(files, target, { name: "a" });
  expect((await openArray(target, { path: "a" })).shape).toEqual([2]);
});
