import { describe, expect, test } from "vitest";
import { MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { stringifyJson } from "../base/json-write.ts";
import { parseArrayV3, serializeArrayV3 } from "./v3-array.ts";

const legal = {
  zarr_format: 3,
  node_type: "array",
  shape: [8, 4],
  data_type: "int32",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 4] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: 0,
  codecs: [{ name: "bytes", configuration: { endian: "little" } }],
} satisfies JsonObject;

const changed = (patch: { [key: string]: JsonValue | undefined }): JsonValue => {
  // Members that are undefined are dropped by the writer.
  return parseJson(stringifyJson({ ...legal, ...patch }));
};

describe("legal", () => {
  test("the least a document needs", () => {
    expect(parseArrayV3(legal)).toEqual({
      zarrFormat: 3,
      shape: [8, 4],
      dataType: "int32",
      chunkGrid: { name: "regular", configuration: { chunk_shape: [4, 4] }, mustUnderstand: true },
      chunkKeyEncoding: { name: "default", configuration: { separator: "/" }, mustUnderstand: true },
      fillValue: 0,
      codecs: [{ name: "bytes", configuration: { endian: "little" }, mustUnderstand: true }],
      attributes: {},
      dimensionNames: undefined,
      storageTransformers: [],
      extra: {},
      source: legal,
    });
  });

  test("short-hand names are read, and written in object form", () => {
    const metadata = parseArrayV3(
      changed({
        data_type: { name: "int32" },
        chunk_key_encoding: "default",
        codecs: ["bytes", { name: "crc32c" }, { name: "x", must_understand: false }],
      }),
    );
    expect(metadata.dataType).toBe("int32");
    expect(metadata.chunkKeyEncoding).toEqual({ name: "default", mustUnderstand: true });
    expect(metadata.codecs.map((codec) => [codec.name, codec.mustUnderstand])).toEqual([
      ["bytes", true],
      ["crc32c", true],
      ["x", false],
    ]);
    const written = serializeArrayV3(metadata);
    expect(written["data_type"]).toBe("int32");
    expect(written["chunk_key_encoding"]).toEqual({ name: "default" });
    expect(written["codecs"]).toEqual([
      { name: "bytes" },
      { name: "crc32c" },
      { name: "x", must_understand: false },
    ]);
  });

  // [what, patch, member, value]
  test.each<[string, { [key: string]: JsonValue }, keyof ReturnType<typeof parseArrayV3>, unknown]>([
    ["no dimensions", { shape: [], dimension_names: [] }, "dimensionNames", []],
    ["a length of 0 and of 2^53", { shape: [0, 2 ** 53] }, "shape", [0, 2 ** 53]],
    ["dimension_names null", { dimension_names: null }, "dimensionNames", undefined],
    ["names twice, null, empty", { dimension_names: ["x", null] }, "dimensionNames", ["x", null]],
    ["names twice", { dimension_names: ["", ""] }, "dimensionNames", ["", ""]],
    ["attributes null", { attributes: null }, "attributes", {}],
    ["no storage transformers", { storage_transformers: [] }, "storageTransformers", []],
    ["a fill value beyond 2^53", { fill_value: 2n ** 64n - 1n }, "fillValue", 2n ** 64n - 1n],
    ["fill value null, as zarrita writes", { fill_value: null }, "fillValue", null],
    [
      "a data type with a configuration",
      { data_type: { name: "a", configuration: {} } },
      "dataType",
      { name: "a", configuration: {} },
    ],
    ["configuration null", { data_type: { name: "a", configuration: null } }, "dataType", "a"],
    ["the data type of nothing", { data_type: "constructor" }, "dataType", "constructor"],
    [
      "a storage transformer that may be ignored",
      { storage_transformers: [{ name: "x", must_understand: false }] },
      "storageTransformers",
      [{ name: "x", mustUnderstand: false }],
    ],
    [
      "an unknown member that may be ignored",
      { later: { must_understand: false, more: [1] } },
      "extra",
      { later: { must_understand: false, more: [1] } },
    ],
  ])("%s", (_, patch, member, value) => {
    expect(parseArrayV3(changed(patch))[member]).toEqual(value);
  });
});

describe("illegal", () => {
  // [what, document, message]
  test.each<[string, JsonValue, string]>([
    ["not an object", null, "a JSON object, got null"],
    ["a list", [legal], "a JSON object"],
    [
      "zarr_format missing",
      changed({ zarr_format: undefined }),
      "/zarr_format must be the integer 3, is missing",
    ],
    ["zarr_format 2", changed({ zarr_format: 2 }), "/zarr_format must be the integer 3, got 2"],
    ["zarr_format a string", changed({ zarr_format: "3" }), 'got "3"'],
    ["zarr_format true", changed({ zarr_format: true }), "got true"],
    ["zarr_format 3.0", parseJson(stringifyJson(legal).replace('format": 3', 'format": 3.0')), "got 3.0"],
    ["node_type missing", changed({ node_type: undefined }), '/node_type must be "array", is missing'],
    ["node_type of a group", changed({ node_type: "group" }), '/node_type must be "array", got "group"'],
    ["keys missing", changed({ shape: undefined, codecs: undefined }), "missing required keys shape, codecs"],
    ["fill_value missing", changed({ fill_value: undefined }), "missing required key fill_value"],
    ["shape not a list", changed({ shape: 8 }), "/shape must be a list of integers, got 8"],
    ["shape negative", changed({ shape: [8, -1] }), "/shape/1 must be an integer from 0 to 2^53, got -1"],
    [
      "shape a float",
      parseJson(stringifyJson(legal).replace("[8, 4]", "[8.0, 4]")),
      "/shape/0 must be an integer from 0 to 2^53, got 8.0",
    ],
    ["shape a fraction", changed({ shape: [1.5, 4] }), "got 1.5"],
    ["shape a string", changed({ shape: ["8", 4] }), 'got "8"'],
    ["shape a boolean", changed({ shape: [true, 4] }), "got true"],
    ["shape NaN", changed({ shape: [NaN, 4] }), "got NaN"],
    ["shape just beyond 2^53", changed({ shape: [2n ** 53n + 1n, 4] }), "got 9007199254740993"],
    ["shape beyond 2^64", changed({ shape: [2n ** 70n, 4] }), "got 1180591620717411303424"],
    [
      "rank 1000",
      changed({ shape: Array.from({ length: 1000 }, () => 1) }),
      "has 1000 dimensions; at most 64",
    ],
    ["a data type without a name", changed({ data_type: {} }), "/data_type/name must be a name"],
    ["a data type that is a list", changed({ data_type: [["a", "<i4"]] }), "/data_type must be"],
    [
      "a grid with a stray member",
      changed({ chunk_grid: { name: "regular", chunk_shape: [4] } }),
      "/chunk_grid must be",
    ],
    [
      "a grid with a list",
      changed({ chunk_grid: { name: "regular", configuration: [4] } }),
      "/chunk_grid/configuration must be a JSON object",
    ],
    ["codecs an object", changed({ codecs: { name: "bytes" } }), "/codecs must be a list"],
    ["a codec that is a number", changed({ codecs: [{ name: "bytes" }, 5] }), "/codecs/1 must be"],
    ["an empty name", changed({ codecs: [""] }), "/codecs/0 must be a name"],
    [
      "must_understand a string",
      changed({ codecs: [{ name: "x", must_understand: "false" }] }),
      "/codecs/0/must_understand",
    ],
    ["attributes a list", changed({ attributes: [] }), "/attributes must be a JSON object"],
    ["dimension names too few", changed({ dimension_names: ["x"] }), "/dimension_names must be a list of 2"],
    [
      "dimension names of numbers",
      changed({ dimension_names: ["x", 5] }),
      "/dimension_names/1 must be a string or null, got 5",
    ],
    ["an unknown key", changed({ foo: { name: "x" } }), 'unknown key "foo"'],
    ["unknown keys", changed({ foo: 1, bar: { must_understand: true } }), 'unknown keys "foo", "bar"'],
    ["must_understand of the prototype", changed({ foo: [false] }), 'unknown key "foo"'],
    [
      "a hostile key",
      parseJson(stringifyJson(legal).replace("{", '{"__proto__": {}, ')),
      'unknown key "__proto__"',
    ],
  ])("%s", (_, document, message) => {
    const error = failure(() =>
      parseArrayV3(document, { key: "a/zarr.json", path: "a", store: "memory://1" }),
    );
    expect(error).toBeInstanceOf(MetadataValidationError);
    expect(error.message).toContain(message);
    expect(error.message).toContain('"a/zarr.json"');
    expect(error).toMatchObject({ key: "a/zarr.json", path: "a", store: "memory://1" });
  });

  test.each<[string, JsonValue, string]>([
    ["zarr_format 4", changed({ zarr_format: 4 }), "zarr_format 4 is not supported"],
    [
      "a storage transformer",
      changed({ storage_transformers: [{ name: "x" }] }),
      'storage transformer "x" is not supported',
    ],
  ])("unsupported: %s", (_, document, message) => {
    const error = failure(() => parseArrayV3(document));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toContain(message);
  });

  test("an inherited member is not there", () => {
    const { fill_value: _, ...rest } = legal;
    expect(() => parseArrayV3(Object.setPrototypeOf(rest, { fill_value: 0 }))).toThrow("fill_value");
  });
});

describe("written", () => {
  test("in zarr-python's order", () => {
    const metadata = parseArrayV3(
      changed({ dimension_names: ["x", "y"], later: { must_understand: false } }),
    );
    expect(Object.keys(serializeArrayV3({ ...metadata, source: undefined }))).toEqual([
      "shape",
      "data_type",
      "chunk_grid",
      "chunk_key_encoding",
      "fill_value",
      "codecs",
      "attributes",
      "dimension_names",
      "zarr_format",
      "node_type",
      "storage_transformers",
      "later",
    ]);
  });

  test("as it was read where it did not change", () => {
    const text =
      '{"node_type": "array", "zarr_format": 3, "fill_value": 0.0, "shape": [8], "data_type": "float32", ' +
      '"codecs": [{"configuration": {"endian": "little"}, "name": "bytes"}], "9": {"must_understand": false, "x": 1.0}, ' +
      '"chunk_grid": {"configuration": {"chunk_shape": [4]}, "name": "regular"}, "storage_transformers": [], ' +
      '"chunk_key_encoding": {"name": "default"}, "attributes": {"b": 1.0, "1": 2}}';
    const metadata = parseArrayV3(parseJson(text));
    expect(stringifyJson(serializeArrayV3(metadata))).toBe(text);
    expect(stringifyJson(serializeArrayV3({ ...metadata, shape: [16] }))).toBe(text.replace("[8]", "[16]"));
    expect(stringifyJson(serializeArrayV3({ ...metadata, fillValue: -0 }))).toBe(text.replace("0.0", "-0.0"));
  });

  test("a length of 2^53 as an integer", () => {
    expect(stringifyJson(serializeArrayV3({ ...parseArrayV3(legal), shape: [2 ** 53, 1] }))).toContain(
      "[9007199254740992, 1]",
    );
  });
});

function failure(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("did not throw an error");
}
