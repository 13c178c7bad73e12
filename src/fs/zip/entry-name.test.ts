import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeName, encodeName, UTF8_FLAG } from "./entry-name.ts";

test("a name is flagged as UTF-8 only when it is not ASCII", () => {
  expect(encodeName("a/c/0").flags).toBe(0);
  expect(encodeName("größe").flags).toBe(UTF8_FLAG);
});

test("names survive the round trip", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (name) => {
      const { bytes, flags } = encodeName(name);
      expect(decodeName(bytes, flags)).toBe(name);
    }),
  );
});

test("without the flag a name is code page 437", () => {
  expect(decodeName(Uint8Array.of(0x67, 0x72, 0x94, 0xe1, 0x65), 0)).toBe("größe");
  expect(decodeName(Uint8Array.of(0x80, 0xff), 0)).toBe("Ç\u00a0");
});

test("a name that claims to be UTF-8 and is not has no text; a long one does not overflow the stack", () => {
  expect(decodeName(Uint8Array.of(0x61, 0xff), UTF8_FLAG)).toBeUndefined();
  expect(decodeName(new Uint8Array(65535).fill(0x61), 0)).toBe("a".repeat(65535));
});
