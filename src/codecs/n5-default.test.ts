import fc from "fast-check";
import { expect, test } from "vitest";
import type { NDArray } from "../index.ts";
import { createArray, openArray, slice } from "../index.ts";
import { MemoryStore } from "../storage.ts";

const codecs = (ndim: number, ...compressor: object[]) => ({
  name: "n5_default",
  configuration: {
    codecs: [
      { name: "transpose", configuration: { order: Array.from({ length: ndim }, (_, i) => ndim - 1 - i) } },
      { name: "bytes", configuration: { endian: "big" } },
      ...compressor,
    ],
  },
});

test("a block is the header of N5, then big-endian elements with the first axis fastest", async () => {
  const store = new MemoryStore();
  const z = await createArray(store, {
    shape: [2, 3],
    dtype: "int16",
    serializer: codecs(2),
    compressors: null,
  });
  await z.set(null, [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const bytes = await store.get("c/0/0");
  // mode 0, 2 dimensions, 2 and 3 long; then (0,0) (1,0) (0,1) (1,1) (0,2) (1,2)
  expect([...bytes!]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6]);
});

test("a block that is cut at the array's end is padded", async () => {
  const store = new MemoryStore();
  const z = await createArray(store, {
    shape: [3],
    chunks: [4],
    dtype: "uint8",
    fillValue: 9,
    serializer: codecs(1),
    compressors: null,
  });
  await store.set("c/0", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 6));
  expect([...((await z.get("...")) as NDArray<"uint8">).data]).toEqual([7, 8, 6]);
  await z.set([0], 1);
  expect([...(await store.get("c/0"))!]).toEqual([0, 0, 0, 1, 0, 0, 0, 4, 1, 8, 6, 9]);
});

test.each([
  ["another mode", [0, 1, 0, 1, 0, 0, 0, 4, 1, 2, 3, 4]],
  ["another number of dimensions", [0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 1, 2, 3, 4]],
  ["a shape beyond the chunk's", [0, 0, 0, 1, 255, 255, 255, 255, 1, 2, 3, 4]],
  ["fewer elements than its shape", [0, 0, 0, 1, 0, 0, 0, 4, 1, 2]],
  ["no whole header", [0, 0, 0, 1, 0]],
])("a block with %s is an error", async (_, bytes) => {
  const store = new MemoryStore();
  const z = await createArray(store, {
    shape: [4],
    dtype: "uint8",
    serializer: codecs(1),
    compressors: null,
  });
  await store.set("c/0", Uint8Array.from(bytes));
  await expect(z.get("...")).rejects.toMatchObject({ name: "CodecError", chunkKey: "c/0" });
});

test("what is not an N5 block is refused on creation", async () => {
  const make = (serializer: object, dtype = "int16") =>
    createArray({}, { shape: [2, 2], dtype, serializer: serializer as { name: string }, compressors: null });
  const [transpose, bytes] = codecs(2).configuration.codecs;
  const little = { name: "bytes", configuration: { endian: "little" } };
  await expect(make({ name: "n5_default", configuration: { codecs: [transpose, little] } })).rejects.toThrow(
    /big-endian/,
  );
  await expect(make({ name: "n5_default", configuration: { codecs: [bytes] } })).rejects.toThrow(/transpose/);
  await expect(make(codecs(2), "complex64")).rejects.toThrow(/complex64/);
});

test("values survive for every type, shape and compressor", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("int8", "uint16", "int32", "uint32", "float32", "float64"),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(
        [],
        [{ name: "gzip", configuration: { level: 1 } }],
        [{ name: "zstd", configuration: { level: 0, checksum: false } }],
      ),
      async (dtype, shape, compressor) => {
        const store = new MemoryStore();
        const chunks = shape.map((length) => Math.max(1, length - 1));
        const z = await createArray(store, {
          shape,
          chunks,
          dtype,
          serializer: codecs(shape.length, ...compressor),
          compressors: null,
        });
        const size = shape.reduce((a, b) => a * b, 1);
        const data = Array.from({ length: size }, (_, i) => i % 100);
        await z.set(null, { data, shape });
        const again = (await (await openArray(store)).get("...")) as NDArray;
        expect([...again.scalars()]).toEqual(data);
        const part = (await z.get([slice(null, null, -1)])) as NDArray;
        expect(part.shape).toEqual(shape);
      },
    ),
    { numRuns: 40 },
  );
});
