import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bitshuffle, bitunshuffle } from "./bitshuffle.ts";
import { shuffle, unshuffle, unshuffledPart } from "./shuffle.ts";

const inputs = fc.tuple(
  fc.uint8Array({ maxLength: 700 }),
  fc.integer({ min: 1, max: 20 }),
  fc.nat({ max: 5 }),
);

test("shuffle equals its definition, and unshuffle undoes it, wherever the bytes lie", () => {
  fc.assert(
    fc.property(inputs, ([bytes, itemSize, from]) => {
      const length = Math.max(0, bytes.length - from);
      const shuffled = new Uint8Array(length + 3);
      shuffle(bytes, from, length, itemSize, shuffled, 3);
      expect(shuffled.subarray(3)).toEqual(naiveShuffle(bytes.slice(from), itemSize));
      const back = new Uint8Array(length + 2);
      unshuffle(shuffled, 3, length, itemSize, back, 2);
      expect(back.subarray(2)).toEqual(bytes.slice(from));
    }),
  );
});

test("a part that is unshuffled alone is that of the whole", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), fc.nat(), ([bytes, itemSize], a, b) => {
      const shuffled = new Uint8Array(bytes.length);
      shuffle(bytes, 0, bytes.length, itemSize, shuffled, 0);
      const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y);
      expect(unshuffledPart(shuffled, itemSize, start!, end!)).toEqual(bytes.slice(start, end));
    }),
  );
});

test("bitshuffle equals its definition, and bitunshuffle undoes it, wherever the bytes lie", () => {
  fc.assert(
    fc.property(inputs, fc.boolean(), ([all, itemSize, from], whole) => {
      const unit = 8 * itemSize;
      const bytes = whole
        ? all.subarray(0, from + Math.floor(Math.max(0, all.length - from) / unit) * unit)
        : all;
      const length = Math.max(0, bytes.length - from);
      const shuffled = new Uint8Array(length + 3);
      bitshuffle(bytes, from, length, itemSize, shuffled, 3);
      expect(shuffled.subarray(3)).toEqual(naiveBitshuffle(bytes.slice(from), itemSize));
      const back = new Uint8Array(length + 2);
      bitunshuffle(shuffled, 3, length, itemSize, back, 2);
      expect(back.subarray(2)).toEqual(bytes.slice(from));
    }),
  );
});

test("elements said to be larger than the data do not cost time", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const target = new Uint8Array(3);
  shuffle(bytes, 0, 3, 2 ** 31 - 1, target, 0);
  expect(target).toEqual(bytes);
  unshuffle(bytes, 0, 3, 2 ** 31 - 1, target, 0);
  expect(target).toEqual(bytes);
});

function naiveShuffle(bytes: Uint8Array, itemSize: number): Uint8Array {
  const count = Math.floor(bytes.length / itemSize);
  return bytes.map((byte, at) =>
    at < count * itemSize ? bytes[(at % count) * itemSize + Math.floor(at / count)]! : byte,
  );
}

function naiveBitshuffle(bytes: Uint8Array, itemSize: number): Uint8Array {
  const count = Math.floor(bytes.length / itemSize);
  if (count % 8 !== 0) return bytes.slice();
  const result = bytes.slice();
  result.fill(0, 0, count * itemSize);
  for (let byte = 0; byte < itemSize; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      for (let element = 0; element < count; element++) {
        const value = (bytes[element * itemSize + byte]! >> bit) & 1;
        result[((byte * 8 + bit) * count) / 8 + (element >> 3)]! |= value << (element & 7);
      }
    }
  }
  return result;
}
