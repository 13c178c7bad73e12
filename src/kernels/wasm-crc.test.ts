import * as fc from "fast-check";
import { expect, test } from "vitest";
import { adler32, adler32Plainly } from "./adler32.ts";
import { crc32, crc32Plainly } from "./crc32.ts";
import { crc32c, crc32cPlainly } from "./crc32c.ts";
import { samples } from "./fixtures/sample-bytes.ts";
import { inputRoom } from "./memory.ts";

/** Lengths at which the kernel goes another way, and their neighbours. */
const EDGES = [256, 512, 721, 5275, 5290, 12_288, 38_043, 65_536, 131_072];

test.each(EDGES)("CRC-32C of about %i bytes, in the memory and elsewhere", (edge) => {
  const bytes = Uint8Array.from({ length: edge + 40 }, (_, i) => (i * i * 31 + (i >> 7)) & 255);
  const room = inputRoom(bytes.length)!;
  room.set(bytes);
  for (let length = edge - 20; length < edge + 20; length++) {
    const start = length % 7;
    const want = crc32cPlainly(bytes.subarray(start, start + length), 0x1234567);
    expect(crc32c(bytes.subarray(start, start + length), 0x1234567)).toBe(want);
    expect(crc32c(room.subarray(start, start + length), 0x1234567)).toBe(want);
  }
});

test("CRC-32C is the plain twin's, and leaves what is in the memory alone", () => {
  fc.assert(
    fc.property(samples(300_000), fc.nat(2 ** 32 - 1), fc.nat(1000), (bytes, value, skip) => {
      const part = bytes.subarray(skip);
      const room = inputRoom(part.length)!;
      room.set(part);
      const want = crc32cPlainly(part, value);
      expect(crc32c(part, value)).toBe(want);
      expect(crc32c(room, value)).toBe(want);
      expect(Buffer.compare(room, part)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test("Adler-32 and CRC-32 of what is in the memory are the plain twins'", () => {
  fc.assert(
    fc.property(samples(100_000), fc.nat(1000), (bytes, skip) => {
      const part = bytes.subarray(skip);
      const room = inputRoom(part.length + 3)!.subarray(3);
      room.set(part);
      expect(adler32(room)).toBe(adler32Plainly(part));
      expect(crc32(room)).toBe(crc32Plainly(part));
    }),
    { numRuns: 100 },
  );
});
