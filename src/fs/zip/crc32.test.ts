import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crc32, crc32Portable } from "./crc32.ts";
import { text } from "./test-file.ts";

/** The definition. */
const naive = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
};

test("the check value of CRC-32", () => {
  expect(crc32(text("123456789"))).toBe(0xcbf43926);
  expect(crc32Portable(text("123456789"))).toBe(0xcbf43926);
  expect(crc32Portable(new Uint8Array(0))).toBe(0);
});

test("the portable loop equals the definition, bit by bit, at every length and alignment", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (bytes, skip) => {
      const part = bytes.subarray(Math.min(skip, bytes.length));
      expect(crc32Portable(part)).toBe(naive(part));
      expect(crc32(part)).toBe(naive(part));
    }),
  );
});
