/** Changes of metadata at once: all last, consolidated metadata keeps up, and a reader sees a valid hierarchy throughout. */
import { describe, expect, test } from "vitest";
import {
  consolidateMetadata,
  createArray,
  createGroup,
  openArray,
  openConsolidated,
  openGroup,
  slice,
} from "../index.ts";
import type { ZarrGroup } from "../index.ts";
import { MemoryStore } from "../storage.ts";
import { LatencyStore } from "../testing.ts";

describe("metadata", () => {
  test.each([2, 3] as const)("changes through two objects all last, v%i", async (zarrFormat) => {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001, setLatency: 0.001 });
    const z = await createArray(store, { shape: [4], dtype: "uint8", zarrFormat });
    const [a, b] = [await openArray(store), await openArray(store)];
    await Promise.all([
      a.updateAttributes({ a: 1 }),
      b.updateAttributes({ b: 2 }),
      a.resize([8]),
      z.updateAttributes({ c: 3 }),
      b.updateAttributes({ d: 4 }),
    ]);
    const now = await openArray(store);
    expect(now.attrs).toEqual({ a: 1, b: 2, c: 3, d: 4 });
    expect(now.shape).toEqual([8]);
    expect(a.shape).toEqual([8]);
  });

  test("an object that knows an old shape does not bring it back", async () => {
    const store = new MemoryStore();
    const z = await createArray(store, { shape: [4], chunks: [2], dtype: "uint8" });
    const old = await openArray(store);
    await z.resize([10]);
    await z.updateAttributes({ a: 1 });
    await old.updateAttributes({ b: 2 });
    const now = await openArray(store);
    expect(now.shape).toEqual([10]);
    expect(now.attrs).toEqual({ a: 1, b: 2 });
  });

  test("a resize and a change of attributes of one object both last, and the object knows both", async () => {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001, setLatency: 0.001 });
    const z = await createArray(store, { shape: [4], dtype: "uint8" });
    await Promise.all([
      z.updateAttributes({ a: 1 }),
      z.resize([8]),
      z.updateAttributes({ b: 2 }),
      z.resize([2]),
    ]);
    expect(z).toMatchObject({ shape: [2], attrs: { a: 1, b: 2 } });
    expect(await openArray(store)).toMatchObject({ shape: [2], attrs: { a: 1, b: 2 } });
  });

  test.each([2, 3] as const)(
    "consolidated metadata keeps up with changes at once, v%i",
    async (zarrFormat) => {
      const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001, setLatency: 0.001 });
      const root = await createGroup(store, { zarrFormat });
      const options = { shape: [4], chunks: [2], dtype: "uint8" } as const;
      const [a, b] = [await root.createArray("a", options), await root.createArray("g/b", options)];
      const other = await openArray(store, { path: "a" });
      await Promise.all([
        a.updateAttributes({ a: 1 }),
        consolidateMetadata(store),
        b.updateAttributes({ b: 1 }),
        root.updateAttributes({ r: 1 }),
        other.resize([6]),
        b.append([1]),
      ]);
      await Promise.all([
        ...Array.from({ length: 6 }, (_, i) => root.updateAttributes({ s: i })),
        ...Array.from({ length: 6 }, (_, i) => a.updateAttributes({ x: i })),
        root.createArray("g/c", options),
        b.resize([3]),
        root.createGroup("h", { attributes: { y: 1 } }),
      ]);
      const consolidated = await openConsolidated(store, { mode: "r" });
      const plain = await openGroup(store, { mode: "r", useConsolidated: false });
      const facts = async (group: ZarrGroup): Promise<unknown> => {
        const found: [string, unknown, unknown][] = [["", group.attrs, undefined]];
        for await (const [name, node] of group.members({ maxDepth: null }))
          found.push([name, node.attrs, "shape" in node ? node.shape : undefined]);
        return found.sort(([one], [two]) => (one < two ? -1 : 1));
      };
      expect(await facts(consolidated)).toEqual(await facts(plain));
      expect(await facts(plain)).toEqual([
        ["", { r: 1, s: 5 }, undefined],
        ["a", { a: 1, x: 5 }, [6]],
        ["g", {}, undefined],
        ["g/b", { b: 1 }, [3]],
        ["g/c", {}, [4]],
        ["h", { y: 1 }, undefined],
      ]);
    },
  );

  test("attributes of groups through two objects all last", async () => {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001 });
    await createGroup(store);
    const groups = await Promise.all([1, 2, 3].map(() => openGroup(store, { mode: "r+" })));
    await Promise.all(Array.from({ length: 9 }, (_, i) => groups[i % 3]!.updateAttributes({ [`k${i}`]: i })));
    expect(Object.keys((await openGroup(store)).attrs)).toHaveLength(9);
  });

  test("appends from one array at once all last", async () => {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001, setLatency: 0.001 });
    const z = await createArray(store, { shape: [0], chunks: [4], dtype: "uint8" });
    await Promise.all([z.append([1, 1, 1]), z.append([2, 2]), z.append([3, 3, 3, 3])]);
    expect([...(await z.get("...")).data].sort()).toEqual([1, 1, 1, 2, 2, 3, 3, 3, 3]);
  });

  test("appends through two objects all last", async () => {
    const store = new LatencyStore(new MemoryStore(), { getLatency: 0.001, setLatency: 0.001 });
    await createArray(store, { shape: [0], chunks: [4], dtype: "uint8" });
    const [a, b] = [await openArray(store, { dtype: "uint8" }), await openArray(store, { dtype: "uint8" })];
    await Promise.all([a.append([1, 1, 1]), b.append([2, 2]), a.append([3])]);
    const now = await openArray(store, { dtype: "uint8" });
    expect([...(await now.get("...")).data].sort()).toEqual([1, 1, 1, 2, 2, 3]);
  });

  test("a reader sees a valid hierarchy at every moment of a shrink", async () => {
    const inner = new MemoryStore();
    const z = await createArray(new LatencyStore(inner, { setLatency: 0.001 }), {
      shape: [40],
      chunks: [4],
      dtype: "uint8",
    });
    await z.set(null, 1);
    const shrinking = z.resize([10]);
    let done = false;
    void shrinking.then(() => (done = true));
    while (!done) {
      const seen = await openArray(inner, { dtype: "uint8" });
      // Old values or what the new shape leaves; a chunk that is gone is not within the shape that a reader opens now.
      expect([...(await seen.get([slice(0, 10)])).data]).toEqual(new Array(10).fill(1));
      expect([10, 40]).toContain(seen.shape[0]);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await z.resize([40]);
    expect([...(await z.get("...")).data]).toEqual(Array.from({ length: 40 }, (_, i) => (i < 10 ? 1 : 0)));
  });
});
