import { expect, test } from "vitest";
import { BoundsCheckError, SelectionError, VindexInvalidSelectionError } from "../base/errors.ts";
import { coordinateSelection, maskSelection, vectorSelection } from "./points.ts";
import { anySelection, basicSelection, orthogonalSelection } from "./selection.ts";
import { newAxis, slice } from "./slice.ts";

const SHAPE = [10, 10];

test.each<[string, unknown, number[]]>([
  ["nothing", undefined, [10, 10]],
  ["null", null, [10, 10]],
  ["an empty tuple", [], [10, 10]],
  ["a row", [1], [10]],
  ["a bare integer", -1, [10]],
  ["a bare slice", slice(20, 30), [0, 10]],
  ["an inverted slice", [slice(5, 2)], [0, 10]],
  ["steps", [slice(1, 9, 3), slice(null, null, 4)], [3, 3]],
  ["backwards", [slice(null, null, -1)], [10, 10]],
  ["a redundant ellipsis", [1, "...", 2], []],
  ["a list on the first axis", [[1, 2]], [2, 10]],
  ["an empty list", [[]], [0, 10]],
  ["a typed array", new Uint8Array([9, 0]), [2, 10]],
  [
    "two lists",
    [
      [1, 2],
      [3, 4],
    ],
    [2],
  ],
  ["an integer and a list", [5, [0, 1]], [2]],
  ["a list and a slice", [[1, 2], slice(1, 3)], [2, 2]],
  ["two lists and an ellipsis", ["...", [1, 2], [3, 4]], [2, 2]],
  ["booleans on one axis", [new Array(10).fill(true)], [10, 10]],
  ["booleans and a list", [new Array(10).fill(true), [1, 2]], [10, 2]],
  [
    "an array of two dimensions and an integer",
    [
      [
        [1, 2],
        [3, 4],
      ],
      0,
    ],
    [2, 2],
  ],
  ["a new axis before two lists", [newAxis, [1, 2], [3, 4]], [1, 2]],
  ["a new axis after two lists", [[1, 2], [3, 4], newAxis], [2, 1]],
  ["a new axis between two lists", [[1, 2], newAxis, [3, 4]], [2, 1]],
  ["new axes before and between two lists", [newAxis, [1, 2], newAxis, [3, 4]], [2, 1, 1]],
  ["an array of no dimensions", [{ data: new Int32Array([3]), shape: [] }, null], [10]],
  [
    "an NDArray of booleans",
    { data: new Uint8Array(100).fill(1, 0, 3), shape: [10, 10], stride: [10, 1], dtype: "bool" },
    [3],
  ],
  ["big integers", [3n, slice(0n, 2n ** 60n)], [10]],
  ["a slice without end", [slice(3, Infinity)], [7, 10]],
])("%s", (_name, selection, shape) => {
  expect(anySelection(selection as never, SHAPE).resultShape).toEqual(shape);
});

test.each<[string, unknown, new (...args: never[]) => Error, RegExp]>([
  [
    "an index past the end",
    [10],
    BoundsCheckError,
    /index 10 is out of bounds for dimension 0 with length 10/,
  ],
  ["an index before the start", [0, -11], BoundsCheckError, /index -11 .* dimension 1 with length 10/],
  ["a listed index past the end", [null, [0, 10]], BoundsCheckError, /index 10 .* dimension 1/],
  [
    "an unsigned index that narrowing would wrap",
    [new BigUint64Array([2n ** 64n - 1n])],
    BoundsCheckError,
    /dimension 0/,
  ],
  ["too many items", [1, 2, 3], SelectionError, /too many indices for array; expected 2, got 3/],
  ["two ellipses", ["...", 0, "..."], SelectionError, /single ellipsis/],
  ["a fraction", [1.5], SelectionError, /selection item 0 is 1.5/],
  ["a boolean", [0, true], SelectionError, /selection item 1 is true/],
  ["a string among items", [":"], SelectionError, /selection item 0 is the string ":"/],
  ["undefined among items", [undefined], SelectionError, /selection item 0 is undefined/],
  ["an object", [{}], SelectionError, /selection item 0 is of type object/],
  ["a step of 0", [slice(0, 5, 0)], SelectionError, /step of selection item 0 is 0/],
  ["a fractional bound", [slice(0, 2.5)], SelectionError, /stop of selection item 0/],
  ["a list of fractions", [[0.5]], SelectionError, /selection item 0 holds 0.5/],
  ["booleans among integers", [[1, true]], SelectionError, /selection item 0 holds true/],
  ["integers among booleans", [[true, 7]], SelectionError, /mixes booleans with 7/],
  ["too few booleans", [new Array(9).fill(true), null], SelectionError, /expected 10 booleans, got 9/],
  ["ragged lists", [[[1, 2], [3]], 0], SelectionError, /differ in length or depth/],
  ["two dimensions beside a slice", [[[1, 2]], null], SelectionError, /has 2 dimensions/],
  [
    "arrays that do not broadcast",
    [
      [1, 2, 3],
      [1, 2],
    ],
    SelectionError,
    /\(3\) \(2\) cannot be broadcast/,
  ],
  [
    "a mask of another shape",
    [[[true, false]]],
    VindexInvalidSelectionError,
    /\(1, 2\) does not fit .* \(10, 10\)/,
  ],
  [
    "strides beyond the data",
    [{ data: [1, 2], shape: [2], stride: [2] }],
    SelectionError,
    /leave its 2 elements/,
  ],
])("%s is refused", (_name, selection, type, message) => {
  const run = () => anySelection(selection as never, SHAPE);
  expect(run).toThrow(type);
  expect(run).toThrow(message);
});

test("several arrays that are fewer than the axes are refused, not guessed at", () => {
  expect(() => anySelection([[0], [0]], [2, 2, 2])).toThrow(VindexInvalidSelectionError);
  expect(() => anySelection([[0], [0]], [2, 2, 2])).toThrow(/each of 3 axes, got 2/);
});

test("vectorized indexing takes coordinates or one mask", () => {
  expect(vectorSelection([1, 2], SHAPE)).toMatchObject({ resultShape: [1], length: 1, scalar: false });
  expect(() => vectorSelection([[1], slice(1)], SHAPE)).toThrow(VindexInvalidSelectionError);
  expect(() => vectorSelection("1, :", SHAPE)).toThrow(VindexInvalidSelectionError);
  expect(() => vectorSelection([[1]], SHAPE)).toThrow(VindexInvalidSelectionError);
  const rows = [
    [true, false],
    [false, true],
  ];
  for (const mask of [rows, [rows]]) {
    expect(vectorSelection(mask, [2, 2]).coordinates.map((axis) => [...axis])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  }
  expect(maskSelection([true, false, true], [3]).resultShape).toEqual([2]);
  expect(maskSelection([[true, false, true]], [3]).resultShape).toEqual([2]);
  expect(maskSelection([[true, false, true]], [1, 3]).resultShape).toEqual([2]);
  expect(() => maskSelection([1, 0, 1], [3])).toThrow(VindexInvalidSelectionError);
  expect(() => maskSelection([true], [3])).toThrow(/\(1\) does not fit an array of shape \(3\)/);
  expect(vectorSelection("[True, False, True]", [3]).resultShape).toEqual([2]);
});

test("basic indexing refuses arrays", () => {
  expect(() => basicSelection([[0, 1]] as never, SHAPE)).toThrow(SelectionError);
});

test("scalars: an integer for every axis, and nothing asked of an array without axes", () => {
  expect(basicSelection([0, 0], SHAPE).scalar).toBe(true);
  expect(basicSelection(null, []).scalar).toBe(true);
  expect(basicSelection([], []).scalar).toBe(true);
  expect(basicSelection("...", []).scalar).toBe(false);
  expect(basicSelection([0, "...", 0], SHAPE).scalar).toBe(false);
  expect(basicSelection([0, 0, newAxis], SHAPE).scalar).toBe(false);
  expect(basicSelection([0, slice(1)], SHAPE).scalar).toBe(false);
  expect(() => basicSelection([0], [])).toThrow(/expected 0, got 1/);
});

test("index arrays of every kind and layout mean the same, and are not changed", () => {
  const values = [3, -1, 0, 3];
  const expected = orthogonalSelection([values, null], SHAPE);
  const kinds = [
    Int8Array.from(values),
    Int16Array.from(values),
    Int32Array.from(values),
    Float64Array.from(values),
    BigInt64Array.from(values, BigInt),
    values.map(BigInt),
    { data: values, shape: [4] },
    { data: [0, 3, 0, -1, 0, 0, 0, 3], shape: [4], stride: [2], offset: 1 },
    { data: Int32Array.of(3, 0, -1, 3), shape: [4], stride: [-1], offset: 3 },
  ];
  for (const kind of kinds) expect(orthogonalSelection([kind, null], SHAPE)).toEqual(expected);
  expect(values).toEqual([3, -1, 0, 3]);
  expect(kinds[2]).toEqual(Int32Array.from(values));
  const unsigned = orthogonalSelection([[3, 1, 0], null], SHAPE);
  for (const kind of [Uint8Array.of(3, 1, 0), Uint16Array.of(3, 1, 0), BigUint64Array.of(3n, 1n, 0n)]) {
    expect(orthogonalSelection([kind, null], SHAPE)).toEqual(unsigned);
  }
  const columns = { data: [0, 1, 2, 3], shape: [2, 2], stride: [1, 2] };
  expect([...coordinateSelection([columns, 0], SHAPE).coordinates[0]!]).toEqual([0, 2, 1, 3]);
});

test("a list of evenly spaced indices becomes a slice", () => {
  expect(orthogonalSelection([[4, 3, 2, 1]], SHAPE).axes[0]).toEqual({
    kind: "range",
    start: 4,
    step: -1,
    count: 4,
  });
  expect(orthogonalSelection([[2, 2]], SHAPE).axes[0]).toMatchObject({ kind: "list" });
});

test("positions are exact up to 2^53", () => {
  const extent = 2 ** 53;
  expect(basicSelection([extent - 1], [extent]).axes[0]).toMatchObject({ start: extent - 1 });
  expect(basicSelection([-extent], [extent]).axes[0]).toMatchObject({ start: 0 });
  expect(() => basicSelection([-(2n ** 53n) - 1n], [extent])).toThrow(BoundsCheckError);
  expect(() => orthogonalSelection([[-(2n ** 53n) - 1n]], [extent])).toThrow(BoundsCheckError);
  expect(basicSelection([slice(null, null, -1)], [extent]).axes[0]).toEqual({
    kind: "range",
    start: extent - 1,
    step: -1,
    count: extent,
  });
  expect(basicSelection([slice(1, null, 3)], [extent]).axes[0]).toEqual({
    kind: "range",
    start: 1,
    step: 3,
    count: Math.floor((extent - 2) / 3) + 1,
  });
});
