import { describe, expect, test } from "vitest";
import { MetadataValidationError, UnknownDataTypeError, UnsupportedError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import {
  DataTypeRegistry,
  dataTypeRegistry,
  parseDataType,
  parseDataTypeV2,
  parseDataTypeV3,
} from "./registry.ts";
import { boolDefinition } from "./bool.ts";
import { integerDefinitions, IntegerDataType } from "./integers.ts";
import { structDefinition } from "./struct-definition.ts";

describe("v3 metadata", () => {
  test.each([
    ["int32", "int32"],
    [{ name: "int32" }, "int32"],
    [{ name: "int32", configuration: {} }, "int32"],
    ["r16", "r16"],
    ["bytes", "variable_length_bytes"],
    ["complex_float32", "complex64"],
    ["complex_float64", "complex128"],
    [{ name: "numpy.datetime64", configuration: { unit: "\u03bcs", scale_factor: 10 } }, "datetime64[10us]"],
    [{ name: "structured", configuration: { fields: [["a", "int32"]] } }, "struct"],
    [{ name: "fixed_length_utf32", configuration: { length_bytes: 8 } }, "fixed_length_utf32"],
  ] as [JsonValue, string][])("%j is %s", (json, name) => {
    expect(parseDataTypeV3(json).name).toBe(name);
  });

  test("the registry's types round trip by name", () => {
    const names = dataTypeRegistry.names.filter(
      (name) => !/<|^(struct|bytes|complex_float(32|64)|object|fixed|raw|null|numpy)/.test(name),
    );
    expect(names.length).toBeGreaterThan(35);
    for (const name of names) {
      expect(parseDataTypeV3(name).toV3()).toBe(name);
      expect(parseDataType(name).name).toBe(name);
    }
  });

  test.each([
    "int33",
    "constructor",
    "__proto__",
    "r",
    "r8x",
    "R8",
    "|V2",
    "<i4",
    "float8_e4m3fn",
    "object",
    "",
  ])("%j is unknown", (name) => {
    const attempt = (): unknown => parseDataTypeV3(name);
    expect(attempt).toThrow(UnknownDataTypeError);
    expect(attempt).toThrow(`No Zarr data type found that matches ${JSON.stringify(name)}`);
  });

  test.each([
    [{ name: "int32", configuration: { endian: "little" } }],
    [{ name: "int32", other: 1 }],
    [{ name: "int32", configuration: "x" }],
    [{ name: 5 }],
    [{}],
    [null],
    [5],
    [["int32"]],
    ["r12"],
    ["r0"],
    [
      {
        name: "struct",
        configuration: {
          fields: Array.from({ length: 9 }, (_, i) => [
            `f${i}`,
            { name: "raw_bytes", configuration: { length_bytes: 2 ** 20 } },
          ]),
        },
      },
    ],
    ["fixed_length_utf32"],
    [{ name: "fixed_length_utf32", configuration: { length_bytes: 6 } }],
    [{ name: "fixed_length_utf32", configuration: { length_bytes: 0 } }],
    [{ name: "fixed_length_utf32", configuration: { length_bytes: 2 ** 40 } }],
    [{ name: "raw_bytes", configuration: { length_bytes: 1.5 } }],
    [{ name: "raw_bytes", configuration: { length_bytes: 1, more: 2 } }],
    [{ name: "numpy.datetime64", configuration: { unit: "fortnight", scale_factor: 1 } }],
    [{ name: "numpy.datetime64", configuration: { unit: "s", scale_factor: 0 } }],
    [{ name: "numpy.datetime64", configuration: { unit: "s" } }],
    [{ name: "numpy.timedelta64" }],
    [{ name: "struct", configuration: { fields: [] } }],
    [{ name: "struct", configuration: { fields: [{ name: "", data_type: "int8" }] } }],
    [{ name: "struct", configuration: { fields: [{ name: "a", data_type: "string" }] } }],
    [
      {
        name: "struct",
        configuration: {
          fields: [
            ["a", "int8"],
            ["a", "int8"],
          ],
        },
      },
    ],
    [{ name: "struct", configuration: { fields: [["a"]] } }],
    [{ name: "struct" }],
  ] as [JsonValue][])("%j is malformed", (json) => {
    expect(() => parseDataTypeV3(json)).toThrow(MetadataValidationError);
  });

  test("an unknown type of a field is named with its place", () => {
    const nested = {
      name: "struct",
      configuration: {
        fields: [
          { name: "a", data_type: "int8" },
          { name: "b", data_type: "r8x" },
        ],
      },
    };
    const attempt = (): unknown => parseDataTypeV3(nested);
    expect(attempt).toThrow('matches "r8x" at /configuration/fields/1/data_type');
    expect(() => parseDataTypeV3({ name: "struct", configuration: { fields: [["n", nested]] } })).toThrow(
      "at /configuration/fields/0/data_type/configuration/fields/1/data_type",
    );
    try {
      attempt();
      expect.unreachable();
    } catch (error) {
      expect((error as UnknownDataTypeError).known).toEqual(expect.arrayContaining(["float64", "r<bits>"]));
    }
  });

  test("hostile nesting is an error, not a stack overflow", () => {
    let json: JsonValue = "int8";
    for (let depth = 0; depth < 10_000; depth++) {
      json = { name: "struct", configuration: { fields: [{ name: "a", data_type: json }] } };
    }
    expect(() => parseDataTypeV3(json)).toThrow(MetadataValidationError);
    let list: JsonValue = "<i4";
    for (let depth = 0; depth < 10_000; depth++) list = [["a", list]];
    expect(() => parseDataTypeV2(list)).toThrow(MetadataValidationError);
  });

  test("a field may be called __proto__", () => {
    const struct = parseDataTypeV3({
      name: "struct",
      configuration: {
        fields: [
          ["__proto__", "int8"],
          ["constructor", "int8"],
        ],
      },
    });
    const fill = struct.parseFillValue(JSON.parse('{"__proto__": 1, "constructor": 2}') as JsonValue, 3);
    expect(Object.entries(fill as object)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
    expect(Object.getPrototypeOf(fill)).toBe(Object.prototype);
  });
});

describe("v2 metadata", () => {
  test.each([
    ["<u1", "|u1"],
    [">u1", "|u1"],
    ["<i1", "|i1"],
    [">b1", "|b1"],
    ["<V4", "|V4"],
    [">S4", "|S4"],
    ["i4", "<i4"],
    ["<M8[\u03bcs]", "<M8[us]"],
    ["bfloat16", "bfloat16"],
    ["int4", "int4"],
  ])("%s is written %s", (dtype, canonical) => {
    expect(parseDataTypeV2(dtype).toV2()).toBe(canonical);
    expect(parseDataTypeV2([["f", dtype]]).toV2()).toEqual([["f", canonical]]);
  });

  test.each(["<M8[fortnight]", "__proto__", "<f3", "<i16", "|S", "int33", "<c4", "<f8x"])(
    "%s is unknown",
    (dtype) => {
      expect(() => parseDataTypeV2(dtype)).toThrow(UnknownDataTypeError);
    },
  );

  test.each([
    ["|S0"],
    ["<U0"],
    ["|V0"],
    [5],
    [null],
    [{ name: "int32" }],
    [[]],
    [
      [
        ["a", "<i4"],
        ["a", "<i4"],
      ],
    ],
    [[["a", "<i4", [0]]]],
    [[["a", "<i4", [2 ** 20, 2 ** 20]]]],
    [[[["title", "a"], "<i4"]]],
    [[["a"]]],
    [["a", "<i4"]],
    [[["", "<i4"]]],
    [[["", "|V4"]]],
    [[["a", "|O"]]],
  ] as [JsonValue][])("%j is malformed", (dtype) => {
    expect(() => parseDataTypeV2(dtype)).toThrow(MetadataValidationError);
  });

  test("gaps of a padded layout are kept, and fields lie at their offsets", () => {
    const dtype = [
      ["a", "|u1"],
      ["", "|V3"],
      ["b", ">i4"],
      ["", "|V4"],
    ];
    const struct = parseDataTypeV2(dtype);
    expect(struct.toV2()).toEqual(dtype);
    expect(struct.itemSize).toBe(12);
    expect(struct.fields?.map(({ name, offset }) => [name, offset])).toEqual([
      ["a", 0],
      ["b", 4],
    ]);
    expect(struct.words).toEqual([{ offset: 4, size: 4, bigEndian: true }]);
    expect(String(struct)).toBe("[('a', 'u1'), ('', 'V3'), ('b', '>i4'), ('', 'V4')]");
    expect(() => struct.toV3()).toThrow(UnsupportedError);
  });

  test("fields of several elements", () => {
    const dtype = [
      ["a", ">i2", [2, 3]],
      ["b", "|S2"],
    ];
    const struct = parseDataTypeV2(dtype);
    expect(struct.toV2()).toEqual(dtype);
    expect(struct.itemSize).toBe(14);
    expect(struct.words.map(({ offset }) => offset)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(String(struct)).toBe("[('a', '>i2', (2, 3)), ('b', 'S2')]");
    expect(() => struct.toV3()).toThrow(UnsupportedError);
    expect(struct.parseFillBytes("AAAAAAAAAAAAAAAAAAA=", 2)).toEqual(new Uint8Array(14));
  });

  test("objects by their codec", () => {
    expect(parseDataTypeV2("|O", "vlen-utf8").name).toBe("string");
    expect(parseDataTypeV2("|O", "vlen-bytes").name).toBe("variable_length_bytes");
    for (const codec of ["json2", "msgpack2", "vlen-array", "categorize"]) {
      expect(parseDataTypeV2("|O", codec)).toMatchObject({ name: "object", objectCodec: codec });
    }
    expect(() => parseDataTypeV2("|O", "pickle")).toThrow(UnsupportedError);
    expect(() => parseDataTypeV2("|O", "pickle")).toThrow("pickle");
    expect(() => parseDataTypeV2("|O")).toThrow("needs an object codec");
    expect(() => parseDataTypeV2("<M8[ns]", "json2")).toThrow(MetadataValidationError);
  });
});

describe("what users write", () => {
  test.each([
    ["f8", "float64"],
    ["float", "float64"],
    ["double", "float64"],
    ["int", "int64"],
    ["uint", "uint64"],
    ["complex", "complex128"],
    ["?", "bool"],
    ["str", "string"],
    ["string", "string"],
    ["<U5", "fixed_length_utf32"],
    ["S3", "null_terminated_bytes"],
    ["V3", "raw_bytes"],
    ["M8[ns]", "datetime64[ns]"],
    ["datetime64[10us]", "datetime64[10us]"],
    ["timedelta64[s]", "timedelta64[s]"],
    ["datetime64", "datetime64"],
    ["r24", "r24"],
    ["float8_e5m2", "float8_e5m2"],
  ])("%s is %s", (text, name) => {
    expect(parseDataType(text).name).toBe(name);
  });

  test("lists of fields, JSON objects, and data types", () => {
    expect(parseDataType([["a", "i4"]]).toInfoString()).toBe(
      "Struct(fields=(('a', Int32(endianness='little')),))",
    );
    expect(parseDataType({ name: "int8" }).name).toBe("int8");
    const dataType = parseDataType("int8");
    expect(parseDataType(dataType)).toBe(dataType);
    expect(String(parseDataType(">i4"))).toBe(">i4");
  });

  test("what is none", () => {
    expect(() => parseDataType("object")).toThrow("ambiguous");
    expect(() => parseDataType("float65")).toThrow(UnknownDataTypeError);
    expect(() => parseDataType("x".repeat(100_000))).toThrow(/matches "x{60}…"/);
    expect(() => parseDataType(5 as unknown as string)).toThrow(TypeError);
  });
});

test("a user's own type is found everywhere, also within structures", () => {
  const registry = new DataTypeRegistry([structDefinition, ...integerDefinitions, boolDefinition]);
  class Celsius extends IntegerDataType {
    override toV3(): JsonValue {
      return "my.celsius";
    }
  }
  registry.register({
    name: "my.celsius",
    fromV3: () => new Celsius(2, true),
    fromText: (text) => (text === "°C" ? new Celsius(2, true) : undefined),
  });
  expect(registry.parse("°C")).toBeInstanceOf(Celsius);
  const json = { name: "struct", configuration: { fields: [{ name: "t", data_type: "my.celsius" }] } };
  expect(registry.parseV3(json).toV3()).toEqual(json);
  expect(() => parseDataTypeV3("my.celsius")).toThrow(UnknownDataTypeError);
  // The latest registration of a name wins.
  registry.register({ name: "bool", fromV3: () => new Celsius(2, true) });
  expect(registry.parseV3("bool")).toBeInstanceOf(Celsius);
});
