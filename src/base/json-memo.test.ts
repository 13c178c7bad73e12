import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../../test/effort.ts";
import type { JsonValue } from "./json.ts";
import { JsonMemo } from "./json-memo.ts";
import { parseJson } from "./json-parse.ts";
import { stringifyJson } from "./json-write.ts";

describe("JsonMemo", () => {
  test("finds the same JSON and no other", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 6 }), (values) => {
        const memo = new JsonMemo<string>();
        const text = (value: unknown): string => stringifyJson(value);
        const distinct = [...new Set(values.map(text))];
        for (const each of distinct)
          if (memo.find(parseJson(each)) === undefined) memo.add(parseJson(each), each);
        for (const each of distinct) {
          const found = memo.find(parseJson(each));
          // Documents with numbers as `1e5` are not remembered.
          expect([each, undefined]).toContain(found);
        }
      }),
      { numRuns: runs(2000) },
    );
  });

  test.each<[JsonValue, JsonValue]>([
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [[1], { 0: 1 }],
    [{ 0: 1 }, [1]],
    [1, 1n],
    [1, "1"],
    [0, -0],
    [null, {}],
    [[], {}],
    [{ a: 1 }, { a: 1, b: 1 }],
    [[1, 2], [1]],
    [NaN, null],
    [{ a: NaN }, { a: null }],
  ])("what differs is not the same (%#)", (known, other) => {
    const memo = new JsonMemo<number>();
    memo.add(known, 1);
    expect(memo.find(known)).toBe(1);
    expect(memo.find(other)).toBeUndefined();
  });

  test("1.0 is not 1, either way round", () => {
    const memo = new JsonMemo<string>();
    memo.add(parseJson('{"level": 1.0}'), "float");
    expect(memo.find(parseJson('{"level": 1.0}'))).toBeUndefined();
    memo.add(parseJson('{"level": 1}'), "integer");
    expect(memo.find(parseJson('{"level": 1}'))).toBe("integer");
    expect(memo.find(parseJson('{"level": 1.0}'))).toBeUndefined();
  });

  test("is not changed by who changes the JSON later", () => {
    const memo = new JsonMemo<string>();
    const json = { levels: [1, 2] };
    memo.add(json, "made");
    json.levels[0] = 5;
    expect(memo.find({ levels: [1, 2] })).toBe("made");
    expect(memo.find({ levels: [5, 2] })).toBeUndefined();
  });

  test("keeps the 32 that were used last", () => {
    const memo = new JsonMemo<number>();
    memo.add("first", -1);
    for (let index = 0; index < 40; index++) {
      expect(memo.find("first")).toBe(-1);
      memo.add(index, index);
    }
    const kept = Array.from({ length: 40 }, (_, index) => memo.find(index)).filter(
      (each) => each !== undefined,
    );
    expect(kept).toHaveLength(31);
    memo.clear();
    expect(memo.find("first")).toBeUndefined();
  });

  test.each<[string, JsonValue]>([
    ["a long text", "x".repeat(2000)],
    ["a long key", { ["x".repeat(2000)]: 1 }],
    ["many values", Array.from({ length: 300 }, () => [1])],
    ["a huge integer", 10n ** 4000n],
  ])("does not hold %s", (_, json) => {
    const memo = new JsonMemo<number>();
    expect(memo.add(json, 1)).toBe(1);
    expect(memo.find(json)).toBeUndefined();
  });
});
