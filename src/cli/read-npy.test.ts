import { expect, test } from "vitest";
import { NDArray } from "../dtypes/nd-array.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { npyHeader } from "./format-npy.ts";
import { readNpy, readRaw } from "./read-npy.ts";

function npy(header: string, body: Uint8Array, major = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length =
    major === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0, ...length, ...text, ...body);
}

test.each([
  ["float32", [1.5, -2, 0, 4, 5, 6]],
  ["int64", [1n, -2n, 3n, 4n, 5n, 6n]],
  ["uint8", [1, 2, 3, 4, 5, 255]],
  ["bool", [true, false, true, true, false, false]],
])("reads what get writes: %s", async (dtype, values) => {
  const dataType = parseDataType(dtype);
  const { data } = NDArray.fromBlock(dataType, {
    data: new Uint8Array(6 * dataType.itemSize),
    shape: [6],
    stride: [1],
    offset: 0,
    itemSize: dataType.itemSize,
  });
  const array = new NDArray(dataType, { data, shape: [2, 3] });
  values.forEach((value, i) =>
    Reflect.set(Object(array.data), i, typeof value === "boolean" ? Number(value) : value),
  );
  const read = await readNpy(Uint8Array.of(...npyHeader(dataType, [2, 3]), ...array.toBytes()));
  expect(read.dtype).toBe(dtype);
  expect(read.toNestedArray()).toEqual([values.slice(0, 3), values.slice(3)]);
});

test("big-endian, column-major and later versions", async () => {
  const header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }";
  const bytes = Uint8Array.of(0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6);
  for (const major of [1, 2, 3]) {
    const read = await readNpy(npy(header, bytes, major));
    expect(read.toNestedArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  }
});

test.each([
  ["another file", new TextEncoder().encode("PK\u0003\u0004 and so on"), "no .npy file"],
  [
    "too few values",
    npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(8)),
    "says 16",
  ],
  ["objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), "object c"],
  [
    "records",
    npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)),
    "plain elements",
  ],
  ["a header that is cut off", npy("{'descr'", new Uint8Array(0)).subarray(0, 14), "cut off"],
  ["version 9", npy("{}", new Uint8Array(4), 9), "version 9"],
])("refuses %s", async (_, bytes, message) => {
  await expect(readNpy(bytes)).rejects.toThrow(message);
});

test("raw bytes must be exactly as many as there are elements", async () => {
  const bytes = new Uint8Array(Float64Array.of(1, 2).buffer);
  expect((await readRaw(bytes, [1, 2], parseDataType("float64"))).toNestedArray()).toEqual([[1, 2]]);
  await expect(readRaw(bytes, [3], parseDataType("float64"))).rejects.toThrow("16 bytes for 3 elements");
  await expect(readRaw(bytes, [1], parseDataType("string"))).rejects.toThrow(RangeError);
});
