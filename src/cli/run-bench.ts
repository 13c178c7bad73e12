/**
 * What `zarrkit bench` does.
 *
 * @module
 */
import { createArray } from "../array/create.ts";
import type { CodecsLike } from "../array/create-options.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { NodeNotFoundError } from "../base/errors.ts";
import { throwIfAborted } from "../base/async.ts";
import { cellRegion, regionSelection, regionSize } from "../compute/region.ts";
import type { Region } from "../compute/region.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import type { BenchFlags } from "./bench.ts";
import type { CliContext } from "./command-context.ts";
import { withNode } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { painter, safeText } from "./terminal-text.ts";

const DEFAULT_LIMIT = 256 * 2 ** 20;

/** One way of reading, measured. */
export interface Measured {
  readonly array: string;
  readonly way: string;
  readonly bytes: number;
  readonly chunks: number;
  readonly seconds: number;
}

/** Measures, and prints a table. */
export async function runBench(
  context: CliContext,
  flags: BenchFlags,
  url?: string,
  path?: string,
): Promise<void> {
  const measured: Measured[] = [];
  if (url === undefined) {
    for (const [name, array] of await arraysInMemory(flags.limit ?? DEFAULT_LIMIT))
      measured.push(...(await measure(name, array, flags, context.signal)));
  } else {
    await withNode({ url, path, flags, signal: context.signal }, async (node) => {
      const array =
        node instanceof ZarrArray
          ? node
          : await first(node.arrays({ maxDepth: null, signal: context.signal }));
      if (array === undefined)
        throw new NodeNotFoundError(`There is no array below ${String(node)}.`, {
          store: String(node.store),
          path: node.path,
        });
      measured.push(...(await measure(array.name, array, flags, context.signal)));
    });
  }
  if (flags.json === true)
    await printFacts(
      context,
      measured.map((each) => ({
        ...each,
        megabytesPerSecond: rate(each.bytes / 1e6, each),
        chunksPerSecond: rate(each.chunks, each),
      })),
    );
  else await context.io.stdout.write(tableText(measured, context));
}

async function first(arrays: AsyncIterable<[string, ZarrArray]>): Promise<ZarrArray | undefined> {
  for await (const [, array] of arrays) return array;
  return undefined;
}

function rate(amount: number, { seconds }: Measured): number {
  return Number((amount / Math.max(seconds, 1e-9)).toPrecision(4));
}

async function measure(
  name: string,
  array: ZarrArray,
  { limit = DEFAULT_LIMIT, rounds = 3 }: BenchFlags,
  signal: AbortSignal,
): Promise<Measured[]> {
  const itemSize = array.dataType.itemSize || 8;
  const chunks = chunkRegions(array, Math.max(1, Math.floor(limit / itemSize)));
  if (chunks.length === 0) return [];
  const box = boundingBox(chunks);
  const spread = [...chunks].sort((a, b) => scramble(a) - scramble(b)).slice(0, 64);
  const points = spread.map((region) =>
    region.map(([start, stop]) => [start, Math.min(start + 1, stop)] as const),
  );
  const ways: [string, readonly Region[], number][] = [
    ["all at once", [box], chunks.length],
    ["chunk by chunk", chunks, chunks.length],
    ["chunks here and there", spread, spread.length],
    ["single elements", points, points.length],
  ];
  const measured: Measured[] = [];
  for (const [way, regions, count] of ways) {
    let seconds = Infinity;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      for (const region of regions) {
        throwIfAborted(signal);
        await array.get(regionSelection(region), { signal });
      }
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    const bytes = regions.reduce((sum, region) => sum + regionSize(region) * itemSize, 0);
    measured.push({ array: name, way, bytes, chunks: count, seconds });
  }
  return measured;
}

/** Chunks (of shards, inner ones) from the array's beginning, as many as hold so many elements. */
function chunkRegions(array: ZarrArray, elements: number): Region[] {
  const { grid, chain } = array.model;
  const inner = chain.arrayBytes.innerChunkShape;
  const shape = array.shape;
  const counts =
    inner === undefined ? grid.shape : shape.map((length, axis) => Math.ceil(length / inner[axis]!));
  if (counts.includes(0)) return [];
  const regions: Region[] = [];
  const index = counts.map(() => 0);
  for (let left = elements; left > 0;) {
    const region =
      inner === undefined
        ? cellRegion(grid, index)
        : index.map(
            (at, axis) => [at * inner[axis]!, Math.min((at + 1) * inner[axis]!, shape[axis]!)] as const,
          );
    regions.push(region);
    left -= Math.max(1, regionSize(region));
    let axis = index.length - 1;
    for (; axis >= 0; axis--) {
      if (++index[axis]! < counts[axis]!) break;
      index[axis] = 0;
    }
    if (axis < 0) break;
  }
  return regions;
}

/** The largest box from the first chunk on that whole rows of the chunks fill. */
function boundingBox(regions: readonly Region[]): Region {
  const [head] = regions;
  const size = regions.reduce((sum, region) => sum + regionSize(region), 0);
  let best = head!; // there is one
  for (const region of regions) {
    const box = region.map(([, stop], axis) => [head![axis]![0], stop] as const);
    if (regionSize(box) <= size && regionSize(box) > regionSize(best)) best = box;
  }
  return best;
}

/** An order that is the same each time and has nothing of that of the chunks. */
function scramble(region: Region): number {
  let hash = 2166136261;
  for (const [start] of region) hash = Math.imul(hash ^ start, 16777619) ^ (hash >>> 13);
  return hash >>> 0;
}

const CODECS: readonly (readonly [string, CodecsLike])[] = [
  ["raw", null],
  ["blosc-lz4", { name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle" } }],
  ["zstd", "auto"],
  ["gzip", { name: "gzip", configuration: { level: 5 } }],
];

/** A smooth signal with noise in float32, in chunks of 1 MiB, with several codecs. */
async function arraysInMemory(limit: number): Promise<[string, ZarrArray][]> {
  const rows = Math.max(512, Math.floor(Math.min(limit, 64 * 2 ** 20) / 4 / 2048 / 512) * 512);
  const data = new Float32Array(rows * 2048);
  let seed = 1;
  for (let i = 0; i < data.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    data[i] = Math.fround(280 + 20 * Math.sin(i / 5000) + (seed >>> 24) / 256);
  }
  const arrays: [string, ZarrArray][] = [];
  for (const [name, compressors] of CODECS) {
    const array = await createArray(new MemoryStore(), {
      shape: [rows, 2048],
      chunks: [512, 512],
      dtype: "float32",
      compressors,
    });
    await array.set("...", { data, shape: [rows, 2048], stride: [2048, 1] });
    arrays.push([name, array]);
  }
  return arrays;
}

function tableText(measured: readonly Measured[], { io }: CliContext): string {
  const paint = painter(io.stdout);
  const header = ["array", "way", "MB/s", "chunks/s", "seconds"];
  const rows = measured.map((each) => [
    safeText(each.array),
    each.way,
    rate(each.bytes / 1e6, each).toFixed(1),
    rate(each.chunks, each).toFixed(1),
    each.seconds.toFixed(4),
  ]);
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  return `${paint("bold", line(header))}\n${rows.map((row) => `${line(row)}\n`).join("")}`;
}
