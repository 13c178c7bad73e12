import { expect, expectTypeOf, test } from "vitest";
import { booleanOption, readOptions, stringsOption } from "./options.ts";
import type { EitherCase, SnakeCase } from "./options.ts";

test("both spellings are one option; fsspec's own for Python are passed over", () => {
  const read = readOptions(
    "X",
    { endpoint_url: "u", requesterPays: true, listings_expiry_time: 3, anon: undefined },
    ["endpointUrl", "requesterPays", "anon"],
  );
  expect([...read]).toEqual([
    ["endpointUrl", "u"],
    ["requesterPays", true],
  ]);
  expect(() => readOptions("X", { a_b: 1, aB: 2 }, ["aB"])).toThrow(/twice/);
  expect(() => readOptions("X", { ab: 1 }, ["aB"])).toThrow(/X has no option "ab"; known: aB/);
  expect(() => readOptions("X", "text", [])).toThrow(TypeError);
  expect(() => readOptions("X", JSON.parse(`{"__proto__": 1}`), ["aB"])).toThrow(TypeError);
});

test("a command line's words are booleans", () => {
  for (const [word, value] of [
    ["true", true],
    ["False", false],
    ["1", true],
    [true, true],
  ] as const)
    expect(booleanOption("X", new Map([["anon", word]]), "anon")).toBe(value);
  expect(() => booleanOption("X", new Map([["anon", "yes"]]), "anon")).toThrow(TypeError);
});

test("headers are strings, also in a Map", () => {
  expect({ ...stringsOption("X", new Map([["h", new Map([["a", "b"]])]]), "h") }).toEqual({ a: "b" });
  expect(() => stringsOption("X", new Map([["h", { a: {} }]]), "h")).toThrow(TypeError);
});

test("option types have both spellings", () => {
  expectTypeOf<SnakeCase<"missingStatus">>().toEqualTypeOf<"missing_status">();
  expectTypeOf<EitherCase<{ readonly useSsl?: boolean }>>().toExtend<{ readonly use_ssl?: boolean }>();
});
