import { describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { stringifyJson } from "../base/json-write.ts";
import { nodeKindV3, parseGroupV3, serializeGroupV3 } from "./v3-group.ts";

const legal = { attributes: {}, zarr_format: 3, node_type: "group" };

test("read and written", () => {
  const text =
    '{"node_type": "group", "5": {"must_understand": false}, "attributes": {"a": 1.0}, "zarr_format": 3}';
  const group = parseGroupV3(parseJson(text));
  expect(group.extra).toEqual({ 5: { must_understand: false } });
  expect(stringifyJson(serializeGroupV3(group))).toBe(text);
  expect(stringifyJson(serializeGroupV3({ ...group, extra: {}, source: undefined }))).toBe(
    '{"attributes": {"a": 1.0}, "zarr_format": 3, "node_type": "group"}',
  );
});

test("consolidated metadata comes, stays and goes", () => {
  const consolidated = { kind: "inline", must_understand: false, metadata: {} };
  const group = parseGroupV3({ ...legal, consolidated_metadata: consolidated });
  expect(group.consolidated).toBe(consolidated);
  expect(Object.keys(serializeGroupV3({ ...group, source: undefined }))).toEqual([
    "attributes",
    "zarr_format",
    "consolidated_metadata",
    "node_type",
  ]);
  expect(serializeGroupV3({ ...group, consolidated: undefined })).toEqual(legal);
  expect(parseGroupV3({ ...legal, consolidated_metadata: null }).consolidated).toBeUndefined();
});

describe("refused", () => {
  test.each<[string, JsonValue, string]>([
    ["an array", { ...legal, node_type: "array" }, '/node_type must be "group", got "array"'],
    ["no node type", { zarr_format: 3 }, '/node_type must be "array" or "group", is missing'],
    ["another node type", { ...legal, node_type: "dataset" }, 'got "dataset"'],
    ["another version", { ...legal, zarr_format: 9 }, "zarr_format 9 is not supported"],
    ["an unknown key", { ...legal, foo: 1 }, 'unknown key "foo"'],
    ["attributes", { ...legal, attributes: 1 }, "/attributes must be a JSON object"],
    [
      "consolidated metadata",
      { ...legal, consolidated_metadata: [] },
      "/consolidated_metadata must be a JSON object",
    ],
  ])("%s", (_, document, message) => {
    expect(() => parseGroupV3(document)).toThrow(message);
  });
});

test("the kind of a node", () => {
  expect(nodeKindV3(legal)).toBe("group");
  expect(nodeKindV3({ zarr_format: 3, node_type: "array" })).toBe("array");
});
