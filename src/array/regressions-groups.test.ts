/** What zarr-python's release notes say was fixed in hierarchies: the id is the row in docs/parity.md. */
import { expect, test } from "vitest";
import {
  consolidateMetadata,
  createArray,
  createGroup,
  createHierarchy,
  load,
  open,
  openArray,
  openGroup,
  save,
  saveArray,
  ZarrArray,
} from "../index.ts";
import { ndArray } from "../dtypes.ts";
import { MemoryStore } from "../storage.ts";

type Files = Map<string, Uint8Array>;

const parsed = (files: Files, key: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get(key))) as Record<string, unknown>;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("K.03 a group has no config", async () => {
  const files: Files = new Map();
  await createGroup(files);
  await expect(open(files, { config: { readMissingChunks: false } })).rejects.toBeInstanceOf(TypeError);
});

test("K.13 a hierarchy with one node that cannot be built changes nothing", async () => {
  const files: Files = new Map();
  await createArray(files, { path: "a", data: [1, 2, 3] });
  const before = new Map(files);
  const wrong = [
    { shape: [2], dtype: "nonsense" },
    { shape: [2], fillValue: "x" },
    { shape: [2], compressors: "nonsense" },
    { attributes: { f: () => 1 } },
  ];
  for (const node of wrong) {
    const nodes = { a: { shape: [5] }, b: {}, "b/c": node };
    await expect(collect(createHierarchy(files, { nodes, overwrite: true }))).rejects.toThrow();
    expect(files).toEqual(before);
  }
});

test.each([2, 3] as const)(
  "K.17 what a group of format %i makes is of its format, and among its members",
  async (zarrFormat) => {
    const root = await createGroup(new Map(), { zarrFormat });
    const other = await createArray({}, { data: [1, 2], zarrFormat: (5 - zarrFormat) as 2 | 3 });
    await root.zeros("zeros", { shape: [2] });
    await root.ones("ones", { shape: [2], dtype: "int8" });
    await root.empty("empty", { shape: [2] });
    await root.full("full", { shape: [2], fillValue: 7 });
    await root.zerosLike("zerosLike", { like: other });
    await root.onesLike("onesLike", { like: other });
    await root.emptyLike("emptyLike", { like: other });
    await root.fullLike("fullLike", { like: other, fillValue: 3 });
    const members = await collect(root.arrays());
    expect(members.map(([name]) => name)).toEqual([
      "empty",
      "emptyLike",
      "full",
      "fullLike",
      "ones",
      "onesLike",
      "zeros",
      "zerosLike",
    ]);
    expect(members.every(([, z]) => z.zarrFormat === zarrFormat)).toBe(true);
    const values = await Promise.all(members.map(([, z]) => z.get([0])));
    expect(values).toEqual([0, 0, 7, 3, 1, 1, 0, 0]);
    await expect(
      root.zeros("x", { shape: [2], zarrFormat: (5 - zarrFormat) as 2 | 3 }),
    ).rejects.toBeInstanceOf(TypeError);
  },
);

test("K.19 requireArray applies config to an array that exists", async () => {
  const root = await createGroup({});
  await root.createArray("a", { shape: [2] });
  const z = await root.requireArray("a", { shape: [2], config: { readMissingChunks: false } });
  await expect(z.get("...")).rejects.toThrow(/missing/);
});

test("K.21 save with options makes an array, no group", async () => {
  const files: Files = new Map();
  await save(files, [1, 2, 3], { zarrFormat: 2 });
  expect((await open(files)) instanceof ZarrArray).toBe(true);
  expect([...files.keys()].sort()).toEqual([".zarray", ".zattrs", "0"]);
});

test("K.55 0-d arrays are saved, put into groups, and loaded", async () => {
  const scalar = ndArray(5, { dtype: "int32" });
  const files: Files = new Map();
  await saveArray(files, scalar);
  expect(await load(files)).toBe(5);
  const root = await createGroup(new Map());
  await root.set("x", scalar);
  expect(await (await root.getArray("x")).get()).toBe(5);
});

test("K.70 nothing is made below an array, and a group is not opened where an array is", async () => {
  const files: Files = new Map();
  await createArray(files, { path: "a", shape: [2] });
  const before = [...files.keys()];
  await expect(createArray(files, { path: "a/b/c", shape: [2] })).rejects.toMatchObject({
    name: "ContainsArrayError",
  });
  await expect(createGroup(files, { path: "a/b" })).rejects.toMatchObject({ name: "ContainsArrayError" });
  await expect(collect(createHierarchy(files, { nodes: { "a/b": {} } }))).rejects.toMatchObject({
    name: "ContainsArrayError",
  });
  await expect(openGroup(files, { path: "a" })).rejects.toMatchObject({ name: "ContainsArrayError" });
  expect([...files.keys()]).toEqual(before);
});

test("K.72 a leading slash changes nothing, with consolidated metadata and without", async () => {
  const files: Files = new Map();
  const root = await createGroup(files);
  await root.createGroup("sub");
  expect((await root.get("/sub")).equals(await root.get("sub"))).toBe(true);
  const consolidated = await consolidateMetadata(files);
  expect(consolidated.isConsolidated).toBe(true);
  expect((await consolidated.get("/sub")).equals(await consolidated.get("sub"))).toBe(true);
});

test("K.75 mode r+ never creates", async () => {
  const files: Files = new Map();
  for (const opening of [open, openArray, openGroup]) {
    await expect(opening(files, { mode: "r+" })).rejects.toMatchObject({ code: /NOT_FOUND/ });
    await expect(open(files, { mode: "r+", shape: [2] })).rejects.toMatchObject({
      name: "NodeNotFoundError",
    });
  }
  expect(files.size).toBe(0);
});

test("K.77 nmembers heeds its depth, with consolidated metadata too", async () => {
  const files: Files = new Map();
  await createArray(files, { path: "a/b/c", shape: [2] });
  const counts = async (group: Awaited<ReturnType<typeof openGroup>>) =>
    Promise.all([0, 1, 2, null].map((maxDepth) => group.nmembers({ maxDepth })));
  expect(await counts(await openGroup(files))).toEqual([1, 2, 3, 3]);
  expect(await counts(await consolidateMetadata(files))).toEqual([1, 2, 3, 3]);
});

test("K.80 several arrays saved to a path with a slash lie there once; old consolidated metadata of children is not believed", async () => {
  const files: Files = new Map();
  await save(files, [1], [2], { path: "a/b/" });
  expect([...files.keys()].filter((key) => key.endsWith("arr_0/zarr.json"))).toEqual(["a/b/arr_0/zarr.json"]);
  await consolidateMetadata(files, { path: "a" });
  // Another program adds a node, and the child's own copy does not know it.
  files.set("a/b/new/zarr.json", files.get("a/b/arr_0/zarr.json")!);
  const root = await consolidateMetadata(files);
  expect(await root.has("a/b/new")).toBe(true);
});

test("K.81 fill values of records are in consolidated metadata", async () => {
  const files: Files = new Map();
  const root = await createGroup(files);
  await root.createArray("a", {
    shape: [2],
    dtype: [
      ["x", "<i2"],
      ["y", "<f4"],
    ],
    fillValue: { x: 3, y: 1.5 },
  });
  const opened = await consolidateMetadata(files);
  expect(await (await opened.getArray("a")).get([0], { fields: "y" })).toBe(1.5);
});

test("K.85 groups between are made, names that begin alike are kept apart", async () => {
  const store = new MemoryStore();
  const root = await createGroup(store);
  await root.createArray("a/b/c", { shape: [2] });
  await root.createGroup("aa");
  expect((await collect(root.keys({ maxDepth: null }))).sort()).toEqual(["a", "a/b", "a/b/c", "aa"]);
  await root.delete("a");
  expect(await collect(root.keys({ maxDepth: null }))).toEqual(["aa"]);
  expect(parsed(new Map([["k", (await store.get("aa/zarr.json"))!]]), "k")).toMatchObject({
    node_type: "group",
  });
});

test("members of a kind that is not known are counted and named; groups are given without them", async () => {
  const root = await createGroup({});
  await root.createGroup("g");
  const z = await root.createArray("a", { shape: [1], dtype: "int8" });
  await root.createArray("b", { shape: [1], dtype: "int8" });
  const document = JSON.parse(new TextDecoder().decode(await z.store.get("a/zarr.json"))) as object;
  const changed = JSON.stringify({ ...document, data_type: "of-tomorrow" });
  await z.store.set("a/zarr.json", new TextEncoder().encode(changed));
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  expect(names).toEqual(["a", "b", "g"]);
  expect(await root.nmembers()).toBe(3);
  expect(await root.infoComplete()).toMatch(/No\. arrays\s*: 2/);
  const groups: string[] = [];
  for await (const [name] of root.groups()) groups.push(name);
  expect(groups).toEqual(["g"]);
});
