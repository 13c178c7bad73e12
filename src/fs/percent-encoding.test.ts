import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StoreError } from "../base/errors.ts";
import { encodeKey, encodeSegment } from "./percent-encoding.ts";

test("a key is encoded once, and a URL parser changes nothing in it", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1 }), (segments) => {
      const key = segments.map((segment) => segment.replaceAll("/", "")).join("/");
      fc.pre(!/(^|\/)\.{1,2}(\/|$)/.test(key));
      const encoded = encodeKey(key);
      expect(encoded).toMatch(/^[A-Za-z0-9\-._~%/]*$/);
      expect(decodeURIComponent(encoded)).toBe(key);
      expect(new URL(`http://h/x/${encoded}`).pathname).toBe(`/x/${encoded}`);
    }),
  );
  expect(encodeKey("a%20b/c+d#e?f")).toBe("a%2520b/c%2Bd%23e%3Ff");
  expect(encodeSegment("!'()*/")).toBe("%21%27%28%29%2A%2F");
});

test.each([".", "..", "a/../b", "../a", "a/."])("%j cannot be in a URL", (key) => {
  expect(() => encodeKey(key)).toThrow(StoreError);
});

test("a lone surrogate is refused", () => {
  expect(() => encodeKey("a\ud800")).toThrow(StoreError);
});
