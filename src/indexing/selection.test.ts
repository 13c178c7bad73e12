import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { NormalizedSelection } from "./normalized.ts";
import { coordinateSelection, vectorSelection } from "./points.ts";
import type { AxisMap } from "./projection.ts";
import { anySelection, basicSelection, orthogonalSelection } from "./selection.ts";
import { newAxis, slice } from "./slice.ts";
import type { SelectionItem } from "./selection-types.ts";
import { runs } from "../../test/effort.ts";

// The model: an array is the list of its flat positions, and each item narrows one axis by loops.

interface Model {
  shape: number[];
  data: number[];
}

function arange(shape: readonly number[]): Model {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape: [...shape], data: Array.from({ length: size }, (_, i) => i) };
}

/** Takes `indices` along an axis; undefined drops the axis afterwards. */
function take(model: Model, axis: number, indices: readonly number[], drop: boolean): Model {
  const before = model.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = model.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const length = model.shape[axis]!;
  const data: number[] = [];
  for (let i = 0; i < before; i++) {
    for (const index of indices) {
      for (let k = 0; k < after; k++) data.push(model.data[(i * length + index) * after + k]!);
    }
  }
  const middle = drop ? [] : [indices.length];
  return { shape: [...model.shape.slice(0, axis), ...middle, ...model.shape.slice(axis + 1)], data };
}

/** Python's range(*slice.indices(length)), by walking. */
function walk(start: number | null, stop: number | null, step: number, length: number): number[] {
  const resolve = (x: number) => (x < 0 ? x + length : x);
  const indices: number[] = [];
  if (step > 0) {
    const first = Math.max(0, start === null ? 0 : resolve(start));
    const last = Math.min(length, stop === null ? length : resolve(stop));
    for (let i = first; i < last; i += step) indices.push(i);
  } else {
    const first = Math.min(length - 1, start === null ? length - 1 : resolve(start));
    const last = stop === null ? -1 : Math.max(-1, resolve(stop));
    for (let i = first; i > last; i += step) indices.push(i);
  }
  return indices;
}

function apply(model: Model, items: readonly SelectionItem[]): Model {
  let result = model;
  let axis = 0;
  const used = items.filter((item) => item !== newAxis && item !== "...").length;
  for (const item of items) {
    if (item === "...") {
      axis += model.shape.length - used;
    } else if (item === newAxis) {
      result = { shape: [...result.shape.slice(0, axis), 1, ...result.shape.slice(axis)], data: result.data };
      axis++;
    } else if (item === null) {
      axis++;
    } else if (typeof item === "number") {
      result = take(result, axis, [item < 0 ? item + result.shape[axis]! : item], true);
    } else if (Array.isArray(item)) {
      const length = result.shape[axis]!;
      const indices =
        typeof item[0] === "boolean"
          ? item.flatMap((keep, i) => (keep === true ? [i] : []))
          : item.map((i) => (i < 0 ? i + length : i));
      result = take(result, axis, indices, false);
      axis++;
    } else {
      const { start, stop, step } = item as {
        start: number | null;
        stop: number | null;
        step: number | null;
      };
      result = take(result, axis, walk(start, stop, step ?? 1, result.shape[axis]!), false);
      axis++;
    }
  }
  return result;
}

function positionAt(map: AxisMap, index: number): number {
  return map.kind === "list" ? map.positions[index]! : map.start + index * map.step;
}

/** The flat source positions that a normalised selection names, in C order of the result. */
function evaluate(selection: NormalizedSelection, shape: readonly number[]): Model {
  const flat = (index: readonly number[]) => index.reduce((sum, x, axis) => sum * shape[axis]! + x, 0);
  const data: number[] = [];
  if (selection.kind === "points") {
    for (let i = 0; i < selection.length; i++) data.push(flat(selection.coordinates.map((axis) => axis[i]!)));
  } else {
    const size = selection.axisShape.reduce((a, b) => a * b, 1);
    for (let i = 0; i < size; i++) {
      let rest = i;
      const index = new Array<number>(shape.length);
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const length = selection.axisShape[axis]!;
        index[axis] = positionAt(selection.axes[axis]!, rest % length);
        rest = Math.floor(rest / length);
      }
      data.push(flat(index));
    }
  }
  expect(selection.resultShape.reduce((a, b) => a * b, 1)).toBe(data.length);
  return { shape: [...selection.resultShape], data };
}

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

function basicItem(length: number): fc.Arbitrary<SelectionItem> {
  const wide = fc.oneof(fc.constant(null), slices);
  return length === 0 ? wide : fc.oneof(wide, fc.integer({ min: -length, max: length - 1 }));
}

function arrayItem(length: number): fc.Arbitrary<SelectionItem> {
  if (length === 0) return fc.constant([]);
  return fc.oneof(
    fc.array(fc.integer({ min: -length, max: length - 1 }), { maxLength: 9 }),
    fc.array(fc.boolean(), { minLength: length, maxLength: length }),
  );
}

function anyItem(length: number): fc.Arbitrary<SelectionItem> {
  return fc.oneof(basicItem(length), arrayItem(length));
}

/** Items for some leading and trailing axes, "..." between them or nothing after them, new axes anywhere. */
function itemsFor(
  shape: readonly number[],
  item: (length: number) => fc.Arbitrary<SelectionItem>,
): fc.Arbitrary<SelectionItem[]> {
  return fc
    .record({
      cut: fc.integer({ min: 0, max: shape.length }),
      skip: fc.integer({ min: 0, max: shape.length }),
      ellipsis: fc.boolean(),
      items: fc.tuple(...shape.map(item)),
      newAxes: fc.array(fc.nat(6), { maxLength: 2 }),
    })
    .map(({ cut, skip, ellipsis, items, newAxes }) => {
      const tuple: SelectionItem[] = ellipsis
        ? [...items.slice(0, cut), "...", ...items.slice(Math.min(shape.length, cut + skip))]
        : items.slice(0, cut);
      for (const at of newAxes) tuple.splice(Math.min(at, tuple.length), 0, newAxis);
      return tuple;
    });
}

const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 });

test("basic selections are NumPy's", () => {
  fc.assert(
    fc.property(
      shapes.chain((shape) => fc.record({ shape: fc.constant(shape), items: itemsFor(shape, basicItem) })),
      ({ shape, items }) => {
        const expected = apply(arange(shape), items);
        const selection = basicSelection(items as never, shape);
        expect(evaluate(selection, shape)).toEqual(expected);
        const integers = items.length === shape.length && items.every((item) => typeof item === "number");
        expect(selection.scalar).toBe(integers);
        expect(anySelection(items, shape)).toEqual(selection);
      },
    ),
    { numRuns: runs(2000) },
  );
}, 60_000);

test("orthogonal selections take the product of their axes, in the user's order", () => {
  fc.assert(
    fc.property(
      shapes.chain((shape) => fc.record({ shape: fc.constant(shape), items: itemsFor(shape, anyItem) })),
      ({ shape, items }) => {
        const expected = apply(arange(shape), items);
        expect(evaluate(orthogonalSelection(items, shape), shape)).toEqual(expected);
        // `get` chooses the same where slices stand beside arrays.
        const mixed = items.some(
          (each) => each === null || each === "..." || (typeof each === "object" && !Array.isArray(each)),
        );
        if (mixed) expect(evaluate(anySelection(items, shape), shape)).toEqual(expected);
      },
    ),
    { numRuns: runs(2000) },
  );
}, 60_000);

test("integer arrays alone select points, broadcast", () => {
  const cases = fc
    .record({
      shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      rows: fc.integer({ min: 0, max: 3 }),
      columns: fc.integer({ min: 0, max: 3 }),
    })
    .chain(({ shape, rows, columns }) =>
      fc.record({
        shape: fc.constant(shape),
        size: fc.constant([rows, columns]),
        // Per axis, an array of (rows, columns), (rows, 1), (1, columns), (columns) or an integer.
        axes: fc.tuple(
          ...shape.map((length) =>
            fc.record({
              form: fc.integer({ min: 0, max: 4 }),
              values: fc.array(fc.integer({ min: -length, max: length - 1 }), {
                minLength: 10,
                maxLength: 10,
              }),
            }),
          ),
        ),
      }),
    );
  fc.assert(
    fc.property(cases, ({ shape, size: [rows, columns], axes }) => {
      const lists = [{ form: 0, values: [] as number[] }, ...axes];
      const at = (axis: number, i: number, j: number) => {
        const { form, values } = lists[axis + 1]!;
        const index = [i * columns! + j, i, j, j, 0][form]!;
        return values[index]!;
      };
      const grid = (h: number, w: number, axis: number) =>
        Array.from({ length: h }, (_, i) => Array.from({ length: w }, (__, j) => at(axis, i, j)));
      const selection = axes.map(({ form }, axis): SelectionItem => {
        if (form === 0) return grid(rows!, columns!, axis);
        if (form === 1) return grid(rows!, 1, axis);
        if (form === 2) return grid(1, columns!, axis);
        if (form === 3) return Array.from({ length: columns! }, (_, j) => at(axis, 0, j));
        return at(axis, 0, 0);
      });
      // The broadcast shape, from the forms present; an empty list of lists says nothing about its columns.
      if (rows === 0 && axes.some(({ form }) => form <= 1)) return;
      const forms = axes.map(({ form }) => form);
      const twoDimensional = forms.some((form) => form <= 2);
      const h = forms.some((form) => form <= 1) ? rows! : 1;
      const w = forms.some((form) => form === 0 || form === 2 || form === 3) ? columns! : 1;
      const resultShape = twoDimensional ? [h, w] : forms.includes(3) ? [w] : [1];
      const data: number[] = [];
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          data.push(
            shape.reduce((flat, length, axis) => {
              const index = at(axis, i, j);
              return flat * length + (index < 0 ? index + length : index);
            }, 0),
          );
        }
      }
      const expected = { shape: resultShape, data };
      expect(evaluate(coordinateSelection(selection, shape), shape)).toEqual(expected);
      expect(vectorSelection(selection, shape)).toEqual(coordinateSelection(selection, shape));
      if (forms.filter((form) => form < 4).length > 1) {
        expect(evaluate(anySelection(selection, shape), shape)).toEqual(expected);
      }
    }),
    { numRuns: runs(1000) },
  );
}, 60_000);
