import * as fc from "fast-check";
import { expect, test } from "vitest";
import { regularGrid } from "../grids/regular.ts";
import { rectilinearGrid } from "../grids/rectilinear.ts";
import type { ChunkGrid } from "../grids/grid.ts";
import type { NormalizedSelection } from "./normalized.ts";
import { countChunks, onlyChunk, planPart, planSelection } from "./plan.ts";
import { mapLength } from "./projection.ts";
import type { AxisMap, ChunkPart, ChunkProjection } from "./projection.ts";
import { coordinateSelection, maskSelection } from "./points.ts";
import { anySelection, basicSelection, orthogonalSelection } from "./selection.ts";
import { slice } from "./slice.ts";
import { runs } from "../../test/effort.ts";

// The model: positions are written out one by one, chunks are looked up by counting along the edges.

function positions(map: AxisMap): number[] {
  if (map.kind === "list") return [...map.positions];
  return Array.from({ length: map.count }, (_, i) => map.start + i * map.step);
}

function cartesian(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((x) => [...row, x])), [[]]);
}

/** Source position of each result element, in C order. */
function sources(selection: NormalizedSelection): number[][] {
  if (selection.kind === "orthogonal") return cartesian(selection.axes.map(positions));
  return Array.from({ length: selection.length }, (_, i) => selection.coordinates.map((axis) => axis[i]!));
}

/** (position in the chunk, flat position in the result), in the order of the part. */
function pairsOf(part: ChunkPart, axisShape: readonly number[]): { from: number[]; to: number }[] {
  if (part.kind === "points") {
    return [...part.to].map((to, i) => ({ from: part.from.map((axis) => axis[i]!), to }));
  }
  for (const { from, to } of part.axes) expect(mapLength(from)).toBe(mapLength(to));
  const from = cartesian(part.axes.map((axis) => positions(axis.from)));
  const to = cartesian(part.axes.map((axis) => positions(axis.to)));
  return from.map((index, i) => ({
    from: index,
    to: to[i]!.reduce((flat, x, axis) => flat * axisShape[axis]! + x, 0),
  }));
}

function cellStartByCounting(edges: readonly number[], cell: number): number {
  return edges.slice(0, cell).reduce((sum, edge) => sum + edge, 0);
}

function compareIndices(a: readonly number[], b: readonly number[]): number {
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return a[axis]! - b[axis]!;
  return 0;
}

/** All that a plan promises, against the model. `edges` are the chunk lengths per axis. */
function checkPlan(
  selection: NormalizedSelection,
  shape: readonly number[],
  edges: readonly (readonly number[])[],
  plan: readonly ChunkProjection[],
): void {
  const wanted = sources(selection);
  const axisShape = selection.kind === "orthogonal" ? selection.axisShape : [selection.length];
  const got = new Array<number[] | undefined>(wanted.length).fill(undefined);
  for (const [i, { chunkIndex, part }] of plan.entries()) {
    if (i > 0) expect(compareIndices(plan[i - 1]!.chunkIndex, chunkIndex)).toBeLessThan(0);
    const start = chunkIndex.map((cell, axis) => cellStartByCounting(edges[axis]!, cell));
    const valid = chunkIndex.map((cell, axis) => Math.min(edges[axis]![cell]!, shape[axis]! - start[axis]!));
    const touched = new Set<string>();
    const pairs = pairsOf(part, axisShape);
    expect(pairs.length).toBeGreaterThan(0);
    for (const { from, to } of pairs) {
      // Each element of the result once, from within the chunk.
      if (got[to] !== undefined || from.some((x, axis) => x < 0 || x >= valid[axis]!)) {
        throw new Error(`(${from.join()}) to ${to} in chunk (${chunkIndex.join()})`);
      }
      got[to] = from.map((x, axis) => x + start[axis]!);
      touched.add(from.join());
    }
    if (part.kind === "orthogonal") {
      expect(part.full).toBe(touched.size === valid.reduce((size, length) => size * length, 1));
    }
    // Where a position repeats, the last of the user's order comes last.
    const last = new Map<string, number>();
    for (const { from, to } of pairs) {
      if (to <= (last.get(from.join()) ?? -1)) throw new Error(`(${from.join()}) to ${to} comes late`);
      last.set(from.join(), to);
    }
  }
  expect(got).toEqual(wanted);
}

const lengths = fc.integer({ min: 0, max: 7 });
const bound = fc.option(fc.integer({ min: -9, max: 9 }), { nil: null });
const slices = fc
  .tuple(
    bound,
    bound,
    fc.option(
      fc.integer({ min: -4, max: 4 }).filter((step) => step !== 0),
      { nil: null },
    ),
  )
  .map(([start, stop, step]) => slice(start, stop, step));

function axisItem(length: number) {
  const whole = fc.constant(null);
  if (length === 0) return fc.oneof(whole, slices, fc.constant([]));
  const index = fc.integer({ min: -length, max: length - 1 });
  return fc.oneof(
    whole,
    slices,
    index,
    fc.array(index, { maxLength: 10 }),
    fc.array(fc.boolean(), { minLength: length, maxLength: length }),
  );
}

/** Chunk lengths that tile an extent, all the same or each its own. */
function edgesOf(extent: number): fc.Arbitrary<{ edges: number[]; regular: number | undefined }> {
  const regular = fc.integer({ min: 1, max: 9 }).map((length) => ({
    edges: new Array<number>(Math.ceil(extent / length)).fill(length),
    regular: length as number | undefined,
  }));
  const lists = fc
    .array(fc.integer({ min: 1, max: 4 }), { minLength: extent, maxLength: extent + 1 })
    .map((edges) => ({
      edges,
      regular: undefined,
    }));
  return fc.oneof(regular, extent === 0 ? regular : lists);
}

function gridOf(
  shape: readonly number[],
  axes: readonly { edges: number[]; regular: number | undefined }[],
): ChunkGrid {
  if (axes.every((axis) => axis.regular !== undefined))
    return regularGrid(
      shape,
      axes.map((axis) => axis.regular!),
    );
  return rectilinearGrid(
    shape,
    axes.map((axis) => axis.regular ?? axis.edges),
  );
}

const shapes = fc.array(lengths, { maxLength: 4 });
const gridded = shapes.chain((shape) =>
  fc.record({ shape: fc.constant(shape), axes: fc.tuple(...shape.map(edgesOf)) }),
);

test("orthogonal plans write each element of the result once, from the right place", () => {
  const cases = gridded.chain((grid) =>
    fc.record({ grid: fc.constant(grid), items: fc.tuple(...grid.shape.map(axisItem)) }),
  );
  fc.assert(
    fc.property(cases, ({ grid: { shape, axes }, items }) => {
      const selection = orthogonalSelection(items, shape);
      const grid = gridOf(shape, axes);
      const plan = [...planSelection(selection, grid)];
      const only = onlyChunk(selection, grid);
      if (only !== undefined) expect(plan).toEqual([only]);
      checkPlan(
        selection,
        shape,
        axes.map((axis) => axis.edges),
        plan,
      );
      expect(countChunks(selection, grid)).toBe(plan.length);
    }),
    { numRuns: runs(1500) },
  );
}, 60_000);

test("point plans write each element of the result once, from the right place", () => {
  const cases = gridded
    .filter(({ shape }) => shape.every((length) => length > 0))
    .chain((grid) =>
      fc.record({
        grid: fc.constant(grid),
        points: fc.array(
          fc.tuple(...grid.shape.map((length) => fc.integer({ min: -length, max: length - 1 }))),
          {
            maxLength: 20,
          },
        ),
      }),
    );
  fc.assert(
    fc.property(cases, ({ grid: { shape, axes }, points }) => {
      const selection = coordinateSelection(
        shape.map((_, axis) => points.map((point) => point[axis]!)),
        shape,
      );
      const grid = gridOf(shape, axes);
      const plan = [...planSelection(selection, grid)];
      const only = onlyChunk(selection, grid);
      if (only !== undefined) expect(plan).toEqual([only]);
      checkPlan(
        selection,
        shape,
        axes.map((axis) => axis.edges),
        plan,
      );
      expect(countChunks(selection, grid)).toBe(plan.length);
    }),
    { numRuns: runs(1000) },
  );
}, 60_000);

test("masks plan the same elements as a walk over the array", () => {
  const cases = gridded.chain((grid) =>
    fc.record({
      grid: fc.constant(grid),
      data: fc.array(fc.boolean(), {
        minLength: grid.shape.reduce((a, b) => a * b, 1),
        maxLength: grid.shape.reduce((a, b) => a * b, 1),
      }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ grid: { shape, axes }, data }) => {
      const selection = maskSelection({ data: Uint8Array.from(data, Number), shape, dtype: "bool" }, shape);
      const all = cartesian(shape.map((length) => Array.from({ length }, (_, i) => i)));
      expect(sources(selection)).toEqual(all.filter((_, i) => data[i]));
      checkPlan(
        selection,
        shape,
        axes.map((axis) => axis.edges),
        [...planSelection(selection, gridOf(shape, axes))],
      );
    }),
    { numRuns: runs(1000) },
  );
}, 60_000);

test("a part of a chunk splits over inner chunks: the two plans together are one plan over the small chunks", () => {
  const cases = fc
    .array(fc.tuple(lengths, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), {
      maxLength: 3,
    })
    .chain((axes) =>
      fc.record({
        shape: fc.constant(axes.map(([length]) => length)),
        inner: fc.constant(axes.map(([, inner]) => inner)),
        times: fc.constant(axes.map(([, , times]) => times)),
        items: fc.tuple(...axes.map(([length]) => axisItem(length))),
        points: fc.boolean(),
      }),
    );
  fc.assert(
    fc.property(cases, ({ shape, inner, times, items, points }) => {
      const orthogonal = orthogonalSelection(items, shape);
      const wanted = sources(orthogonal);
      const selection: NormalizedSelection = points
        ? {
            kind: "points",
            length: wanted.length,
            coordinates: shape.map((_, axis) => Float64Array.from(wanted, (point) => point[axis]!)),
            resultShape: [wanted.length],
            scalar: false,
          }
        : orthogonal;
      const shard = inner.map((length, axis) => length * times[axis]!);
      const outer = regularGrid(shape, shard);
      const within = regularGrid(shard, inner);
      const small: ChunkProjection[] = [];
      for (const { chunkIndex, part } of planSelection(selection, outer)) {
        for (const projection of planPart(part, within)) {
          small.push({
            chunkIndex: projection.chunkIndex.map((cell, axis) => chunkIndex[axis]! * times[axis]! + cell),
            part: projection.part,
          });
        }
      }
      const direct = [...planSelection(selection, regularGrid(shape, inner))];
      small.sort((a, b) => compareIndices(a.chunkIndex, b.chunkIndex));
      const axisShape = selection.kind === "orthogonal" ? selection.axisShape : [selection.length];
      const elements = (plan: readonly ChunkProjection[]) =>
        plan.map(({ chunkIndex, part }) => ({ chunkIndex, pairs: pairsOf(part, axisShape) }));
      expect(elements(small)).toEqual(elements(direct));
    }),
    { numRuns: runs(1000) },
  );
}, 60_000);

test("a part is full in an inner chunk only when it holds all of the inner chunk", () => {
  const grid = regularGrid([5], [6]); // one chunk, reaching one element beyond the array
  const [outer] = [...planSelection(basicSelection(null, [5]), grid)];
  expect(outer!.part).toMatchObject({ kind: "orthogonal", full: true });
  const inner = [...planPart(outer!.part, regularGrid([6], [3]))];
  expect(inner.map(({ part }) => part.kind === "orthogonal" && part.full)).toEqual([true, false]);
});

test("an array without axes has one chunk", () => {
  const grid = regularGrid([], []);
  expect([...planSelection(basicSelection("...", []), grid)]).toEqual([
    { chunkIndex: [], part: { kind: "orthogonal", axes: [], full: true } },
  ]);
  expect(countChunks(basicSelection(null, []), grid)).toBe(1);
  const masked = maskSelection({ data: [true], shape: [] }, []);
  expect(masked.resultShape).toEqual([1]);
  expect([...planSelection(masked, grid)]).toEqual([
    { chunkIndex: [], part: { kind: "points", from: [], to: Float64Array.of(0) } },
  ]);
  expect([...planSelection(maskSelection({ data: [false], shape: [] }, []), grid)]).toEqual([]);
});

test("a few elements of an array near 2^53 cost a few steps", () => {
  const extent = 2 ** 53;
  const grid = regularGrid([extent, extent, 3], [1, 1000, 2]);
  const shape = [extent, extent, 3];
  const far = basicSelection([-1, slice(-3, null), null], shape);
  expect([...planSelection(far, grid)]).toEqual([
    {
      chunkIndex: [extent - 1, Math.floor((extent - 1) / 1000), 0],
      part: {
        kind: "orthogonal",
        full: false,
        axes: [
          {
            from: { kind: "range", start: 0, step: 1, count: 1 },
            to: { kind: "range", start: 0, step: 1, count: 1 },
          },
          {
            from: { kind: "range", start: (extent - 3) % 1000, step: 1, count: 3 },
            to: { kind: "range", start: 0, step: 1, count: 3 },
          },
          {
            from: { kind: "range", start: 0, step: 1, count: 2 },
            to: { kind: "range", start: 0, step: 1, count: 2 },
          },
        ],
      },
    },
    expect.objectContaining({ chunkIndex: [extent - 1, Math.floor((extent - 1) / 1000), 1] }),
  ]);

  const points = coordinateSelection(
    [
      [5, extent - 1, 5, -1, -1],
      [7, 0, extent - 1, 0, 0],
      [0, 2, 2, 2, 0],
    ],
    shape,
  );
  expect(
    [...planSelection(points, grid)].map(({ chunkIndex, part }) => [
      chunkIndex,
      part.kind === "points" && [...part.to],
    ]),
  ).toEqual([
    [[5, 0, 0], [0]],
    [[5, Math.floor((extent - 1) / 1000), 1], [2]],
    [[extent - 1, 0, 0], [4]], // one of 2^97 chunks, told from its neighbour
    [
      [extent - 1, 0, 1],
      [1, 3],
    ],
  ]);
  expect(countChunks(points, grid)).toBe(4);

  // Everything: the count is arithmetic, the plan starts at once and stops where its reader does.
  const all = basicSelection(null, [extent]);
  const ones = regularGrid([extent], [1]);
  expect(countChunks(all, ones)).toBe(extent);
  expect(countChunks(basicSelection("::-1", [extent]), regularGrid([extent], [10]))).toBe(
    Math.ceil(extent / 10),
  );
  expect(countChunks(basicSelection("::1000", [extent]), regularGrid([extent], [10]))).toBe(
    Math.ceil(extent / 1000),
  );
  let first: ChunkProjection | undefined;
  for (const projection of planSelection(all, ones)) {
    first = projection;
    break;
  }
  expect(first?.chunkIndex).toEqual([0]);
  for (const projection of planSelection(
    anySelection([0, null], [2, extent]),
    regularGrid([2, extent], [1, 1]),
  )) {
    expect(projection.chunkIndex).toEqual([0, 0]);
    break;
  }
});

test("an inner axis of more chunks than are kept is walked again for each outer chunk", () => {
  const shape = [2, 5000];
  const grid = regularGrid(shape, [1, 1]);
  const plan = [...planSelection(basicSelection(null, shape), grid)];
  expect(plan.length).toBe(10_000);
  expect(plan[4999]!.chunkIndex).toEqual([0, 4999]);
  expect(plan[5000]!.chunkIndex).toEqual([1, 0]);
  expect(plan[9999]!.chunkIndex).toEqual([1, 4999]);
});

test("the only chunk of a selection is found without a plan", () => {
  const grid = regularGrid([10, 10], [4, 5]);
  const of = (selection: string) => onlyChunk(anySelection(selection, [10, 10]), grid);
  expect(of("5, 9:5:-2")?.chunkIndex).toEqual([1, 1]);
  expect(of("8:, :5")?.part).toMatchObject({ full: true });
  for (const none of ["3:5, 0", "5:5, 0", "..."]) expect(of(none)).toBeUndefined();
  expect(onlyChunk(anySelection([[1, 2, 0]], [10, 10]), grid)).toBeUndefined();
  expect(onlyChunk(anySelection(null, []), regularGrid([], []))).toBeUndefined();
});
