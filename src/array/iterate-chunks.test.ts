import { expect, test } from "vitest";
import { createArray } from "./create.ts";
import { slice } from "../indexing/slice.ts";

const data = { data: Int32Array.from({ length: 23 * 17 }, (_, i) => i), shape: [23, 17] };

test.each([undefined, {}, { shards: [10, 10] }])(
  "reuse gives the same chunks in two memories (%j)",
  async (options) => {
    const z = await createArray({}, { data, chunks: [5, 5], ...options });
    const selection = [slice(2, 22), slice(null)];
    const fresh: unknown[] = [];
    for await (const { chunkIndex, data: chunk } of z.iterChunks(selection))
      fresh.push([chunkIndex, chunk.toNestedArray()]);
    const reused: unknown[] = [];
    const memories = new Set<unknown>();
    for await (const { chunkIndex, data: chunk } of z.iterChunks(selection, { reuse: true })) {
      reused.push([chunkIndex, chunk.toNestedArray()]);
      memories.add(chunk.data.buffer);
    }
    expect(reused).toEqual(fresh);
    expect(fresh.length).toBeGreaterThan(5);
    // The first chunks are cut by the selection, and longer ones take their place once.
    expect(memories.size).toBeLessThanOrEqual(4);
  },
);

test.each(["bool", "string", "<U3", "complex64", "bfloat16", [["a", "<i2"]]])(
  "reuse works for every type (%j)",
  async (dtype) => {
    const z = await createArray({}, { shape: [7], chunks: [2], dtype: dtype as string });
    let count = 0;
    for await (const { data: chunk } of z.iterChunks("...", { reuse: true })) count += chunk.size;
    expect(count).toBe(7);
  },
);

test("a chunk is not read before the one before it is asked for", async () => {
  const asked: string[] = [];
  const values = new Map<string, Uint8Array>();
  await createArray(values, { data, chunks: [5, 17] });
  const z = await (
    await import("./open.ts")
  ).openArray(
    {
      get: (key: string) => {
        asked.push(key);
        return values.get(key.replace(/^\//, ""));
      },
    },
    { mode: "r" },
  );
  asked.length = 0;
  for await (const { chunkIndex } of z.iterChunks()) {
    expect(asked.length).toBeLessThanOrEqual(chunkIndex[0]! + 2);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(asked.length).toBe(5);
});
