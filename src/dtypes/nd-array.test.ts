import { describe, expect, expectTypeOf, test } from "vitest";
import { BoundsCheckError, SelectionError, ShapeMismatchError, UnsupportedError } from "../base/errors.ts";
import { wrapBlock } from "../kernels/block.ts";
import { isNDArray, NDArray } from "./nd-array.ts";
import { ndArray } from "./nd-array-create.ts";
import { blockFrom } from "./nd-array-values.ts";
import { parseDataType, parseDataTypeV2 } from "./registry.ts";

const float64 = parseDataType("float64");
const grid = (): NDArray<"float64"> =>
  new NDArray<"float64">(float64, { data: Float64Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3] });

function containerOf(type: string, values: unknown): unknown {
  const dataType = parseDataType(type);
  return NDArray.fromBlock(dataType, blockFrom(values, dataType)).data;
}

function bytesOf(type: string, values: unknown): number[] {
  const dataType = parseDataType(type);
  return [...NDArray.fromBlock(dataType, blockFrom(values, dataType)).toBytes()];
}

describe("NDArray", () => {
  test("gets scalars, counts negative indices from the end", () => {
    expect(grid().get(1, 0)).toBe(3);
    expect(grid().get(-1, -1)).toBe(5);
    expect(grid().stride).toEqual([3, 1]);
    expect(grid().dtype).toBe("float64");
  });

  test("refuses indices outside", () => {
    expect(() => grid().get(2, 0)).toThrow(BoundsCheckError);
    expect(() => grid().get(0, -4)).toThrow("index -4 is out of bounds for axis 1 with size 3");
    expect(() => grid().get(0, 0.5)).toThrow(BoundsCheckError);
    expect(() => grid().get(0)).toThrow(SelectionError);
  });

  test("iterates the first axis: arrays that share the data, or scalars", () => {
    const array = grid();
    const rows = [...array] as NDArray<"float64">[];
    expect(rows.map((row) => [...row])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(rows[1]!.data).toBe(array.data);
    expect([...array.scalars()]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => [...new NDArray(float64, { data: new Float64Array(1), shape: [] })]).toThrow(TypeError);
  });

  test("sees strided data, also backwards and repeated", () => {
    const data = Float64Array.of(0, 1, 2, 3, 4, 5);
    const backwards = new NDArray(float64, { data, shape: [3, 2], stride: [-1, -3], offset: 5 });
    expect(backwards.toNestedArray()).toEqual([
      [5, 2],
      [4, 1],
      [3, 0],
    ]);
    expect(new Float64Array(backwards.toBytes().buffer)).toEqual(Float64Array.of(5, 2, 4, 1, 3, 0));
    expect(backwards.reshape([6]).toNestedArray()).toEqual([5, 2, 4, 1, 3, 0]);
    expect(backwards.flatScalar(3)).toBe(1);
    const repeated = new NDArray(float64, { data, shape: [2, 2], stride: [0, 1], offset: 1 });
    expect(repeated.toNestedArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test("refuses shapes that reach outside the data", () => {
    const data = new Float64Array(6);
    expect(() => new NDArray(float64, { data, shape: [7] })).toThrow(ShapeMismatchError);
    expect(() => new NDArray(float64, { data, shape: [2], stride: [-1] })).toThrow(ShapeMismatchError);
    expect(() => new NDArray(float64, { data, shape: [2], stride: [1, 1] })).toThrow(ShapeMismatchError);
    expect(() => new NDArray(float64, { data, shape: [-1] })).toThrow(RangeError);
    expect(() => new NDArray(parseDataType("complex128"), { data, shape: [4] })).toThrow(ShapeMismatchError);
    expect(() => new NDArray(parseDataType("int32"), { data, shape: [2] })).toThrow(TypeError);
    expect(() => grid().reshape([4])).toThrow(ShapeMismatchError);
  });

  test("arrays without elements or without axes", () => {
    const empty = new NDArray(float64, { data: new Float64Array(0), shape: [2, 0] });
    expect(empty.toNestedArray()).toEqual([[], []]);
    expect(empty.toBytes()).toEqual(new Uint8Array(0));
    const zero = new NDArray(float64, { data: Float64Array.of(7), shape: [] });
    expect(zero.get()).toBe(7);
    expect(zero.toNestedArray()).toBe(7);
    expect(String(zero)).toBe("7.0");
  });

  test("aliases the block where the container is a view", () => {
    const bytes = new Uint8Array(8);
    const array = NDArray.fromBlock<"int32">(parseDataType("int32"), wrapBlock(bytes, [2], 4));
    array.data[1] = -1;
    expect([...bytes]).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
    expect(array.toBytes()).toEqual(bytes);
    expect(array.toBytes().buffer).not.toBe(bytes.buffer);
  });

  test("reads blocks whose bytes are not aligned", () => {
    const bytes = new Uint8Array(17).subarray(1);
    bytes[0] = 5;
    expect(NDArray.fromBlock(parseDataType("int64"), wrapBlock(bytes, [2], 8)).toNestedArray()).toEqual([
      5n,
      0n,
    ]);
  });

  test("containers are those of the contract", () => {
    expect(containerOf("bool", [true, false])).toEqual(Uint8Array.of(1, 0));
    expect(containerOf("int64", [1, 2n])).toEqual(BigInt64Array.of(1n, 2n));
    expect(containerOf("uint64", [2n ** 64n - 1n])).toEqual(BigUint64Array.of(2n ** 64n - 1n));
    expect(containerOf("complex64", [{ re: 1, im: 2 }, 3])).toEqual(Float32Array.of(1, 2, 3, 0));
    expect(containerOf("bfloat16", [1.5])).toEqual(Float32Array.of(1.5));
    expect(containerOf("<U3", ["a", "bcd"])).toEqual(["a", "bcd"]);
    expect(containerOf("string", ["a", "b\0"])).toEqual(["a", "b\0"]);
    expect(containerOf("|S3", [Uint8Array.of(1, 2)])).toEqual([Uint8Array.of(1, 2)]);
    expect(containerOf("datetime64[s]", [new Date(1000)])).toEqual(BigInt64Array.of(1n));
    const half = containerOf("float16", [0.5]) as { constructor: { name: string }; [0]: number };
    expect([half.constructor.name, half[0]]).toEqual(["Float16Array", 0.5]);
  });

  test("toBytes: bool 0/1, small integers widened, text as UCS-4, bytes padded", () => {
    expect(bytesOf("bool", [true, false])).toEqual([1, 0]);
    expect(bytesOf("int4", [-1, 7])).toEqual([255, 7]);
    expect(bytesOf(">i2", [1])).toEqual([1, 0]);
    expect(bytesOf(">U2", ["é"])).toEqual([0xe9, 0, 0, 0, 0, 0, 0, 0]);
    expect(bytesOf("|S3", ["ab"])).toEqual([97, 98, 0]);
    expect(() => bytesOf("string", ["a"])).toThrow(UnsupportedError);
  });

  test("structured data is an array by field, in the shape of the whole", () => {
    const dataType = parseDataTypeV2([
      ["a", "<i2"],
      ["b", [["x", "|u1"]]],
      ["c", "<f4", [2]],
    ]);
    const bytes = new Uint8Array(4 * dataType.itemSize);
    for (let i = 0; i < 4; i++) {
      dataType.writeScalar(
        dataType.toScalar({ a: i, b: { x: 10 * i }, c: [i, -i] }),
        bytes,
        i * dataType.itemSize,
      );
    }
    const array = NDArray.fromBlock<"struct">(dataType, wrapBlock(bytes, [2, 2], dataType.itemSize));
    expect(array.data["a"]!.toNestedArray()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    const inner = array.data["b"] as NDArray<"struct">;
    expect(inner.data["x"]!.get(1, 0)).toBe(20);
    expect(array.data["c"]!.shape).toEqual([2, 2, 2]);
    expect(array.data["c"]!.get(1, 1, 1)).toBe(-3);
    expect(array.get(1, 0)).toMatchObject({ a: 2, b: { x: 20 } });
    expect((array.get(1, 1)["c"] as NDArray).toNestedArray()).toEqual([3, -3]);
    expect(array.toBytes()).toEqual(bytes);
    expect(array.subarray(1).toBytes()).toEqual(bytes.slice(2 * dataType.itemSize));
    expect(array.reshape([4]).get(2)).toMatchObject({ a: 2 });
  });

  test("is known across copies of the library, prints itself", () => {
    expect(isNDArray(grid())).toBe(true);
    expect(isNDArray({ data: [], shape: [] })).toBe(false);
    expect(String(grid())).toBe("[[0. 1. 2.]\n [3. 4. 5.]]");
    expect(Object.keys(grid())).toEqual(["data", "shape", "stride", "offset", "dtype", "dataType"]);
  });
});

describe("ndArray", () => {
  test("makes arrays from values, in their shape or another", () => {
    const array = ndArray(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "int32" },
    );
    expectTypeOf(array).toEqualTypeOf<NDArray<"int32">>();
    expect(array.get(1, 0)).toBe(3);
    expect(ndArray(0.5, { dtype: "float64", shape: [2, 2] }).toNestedArray()).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(ndArray({ a: [1, 2] }, { dtype: [["a", "i4"]] }).shape).toEqual([2]);
    expect(() => ndArray([1, 2], { dtype: "int8", shape: [3] })).toThrow(ShapeMismatchError);
    expect(() => ndArray(Float64Array.of(1), { dtype: "int8" })).toThrow(TypeError);
    expect(ndArray(Float64Array.of(1.5), { dtype: "int8", casting: "unsafe" }).get(0)).toBe(1);
  });
});
