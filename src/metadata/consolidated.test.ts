import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { stringifyJson } from "../base/json-write.ts";
import type { NodeDocuments } from "./consolidated.ts";
import {
  buildConsolidatedV2,
  buildConsolidatedV3,
  consolidatedBelow,
  parseConsolidatedV2,
  parseConsolidatedV3,
} from "./consolidated.ts";
import { parseArrayV2, serializeArrayV2 } from "./v2-array.ts";
import { parseGroupV2, serializeGroupV2 } from "./v2-group.ts";
import { parseArrayV3, serializeArrayV3 } from "./v3-array.ts";
import { parseGroupV3, serializeGroupV3 } from "./v3-group.ts";

/** Documents that zarr-python wrote; see fixtures/PROVENANCE.md. */
function documentsOf(name: string): Map<string, string> {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8");
  const { documents } = JSON.parse(text) as { documents: Record<string, string> };
  return new Map(Object.entries(documents));
}
const python3 = documentsOf("zarr-python-3.4.2");
const python2 = documentsOf("zarr-python-2.18.7");

describe("documents that zarr-python wrote", () => {
  test.each([...python3])("3.4.2: %s is read and written back to the byte", (key, text) => {
    const json = parseJson(text, { key });
    expect(stringifyJson(json, key.endsWith(".zmetadata") ? {} : { indent: 2 })).toBe(text);
    const written = rewritten(key, json);
    expect(stringifyJson(written, key.endsWith(".zmetadata") ? {} : { indent: 2 })).toBe(text);
  });

  test.each([...python2])("2.18.7: %s is read and written back but for its indentation", (key, text) => {
    const json = parseJson(text, { key });
    expect(stringifyJson(json, { indent: 4 })).toBe(text);
  });

  test("what a new document looks like is what zarr-python writes", () => {
    for (const [key, text] of python3) {
      if (!/(A|b|t|z|sub)\/zarr\.json$/.test(key)) continue;
      const json = parseJson(text);
      const fresh = key.endsWith("sub/zarr.json")
        ? serializeGroupV3({ ...parseGroupV3(json), source: undefined })
        : serializeArrayV3({ ...parseArrayV3(json), source: undefined });
      expect(stringifyJson(fresh, { indent: 2 })).toBe(text);
    }
  });

  test("v3: consolidated metadata of the nodes is what zarr-python makes", () => {
    const group = parseGroupV3(parseJson(python3.get("v3/zarr.json")!));
    const nodes = new Map<string, NodeDocuments>();
    for (const path of ["sub/z", "sub", "b", "A", "sub/t"]) {
      const document = parseJson(python3.get(`v3/${path}/zarr.json`)!) as JsonObject;
      nodes.set(path, { kind: path === "sub" ? "group" : "array", zarrFormat: 3, document });
    }
    expect(stringifyJson(buildConsolidatedV3(nodes))).toBe(stringifyJson(group.consolidated));
    const read = parseConsolidatedV3(group.consolidated!)!;
    expect([...read.nodes].map(([path, node]) => `${node.kind} ${path}`)).toEqual([
      "array A",
      "array b",
      "group sub",
      "array sub/t",
      "array sub/z",
    ]);
    expect(parseArrayV3(read.nodes.get("sub/z")!.document).fillValue).toBe(2n ** 64n - 1n);
  });

  test("v2: consolidated metadata of the nodes is what zarr-python makes, but for what means nothing", () => {
    const text = python3.get("v2/.zmetadata")!;
    const read = parseConsolidatedV2(parseJson(text));
    expect([...read.nodes].map(([path, node]) => `${node.kind} ${path}`)).toEqual([
      "group ",
      "array a",
      "group sub",
      "array sub/u",
    ]);
    const nodes = new Map<string, NodeDocuments>();
    for (const [path, node] of [...read.nodes].reverse()) {
      const kept = node.kind === "group" ? serializeGroupV2(parseGroupV2(node.document)) : node.document;
      nodes.set(path, { ...node, document: kept });
    }
    const surplus = ', "consolidated_metadata": {"metadata": {}, "must_understand": false, "kind": "inline"}';
    expect(text).toContain(surplus);
    expect(stringifyJson(buildConsolidatedV2(nodes))).toBe(text.replace(surplus, ""));
  });

  test("v2: what zarr-python 2 consolidated", () => {
    const { nodes, ignored } = parseConsolidatedV2(parseJson(python2.get("v2/.zmetadata")!));
    expect(ignored).toEqual([]);
    expect([...nodes.keys()]).toEqual(["", "a", "sub", "sub/s"]);
    expect(nodes.get("")!.attributes!["big"]).toBe(1152921504606846977n);
    expect(nodes.get("sub")!.attributes).toBeUndefined();
    const { document, attributes } = nodes.get("sub/s")!;
    expect(parseArrayV2(document, attributes).dtype).toEqual([
      ["x", "<f4"],
      ["y", "|i1"],
    ]);
  });
});

const array3: JsonObject = { zarr_format: 3, node_type: "array" };
const group3: JsonObject = { zarr_format: 3, node_type: "group" };
const inline = (metadata: JsonValue): JsonValue => ({ kind: "inline", must_understand: false, metadata });

describe("v3", () => {
  test("keys in any order, siblings that differ in case, names of the prototype", () => {
    const metadata = '{"z/b": A, "a": G, "z": G, "A": G, "a/x": A, "__proto__": A, "10": A, "9": A}'
      .replaceAll("A,", `${JSON.stringify(array3)},`)
      .replaceAll("A}", `${JSON.stringify(array3)}}`)
      .replaceAll("G", JSON.stringify(group3));
    const { nodes } = parseConsolidatedV3(inline(parseJson(metadata)))!;
    expect([...nodes.keys()]).toEqual(["z/b", "a", "z", "A", "a/x", "__proto__", "10", "9"]);
    const built = buildConsolidatedV3(nodes)["metadata"] as JsonObject;
    const again = parseConsolidatedV3(parseJson(stringifyJson(inline(built))))!;
    expect([...again.nodes.keys()]).toEqual(["10", "9", "__proto__", "a", "A", "z", "a/x", "z/b"]);
  });

  test("members are sorted by depth, then by name without regard to case or width", () => {
    const nodes = new Map(
      ["b/a", "ß", "STZ", "B", "Ａb", "a", "a/c"].map((path) => [
        path,
        { kind: "array", zarrFormat: 3, document: array3 } as const,
      ]),
    );
    expect(Object.keys(buildConsolidatedV3(nodes)["metadata"] as object)).toEqual([
      "a",
      "Ａb",
      "B",
      "ß",
      "STZ",
      "a/c",
      "b/a",
    ]);
  });

  test("what a group holds of its own is emptied", () => {
    const stale = { ...group3, consolidated_metadata: inline({ x: array3 }) };
    const built = buildConsolidatedV3(new Map([["a", { kind: "group", zarrFormat: 3, document: stale }]]));
    expect(built).toEqual(inline({ a: { ...group3, attributes: {}, consolidated_metadata: inline({}) } }));
  });

  test("paths that no node can have are passed over", () => {
    const paths = ["x", "../up", "", "/abs", "a/../../b", "a//b", "a\\b", "."];
    const { nodes, ignored } = parseConsolidatedV3(
      inline(Object.fromEntries(paths.map((path) => [path, array3]))),
    )!;
    expect([...nodes.keys()]).toEqual(["x"]);
    expect(ignored).toEqual(paths.slice(1));
    expect(() =>
      buildConsolidatedV3(new Map([["../up", { kind: "array", zarrFormat: 3, document: array3 }]])),
    ).toThrow('no node can have the path "../up"');
  });

  test("an unknown kind that may be ignored is", () => {
    expect(parseConsolidatedV3({ kind: "other", must_understand: false, metadata: {} })).toBeUndefined();
  });

  test.each<[string, JsonValue, string]>([
    ["a list", [], "/consolidated_metadata must be a JSON object"],
    ["no kind", { metadata: {} }, '/consolidated_metadata/kind must be "inline", is missing'],
    [
      "an unknown kind",
      { kind: "other", metadata: {} },
      '/consolidated_metadata/kind must be "inline", got "other"',
    ],
    ["no metadata", { kind: "inline" }, "/consolidated_metadata/metadata must be a JSON object, is missing"],
    [
      "an entry that is a list",
      inline({ a: [] }),
      "at /consolidated_metadata/metadata/a: it must be a JSON object",
    ],
    ["an entry of v2", inline({ a: { zarr_format: 2 } }), "/zarr_format must be the integer 3, got 2"],
    [
      "an entry of no kind",
      inline({ "a/b": { zarr_format: 3 } }),
      "at /consolidated_metadata/metadata/a~1b: /node_type",
    ],
  ])("refused: %s", (_, json, message) => {
    expect(() => parseConsolidatedV3(json, { key: "zarr.json" })).toThrow(message);
  });
});

describe("v2", () => {
  const array2 = { zarr_format: 2, shape: [1], chunks: [1], dtype: "<i4" };
  const group2 = { zarr_format: 2 };

  test("keys in any order; an array wins over a group; attributes alone are no node", () => {
    const { nodes, ignored } = parseConsolidatedV2({
      metadata: {
        "a/.zattrs": { x: 1 },
        "a/.zgroup": group2,
        "lost/.zattrs": {},
        "a/.zarray": array2,
        ".zgroup": group2,
        "../up/.zarray": array2,
        "/abs/.zarray": array2,
        "/.zarray": array2,
        "a/.nczarray": {},
        "__proto__/.zarray": array2,
      },
    });
    expect([...nodes]).toEqual([
      ["a", { kind: "array", zarrFormat: 2, document: array2, attributes: { x: 1 } }],
      ["", { kind: "group", zarrFormat: 2, document: group2, attributes: undefined }],
      ["__proto__", { kind: "array", zarrFormat: 2, document: array2, attributes: undefined }],
    ]);
    expect(ignored).toEqual(["../up/.zarray", "/abs/.zarray", "/.zarray", "a/.nczarray"]);
  });

  test.each<[string, JsonValue, string]>([
    ["another format", { zarr_consolidated_format: 9, metadata: {} }, "must be the integer 1, got 9"],
    ["no metadata", { zarr_consolidated_format: 1 }, "/metadata must be a JSON object"],
    [
      "an entry that is text",
      { metadata: { "a/.zarray": "{}" } },
      "/metadata/a~1.zarray must be a JSON object",
    ],
  ])("refused: %s", (_, json, message) => {
    expect(() => parseConsolidatedV2(json, { key: ".zmetadata" })).toThrow(message);
  });
});

test("what is below a group", () => {
  const node: NodeDocuments = { kind: "array", zarrFormat: 3, document: array3 };
  const nodes = new Map(["", "a", "a/b", "a/b/c", "ab"].map((path) => [path, node]));
  expect([...consolidatedBelow(nodes, "a").keys()]).toEqual(["b", "b/c"]);
  expect([...consolidatedBelow(nodes, "").keys()]).toEqual(["a", "a/b", "a/b/c", "ab"]);
});

function rewritten(key: string, json: JsonValue): JsonValue {
  switch (key.split("/").at(-1)) {
    case "zarr.json": {
      const isArray = (json as JsonObject)["node_type"] === "array";
      return isArray ? serializeArrayV3(parseArrayV3(json)) : serializeGroupV3(parseGroupV3(json));
    }
    case ".zarray":
      return serializeArrayV2(parseArrayV2(json));
    case ".zgroup":
      return serializeGroupV2(parseGroupV2(json));
    default:
      return json;
  }
}
