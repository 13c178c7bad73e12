import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { parseChunkKeyEncoding, registerChunkKeyEncoding } from "./registry.ts";
import { runs } from "../../test/effort.ts";

test.each<[string, JsonValue, number[], string]>([
  ["default", "default", [0, 1, 20], "c/0/1/20"],
  ["default, long", { name: "default", configuration: { separator: "/" } }, [3], "c/3"],
  ["default, without configuration", { name: "default" }, [3], "c/3"],
  ["default with dots", { name: "default", configuration: { separator: "." } }, [0, 1], "c.0.1"],
  ["default, zarr-python's short form", { name: "default", separator: "." }, [0, 1], "c.0.1"],
  ["default without dimensions", "default", [], "c"],
  ["v2", "v2", [0, 1], "0.1"],
  ["v2 with slashes", { name: "v2", configuration: { separator: "/" } }, [0, 1], "0/1"],
  ["v2 without dimensions", "v2", [], "0"],
  ["v2 beyond 2^31", "v2", [9007199254740990], "9007199254740990"],
  [
    "suffix",
    { name: "suffix", configuration: { suffix: ".tiff", base_encoding: { name: "default" } } },
    [1, 2],
    "c/1/2.tiff",
  ],
  [
    "suffix with a hyphen",
    { name: "suffix", configuration: { suffix: ".tiff", "base-encoding": "v2" } },
    [1, 2],
    "1.2.tiff",
  ],
  [
    "suffix without dimensions",
    { name: "suffix", configuration: { suffix: ".zip", base_encoding: "default" } },
    [],
    "c.zip",
  ],
  ["prefix", { name: "prefix", configuration: { prefix: "x/", base_encoding: "v2" } }, [0, 0, 0], "x/0.0.0"],
  [
    "fanout",
    { name: "fanout", configuration: { max_children: 101 } },
    [1234, 5, 67890],
    "d0/12/34/d1/5/d2/6/78/90/c",
  ],
  ["fanout of one dimension", { name: "fanout", configuration: { max_children: 101 } }, [123], "d0/1/23/c"],
  ["fanout without dimensions", "fanout", [], "c"],
])("%s", (_name, json, chunkIndex, key) => {
  const encoding = parseChunkKeyEncoding(json);
  expect(encoding.encode(chunkIndex)).toBe(key);
  expect(encoding.decode(key, chunkIndex.length)).toEqual(chunkIndex);
  expect(parseChunkKeyEncoding(encoding.toV3()).encode(chunkIndex)).toBe(key);
});

test("encodings write their long form", () => {
  expect(parseChunkKeyEncoding("default").toV3()).toEqual({
    name: "default",
    configuration: { separator: "/" },
  });
  expect(parseChunkKeyEncoding("v2").toV3()).toEqual({ name: "v2", configuration: { separator: "." } });
});

const ENCODINGS: JsonValue[] = [
  "default",
  { name: "default", configuration: { separator: "." } },
  "v2",
  { name: "v2", configuration: { separator: "/" } },
  { name: "suffix", configuration: { suffix: ".0", base_encoding: "v2" } },
  { name: "prefix", configuration: { prefix: "0.", base_encoding: "v2" } },
  { name: "fanout", configuration: { max_children: 4 } },
];

test("a key decodes to the index that it encodes, for that number of dimensions only", () => {
  const indices = fc.array(fc.maxSafeInteger().map(Math.abs), { maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...ENCODINGS), indices, (json, chunkIndex) => {
      const encoding = parseChunkKeyEncoding(json);
      const key = encoding.encode(chunkIndex);
      expect(encoding.decode(key, chunkIndex.length)).toEqual(chunkIndex);
      // The one key of v2 that two arrays share is that of no dimensions and that of one.
      if (chunkIndex.length > 0) expect(encoding.decode(key, chunkIndex.length + 1)).toBe(undefined);
    }),
  );
});

test("what an encoding does not write is no chunk key", () => {
  const pieces = fc.constantFrom(
    "c",
    "d0",
    "d1",
    "0",
    "1",
    "00",
    "+1",
    "-1",
    " 1",
    "1e3",
    "",
    "/",
    ".",
    "zarr.json",
    "2",
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...ENCODINGS),
      fc.array(pieces, { maxLength: 8 }),
      fc.nat(3),
      (json, parts, ndim) => {
        const encoding = parseChunkKeyEncoding(json);
        const key = parts.join("");
        const decoded = encoding.decode(key, ndim);
        if (decoded !== undefined) expect(encoding.encode(decoded)).toBe(key);
      },
    ),
    { numRuns: runs(5000) },
  );
  const encoding = parseChunkKeyEncoding("default");
  for (const key of [
    "c/00/0",
    "c/0",
    "c/0/0/0",
    "c.0.0",
    "x/0/0",
    "c/0/",
    "c//0",
    "c/0/-1",
    "c/0/9007199254740993",
    "0/0",
  ]) {
    expect(encoding.decode(key, 2)).toBe(undefined);
  }
  expect(parseChunkKeyEncoding("v2").decode("1", 0)).toBe(undefined);
});

test.each<[string, JsonValue | undefined, RegExp]>([
  ["nothing", undefined, /neither a name nor an object/],
  ["a number", 2, /neither a name nor an object/],
  ["an unknown name", "hilbert", /unknown chunk key encoding "hilbert"; known: default, v2/],
  [
    "an unknown name that need not be understood",
    { name: "x", must_understand: false },
    /unknown chunk key encoding "x"/,
  ],
  ["a name of Object.prototype", "toString", /unknown chunk key encoding "toString"/],
  ["another separator", { name: "default", configuration: { separator: "-" } }, /separator other than/],
  ["unknown configuration", { name: "v2", configuration: { prefix: "x" } }, /unknown configuration "prefix"/],
  ["a configuration that is a list", { name: "v2", configuration: [] }, /not an object/],
  [
    "a suffix without base",
    { name: "suffix", configuration: { suffix: "x" } },
    /neither a name nor an object/,
  ],
  [
    "a suffix that climbs",
    { name: "suffix", configuration: { suffix: "/../../x", base_encoding: "v2" } },
    /holds "\.\."/,
  ],
  [
    "a prefix that is absolute",
    { name: "prefix", configuration: { prefix: "/x", base_encoding: "v2" } },
    /absolute/,
  ],
  ["an empty prefix", { name: "prefix", configuration: { prefix: "", base_encoding: "v2" } }, /empty/],
  ["a fanout of 3", { name: "fanout", configuration: { max_children: 3 } }, /above 3/],
])("%s is refused", (_name, json, message) => {
  expect(() => parseChunkKeyEncoding(json)).toThrow(MetadataValidationError);
  expect(() => parseChunkKeyEncoding(json)).toThrow(message);
});

test("encodings within encodings end somewhere", () => {
  let json: JsonValue = "v2";
  for (let depth = 0; depth < 10_000; depth++)
    json = { name: "suffix", configuration: { suffix: "x", base_encoding: json } };
  expect(() => parseChunkKeyEncoding(json)).toThrow(/nest deeper/);
});

test("a registered encoding is found by name", () => {
  registerChunkKeyEncoding("test-flat", (configuration) => ({
    name: "test-flat",
    separator: "_",
    encode: (chunkIndex) => `${String(configuration["stem"])}_${chunkIndex.join("_")}`,
    decode: () => undefined,
    toV3: () => ({ name: "test-flat", configuration }),
  }));
  const encoding = parseChunkKeyEncoding({ name: "test-flat", configuration: { stem: "chunk" } });
  expect(encoding.encode([1, 2])).toBe("chunk_1_2");
});
