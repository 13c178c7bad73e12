/**
 * What a plot of one axis reads, and what it draws. Pure.
 *
 * @module
 */
import { axisCellOf, axisCellSpan } from "../axis-grid.ts";
import type { ArrayFacts, Cut, CutRequest, ValueChoice } from "../protocol.ts";

/** A part of a plot: one request. */
export interface PlotPiece {
  readonly request: CutRequest;
  readonly bytes: number;
}

/** What is plotted. */
export interface PlotChoice {
  readonly axis: number;
  readonly at: readonly number[];
  readonly value: ValueChoice;
  readonly start: number;
  readonly stop: number;
}

/** Up to here every element is drawn; beyond, the smallest and largest of each step. */
const MAX_POINTS = 4000;
const BINS = 1200;
/** Chunks without codecs that are larger than this are read in part, so many elements at a time. */
const PLAIN_BYTES = 2 * 2 ** 20;
const PLAIN_LENGTH = 2 ** 18;
const JOINED_BYTES = 4 * 2 ** 20;
const MAX_JOINED = 32;

/** Elements that are drawn as one. */
export function plotStep({ start, stop }: Pick<PlotChoice, "start" | "stop">): number {
  return stop - start <= MAX_POINTS ? 1 : Math.ceil((stop - start) / BINS);
}

/** The pieces of a plot from left to right, as many as the budget allows; `left` is what remains. */
export function plotPieces(
  array: ArrayFacts,
  choice: PlotChoice,
  budget: number,
): { readonly pieces: readonly PlotPiece[]; readonly stop: number } {
  const { axis, at, value, start, stop } = choice;
  const step = plotStep(choice);
  const grid = array.read[axis]!;
  const others = array.read.map((other, i) => axisCellSpan(other, axisCellOf(other, at[i]!)));
  const whole = (span: readonly [number, number]): CutRequest["block"] =>
    others.map((other, i) => (i === axis ? span : other));
  const chunkBytes = sizeOf(array, whole([0, Math.min(grid.length, grid.chunk ?? grid.length)]));
  const joined = Math.max(1, Math.min(MAX_JOINED, Math.floor(JOINED_BYTES / Math.max(1, chunkBytes))));
  const pieces: PlotPiece[] = [];
  let spent = 0;
  let position = start;
  while (position < stop) {
    const cell = axisCellOf(grid, position);
    // Small chunks are read together, in groups that are the same wherever a line begins.
    const first = cell - (cell % joined);
    const from = axisCellSpan(grid, first)[0];
    let to = axisCellSpan(grid, Math.min(grid.count, first + joined) - 1)[1];
    const isPart = array.isPlain && sizeOf(array, whole([from, to])) > PLAIN_BYTES;
    if (isPart) to = Math.min(to, position + PLAIN_LENGTH);
    const range = [Math.max(start, position), Math.min(stop, to)] as const;
    const block = isPart
      ? array.read.map((_, i) => (i === axis ? range : ([at[i]!, at[i]! + 1] as const)))
      : whole([from, to]);
    const bytes = sizeOf(array, block);
    spent += bytes;
    if (spent > budget && pieces.length > 0) break;
    pieces.push({
      request: {
        path: array.path,
        block,
        axes: [axis],
        ranges: [[range[0], range[1], step]],
        at,
        value,
        reduce: step === 1 ? "sample" : "extent",
      },
      bytes,
    });
    position = to;
  }
  return { pieces, stop: Math.min(stop, position) };
}

function sizeOf(array: ArrayFacts, extent: readonly (readonly [number, number])[]): number {
  return extent.reduce((product, [start, stop]) => product * (stop - start), array.itemSize || 16);
}

/** Columns of numbers for the plot; `null` where there is nothing. */
export interface PlotData {
  readonly x: readonly number[];
  readonly low: readonly (number | null)[];
  /** Where steps are drawn: the largest of each. */
  readonly high: readonly (number | null)[] | undefined;
  readonly nan: number;
}

/** Puts cuts together, those that have come. */
export function plotData(cuts: readonly (readonly [PlotPiece, Cut])[], masked: readonly number[]): PlotData {
  const x: number[] = [];
  const low: (number | null)[] = [];
  const high: (number | null)[] = [];
  let nan = 0;
  let isStepped = false;
  const shown = (value: number): number | null => {
    if (Number.isNaN(value)) nan++;
    return Number.isFinite(value) && !masked.includes(value) ? value : null;
  };
  for (const [{ request }, cut] of cuts) {
    const [start, , step] = request.ranges[0]!;
    isStepped = request.reduce === "extent";
    const count = cut.shape[0]!;
    for (let i = 0; i < count; i++) {
      x.push(start + i * step + (step - 1) / 2);
      low.push(shown(cut.data[isStepped ? 2 * i : i]!));
      if (isStepped) high.push(shown(cut.data[2 * i + 1]!));
    }
  }
  return { x, low, high: isStepped ? high : undefined, nan: isStepped ? nan / 2 : nan };
}
