import { describe, expect, test } from "vitest";
import { COLOUR_MAPS, colourCss, colourTable, labelColour, packed } from "./colour-maps.ts";
import { histogramOf, limitsOf, maskedValues, paint } from "./paint.ts";

const grey = colourTable("grey", false);

describe("colours", () => {
  test("limits are the ends of a map; what lies beyond has the colour of the end", () => {
    const out = new Uint32Array(5);
    const colouring = { table: grey, low: 10, high: 20, masked: [], maskColour: 0 };
    expect(paint(new Float32Array([9, 10, 15, 20, 1e30]), colouring, out)).toBe(false);
    expect([...out]).toEqual([
      packed(0, 0, 0),
      packed(0, 0, 0),
      packed(128, 128, 128),
      packed(255, 255, 255),
      packed(255, 255, 255),
    ]);
  });

  test("NaN is transparent, infinity an end, a masked value has the colour of the mask", () => {
    const out = new Uint32Array(4);
    const colouring = { table: grey, low: 0, high: 1, masked: [-9999], maskColour: packed(1, 2, 3) };
    const values = new Float64Array([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -9999]);
    expect(paint(values, colouring, out)).toBe(true);
    expect([...out]).toEqual([0, packed(255, 255, 255), packed(0, 0, 0), packed(1, 2, 3)]);
  });

  test("each map has 256 opaque colours, reversed from the other end", () => {
    for (const name of COLOUR_MAPS) {
      if (name === "labels") continue;
      const table = colourTable(name, false);
      expect(table.length).toBe(256);
      expect([...colourTable(name, true)].reverse()).toEqual([...table]);
    }
    expect(colourCss(grey, 255)).toBe("rgb(255 255 255)");
    expect(labelColour(0)).toBe(packed(0, 0, 0));
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(labelColour)).size).toBe(8);
  });
});

describe("counts", () => {
  test("of numbers, NaN, infinities and masked values", () => {
    const tile = new Float64Array([1, 2, 3, 4, Number.NaN, Number.POSITIVE_INFINITY, -9999]);
    const histogram = histogramOf([tile], [-9999], 3)!;
    expect(histogram).toMatchObject({ low: 1, high: 4, finite: 4, nan: 1, infinite: 1, masked: 1, sum: 10 });
    expect(histogram.counts).toEqual([1, 1, 2]);
    expect(histogramOf([new Float64Array()], [], 3)).toBeUndefined();
  });

  test("limits leave out what is rare, and one value lies in their middle", () => {
    const values = new Float64Array(10_000).map((_, i) => i % 100);
    values[17] = 1e6;
    const [low, high] = limitsOf(histogramOf([values], [], 100)!);
    expect(low).toBe(0);
    expect(high).toBeLessThan(20_000);
    expect(limitsOf(histogramOf([new Float64Array([7, 7])], [], 10)!)).toEqual([6.5, 7.5]);
  });

  test("a fill value of double precision is found among single-precision numbers", () => {
    expect(maskedValues(undefined, [1e20], false)).toContain(Math.fround(1e20));
    expect(maskedValues(-1, [], true)).toEqual([-1]);
    expect(maskedValues(-1, [], false)).toEqual([]);
    expect(maskedValues(Number.NaN, [], true)).toEqual([]);
  });
});
