import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MetadataValidationError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import { canonicalJson, encodeJson, stringifyJson } from "./json-write.ts";
import { parseJson } from "./json-parse.ts";
import { JsonReader } from "./json-reader.ts";
import { runs } from "../../test/effort.ts";

/** What JavaScript numbers cannot hold, or JSON.parse refuses; and plain JSON for comparison. */
const numberText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.nat(), fc.integer({ min: 0, max: 99 }), fc.integer({ min: -30, max: 30 }))
    .map(([whole, part, power]) => `${whole}.${part}e${power}`),
  fc.tuple(fc.integer(), fc.stringMatching(/^[0-9]{1,20}$/)).map(([whole, part]) => `${whole}.${part}`),
  fc.constantFrom(
    "-0",
    "-0.0",
    "0.0",
    "1.0",
    "1e5",
    "1E+5",
    "0.10",
    "NaN",
    "Infinity",
    "-Infinity",
    "0.00001",
  ),
);
const key = fc.oneof(
  fc.string(),
  fc.integer({ min: 0, max: 20 }).map(String),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "01", "4294967295", "-1"),
);
const space = fc.constantFrom("", "", " ", "\n  ", "\t", "\r\n", "            ");
const wildKey = fc.oneof(
  key.map((name) => JSON.stringify(name)),
  fc.constantFrom('"a"', '"\\u0031"', '"1\\u0030\\u0031\\u0032"', '"\\u005f_proto__"', '"a\\"1"', '"0"'),
);
/** Texts in the layout of the writer, any two of whose keys differ. */
const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberText,
    fc.constantFrom("true", "false", "null"),
    fc.string({ unit: "binary" }).map((text) => stringifyJson(text)),
    fc.array(tie("document"), { maxLength: 5 }).map((items) => `[${items.join(", ")}]`),
    fc
      .uniqueArray(fc.tuple(key, tie("document")), { maxLength: 6, selector: ([name]) => name })
      .map((members) => `{${members.map(([name, value]) => `${stringifyJson(name)}: ${value}`).join(", ")}}`),
  ),
}));

describe("lossless", () => {
  test("any document is written back as it was read", () => {
    fc.assert(
      fc.property(document, (inner) => {
        const text = `[${inner}]`; // a number that is the whole document has no place for a note
        expect(stringifyJson(parseJson(text))).toBe(text);
      }),
      { numRuns: runs(2000) },
    );
  });

  test("any JSON value written and read is itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 0, 2), (value, indent) => {
        expect(parseJson(encodeJson(value, { indent }))).toEqual(value);
      }),
    );
  });

  test("any double written and read is itself", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseJson(stringifyJson([value]))).toEqual([value]);
      }),
      { numRuns: runs(2000) },
    );
  });

  test("agrees with JSON.parse where both apply, and refuses what it refuses", () => {
    const fragments = fc.array(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"1"',
        "1",
        "-",
        ".",
        "5e2",
        "0",
        " ",
        "null",
        "\\",
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = parts.join("");
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => parseJson(text)).toThrow(MetadataValidationError);
          return;
        }
        expect(parseJson(text)).toEqual(expected);
      }),
      { numRuns: runs(20_000) },
    );
  });

  /** Texts that are JSON, nearly JSON, or hostile: keys that occur twice, escapes, spaces anywhere, half a surrogate pair, much nesting. */
  const { wild } = fc.letrec<{ wild: string }>((tie) => ({
    wild: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      numberText,
      fc.constantFrom("true", "null", "1e400", "-0", "01", "1.", "NaN", '"1e5"', '"-0"', '"\\u0031"', '"[{"'),
      fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
      fc
        .array(fc.tuple(space, tie("wild")), { maxLength: 5 })
        .map((items) => `[${items.map(([gap, item]) => gap + item + gap).join(",")}]`),
      fc
        .array(fc.tuple(wildKey, space, tie("wild")), { maxLength: 6 })
        .map(
          (members) => `{${members.map(([name, gap, value]) => `${gap}${name}${gap}:${value}`).join(",")}}`,
        ),
      fc.tuple(fc.integer({ min: 1, max: 20 }), tie("wild")).map(([levels, inner]) => {
        return "[".repeat(levels) + inner + "]".repeat(levels);
      }),
    ),
  }));

  test("whichever way a text is read, the value, the notes and the error are the same", () => {
    const outcome = (read: () => JsonValue): unknown => {
      try {
        const value = read();
        // What has no notes of its own gets a place for them.
        return { value, text: stringifyJson([value]) };
      } catch (error) {
        if (error instanceof MetadataValidationError) return { ...error, message: error.message };
        throw error;
      }
    };
    fc.assert(
      fc.property(wild, fc.boolean(), fc.constantFrom(8, 512), fc.nat(), (text, bom, maxDepth, cut) => {
        for (const whole of [text, text.slice(0, cut % (text.length + 1))]) {
          const given = bom ? `\uFEFF${whole}` : whole;
          const slow = outcome(() => new JsonReader(whole, maxDepth, "k").read());
          expect(outcome(() => parseJson(given, { maxDepth, key: "k" }))).toEqual(slow);
          if (/\p{Surrogate}/u.test(whole)) continue; // has no bytes
          const bytes = new TextEncoder().encode(given);
          expect(outcome(() => parseJson(bytes, { maxDepth, key: "k" }))).toEqual(slow);
        }
      }),
      { numRuns: runs(10_000) },
    );
  });

  test.each([
    '{"a": 1.0, "a": 1}',
    '{"a": {"b": 1.0}, "a": {"b": 1}}',
    '{"a": [1.0], "a": [1], "b": 2.0}',
    '{"b": 0, "12\\u0033\\u0034\\u0035\\u0036": 1, "a": 2.0}',
    '{"b": 0, "1"            : 1}',
    '{"array-0": {"x": -0}, "": {"0": 1.50}}',
    '{"__proto__": {"2": 1.0, "1": 12345678901234567890}}',
    '[[[1.0]], [0.10, 12345678901234567890], {"a": [{"b": 1e5}]}]',
  ])("as the slow parser: %s", (text) => {
    const slow = new JsonReader(text, 512, undefined).read();
    expect(parseJson(text)).toEqual(slow);
    expect(stringifyJson(parseJson(text))).toBe(stringifyJson(slow));
  });

  // [text, value]
  test.each<[string, JsonValue]>([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992],
    ["-9007199254740992", -9007199254740992],
    ["9007199254740993", 9007199254740993n],
    ["-9007199254740993", -9007199254740993n],
    ["18446744073709551615", 18446744073709551615n],
    ["9007199254740993.0", 9007199254740992],
    ["-0", -0],
    ["-0.0", -0],
    ["[NaN, Infinity, -Infinity]", [NaN, Infinity, -Infinity]],
    ["1e400", Infinity],
    ["1e5", 100000],
    ['{"a": 1.0, "a": 2}', { a: 2 }],
    ['"\\ud800"', "\ud800"],
    ['"\\u00e9\\/\\n"', "é/\n"],
  ])("reads %s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test("duplicate keys: the last wins, also with its text", () => {
    expect(stringifyJson(parseJson('{"b": 1.0, "7": 0, "b": 1}'))).toBe('{"b": 1, "7": 0}');
  });

  test("hostile names are own keys and pollute nothing", () => {
    for (const pad of ["", ', "x": 1.0']) {
      const value = parseJson(
        `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}${pad}}`,
      );
      expect(Object.keys(value as object).slice(0, 2)).toEqual(["__proto__", "constructor"]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }
  });

  test("a byte-order mark is skipped", () => {
    expect(parseJson(new Uint8Array([0xef, 0xbb, 0xbf, 0x31]))).toBe(1);
    expect(parseJson("\uFEFF1.0")).toBe(1);
  });
});

describe("refused, with the place", () => {
  test.each([
    ["", "line 1, column 1"],
    ['{"a": 1,\n "b": tru}', "line 2, column 7"],
    ['{"a": 1,}', "line 1, column 9"],
    ["[1, 2,]", "line 1, column 7"],
    ["[1 2]", "line 1, column 4"],
    ["// no\n{}", "line 1, column 1"],
    ["{} {}", "line 1, column 4"],
    ['{"a": 1', "line 1, column 8"],
    ['"abc', "line 1, column 5"],
    ['"a\nb"', "line 1, column 3"],
    ['"\\x"', "line 1, column 2"],
    ['"\\u12g4"', "line 1, column 2"],
    ["01", "line 1, column 2"],
    ["1.", "line 1, column 2"],
    ["+1", "line 1, column 1"],
    [".5", "line 1, column 1"],
    ["-", "line 1, column 1"],
    ["-NaN", "line 1, column 1"],
    ["{'a': 1}", "line 1, column 2"],
    ["nul", "line 1, column 1"],
    ["undefined", "line 1, column 1"],
  ])("%j at %s", (text, place) => {
    const error = failure(() => parseJson(text, { key: "a/zarr.json" }));
    expect(error.message).toContain(place);
    expect(error.message).toContain('"a/zarr.json"');
    expect(error.key).toBe("a/zarr.json");
    expect(error.expected).toBeTypeOf("string");
  });

  test("bytes that are not UTF-8", () => {
    expect(failure(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]))).message).toContain("UTF-8");
    expect(failure(() => parseJson(new Uint8Array([0xff, 0xfe, 0x31, 0x00]))).message).toContain("UTF-8");
  });

  test("an integer that would take more than linear time", () => {
    expect(failure(() => parseJson("1".repeat(1_000_000))).message).toContain("4300 digits");
    expect(parseJson("1".repeat(4300))).toBe(BigInt("1".repeat(4300)));
  });
});

const nested = (depth: number, open = "[", close = "]"): string => open.repeat(depth) + close.repeat(depth);

describe("hostile input", () => {
  test("nesting is bounded", () => {
    expect(stringifyJson(parseJson(nested(512)))).toBe(nested(512));
    for (const text of [
      nested(513),
      nested(5_000_000),
      nested(100_000, '{"a":', "}"),
      `[1.0, ${nested(512)}]`,
    ]) {
      expect(failure(() => parseJson(text)).message).toContain("512 levels");
    }
    expect(failure(() => parseJson("[[1]]", { maxDepth: 1 })).message).toContain("1 levels");
  });

  test("brackets within strings do not count", () => {
    const text = JSON.stringify(`\\"${"[".repeat(2000)}`);
    expect(parseJson(text)).toBe(`\\"${"[".repeat(2000)}`);
  });

  test.each([
    ["open brackets", "[".repeat(10_000_000)],
    ["closing brackets", "]".repeat(10_000_000)],
    ["quotes", '"'.repeat(10_000_000)],
    ["backslashes", `"${"\\".repeat(9_999_999)}`],
    ["digits after a point", `[1.${"0".repeat(10_000_000)}`],
    ["minus signs", "-".repeat(10_000_000)],
    ["lines", `${"\n".repeat(10_000_000)}x`],
    ["digits in a key", `{"${"1".repeat(10_000_000)}"`],
    ["spaces after a key", `{"1"${" ".repeat(10_000_000)}`],
  ])("10 MB of %s end soon", (_, text) => {
    expect(() => parseJson(text)).toThrow(MetadataValidationError);
  });

  test("a million members", () => {
    const text = `{${Array.from({ length: 200_000 }, (_, index) => `"k${index}": ${index}.0`).join(", ")}}`;
    expect(stringifyJson(parseJson(text))).toBe(text);
  });
});

test("canonical form tells what differs and only that", () => {
  expect(canonicalJson(parseJson('{"b": 1.0, "a": NaN}'))).toBe(canonicalJson({ a: NaN, b: 1n }));
  expect(canonicalJson(0)).not.toBe(canonicalJson(-0));
});

function failure(run: () => unknown): MetadataValidationError {
  try {
    run();
  } catch (error) {
    if (error instanceof MetadataValidationError) return error;
    throw error;
  }
  throw new Error("did not throw");
}
