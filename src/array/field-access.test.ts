import { expect, test } from "vitest";
import type { NDArray } from "../index.ts";
import { createArray, slice } from "../index.ts";

const dtype = [
  ["a", "<i2"],
  ["b", "<f8"],
  ["c", "|u1"],
];

test.each([2, 3] as const)("fields are read and written alone, format %i", async (zarrFormat) => {
  const z = await createArray({}, { shape: [3, 4], chunks: [2, 3], dtype, zarrFormat });
  await z.set(null, { a: 7, b: 0.5, c: 1 });
  await z.set(
    [slice(0, 2), slice(1, 3)],
    [
      [1, 2],
      [3, 4],
    ],
    { fields: "a" },
  );
  await z.set(
    [
      [0, 2],
      [0, 3],
    ],
    [200, 201],
    { fields: "c" },
  );
  const a = (await z.get("...", { fields: "a" })) as NDArray;
  expect(a.toNestedArray()).toEqual([
    [7, 1, 2, 7],
    [7, 3, 4, 7],
    [7, 7, 7, 7],
  ]);
  const both = (await z.get("...", { fields: ["c", "b"] })) as NDArray<"struct">;
  expect(both.data["c"]!.toNestedArray()).toEqual([
    [200, 1, 1, 1],
    [1, 1, 1, 1],
    [1, 1, 1, 201],
  ]);
  expect([...both.data["b"]!.scalars()]).toEqual(Array.from({ length: 12 }, () => 0.5));
  expect(String(both.dataType)).toBe("[('c', 'u1'), ('b', '<f8')]");
  await z.set("0, :", { a: [1, 2, 3, 4], b: 2 }, { fields: ["a", "b"] });
  expect(await z.get([0, 3])).toEqual({ a: 4, b: 2, c: 1 });
});

test("fields may stand in the selection", async () => {
  const z = await createArray({}, { shape: [3], dtype });
  await z.set([slice(1, 3), { fields: "a" }], 5);
  const a = (await z.get({ fields: "a" })) as NDArray;
  expect(a.toNestedArray()).toEqual([0, 5, 5]);
  expect(await z.get([2, { fields: "a" }])).toBe(5);
});

test("a field that is not there is an error that names those that are", async () => {
  const z = await createArray({}, { shape: [2], dtype });
  await expect(z.get("...", { fields: "nope" })).rejects.toMatchObject({
    name: "FieldSelectionError",
    known: ["a", "b", "c"],
  });
  const plain = await createArray({}, { shape: [2], dtype: "int8" });
  await expect(plain.set("...", 1, { fields: "a" })).rejects.toMatchObject({ code: "ZARR_FIELD_SELECTION" });
});
