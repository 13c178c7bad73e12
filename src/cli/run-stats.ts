/**
 * What `zarrkit stats` does.
 *
 * @module
 */
import { humanBytes } from "../array/print.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { canList } from "../compute/listing.ts";
import type { StoredStatistics, ValueStatistics } from "../compute/statistics.ts";
import { hasStatistics, storedStatistics, valueStatistics } from "../compute/statistics.ts";
import type { CliContext } from "./command-context.ts";
import { withComputeProgress } from "./compute-progress.ts";
import { dtypeText } from "./node-facts.ts";
import { withNode } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import type { StatsFlags } from "./stats.ts";
import { painter, safeText } from "./terminal-text.ts";

/** Prints the statistics of an array, or of each array below a group. */
export async function runStats(
  context: CliContext,
  flags: StatsFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal, io } = context;
  await withNode({ url, path, flags, signal }, async (node) => {
    const all: unknown[] = [];
    const arrays = node instanceof ZarrArray ? [node] : node.arrays({ maxDepth: null, signal });
    let isFirst = true;
    for await (const each of arrays) {
      const array = each instanceof ZarrArray ? each : each[1];
      // Without a listing nothing is known of what is stored.
      const listed = await canList(array.storePath, { signal });
      const stored = listed ? await storedStatistics(array, { signal }) : undefined;
      const values =
        flags.stored === true || !hasStatistics(array)
          ? undefined
          : await valuesOf(array, stored, flags, context);
      if (flags.json === true) all.push(factsOf(array, stored, values));
      else {
        await io.stdout.write(`${isFirst ? "" : "\n"}${describe(array, stored, values, context)}`);
        isFirst = false;
      }
    }
    if (flags.json === true) await printFacts(context, node instanceof ZarrArray ? all[0] : all);
  });
}

async function valuesOf(
  array: ZarrArray,
  stored: StoredStatistics | undefined,
  { maxMemory }: StatsFlags,
  { io, signal }: CliContext,
): Promise<ValueStatistics> {
  return await withComputeProgress(
    io,
    async (onProgress) => await valueStatistics(array, { signal, maxMemory, onProgress }, stored),
  );
}

function factsOf(
  array: ZarrArray,
  stored: StoredStatistics | undefined,
  values: ValueStatistics | undefined,
): Record<string, unknown> {
  return {
    path: array.path,
    shape: array.shape,
    dtype: dtypeText(array),
    nbytes: array.nbytes,
    nbytesStored: stored?.bytesStored ?? null,
    ratio: stored === undefined || stored.bytesStored === 0 ? null : array.nbytes / stored.bytesStored,
    chunks: stored?.chunksTotal ?? null,
    chunksStored: stored?.chunksStored ?? null,
    chunksMissing: stored === undefined ? null : stored.chunksTotal - stored.chunksStored,
    ...(values === undefined
      ? {}
      : {
          count: values.count,
          missing: values.missing,
          min: values.min ?? null,
          max: values.max ?? null,
          mean: values.mean ?? null,
        }),
  };
}

function describe(
  array: ZarrArray,
  stored: StoredStatistics | undefined,
  values: ValueStatistics | undefined,
  { io }: CliContext,
): string {
  const paint = painter(io.stdout);
  const rows: [string, string][] = [];
  const shown = (value: number | bigint | undefined): string =>
    value === undefined
      ? "-"
      : array.dataType.scalarToString(array.dataType.name === "bool" ? Boolean(value) : value);
  if (values !== undefined) {
    rows.push(["min", shown(values.min)], ["max", shown(values.max)]);
    if (values.mean !== undefined) rows.push(["mean", String(values.mean)]);
    rows.push(["values", String(values.count)]);
    if (values.missing > 0)
      rows.push([array.dataType.castKind === "float" ? "NaN" : "NaT", String(values.missing)]);
  }
  if (stored !== undefined) {
    const { chunksTotal, chunksStored, bytesStored } = stored;
    const what = array.model.chain.arrayBytes.innerChunkShape === undefined ? "chunks" : "shards";
    rows.push(
      [`${what} stored`, `${chunksStored} of ${chunksTotal}`],
      [`${what} missing`, String(chunksTotal - chunksStored)],
      ["bytes", humanBytes(array.nbytes)],
      ["bytes stored", humanBytes(bytesStored)],
      ["ratio", bytesStored === 0 ? "-" : (array.nbytes / bytesStored).toFixed(2)],
    );
  }
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const title = `${array.name} (${array.shape.join(", ")}) ${dtypeText(array)}`;
  return `${paint("bold", safeText(title))}\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${safeText(value)}\n`).join("")}`;
}
