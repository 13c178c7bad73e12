/**
 * Reads part of an uncompressed chunk: only the bytes that the part needs.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { chain } from "../base/async.ts";
import { LATER } from "../base/byte-source.ts";
import type { ByteSource, Room } from "../base/byte-source.ts";
import { CodecError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { AxisMap, ChunkPart } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { cStride, sizeOf, wrapBlock } from "../kernels/block.ts";
import type { Word } from "../kernels/byte-order.ts";
import { swapWords } from "../kernels/byte-order.ts";
import { transientRoom } from "../kernels/memory.ts";
import { copyPartOut, placeOf } from "./copy-part.ts";

/** More runs than this are not read one by one. */
const MAX_SPANS = 4096;

/** A part of a plain C-order chunk, and where it goes. */
export interface PlainPart {
  readonly shape: readonly number[];
  readonly dataType: DataType;
  /** Words to reverse. */
  readonly words: readonly Word[];
  readonly source: ByteSource;
  readonly part: ChunkPart;
  readonly target: Block;
}

/** Reads the runs of bytes that hold the part and places them; false when the source has no value. */
export function decodePlainPart(plain: PlainPart, options: AbortOptions): Awaitable<boolean> {
  const runs = planRuns(plain.part, plain.shape);
  const { dataType, words, target } = plain;
  const isStored = words.length === 0 && dataType.canonicalize === undefined;
  const place = isStored ? placeOf(runs.part, runs.shape, target) : undefined;
  const room: Room = (length) => (length === place?.length ? place : transientRoom(length));
  return chain(readRuns(plain, runs, room, options), (bytes) => {
    if (bytes === undefined) return false;
    // Bytes that were read to their place are there.
    if (bytes !== place) placeRuns(plain, runs, bytes);
    return true;
  });
}

/** Copies the elements of runs out of their bytes, at once: these may be transient. */
function placeRuns({ dataType, words, target }: PlainPart, runs: Runs, bytes: Uint8Array): void {
  const { itemSize } = dataType;
  const elements = words.length === 0 ? bytes : swapWords(bytes, itemSize, words);
  const data = dataType.canonicalize?.(elements) ?? elements;
  copyPartOut(runs.part, wrapBlock(data, runs.shape, itemSize), target);
}

/** Runs of elements, all of one length, the compact block that they make up in order, and the part seen from that block. */
interface Runs {
  readonly starts: readonly number[];
  readonly length: number;
  readonly shape: readonly number[];
  readonly part: ChunkPart;
}

function planRuns(part: ChunkPart, shape: readonly number[]): Runs {
  const stride = cStride(shape);
  if (part.kind === "points") {
    if (part.to.length > MAX_SPANS) return wholeChunk(part, shape);
    const starts = Array.from(part.to, (_, point) =>
      part.from.reduce((at, positions, axis) => at + positions[point]! * stride[axis]!, 0),
    );
    const from = [Float64Array.from(starts, (_, point) => point)];
    return { starts, length: 1, shape: [starts.length], part: { kind: "points", from, to: part.to } };
  }
  // Axes after `run` are wanted whole, so a run of axis `run` is one stretch of bytes.
  let run = shape.length - 1;
  while (run > 0 && isWhole(part.axes[run]!.from, shape[run]!)) run--;
  if (run < 0) return wholeChunk(part, shape);
  const outer = part.axes.slice(0, run);
  const rows = outer.reduce((count, axis) => count * mapLength(axis.from), 1);
  if (rows > MAX_SPANS) return wholeChunk(part, shape);
  const { low, high } = boundsOf(part.axes[run]!.from);
  const starts = rowStarts(
    outer.map((axis) => axis.from),
    stride,
    low * stride[run]!,
  );
  const axes = part.axes.map(({ from, to }, axis) => {
    if (axis < run)
      return { from: { kind: "range", start: 0, step: 1, count: mapLength(from) } as const, to };
    return axis === run ? { from: shift(from, low), to } : { from, to };
  });
  return {
    starts,
    length: (high - low) * stride[run]!,
    shape: [...outer.map((axis) => mapLength(axis.from)), high - low, ...shape.slice(run + 1)],
    part: { kind: "orthogonal", axes, full: false },
  };
}

function wholeChunk(part: ChunkPart, shape: readonly number[]): Runs {
  return { starts: [0], length: sizeOf(shape), shape, part };
}

function isWhole(map: AxisMap, length: number): boolean {
  return map.kind === "range" && map.start === 0 && map.step === 1 && map.count === length;
}

/** Half-open bounds of the positions of a map that is not empty. */
function boundsOf(map: AxisMap): { low: number; high: number } {
  if (map.kind === "range") {
    const last = map.start + (map.count - 1) * map.step;
    return { low: Math.min(map.start, last), high: Math.max(map.start, last) + 1 };
  }
  let low = Infinity;
  let high = -1;
  for (const position of map.positions) {
    if (position < low) low = position;
    if (position > high) high = position;
  }
  return { low, high: high + 1 };
}

function shift(map: AxisMap, by: number): AxisMap {
  return map.kind === "range"
    ? { ...map, start: map.start - by }
    : { kind: "list", positions: map.positions.map((position) => position - by) };
}

function rowStarts(maps: readonly AxisMap[], stride: readonly number[], first: number): number[] {
  let starts = [first];
  for (const [axis, map] of maps.entries()) {
    const next: number[] = [];
    for (const start of starts) {
      for (let i = 0; i < mapLength(map); i++) {
        const position = map.kind === "range" ? map.start + i * map.step : map.positions[i]!;
        next.push(start + position * stride[axis]!);
      }
    }
    starts = next;
  }
  return starts;
}

/** The bytes of the runs, one after the other; `undefined` when the source has no value. */
function readRuns(
  { source, dataType: { itemSize } }: PlainPart,
  runs: Runs,
  room: Room,
  options: AbortOptions,
): Awaitable<Uint8Array | undefined> {
  const starts = runs.starts.map((start) => start * itemSize);
  const length = runs.length * itemSize;
  if (source.getRunsNow !== undefined) {
    const bytes = source.getRunsNow({ starts, length }, options, room);
    if (bytes !== LATER) return bytes;
  }
  const spans = starts.map((start) => ({ start, end: start + length }));
  const pieces =
    spans.length === 1
      ? chain(source.get(spans[0], options, room), (bytes) => bytes && [bytes])
      : source.getSpans(spans, options, transientRoom);
  return chain(pieces, (read) => read && joinRuns(read, length));
}

function joinRuns(pieces: readonly Uint8Array[], expected: number): Uint8Array {
  for (const piece of pieces) {
    if (piece.length !== expected) {
      throw new CodecError(
        `A chunk ends within the bytes of its elements: ${piece.length} of ${expected} are there.`,
        {
          codec: "bytes",
          expected,
          actual: piece.length,
        },
      );
    }
  }
  if (pieces.length === 1) return pieces[0]!;
  const joined = new Uint8Array(pieces.length * expected);
  for (const [i, piece] of pieces.entries()) joined.set(piece, i * expected);
  return joined;
}
