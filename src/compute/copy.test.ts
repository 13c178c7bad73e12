import { expect, test } from "vitest";
import { createArray, createGroup } from "../array/create.ts";
import { openConsolidated, openGroup } from "../array/open.ts";
import { consolidateMetadata } from "../index.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { FaultStore } from "../testing/fault-store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import { copyTree } from "./copy.ts";
import { JOB_FOLDER } from "./job.ts";

async function filled(zarrFormat: 2 | 3 = 3): Promise<MemoryStore> {
  const store = new MemoryStore();
  const root = await createGroup(store, { zarrFormat, attributes: { title: "t" } });
  for (const path of ["a", "sub/b"]) {
    const array = await root.createArray(path, { shape: [10], chunks: [3], dtype: "int16" });
    await array.set("...", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  }
  await consolidateMetadata(store);
  return store;
}

async function contents(store: MemoryStore, prefix = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const key of store.listPrefix(prefix))
    found.set(key.slice(prefix.length), String(await store.get(key)));
  return new Map([...found].sort());
}

class UnlistedStore extends WrapperStore {
  override get supportsListing(): boolean {
    return false;
  }
}

test.each([2, 3] as const)("format %d is copied byte for byte", async (zarrFormat) => {
  const [from, to] = [await filled(zarrFormat), new MemoryStore()];
  const result = await copyTree(new StorePath(from), new StorePath(to));
  expect(await contents(to)).toEqual(await contents(from));
  expect(result).toMatchObject({ chunks: 8, skipped: 0 });
});

test("a store that cannot be listed is copied by its consolidated metadata", async () => {
  const [from, to] = [await filled(), new MemoryStore()];
  await copyTree(new StorePath(new UnlistedStore(from)), new StorePath(to));
  expect(await contents(to)).toEqual(await contents(from));
});

test("a node goes below a group whose consolidated metadata learns of it", async () => {
  const [from, to] = [await filled(), await filled()];
  await copyTree(new StorePath(from, "sub"), new StorePath(to, "new/place"));
  const names: string[] = [];
  for await (const [name] of (await openConsolidated(to)).members({ maxDepth: null })) names.push(name);
  expect(names.sort()).toEqual(["a", "new", "new/place", "new/place/b", "sub", "sub/b"]);
});

test("a copy that failed half-way goes on with what is missing", async () => {
  const [from, to] = [await filled(), new MemoryStore()];
  const failing = new FaultStore(from, [
    { operation: "get", key: /sub\/b\/c\/2/, times: 1, fault: { kind: "error" } },
  ]);
  await expect(copyTree(new StorePath(failing), new StorePath(to))).rejects.toThrow();
  await expect(openGroup(new StorePath(to), { mode: "r" })).rejects.toThrow("No group");
  const result = await copyTree(new StorePath(failing), new StorePath(to));
  expect(result.skipped).toBeGreaterThan(0);
  const whole = await contents(to);
  expect(whole).toEqual(await contents(from));
  expect([...whole.keys()].some((key) => key.startsWith(JOB_FOLDER))).toBe(false);
});

test("what is there is not touched, unless it is to be overwritten", async () => {
  const [from, to] = [await filled(), new MemoryStore()];
  await createArray(to, { path: "old", shape: [1], dtype: "int8" });
  const before = await contents(to);
  await expect(copyTree(new StorePath(from), new StorePath(to))).rejects.toThrow("exists");
  expect(await contents(to)).toEqual(before);
  await copyTree(new StorePath(from), new StorePath(to), { overwrite: true });
  expect(await contents(to)).toEqual(await contents(from));
});

test("an array with a codec that nobody knows is copied", async () => {
  const from = await filled();
  const document = new TextDecoder().decode(await from.get("a/zarr.json")).replaceAll('"zstd"', '"my.codec"');
  await from.set("a/zarr.json", new TextEncoder().encode(document));
  const to = new MemoryStore();
  await copyTree(new StorePath(from, "a"), new StorePath(to, "a"));
  expect(await contents(to, "a/")).toEqual(await contents(from, "a/"));
});
