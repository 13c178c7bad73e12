import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "./json.ts";
import { copyJson, isIntegerAt, jsonKeys, mergeObjects, omitKeys } from "./json-notes.ts";
import { parseJson } from "./json-parse.ts";
import { writtenLike } from "./json-rewrite.ts";
import { canonicalJson, equalJson, stringifyJson, toJsonValue } from "./json-write.ts";

describe("layout of Python's json.dumps", () => {
  // Each text is what json.dumps gives for the value.
  test.each<[unknown, string]>([
    [{ a: 1, b: [1, 2] }, '{"a": 1, "b": [1, 2]}'],
    [[0.1, 1e-5, 1e-7, 1.5e300, 123456789.125], "[0.1, 1e-05, 1e-07, 1.5e+300, 123456789.125]"],
    [[1e16, 2 ** 60, 9007199254740994], "[1e+16, 1.152921504606847e+18, 9007199254740994.0]"],
    [[-0, NaN, Infinity, -Infinity], "[-0.0, NaN, Infinity, -Infinity]"],
    [2n ** 64n, "18446744073709551616"],
    ['é😀"\\/\n\u007f\u0001', '"\\u00e9\\ud83d\\ude00\\"\\\\/\\n\u007f\\u0001"'],
    ["\ud800", '"\\ud800"'],
    [[[], {}], "[[], {}]"],
    [null, "null"],
  ])("%# one line", (value, text) => {
    expect(stringifyJson(value)).toBe(text);
  });

  test("indented", () => {
    expect(stringifyJson({ a: [1, { b: [] }], c: {} }, { indent: 2 })).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": []\n    }\n  ],\n  "c": {}\n}',
    );
  });
});

describe("what is not JSON", () => {
  const cycle: Record<string, unknown> = {};
  cycle["list"] = [cycle];
  class Point {
    readonly x = 1;
  }
  test.each<[unknown, string]>([
    [{ a: [() => 1] }, "a function as JSON at /a/0"],
    [{ "x/y": Symbol("s") }, "a symbol as JSON at /x~1y"],
    [[undefined], "undefined as JSON at /0"],
    [undefined, "undefined as JSON."],
    [cycle, "contains itself"],
    [new Map(), "an instance of Map"],
    [new Float32Array(2), "an instance of Float32Array"],
    [{ p: new Point() }, "an instance of Point as JSON at /p"],
  ])("%#", (value, message) => {
    expect(() => stringifyJson(value)).toThrow(TypeError);
    expect(() => stringifyJson(value)).toThrow(message);
  });

  test("nesting that would not be read back", () => {
    let value: JsonValue = [];
    for (let level = 1; level < 512; level++) value = [value];
    expect(parseJson(stringifyJson(value))).toEqual(value);
    expect(() => stringifyJson([value])).toThrow("512 levels");
    expect(() => copyJson([value])).toThrow("512 levels");
  });

  test("members that are undefined are left out; toJSON is used", () => {
    const date = new Date(0);
    expect(stringifyJson({ a: undefined, b: date })).toBe('{"b": "1970-01-01T00:00:00.000Z"}');
    expect(toJsonValue({ a: undefined, b: date })).toEqual({ b: "1970-01-01T00:00:00.000Z" });
  });
});

describe("notes", () => {
  const text = '{"b": 1.0, "2": [1e5, 0.10], "1": {"7": 0, "3": 1.50}, "__proto__": 2.0}';
  const parsed = (): JsonObject => parseJson(text) as JsonObject;

  test("a number that changed is written anew, and one that did not as it was", () => {
    const value = parseJson('{"a": 1.0, "b": 1.0, "c": [2.0, 2.0]}') as {
      a: number;
      b: number;
      c: number[];
    };
    value.a = 3;
    value.c[1] = 5;
    expect(stringifyJson(value)).toBe('{"a": 3, "b": 1.0, "c": [2.0, 5]}');
  });

  test("a copy has them, and is a copy", () => {
    const copy = copyJson(parsed(), { freeze: true });
    expect(stringifyJson(copy)).toBe(text);
    expect(Object.isFrozen(copy["1"])).toBe(true);
    expect(Object.isFrozen(copy)).toBe(true);
    expect(copyJson(copy)).not.toBe(copy);
    expect(stringifyJson(toJsonValue(copy))).toBe(text);
  });

  test("merging keeps places, texts and names", () => {
    const merged = mergeObjects(parsed(), { "0": 5, b: 1, c: parseJson("[7.0]"), "1": undefined });
    expect(stringifyJson(merged)).toBe(
      '{"b": 1.0, "2": [1e5, 0.10], "1": {"7": 0, "3": 1.50}, "__proto__": 2.0, "0": 5, "c": [7.0]}',
    );
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(stringifyJson(mergeObjects({ x: 1 }, parseJson('{"x": 2.0}') as JsonObject))).toBe('{"x": 2.0}');
  });

  test("a member that was dropped is dropped", () => {
    expect(stringifyJson(omitKeys(parsed(), ["2", "__proto__"]))).toBe(
      '{"b": 1.0, "1": {"7": 0, "3": 1.50}}',
    );
  });

  test("rewriting follows the source", () => {
    const source = parseJson('{"z": 1.0, "5": {"b": 1, "a": 2.0}, "y": [1.0]}') as JsonObject;
    const changed = { "5": { a: 2, b: 1 }, new: 1, y: [2], z: 1 };
    expect(stringifyJson(writtenLike(changed, source))).toBe(
      '{"z": 1.0, "5": {"b": 1, "a": 2.0}, "y": [2], "new": 1}',
    );
  });

  test("keys in the order of the text", () => {
    expect(jsonKeys(parsed())).toEqual(["b", "2", "1", "__proto__"]);
    expect(jsonKeys({ b: 1, 1: 2 })).toEqual(["1", "b"]);
  });

  test("integers as they were written", () => {
    const value = parseJson(
      '[3, 3.0, 3e0, 30E-1, -1, 9007199254740993, true, "3", 3.5, NaN, -0, -0.0]',
    ) as JsonValue[];
    expect(value.map((_, index) => isIntegerAt(value, index))).toEqual([
      true,
      false,
      false,
      false,
      true,
      true,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(isIntegerAt({ a: 3 }, "a")).toBe(true);
  });
});

describe("equality", () => {
  test("whatever the order and the texts", () => {
    expect(equalJson(parseJson('{"a": 1.0, "2": 5, "1": NaN}'), { 1: NaN, a: 1n, 2: 5 })).toBe(true);
    expect(equalJson([0], [-0])).toBe(false);
    expect(equalJson(0, -0)).toBe(false);
    expect(equalJson([1], ["1"])).toBe(false);
    expect(equalJson([2 ** 60], [2n ** 60n])).toBe(false);
  });

  test("is that of the values, for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(canonicalJson(left) === canonicalJson(copyJson(left as JsonValue))).toBe(true);
        let same = true;
        try {
          expect(left).toEqual(right);
        } catch {
          same = false;
        }
        expect(equalJson(left, right)).toBe(same);
      }),
    );
  });
});
