import * as fc from "fast-check";
import { expect, test } from "vitest";
import { swapWords, swapWordsPlainly } from "./byte-order.ts";
import { samples } from "./fixtures/sample-bytes.ts";
import { addressOf, inputRoom } from "./memory.ts";

test.each([
  [2, [2]],
  [4, [4]],
  [8, [8]],
  [16, [8, 8]],
  [16, [16]],
  [12, [4, 4, 4]],
  [6, [2, 4]],
])("words of elements of %i bytes (%j) are reversed as the plain loops do it", (itemSize, sizes) => {
  const words = sizes.map((size, i) => ({ size, offset: sizes.slice(0, i).reduce((a, b) => a + b, 0) }));
  fc.assert(
    fc.property(samples(5000), (bytes) => {
      const want = swapWordsPlainly(bytes, itemSize, words);
      const before = bytes.slice();
      expect(Buffer.compare(swapWords(bytes, itemSize, words), want)).toBe(0);
      const room = inputRoom(bytes.length)!;
      room.set(bytes);
      expect(Buffer.compare(swapWords(room, itemSize, words, true), want)).toBe(0);
      expect(addressOf(swapWords(room, itemSize, words))).toBe(-1);
      expect(Buffer.compare(room, before)).toBe(0);
    }),
    { numRuns: 50 },
  );
});
