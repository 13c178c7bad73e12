import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ArrayFacts, AxisGrid } from "../protocol.ts";
import { axisCells, MAX_CELL_LENGTH } from "./axis-cells.ts";
import { fitCamera, panCamera, toScreen, toWorld, visibleBox, zoomCamera } from "./camera.ts";
import { chooseLevel, levelIndex, multiscaleLevels, singleLevel } from "./levels.ts";
import { blockAt, tilesIn } from "./tile.ts";

function regular(length: number, chunk: number): AxisGrid {
  return { length, chunk, starts: undefined, count: Math.ceil(length / chunk) };
}

function arrayOf(shape: readonly number[], chunks: readonly number[], itemSize = 2): ArrayFacts {
  const read = shape.map((length, axis) => regular(length, chunks[axis]!));
  return {
    kind: "array",
    path: "a",
    name: "a",
    zarrFormat: 3,
    documents: [],
    attributes: [],
    shape,
    dtype: "uint16",
    itemSize,
    nbytes: shape.reduce((a, b) => a * b, itemSize),
    valueKind: "integer",
    fields: [],
    fillText: "0",
    fillNumber: 0,
    dimensionNames: shape.map(() => ""),
    read,
    stored: read,
    isSharded: false,
    isPlain: false,
    codecs: [],
    warnings: [],
    convention: { scale: 1, offset: 0, units: undefined, longName: undefined, missing: [] },
  };
}

describe("cells along an axis", () => {
  test("tile the axis, hold their positions, and lie in blocks of whole chunks", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 40 }),
        (length, chunk, most) => {
          const cells = axisCells(regular(length, chunk), most);
          let end = 0;
          for (let cell = 0; cell < cells.count; cell++) {
            const [start, stop] = cells.span(cell);
            const [from, to] = cells.block(cell);
            expect(start).toBe(end);
            expect(stop).toBeGreaterThan(start);
            expect(stop - start).toBeLessThanOrEqual(MAX_CELL_LENGTH);
            expect(cells.at(start)).toBe(cell);
            expect(cells.at(stop - 1)).toBe(cell);
            expect(from % chunk).toBe(0);
            expect(to === length || to % chunk === 0).toBe(true);
            expect(from <= start && stop <= to).toBe(true);
            end = stop;
          }
          expect(end).toBe(length);
        },
      ),
    );
  });

  test("follow the chunks where these differ", () => {
    const grid = { length: 10, chunk: undefined, starts: [0, 3, 4], count: 3 };
    const cells = axisCells(grid, 8);
    expect([0, 1, 2].map((cell) => cells.span(cell))).toEqual([
      [0, 3],
      [3, 4],
      [4, 10],
    ]);
    expect([0, 2, 3, 4, 9, 50].map((position) => cells.at(position))).toEqual([0, 0, 1, 2, 2, 2]);
  });
});

describe("the camera", () => {
  const world = { width: 1000, height: 500 };
  const screen = { width: 400, height: 400 };

  test("zooms around a point", () => {
    const camera = fitCamera(world, screen);
    const at = { x: 120, y: 240 };
    const before = toWorld(camera, screen, at);
    const after = toWorld(zoomCamera(camera, 3, at, world, screen), screen, at);
    expect(after.x).toBeCloseTo(before.x, 6);
    expect(after.y).toBeCloseTo(before.y, 6);
    expect(toScreen(camera, screen, before).x).toBeCloseTo(at.x, 6);
  });

  test("keeps the picture on the screen, and what is seen within it", () => {
    const far = panCamera(fitCamera(world, screen), 1e9, -1e9, world);
    expect([far.x, far.y]).toEqual([1000, 0]);
    const box = visibleBox(fitCamera(world, screen), world, screen);
    expect(box).toEqual({ left: 0, top: 0, right: 1000, bottom: 500 });
  });
});

describe("levels", () => {
  const arrays = [
    arrayOf([3, 1024, 1024], [1, 128, 128]),
    arrayOf([3, 512, 512], [1, 128, 128]),
    arrayOf([3, 256, 256], [1, 128, 128]),
  ];
  const multiscale = {
    name: undefined,
    version: "0.5",
    axes: [],
    levels: [1, 2, 4].map((factor, i) => ({ path: String(i), scale: [1, 0.5 * factor, 0.5 * factor] })),
    channels: [],
    isLabels: false,
  };
  const levels = multiscaleLevels(multiscale, arrays);

  test("are as coarse as the screen allows", () => {
    const axes = [1, 2];
    expect(levels.map(({ factors }) => factors[1])).toEqual([1, 2, 4]);
    expect(chooseLevel(levels, axes, 4)).toEqual({ level: 0, step: 1 });
    expect(chooseLevel(levels, axes, 0.9)).toEqual({ level: 0, step: 1 });
    expect(chooseLevel(levels, axes, 0.5)).toEqual({ level: 1, step: 1 });
    expect(chooseLevel(levels, axes, 0.26)).toEqual({ level: 1, step: 1 });
    expect(chooseLevel(levels, axes, 0.25)).toEqual({ level: 2, step: 1 });
    expect(chooseLevel(levels, axes, 0.03)).toEqual({ level: 2, step: 8 });
    expect(chooseLevel(singleLevel(arrays[0]!), axes, 0.1)).toEqual({ level: 0, step: 8 });
  });

  test("scales that contradict the shapes are not believed", () => {
    const wrong = multiscale.levels.map(({ path }) => ({ path, scale: [1, 1, 1] }));
    const [, second] = multiscaleLevels({ ...multiscale, levels: wrong }, arrays);
    expect(second!.factors).toEqual([1, 2, 2]);
    expect(levelIndex(second!, 1, 1023)).toBe(511);
    expect(() => multiscaleLevels(multiscale, [arrays[0]!, arrayOf([4, 4], [2, 2])])).toThrow(TypeError);
  });
});

describe("tiles", () => {
  const plane = { axes: [0, 1], at: [0, 0], value: { field: undefined, part: "abs" } } as const;

  test("cover what is seen, the middle first, and no more than that", () => {
    const levels = singleLevel(arrayOf([4096, 4096], [512, 512]));
    const box = { left: 600, top: 100, right: 1500, bottom: 700 };
    const { tiles, count } = tilesIn(levels, 0, 1, plane, box);
    expect(count).toBe(4);
    expect(tiles.map(({ cut }) => cut.block.join(" ")).sort()).toEqual([
      "0,512 1024,1536",
      "0,512 512,1024",
      "512,1024 1024,1536",
      "512,1024 512,1024",
    ]);
  });

  test("a view of more cells than can be listed is listed from its middle", () => {
    const levels = singleLevel(arrayOf([2 ** 40, 2 ** 40], [512, 512]));
    const { tiles, count } = tilesIn(levels, 0, 2 ** 20, plane, {
      left: 0,
      top: 0,
      right: 2 ** 40,
      bottom: 2 ** 40,
    });
    expect(count).toBe(2 ** 62);
    expect(tiles.length).toBeLessThanOrEqual(4096);
    expect(Math.abs(tiles[0]!.box.left - 2 ** 39)).toBeLessThanOrEqual(1024);
  });

  test("small chunks are read together, and one by one when one of them fails", () => {
    const levels = singleLevel(arrayOf([40, 40], [20, 20]));
    const { tiles } = tilesIn(levels, 0, 1, plane, { left: 0, top: 0, right: 40, bottom: 40 });
    expect(tiles.map(({ cut }) => cut.block)).toEqual([
      [
        [0, 40],
        [0, 40],
      ],
    ]);
    expect(tiles[0]!.parts().map(({ cut }) => cut.block.join(" "))).toEqual([
      "0,20 0,20",
      "0,20 20,40",
      "20,40 0,20",
      "20,40 20,40",
    ]);
  });

  test("chunks without codecs are read in part where they are large", () => {
    const array = { ...arrayOf([8192, 8192], [8192, 8192]), isPlain: true };
    const [row, column] = blockAt(array, [0, 1], [5000, 100]);
    expect(row![1] - row![0]).toBeLessThanOrEqual(1024);
    expect(column).toEqual([0, 1024]);
    expect(blockAt({ ...array, isPlain: false }, [0, 1], [5000, 100])[0]).toEqual([0, 8192]);
  });
});
