/**
 * Reads part of an uncompressed chunk: only the bytes that the part needs.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { ByteSpan } from "../base/byte-request.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { CodecError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { AxisMap, ChunkPart } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { cStride, sizeOf, wrapBlock } from "../kernels/block.ts";
import type { Word } from "../kernels/byte-order.ts";
import { swapWords } from "../kernels/byte-order.ts";
import { copyPartOut } from "./copy-part.ts";

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
export async function decodePlainPart(plain: PlainPart, options: AbortOptions): Promise<boolean> {
  const { source, part, target, dataType, words } = plain;
  const { itemSize } = dataType;
  const runs = planRuns(part, plain.shape);
  const pieces =
    runs.spans.length === 1
      ? await readOne(source, runs.spans[0]!, itemSize, options)
      : await source.getSpans(
          runs.spans.map(({ start, end }) => ({ start: start * itemSize, end: end * itemSize })),
          options,
        );
  if (pieces === undefined) return false;
  const bytes = joinRuns(pieces, runs, itemSize);
  const elements = words.length === 0 ? bytes : swapWords(bytes, itemSize, words);
  const data = dataType.canonicalize?.(elements) ?? elements;
  copyPartOut(runs.part, wrapBlock(data, runs.shape, itemSize), target);
  return true;
}

/** Runs of elements, the compact block that they make up in order, and the part seen from that block. */
interface Runs {
  readonly spans: readonly ByteSpan[];
  readonly shape: readonly number[];
  readonly part: ChunkPart;
}

function planRuns(part: ChunkPart, shape: readonly number[]): Runs {
  const stride = cStride(shape);
  if (part.kind === "points") {
    if (part.to.length > MAX_SPANS) return wholeChunk(part, shape);
    const spans = Array.from(part.to, (_, point) => {
      const start = part.from.reduce((at, positions, axis) => at + positions[point]! * stride[axis]!, 0);
      return { start, end: start + 1 };
    });
    const from = [Float64Array.from(spans, (_, point) => point)];
    return { spans, shape: [spans.length], part: { kind: "points", from, to: part.to } };
  }
  // Axes after `run` are wanted whole, so a run of axis `run` is one stretch of bytes.
  let run = shape.length - 1;
  while (run > 0 && isWhole(part.axes[run]!.from, shape[run]!)) run--;
  if (run < 0) return wholeChunk(part, shape);
  const outer = part.axes.slice(0, run);
  const rows = outer.reduce((count, axis) => count * mapLength(axis.from), 1);
  if (rows > MAX_SPANS) return wholeChunk(part, shape);
  const { low, high } = boundsOf(part.axes[run]!.from);
  const spans = rowStarts(
    outer.map((axis) => axis.from),
    stride,
  ).map((start) => ({
    start: start + low * stride[run]!,
    end: start + high * stride[run]!,
  }));
  const axes = part.axes.map(({ from, to }, axis) => {
    if (axis < run)
      return { from: { kind: "range", start: 0, step: 1, count: mapLength(from) } as const, to };
    return axis === run ? { from: shift(from, low), to } : { from, to };
  });
  return {
    spans,
    shape: [...outer.map((axis) => mapLength(axis.from)), high - low, ...shape.slice(run + 1)],
    part: { kind: "orthogonal", axes, full: false },
  };
}

function wholeChunk(part: ChunkPart, shape: readonly number[]): Runs {
  return { spans: [{ start: 0, end: sizeOf(shape) }], shape, part };
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

function rowStarts(maps: readonly AxisMap[], stride: readonly number[]): number[] {
  let starts = [0];
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

async function readOne(
  source: ByteSource,
  span: ByteSpan,
  itemSize: number,
  options: AbortOptions,
): Promise<Uint8Array[] | undefined> {
  const bytes = await source.get({ start: span.start * itemSize, end: span.end * itemSize }, options);
  return bytes === undefined ? undefined : [bytes];
}

function joinRuns(pieces: readonly Uint8Array[], runs: Runs, itemSize: number): Uint8Array {
  for (const [i, piece] of pieces.entries()) {
    const { start, end } = runs.spans[i]!;
    const expected = (end - start) * itemSize;
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
  const joined = new Uint8Array(sizeOf(runs.shape) * itemSize);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
