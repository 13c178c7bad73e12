import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { stringifyJson } from "../base/json-write.ts";
import { parseArrayV2, serializeArrayV2 } from "./v2-array.ts";
import { parseGroupV2, serializeGroupV2 } from "./v2-group.ts";

const legal = {
  zarr_format: 2,
  shape: [8, 4],
  chunks: [4, 4],
  dtype: "<i4",
  order: "C",
  fill_value: 0,
  compressor: { id: "zlib", level: 1 },
  filters: null,
} satisfies JsonObject;

const changed = (patch: { [key: string]: JsonValue | undefined }): JsonValue =>
  parseJson(stringifyJson({ ...legal, ...patch }));

describe("legal", () => {
  test("the document of the specification", () => {
    expect(parseArrayV2(legal, { units: "K" })).toEqual({
      zarrFormat: 2,
      shape: [8, 4],
      chunks: [4, 4],
      dtype: "<i4",
      fillValue: 0,
      order: "C",
      filters: null,
      dimensionSeparator: ".",
      compressor: { id: "zlib", level: 1 },
      attributes: { units: "K" },
      extra: {},
      repairs: [],
      source: legal,
    });
  });

  // [what, patch, member, value]
  test.each<
    [string, { [key: string]: JsonValue | undefined }, keyof ReturnType<typeof parseArrayV2>, unknown]
  >([
    ["no dimensions", { shape: [], chunks: [] }, "chunks", []],
    ["filters absent", { filters: undefined }, "filters", null],
    ["filters empty", { filters: [] }, "filters", null],
    ["filters", { filters: [{ id: "delta" }] }, "filters", [{ id: "delta" }]],
    ["compressor absent", { compressor: undefined }, "compressor", null],
    ["fill_value absent", { fill_value: undefined }, "fillValue", null],
    ["fill_value null", { fill_value: null }, "fillValue", null],
    ["order F", { order: "F" }, "order", "F"],
    ["separator", { dimension_separator: "/" }, "dimensionSeparator", "/"],
    ["fields with a sub-array", { dtype: [["z", "<f4", [2, 2]]] }, "dtype", [["z", "<f4", [2, 2]]]],
    ["unknown keys", { Attr1: 1 }, "extra", { Attr1: 1 }],
  ])("%s", (_, patch, member, value) => {
    expect(parseArrayV2(changed(patch))[member]).toEqual(value);
  });
});

describe("illegal", () => {
  test.each<[string, JsonValue, string]>([
    ["not an object", "x", "a JSON object"],
    ["zarr_format 3", changed({ zarr_format: 3 }), "/zarr_format must be the integer 2, got 3"],
    ["zarr_format 1", changed({ zarr_format: 1 }), "zarr_format 1 is not supported"],
    ["keys missing", changed({ chunks: undefined, dtype: undefined }), "missing required keys chunks, dtype"],
    ["shape negative", changed({ shape: [-8, 4] }), "/shape/0 must be an integer from 0 to 2^53, got -8"],
    ["chunks of another rank", changed({ chunks: [4] }), "/chunks must be a list of 2 integers"],
    ["chunks negative", changed({ chunks: [4, -4] }), "/chunks/1 must be an integer from 1 to 2^53, got -4"],
    ["a float chunk", parseJson(stringifyJson(legal).replace("[4, 4]", "[4.0, 4]")), "/chunks/0"],
    [
      "a float chunk beside a repair",
      parseJson(stringifyJson(legal).replace("[4, 4]", "[4.0, 0]")),
      "/chunks/0",
    ],
    ["a float zero chunk", parseJson(stringifyJson(legal).replace("[4, 4]", "[0.0, 4]")), "/chunks/0"],
    ["filters an object", changed({ filters: { id: "delta" } }), "/filters must be a list"],
    ["a filter without id", changed({ filters: [{ name: "delta" }] }), "/filters/0 must be a codec"],
    ["compressor a string", changed({ compressor: "zlib" }), "/compressor must be a codec"],
    ["order", changed({ order: "A" }), '/order must be "C" or "F", got "A"'],
    ["separator", changed({ dimension_separator: "-" }), '/dimension_separator must be "." or "/", got "-"'],
    ["dtype a number", changed({ dtype: 4 }), "/dtype must be"],
    ["no fields", changed({ dtype: [] }), "/dtype must be"],
  ])("%s", (_, document, message) => {
    expect(() => parseArrayV2(document, undefined, { key: "a/.zarray" })).toThrow(message);
  });

  test("attributes that are no object", () => {
    expect(() => parseArrayV2(legal, [])).toThrow("/attributes must be a JSON object");
  });
});

describe("chunk sizes that older software wrote", () => {
  test("0 on a dimension of length 0: silently 1", () => {
    const metadata = parseArrayV2(changed({ shape: [0, 4], chunks: [0, 4] }));
    expect(metadata.chunks).toEqual([1, 4]);
    expect(metadata.repairs).toEqual([
      { location: "/chunks/0", stored: 0, read: 1, movesChunks: true, warning: undefined },
    ]);
  });

  test.each([0, false])("%j on a dimension with elements: 1, with a warning", (size) => {
    const metadata = parseArrayV2(changed({ chunks: [4, size] }));
    expect(metadata.chunks).toEqual([4, 1]);
    expect(metadata.repairs[0]).toMatchObject({
      location: "/chunks/1",
      stored: size,
      read: 1,
      movesChunks: true,
    });
    expect(metadata.repairs[0]!.warning).toContain("recreate it");
    expect(serializeArrayV2(metadata)["chunks"]).toEqual([4, 1]);
  });

  test("true: silently 1, and chunks stay where they are", () => {
    const metadata = parseArrayV2(changed({ chunks: [true, 4] }));
    expect(metadata.chunks).toEqual([1, 4]);
    expect(metadata.repairs[0]).toMatchObject({ movesChunks: false, warning: undefined });
  });
});

test("written in zarr-python's order, or as it was read", () => {
  const metadata = parseArrayV2(changed({ filters: [], extra: 1.5 }));
  expect(Object.entries(serializeArrayV2({ ...metadata, source: undefined }))).toEqual([
    ["shape", [8, 4]],
    ["chunks", [4, 4]],
    ["dtype", "<i4"],
    ["fill_value", 0],
    ["order", "C"],
    ["filters", null],
    ["dimension_separator", "."],
    ["compressor", { id: "zlib", level: 1 }],
    ["zarr_format", 2],
    ["extra", 1.5],
  ]);
  const text =
    '{"zarr_format": 2, "fill_value": 0.0, "note": 1.0, "shape": [8], "chunks": [4], "dtype": "<f4", "order": "C", ' +
    '"filters": null, "compressor": {"level": 1, "id": "zlib"}, "dimension_separator": "."}';
  expect(stringifyJson(serializeArrayV2(parseArrayV2(parseJson(text))))).toBe(text);
});

describe("groups", () => {
  test("read and written", () => {
    const group = parseGroupV2(parseJson('{"zarr_format": 2, "note": 1.0}'), { a: 1 });
    expect(group.attributes).toEqual({ a: 1 });
    expect(stringifyJson(serializeGroupV2(group))).toBe('{"zarr_format": 2, "note": 1.0}');
  });

  test("what zarr-python adds to entries of .zmetadata is dropped", () => {
    const group = parseGroupV2({ zarr_format: 2, consolidated_metadata: { metadata: {} } });
    expect(serializeGroupV2(group)).toEqual({ zarr_format: 2 });
  });

  test("refused", () => {
    expect(() => parseGroupV2({})).toThrow("/zarr_format must be the integer 2, is missing");
    expect(() => parseGroupV2({ zarr_format: 2 }, 5)).toThrow("/attributes");
  });
});
