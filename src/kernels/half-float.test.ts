import { Float16Array } from "@petamoriken/float16";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHalves, toHalves } from "./half-float.ts";

const halvesOf = (values: ArrayLike<number>): Uint16Array => {
  const halves = new Float16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = values[i]!;
  return new Uint16Array(halves.buffer as ArrayBuffer);
};
const isNaNHalf = (half: number): boolean => (half & 0x7fff) > 0x7c00;

test("every half is the float that it stands for, and comes back", () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const floats = new Float32Array(halves.length);
  fromHalves(halves, floats);
  const expected = new Float16Array(halves.buffer);
  const back = new Uint16Array(halves.length);
  toHalves(floats, back);
  for (let i = 0; i < halves.length; i++) {
    expect(Object.is(floats[i], expected[i]) || (Number.isNaN(floats[i]) && isNaNHalf(i))).toBe(true);
    expect(back[i] === i || (isNaNHalf(i) && back[i] === (i | 0x200))).toBe(true);
  }
});

test("floats, doubles and integers round as they do elsewhere", () => {
  const double = fc.oneof(
    fc.double(),
    fc.double({ min: -70_000, max: 70_000 }),
    fc.double({ min: -1e-4, max: 1e-4 }),
    // Near the middle of two halves, from where rounding twice would go wrong.
    fc.tuple(fc.integer({ min: 0, max: 0x7bff }), fc.integer({ min: -3, max: 3 })).map(([half, steps]) => {
      const pair = new Float32Array(2);
      fromHalves(Uint16Array.of(half, half + 1), pair);
      const middle = (pair[0]! + pair[1]!) / 2;
      return middle * (1 + steps * 2 ** -40);
    }),
  );
  fc.assert(
    fc.property(fc.array(double, { maxLength: 20 }), (values) => {
      for (const source of [Float64Array.from(values), Float32Array.from(values), Int32Array.from(values)]) {
        const target = new Uint16Array(source.length);
        toHalves(source, target);
        const expected = halvesOf(source);
        for (let i = 0; i < target.length; i++)
          expect(target[i] === expected[i] || Number.isNaN(source[i])).toBe(true);
      }
    }),
  );
});

test("more than fits into a piece", () => {
  const source = Float32Array.from({ length: 10_000 }, (_, i) => i / 7);
  const target = new Uint16Array(source.length);
  toHalves(source, target);
  expect(
    Buffer.compare(Buffer.from(target.buffer), Buffer.from(halvesOf(source).buffer as ArrayBuffer)),
  ).toBe(0);
});
