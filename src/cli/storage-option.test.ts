import { expect, test } from "vitest";
import { UsageError } from "./command-context.ts";
import { parseStorageOption, storageOptionsOf } from "./storage-option.ts";

test.each([
  ["anon=true", true],
  ['client_kwargs={"endpoint_url":"http://localhost:9000"}', { endpoint_url: "http://localhost:9000" }],
  ["timeout=30", 30],
  ["endpoint_url=http://localhost:9000", "http://localhost:9000"],
  ["key=a=b", "a=b"],
  ["empty=", ""],
  ['key="123"', "123"],
  ["x=null", null],
])("%s", (text, value) => {
  expect(parseStorageOption(text).value).toEqual(value);
});

test("digits that a number would not give back stay text: they are a key", () => {
  for (const secret of ["0123", "1e5", "1.50", "123456789012345678901234.5"]) {
    expect(parseStorageOption(`secret=${secret}`).value).toBe(secret);
  }
});

test("a malformed option is a misuse, and its text is not shown", () => {
  for (const text of ["topsecret", "=topsecret"]) {
    expect(() => parseStorageOption(text)).toThrow(UsageError);
    expect(() => parseStorageOption(text)).not.toThrow(/topsecret/);
  }
});

test("options come by name; none at all is undefined; twice is a misuse", () => {
  expect(storageOptionsOf([])).toBeUndefined();
  expect(storageOptionsOf([{ name: "anon", value: true }])).toEqual({ anon: true });
  const own = storageOptionsOf([{ name: "__proto__", value: { polluted: true } }]);
  expect(Object.hasOwn(own!, "__proto__")).toBe(true);
  expect((own as { polluted?: boolean }).polluted).toBeUndefined();
  const twice = ["a=1", "a=2"].map(parseStorageOption);
  expect(() => storageOptionsOf(twice)).toThrow("--storage-option a is given twice");
});
