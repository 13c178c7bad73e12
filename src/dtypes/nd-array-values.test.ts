import { describe, expect, test } from "vitest";
import { ShapeMismatchError } from "../base/errors.ts";
import type { DataType } from "./data-type.ts";
import { NDArray } from "./nd-array.ts";
import { blockFrom, valuesFrom } from "./nd-array-values.ts";
import { parseDataType, parseDataTypeV2 } from "./registry.ts";

function written(value: unknown, dtype: string | DataType, shape: number[], casting?: "unsafe"): unknown {
  const dataType = parseDataType(dtype);
  return NDArray.fromBlock(dataType, valuesFrom(value, dataType, shape, { casting })).toNestedArray();
}

describe("scalars must be representable", () => {
  test.each([
    [300, "uint8"],
    [-1, "uint8"],
    [1.5, "int32"],
    [NaN, "int8"],
    [2 ** 53, "int64"],
    [2n ** 63n, "int64"],
    [-1n, "uint64"],
    [2, "bool"],
    [8, "int4"],
    [-1, "uint2"],
    [1e39, "float32"],
    [70000, "float16"],
    [NaN, "float4_e2m1fn"],
    [1000, "float4_e2m1fn"],
    [Infinity, "float8_e4m3fnuz"],
    [1e6, "float8_e5m2"],
    [2n ** 53n + 1n, "float64"],
    ["abcd", "<U3"],
    ["\ud800", "string"],
    ["é", "|S3"],
    [new Uint8Array(3), "|V2"],
    [new Date(1), "datetime64[s]"],
    [new Date(8.64e15), "datetime64[ns]"],
  ] as [unknown, string][])("%s in %s is a RangeError", (value, type) => {
    expect(() => valuesFrom(value, parseDataType(type), [2])).toThrow(RangeError);
    expect(() => valuesFrom([value], parseDataType(type), [1])).toThrow(RangeError);
  });

  test.each([
    ["1", "int32"],
    [null, "float64"],
    [undefined, "bool"],
    [{}, "float64"],
    [1, "string"],
    [{ re: 1 }, "complex64"],
    ["yesterday", "datetime64[s]"],
    [new Date(0), "timedelta64[s]"],
  ])("%s in %s is a TypeError", (value, type) => {
    expect(() => valuesFrom(value, parseDataType(type), [2])).toThrow(TypeError);
  });

  test.each([
    [255, "uint8", 255],
    [-0, "int8", 0],
    [true, "int16", 1],
    [5n, "float32", 5],
    [2 ** 53 - 1, "int64", 9007199254740991n],
    [1, "bool", true],
    [0.1, "float32", Math.fround(0.1)],
    [-0, "float64", -0],
    [NaN, "float16", NaN],
    [{ re: 1, im: -2 }, "complex128", { re: 1, im: -2 }],
    [3, "complex64", { re: 3, im: 0 }],
    ["NaT", "timedelta64[s]", -(2n ** 63n)],
    ["2020-02-29T12:00", "datetime64[h]", 439716n],
    [new Date(NaN), "datetime64[s]", -(2n ** 63n)],
    ["ab", "|S4", Uint8Array.of(97, 98)],
    ["a\0", "string", "a\0"],
    ["a\0", "<U4", "a"],
  ] as [unknown, string, unknown][])("%s in %s", (value, type, expected) => {
    expect(written(value, type, [])).toEqual(expected);
  });
});

describe("shapes broadcast as in NumPy", () => {
  test.each([
    [
      [1, 2, 3],
      [2, 3],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      [[1], [2]],
      [2, 3],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ],
    [[[[5]]], [2], [5, 5]],
    [7, [2, 1], [[7], [7]]],
    [Float64Array.of(1, 2), [2], [1, 2]],
    [
      [Float64Array.of(1, 2), [3, 4]],
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      [Float64Array.of(1, 2), Int8Array.of(3, 4)],
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [[], [0], []],
    [1, [0, 2], []],
  ] as [unknown, number[], unknown][])("%j to %j", (value, shape, expected) => {
    expect(written(value, "float64", shape)).toEqual(expected);
  });

  test.each([
    [[1, 2, 3], [2]],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [2],
    ],
    [
      [1, 2],
      [2, 3],
    ],
  ] as [unknown, number[]][])("%j does not fit %j", (value, shape) => {
    const attempt = (): unknown => written(value, "float64", shape);
    expect(attempt).toThrow(ShapeMismatchError);
    expect(attempt).toThrow(/\(\d.*\(\d/); // both shapes are named
  });

  test("lists of different lengths are no array", () => {
    expect(() => written([[1, 2], [3]], "float64", [2, 2])).toThrow(ShapeMismatchError);
    expect(() => written([[1, 2], 3], "float64", [2, 2])).toThrow(ShapeMismatchError);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(() => written(cyclic, "float64", [2])).toThrow(ShapeMismatchError);
  });

  test("repeats by stride 0, without copying data of the same type", () => {
    const data = new Float64Array(4);
    const block = valuesFrom({ data, shape: [2, 2], stride: [1, 2] }, parseDataType("float64"), [3, 2, 2]);
    expect(block.stride).toEqual([0, 1, 2]);
    expect((block.data as Uint8Array).buffer).toBe(data.buffer);
    const scalar = valuesFrom(1, parseDataType("float64"), [1000, 1000, 1000]);
    expect((scalar.data as Uint8Array).length).toBe(8);
  });
});

describe("arrays of another type", () => {
  test("convert by same_kind, else need unsafe", () => {
    expect(written(Uint8Array.of(1, 255), "int16", [2])).toEqual([1, 255]);
    expect(written(Float64Array.of(0.1), "float32", [1])).toEqual([Math.fround(0.1)]);
    expect(written(Int32Array.of(7), "int64", [1])).toEqual([7n]);
    expect(written(BigInt64Array.of(7n), "float64", [1])).toEqual([7]);
    expect(written(Float64Array.of(2), "complex64", [1])).toEqual([{ re: 2, im: 0 }]);
    expect(written(new Uint8ClampedArray([9]), "uint16", [1])).toEqual([9]);
    const attempt = (): unknown => written(Float64Array.of(1.5), "int32", [1]);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow('Cannot cast an array of float64 to int32 by the rule "same_kind"');
    expect(written(Float64Array.of(1.5, -300.7), "int8", [2], "unsafe")).toEqual([1, -44]);
    expect(() => written(Int8Array.of(1), "uint8", [1])).toThrow(TypeError);
    expect(() => written(Int8Array.of(1), "string", [1], "unsafe")).toThrow(TypeError);
  });

  test("typed arrays that the type itself lies in are taken as such, and checked", () => {
    expect(written(Float32Array.of(1, 2, 3, 4), "complex64", [2])).toEqual([
      { re: 1, im: 2 },
      { re: 3, im: 4 },
    ]);
    expect(() => written(new Float32Array(3), "complex64", [1])).toThrow(TypeError);
    expect(written(Uint8Array.of(0, 1), "bool", [2])).toEqual([false, true]);
    expect(() => written(Uint8Array.of(0, 2), "bool", [2])).toThrow(RangeError);
    expect(written(Int8Array.of(-8, 7), "int4", [2])).toEqual([-8, 7]);
    expect(() => written(Int8Array.of(8), "int4", [1])).toThrow(RangeError);
    expect(written(BigInt64Array.of(5n), "datetime64[s]", [1])).toEqual([5n]);
  });

  test("strided data, with or without its type", () => {
    const data = Int16Array.of(1, 2, 3, 4, 5, 6);
    expect(written({ data, shape: [2], stride: [-2], offset: 5 }, "int32", [2])).toEqual([6, 4]);
    expect(written({ data: [1, 2, 3, 4], shape: [2, 2] }, "float32", [2, 2])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => written({ data: [1, 300], shape: [2] }, "uint8", [2])).toThrow(RangeError);
    expect(written({ data: ["a", "b"], shape: [2] }, "string", [2])).toEqual(["a", "b"]);
    expect(() => written({ data: ["a", 5], shape: [2] }, "string", [2])).toThrow(TypeError);
    expect(() => written({ data, shape: [7] }, "int16", [7])).toThrow(ShapeMismatchError);
    expect(() => written({ data: "abc", shape: [3] }, "int16", [3])).toThrow(TypeError);
  });

  test("text and bytes convert element by element", () => {
    const text = NDArray.fromBlock(parseDataType("<U5"), blockFrom(["ab", "cde"], parseDataType("<U5")));
    expect(written(text, "string", [2])).toEqual(["ab", "cde"]);
    expect(() => written(text, "<U2", [2])).toThrow(RangeError);
    expect(() => written(text, "int32", [2], "unsafe")).toThrow(TypeError);
    expect(written([Uint8Array.of(1), new Uint8Array(0)], "variable_length_bytes", [2])).toEqual([
      Uint8Array.of(1),
      new Uint8Array(0),
    ]);
  });

  test("big-endian types differ only in their stored form", () => {
    const big = parseDataType(">f4");
    const array = NDArray.fromBlock(big, blockFrom([1, 2], big));
    expect(written(array, "float32", [2])).toEqual([1, 2]);
    expect(() => blockFrom(array, parseDataType("float32"))).not.toThrow();
  });
});

describe("records", () => {
  const dataType = parseDataTypeV2([
    ["a", "<i4"],
    ["s", "|S2"],
    ["v", "<i2", [2]],
  ]);

  test("of scalars, of arrays, and lists of records", () => {
    const one = { a: 1, s: "x", v: [1, 2] };
    const [record] = written([one], dataType, [1]) as [Record<string, unknown>];
    expect(record).toMatchObject({ a: 1, s: Uint8Array.of(120) });
    const table = valuesFrom(
      {
        a: [1, 2],
        s: "y",
        v: [
          [1, 2],
          [3, 4],
        ],
      },
      dataType,
      [2],
    );
    const array = NDArray.fromBlock<"struct">(dataType, table);
    expect(array.data["a"]!.toNestedArray()).toEqual([1, 2]);
    expect(array.data["s"]!.toNestedArray()).toEqual([Uint8Array.of(121), Uint8Array.of(121)]);
    expect(array.data["v"]!.toNestedArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(NDArray.fromBlock(dataType, valuesFrom(one, dataType, [3])).size).toBe(3);
    // What is read can be written.
    expect(valuesFrom({ data: array.data, shape: [2] }, dataType, [2]).data).toEqual(table.data);
    expect(valuesFrom(array, dataType, [2]).data).toEqual(table.data);
  });

  test("need every field and no other", () => {
    expect(() => written({ a: 1, s: "x" }, dataType, [])).toThrow('needs a value for its field "v"');
    expect(() => written({ a: 1, s: "x", v: [1, 2], w: 0 }, dataType, [])).toThrow('has no field "w"');
    expect(() => written([{ a: 1, s: "x", v: [1, 2], w: 0 }], dataType, [1])).toThrow('has no field "w"');
    expect(() => written({ a: 1, s: "x", v: [1, 2, 3] }, dataType, [])).toThrow(ShapeMismatchError);
  });

  test("convert field by field", () => {
    const wide = parseDataTypeV2([
      ["a", "<i8"],
      ["b", "<f8"],
    ]);
    const narrow = parseDataTypeV2([
      ["a", "<i4"],
      ["b", ">f4"],
    ]);
    const array = NDArray.fromBlock(narrow, blockFrom([{ a: 1, b: 2.5 }], narrow));
    expect(written(array, wide, [1])).toEqual([{ a: 1n, b: 2.5 }]);
  });
});

test("lists below the shape of the array are values of object types", () => {
  const dataType = parseDataTypeV2("|O", "json2");
  expect(valuesFrom([[1, 2], { a: 1 }], dataType, [2]).data).toEqual([[1, 2], { a: 1 }]);
  expect(valuesFrom([1, 2], dataType, []).data).toEqual([[1, 2]]);
});
