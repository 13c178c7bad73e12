import fc from "fast-check";
import { expect, test } from "vitest";
import { RegularDimension } from "../grids/regular.ts";
import { rangeMap } from "../indexing/axis-map.ts";
import { splitAxis } from "../indexing/split-axis.ts";
import type { AxisPart } from "../indexing/split-axis.ts";
import { cellParts, columnTiles, columnsOf, planTiles, tileOf } from "./tile-plan.ts";
import type { TilePlan } from "./tile-plan.ts";

/** Parts of a selection of all of an axis. */
const partsOf = (extent: number, cell: number, from = 0): AxisPart[] => [
  ...splitAxis(
    { from: rangeMap(from, extent - from), to: rangeMap(0, extent - from) },
    new RegularDimension(extent, cell),
  ),
];

/** Marks every element that a tile's cells give; each must be given once. */
function covered(plan: TilePlan, shape: readonly number[], tiles: Iterable<number>): Uint8Array {
  const seen = new Uint8Array(shape.reduce((size, length) => size * length, 1));
  for (const number of tiles) {
    const tile = tileOf(plan, number);
    for (let cell = 0; cell < tile.cells; cell++) {
      const ranges = cellParts(plan, tile, cell).map(({ pair: { to } }) => {
        if (to.kind !== "range") throw new TypeError("not a range");
        return to;
      });
      for (const [axis, { start, count }] of ranges.entries()) {
        expect(start).toBeGreaterThanOrEqual(tile.start[axis]!);
        expect(start + count).toBeLessThanOrEqual(tile.start[axis]! + tile.shape[axis]!);
      }
      const [a, b, c] = ranges as [(typeof ranges)[0], (typeof ranges)[0], (typeof ranges)[0]];
      for (let x = a.start; x < a.start + a.count; x++)
        for (let y = b.start; y < b.start + b.count; y++)
          for (let z = c.start; z < c.start + c.count; z++) seen[(x * shape[1]! + y) * shape[2]! + z]!++;
    }
  }
  return seen;
}

const sizes = fc.record({
  extents: fc.tuple(
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 12 }),
  ),
  cells: fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
  ),
  perChunk: fc.integer({ min: 1, max: 6 }),
  from: fc.nat({ max: 20 }),
  axis: fc.constantFrom(0, 1),
  isWhole: fc.boolean(),
  itemSize: fc.constantFrom(1, 1000, 60_000),
});

test("tiles cover a selection once, layers of a chunk follow each other, and columns are all tiles", () => {
  fc.assert(
    fc.property(sizes, ({ extents, cells, perChunk, from, axis, isWhole, itemSize }) => {
      const axes = extents.map((extent, at) =>
        partsOf(extent, at < axis ? 1 : cells[at]!, at === axis ? Math.min(from, extent - 1) : 0),
      );
      const shape = extents.map((extent, at) => (at === axis ? extent - Math.min(from, extent - 1) : extent));
      const plan = planTiles(axes, itemSize, 2, "read", { axis, perChunk, isWhole });
      const numbers = Array.from({ length: plan.tiles }, (_, number) => number);
      expect(covered(plan, shape, numbers).every((times) => times === 1)).toBe(true);
      const inColumns: number[] = [];
      for (let column = 0; column < columnsOf(plan); column++) {
        const { first, count } = columnTiles(plan, column);
        const chunks = new Set<string>();
        for (let number = first; number < first + count; number++) {
          inColumns.push(number);
          const { first: part } = tileOf(plan, number);
          const chunk = Math.floor(axes[axis]![part[axis]!]!.cell / perChunk);
          chunks.add(part.map((at, each) => (each === axis ? chunk : at)).join());
        }
        expect(chunks.size).toBe(1);
      }
      expect(inColumns).toEqual(numbers);
      if (isWhole) expect(plan.slots).toBeGreaterThanOrEqual(Math.min(perChunk, 64));
    }),
  );
});

test("tiles without layers cover a selection once", () => {
  fc.assert(
    fc.property(sizes, fc.constantFrom("read" as const, "write" as const), (size, purpose) => {
      const { extents, cells, itemSize } = size;
      const plan = planTiles(
        extents.map((extent, at) => partsOf(extent, cells[at]!)),
        itemSize,
        2,
        purpose,
      );
      const numbers = Array.from({ length: plan.tiles }, (_, number) => number);
      expect(covered(plan, extents, numbers).every((times) => times === 1)).toBe(true);
    }),
  );
});
