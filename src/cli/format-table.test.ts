import { expect, test } from "vitest";
import { createArray } from "../array/create.ts";
import type { ZarrArray } from "../array/zarr-array.ts";
import type { TableOptions } from "./format-table.ts";
import { formatTable } from "./format-table.ts";
import { Selected } from "./selected.ts";
import { readTablePart } from "./table-read.ts";
import { shownIndices } from "./table-plan.ts";

function table(array: ZarrArray, select?: string, options: TableOptions = {}): Promise<string> {
  const selected = new Selected(array, select);
  const { dataType, shape, axes } = selected;
  return formatTable({ dataType, shape, axes, read: readTablePart(selected) }, options);
}

async function counting(shape: number[], dimensionNames?: string[]): Promise<ZarrArray> {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = Int32Array.from({ length: size }, (_, i) => i);
  const array = await createArray({}, { shape, chunks: shape.map(() => 2), dtype: "int32", dimensionNames });
  await array.set("...", { data, shape, stride: strides(shape) });
  return array;
}

function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
}

test("rows and columns are labelled with positions in the array", async () => {
  const array = await counting([4, 30], ["y", "x"]);
  expect(await table(array, "1:3, 5:8")).toBe(
    ["y\\x   5   6   7", "  1  35  36  37", "  2  65  66  67", ""].join("\n"),
  );
  expect(await table(array, "::-2, [3, 9]")).toBe(
    ["y\\x   3   9", "  3  93  99", "  1  33  39", ""].join("\n"),
  );
  expect(await table(await counting([2, 2]))).toBe("   0  1\n0  0  1\n1  2  3\n");
});

test("an integer drops its axis, a new axis has labels of its own", async () => {
  const array = await counting([3, 4], ["y", "x"]);
  expect(await table(array, "2, 1:3")).toBe("x\n1   9\n2  10\n");
  expect(await table(array, "2, 3")).toBe("11\n");
  expect(await table(array, "None, 2, 1:3")).toBe(["\\x  1   2", " 0  9  10", ""].join("\n"));
});

test("long axes show both ends around dots", async () => {
  const array = await counting([10, 10]);
  expect(await table(array, undefined, { maxRows: 3, maxColumns: 4 })).toBe(
    [
      "    0   1  …   8   9",
      "0   0   1  …   8   9",
      "1  10  11  …  18  19",
      "…   …   …  …   …   …",
      "9  90  91  …  98  99",
      "",
      "shape (10, 10), int32",
      "",
    ].join("\n"),
  );
});

test("more axes are a table for each position, the middle ones left out", async () => {
  const array = await counting([2, 4, 1, 2], ["t", "z", "y", "x"]);
  const text = await table(array);
  expect(text).toContain("[t=0, z=0, :, :]\ny\\x  0  1\n  0  0  1\n");
  expect(text).toContain("[t=1, z=3, :, :]\ny\\x   0   1\n  0  14  15\n");
  expect(text).toContain("\n…\n");
  expect(text).not.toContain("[t=0, z=3");
  expect(text).toContain("shape (2, 4, 1, 2), int32");
});

test("points are read one by one", async () => {
  const array = await counting([5, 5]);
  expect(await table(array, "[[0, 1], [2, 3]], [[4, 3], [2, 1]]")).toBe("    0   1\n0   4   8\n1  12  16\n");
});

test("only what is shown is read", async () => {
  const reads: string[] = [];
  const map = new Map<string, Uint8Array>();
  const get = map.get.bind(map);
  map.get = (key) => {
    reads.push(key);
    return get(key);
  };
  const array = await createArray(map, {
    shape: [1000, 1000],
    chunks: [10, 1000],
    dtype: "uint8",
    fillValue: 1,
  });
  reads.length = 0;
  await table(array, undefined, { maxRows: 4, maxColumns: 4 });
  expect(new Set(reads.filter((key) => key.startsWith("c/")))).toEqual(new Set(["c/0/0", "c/99/0"]));
});

test("a terminal that is too narrow loses columns in the middle", async () => {
  const array = await counting([1, 20]);
  const text = await table(array, undefined, { width: 30 });
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(30);
  expect(text.split("\n")[0]).toMatch(/^ {3}0 .*….* 19$/);
});

test("records have a column a field, and what a store sends does not steer the terminal", async () => {
  const dtype = [
    ["id", "<i4"],
    ["name", "<U8"],
  ] as const;
  const array = await createArray({}, { shape: [2], zarrFormat: 2, dtype });
  await array.set(null, [
    { id: 1, name: "a\u001b[2J" },
    { id: 22, name: "bc" },
  ]);
  expect(await table(array)).toBe("   id  name\n0   1  a\\x1b[2J\n1  22  bc\n");
});

test("text is aligned left and unquoted, numbers at their point", async () => {
  const texts = await createArray({}, { shape: [2, 2], dtype: "string" });
  await texts.set("...", [
    ["a", "b c"],
    ["long", ""],
  ]);
  expect(await table(texts)).toBe("   0     1\n0  a     b c\n1  long\n");
  const floats = await createArray({}, { shape: [3], dtype: "float64" });
  await floats.set("...", [0.25, 100, NaN]);
  expect(await table(floats)).toBe("0    0.25\n1  100.\n2     nan\n");
});

test("no element is said so; a scalar is its text", async () => {
  expect(await table(await counting([4, 4]), "2:2, :")).toBe("no elements: shape (0, 4), int32\n");
  expect(await table(await createArray({}, { shape: [], dtype: "float32", fillValue: 1.5 }))).toBe("1.5\n");
});

test("which indices are shown", () => {
  expect(shownIndices(3, 3)).toEqual({ indices: [0, 1, 2], gapAt: undefined });
  expect(shownIndices(10, 3)).toEqual({ indices: [0, 1, 9], gapAt: 2 });
  expect(shownIndices(10, 1)).toEqual({ indices: [0], gapAt: 1 });
});
