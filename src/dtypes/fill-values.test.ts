/** Fill values beyond what zarr-python tells (reference.test.ts): strictness, NaN bits, v2 forms. */
import { describe, expect, test } from "vitest";
import { MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { parseDataType, parseDataTypeV2, parseDataTypeV3 } from "./registry.ts";

const label = (type: unknown, json: unknown): string =>
  JSON.stringify([type, json], (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v));
const titled = <T extends readonly [unknown, unknown, ...unknown[]]>(rows: readonly T[]): [string, T][] =>
  rows.map((row) => [label(row[0], row[1]), row]);
const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

describe("refused in v3", () => {
  test.each(
    titled([
      ["uint8", "NaN"],
      ["uint16", -1],
      ["int32", 1.5],
      ["int32", "5"],
      ["int32", true],
      ["int32", null],
      ["int8", 128],
      ["uint64", 1.8446744073709552e19],
      ["uint64", 2n ** 64n],
      ["int64", 2 ** 53],
      ["int4", 8],
      ["int2", -3],
      ["uint2", 4],
      ["bool", "false"],
      ["bool", 2],
      ["float32", "0x7fc0"],
      ["float32", "0x7fc000000"],
      ["float32", "0xzz"],
      ["float32", "0xzzzzzzzz"],
      ["float64", "infinity"],
      ["float64", "nan"],
      ["float64", "1.5"],
      ["float64", true],
      ["float64", [0]],
      ["bfloat16", "0x7fc00000"],
      ["float8_e4m3fnuz", "Infinity"],
      ["float8_e4m3fnuz", 1e6],
      ["float4_e2m1fn", "NaN"],
      ["float4_e2m1fn", "0x10"],
      ["float6_e3m2fn", 1000],
      ["complex64", [1, 2, 3]],
      ["complex64", 1],
      ["complex64", ["0x00000000", "0x0"]],
      ["complex64", { re: 1, im: 2 }],
      ["r24", [1, 2]],
      ["r24", [1, 2, 300]],
      ["r24", [1, 2, 0.5]],
      ["r24", 0],
      ["r24", "AAA"],
      ["string", 0],
      ["string", "\ud800"],
      ["variable_length_bytes", [256]],
      ["variable_length_bytes", "%%%%"],
      [{ name: "fixed_length_utf32", configuration: { length_bytes: 8 } }, "abc"],
      [{ name: "null_terminated_bytes", configuration: { length_bytes: 1 } }, "YWI="],
      [{ name: "numpy.datetime64", configuration: { unit: "s", scale_factor: 1 } }, "nat"],
      [{ name: "numpy.datetime64", configuration: { unit: "s", scale_factor: 1 } }, 0.5],
      [{ name: "struct", configuration: { fields: [["a", "int8"]] } }, { b: 1 }],
      [{ name: "struct", configuration: { fields: [["a", "int8"]] } }, { a: 300 }],
      [{ name: "struct", configuration: { fields: [["a", "int8"]] } }, "AAA="],
      [{ name: "struct", configuration: { fields: [["a", "int8"]] } }, 0],
    ] as [JsonValue, JsonValue][]),
  )("%s", (_, [type, json]) => {
    expect(() => parseDataTypeV3(type).parseFillValue(json, 3)).toThrow(MetadataValidationError);
  });
});

describe("bit patterns", () => {
  test.each([
    ["float16", "0x7e01", "017e"],
    ["float32", "0x7fc00001", "0100c07f"],
    ["float32", "0xff800001", "010080ff"],
    ["float64", "0x7ff8000000000001", "010000000000f87f"],
    ["bfloat16", "0x7fc1", "c17f"],
    ["float8_e4m3", "0x7d", "7d"],
    ["float8_e5m2", "0xff", "ff"],
  ])("%s keeps the NaN %s", (type, json, bytes) => {
    const dataType = parseDataType(type);
    const parsed = dataType.parseFillBytes(json, 3);
    expect(hex(parsed)).toBe(bytes);
    expect(dataType.fillBytesToJson(parsed, 3)).toBe(json);
    expect(dataType.parseFillValue(json, 3)).toBeNaN();
  });

  test.each([
    ["float16", "007e"],
    ["float32", "0000c07f"],
    ["float64", "000000000000f87f"],
    ["bfloat16", "c07f"],
    ["float8_e3m4", "78"],
    ["float8_e4m3", "7c"],
    ["float8_e4m3b11fnuz", "80"],
    ["float8_e4m3fnuz", "80"],
    ["float8_e5m2", "7e"],
    ["float8_e5m2fnuz", "80"],
    ["float8_e8m0fnu", "ff"],
  ])('"NaN" of %s is %s', (type, bytes) => {
    const dataType = parseDataType(type);
    expect(hex(dataType.parseFillBytes("NaN", 3))).toBe(bytes);
    expect(
      dataType.fillBytesToJson(
        dataType.parseFillBytes(`0x${hex(dataType.parseFillBytes("NaN", 3).reverse())}`, 3),
        3,
      ),
    ).toBe("NaN");
  });

  test("are those of numbers, too", () => {
    const float32 = parseDataType("float32");
    expect(float32.parseFillValue("0x3f800000", 3)).toBe(1);
    expect(float32.fillBytesToJson(float32.parseFillBytes("0x80000000", 3), 3)).toBe(-0);
    expect(parseDataType("complex64").parseFillValue(["0x3f800000", "-Infinity"], 3)).toEqual({
      re: 1,
      im: -Infinity,
    });
    const complex = parseDataType("complex128");
    const json = ["0x7ff8000000000001", "NaN"];
    expect(complex.fillBytesToJson(complex.parseFillBytes(json, 3), 3)).toEqual(json);
    expect(parseDataType("float4_e2m1fn").parseFillValue("0x07", 3)).toBe(6);
  });

  test("within structures", () => {
    const struct = parseDataTypeV3({
      name: "struct",
      configuration: {
        fields: [
          ["a", "float32"],
          ["b", "int8"],
        ],
      },
    });
    const bytes = struct.parseFillBytes({ a: "0x7fc00001", b: 1 }, 3);
    expect(hex(bytes)).toBe("0100c07f01");
    expect(struct.fillBytesToJson(bytes, 3)).toEqual({ a: "0x7fc00001", b: 1 });
  });
});

describe("kept exactly", () => {
  test.each(
    titled([
      ["int64", 9007199254740993n],
      ["int64", -(2n ** 63n)],
      ["uint64", 2n ** 64n - 1n],
      ["float64", -0],
      ["complex64", [-0, -0]],
      ["bool", true],
      ["int4", -8],
      ["r24", [1, 2, 255]],
      ["string", 'fíll "q"'],
      ["variable_length_bytes", "AQI="],
    ] as [string, JsonValue][]),
  )("%s", (_, [type, json]) => {
    const dataType = parseDataType(type);
    expect(dataType.fillValueToJson(dataType.parseFillValue(json, 3), 3)).toEqual(json);
    if (dataType.itemSize > 0)
      expect(dataType.fillBytesToJson(dataType.parseFillBytes(json, 3), 3)).toEqual(json);
  });

  test("bytes are read from either form", () => {
    expect(parseDataType("variable_length_bytes").parseFillValue([1, 2, 3], 3)).toEqual(
      Uint8Array.of(1, 2, 3),
    );
    expect(parseDataType("r24").parseFillValue("AQID", 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(parseDataType("V3").parseFillValue([1, 2, 3], 3)).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("numbers that JSON writes with a point, tokens that it does not have", () => {
    expect(parseDataType("int32").parseFillValue(0.0, 3)).toBe(0);
    expect(parseDataType("float64").parseFillValue(NaN, 3)).toBeNaN();
    expect(parseDataType("float32").parseFillValue(-Infinity, 2)).toBe(-Infinity);
    expect(parseDataType("float64").parseFillValue(2n ** 64n, 3)).toBe(2 ** 64);
    expect(parseDataType("bool").parseFillValue(0, 3)).toBe(false);
  });
});

describe("v2", () => {
  test.each(
    titled([
      ["|u1", "0", 0],
      ["<i4", "-5", -5],
      ["<i4", "", 0],
      ["<i8", true, 1n],
      ["<f4", "0", 0],
      ["<f8", "-1.5e3", -1500],
      ["<f8", "NaN", NaN],
      ["<c8", 0, { re: 0, im: 0 }],
      ["<c8", "NaN", { re: NaN, im: 0 }],
      ["|b1", 1, true],
      ["|S5", "YWI=", Uint8Array.of(97, 98)],
      ["|S5", "", new Uint8Array(0)],
      ["|S5", 0, new Uint8Array(0)],
      ["|V2", 0, new Uint8Array(2)],
      ["<U3", "añ", "añ"],
      ["<U3", 0, ""],
      ["<M8[s]", "NaT", -(2n ** 63n)],
      ["<M8[s]", -(2n ** 63n), -(2n ** 63n)],
    ] as [string, JsonValue, unknown][]),
  )("%s", (_, [dtype, json, scalar]) => {
    expect(parseDataTypeV2(dtype).parseFillValue(json, 2)).toEqual(scalar);
  });

  test("of objects", () => {
    expect(parseDataTypeV2("|O", "vlen-utf8").parseFillValue(0, 2)).toBe("");
    expect(parseDataTypeV2("|O", "vlen-bytes").parseFillValue("", 2)).toEqual(new Uint8Array(0));
    expect(parseDataTypeV2("|O", "json2").parseFillValue({ a: [1] }, 2)).toEqual({ a: [1] });
    expect(parseDataTypeV2("|O", "json2").fillValueToJson({ a: [1, undefined] }, 2)).toEqual({
      a: [1, null],
    });
    expect(() => parseDataTypeV2("|O", "json2").fillValueToJson(() => 1, 2)).toThrow(UnsupportedError);
    expect(() => parseDataTypeV2("|O", "vlen-utf8").parseFillBytes("", 2)).toThrow(UnsupportedError);
  });

  test("structures are base64 in the stored order of bytes", () => {
    const struct = parseDataTypeV2([
      ["a", ">i2"],
      ["b", "<i2"],
    ]);
    expect(struct.parseFillValue("AAEBAA==", 2)).toEqual({ a: 1, b: 1 });
    expect(struct.fillValueToJson({ a: 1, b: 1 }, 2)).toBe("AAEBAA==");
    expect(struct.parseFillValue("AQABAA==", 3)).toEqual({ a: 1, b: 1 });
    expect(struct.parseFillValue(0, 2)).toEqual({ a: 0, b: 0 });
    expect(() => struct.parseFillValue("AAE=", 2)).toThrow(MetadataValidationError);
  });

  test("a NaN is written as one, whatever its bits", () => {
    const float32 = parseDataType("float32");
    expect(float32.fillBytesToJson(float32.parseFillBytes("0x7fc00001", 3), 2)).toBe("NaN");
  });
});
