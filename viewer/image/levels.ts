/**
 * Levels of a multiscale: where they lie, and which one to read. Pure.
 *
 * @module
 */
import type { ArrayFacts, MultiscaleFacts } from "../protocol.ts";

/** One resolution of a picture. */
export interface Level {
  readonly array: ArrayFacts;
  /** Elements of the finest level that one of this level stands for, per axis. */
  readonly factors: readonly number[];
}

/** An array alone is its only level. */
export function singleLevel(array: ArrayFacts): readonly Level[] {
  return [{ array, factors: array.shape.map(() => 1) }];
}

/**
 * The levels of a multiscale, the finest first. Its scales say how the levels lie to each other where they are there,
 * else the shapes do.
 *
 * @throws TypeError when the levels differ in their number of dimensions.
 */
export function multiscaleLevels(
  multiscale: MultiscaleFacts,
  arrays: readonly ArrayFacts[],
): readonly Level[] {
  const entries = arrays.map((array, i) => ({ array, scale: multiscale.levels[i]?.scale }));
  const [finest] = entries;
  if (finest === undefined) throw new TypeError("A multiscale has no levels.");
  const { shape } = finest.array;
  return entries.map(({ array, scale }) => {
    if (array.shape.length !== shape.length)
      throw new TypeError(
        `The levels of a multiscale have the same number of dimensions; these have ${shape.length} and ${array.shape.length}.`,
      );
    const factors = shape.map((length, axis) => {
      const byShape = length / Math.max(1, array.shape[axis]!);
      const [fine, here] = [finest.scale?.[axis], scale?.[axis]];
      const byScale = fine === undefined || here === undefined ? byShape : here / fine;
      // Scales that contradict the shapes would put the level elsewhere than it is.
      return byScale > byShape / 2 && byScale < byShape * 2 ? byScale : byShape;
    });
    return { array, factors };
  });
}

/** What to read for a scale. */
export interface LevelChoice {
  readonly level: number;
  /** Every so many elements are taken: a power of two. */
  readonly step: number;
}

/**
 * The coarsest level that still has an element for each pixel, and the step at which it has about one.
 *
 * @param pixels - Device pixels that an element of the finest level has.
 */
export function chooseLevel(levels: readonly Level[], axes: readonly number[], pixels: number): LevelChoice {
  let best = 0;
  for (const [index, { factors }] of levels.entries()) {
    const factor = Math.max(...axes.map((axis) => factors[axis]!));
    const bestFactor = Math.max(...axes.map((axis) => levels[best]!.factors[axis]!));
    if (factor > bestFactor && factor * pixels <= 1.001) best = index;
  }
  const least = Math.min(...axes.map((axis) => levels[best]!.factors[axis]!));
  const step = 2 ** Math.max(0, Math.floor(Math.log2(1 / (pixels * least)) + 1e-9));
  return { level: best, step: Math.min(step, 2 ** 30) };
}

/** The position on a level of a position on the finest one. */
export function levelIndex(level: Level, axis: number, index: number): number {
  const length = level.array.shape[axis]!;
  return Math.max(0, Math.min(length - 1, Math.floor(index / level.factors[axis]!)));
}
