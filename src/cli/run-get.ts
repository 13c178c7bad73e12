/**
 * What `zarrkit get` does.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import type { CliContext } from "./command-context.ts";
import { UsageError } from "./command-context.ts";
import { formatCsv } from "./format-csv.ts";
import { formatJson } from "./format-json.ts";
import { npyHeader } from "./format-npy.ts";
import { formatTable } from "./format-table.ts";
import type { GetFlags, GetFormat } from "./get.ts";
import { withArray } from "./open-place.ts";
import type { Output } from "./output.ts";
import { withOutput } from "./output.ts";
import { ProgressBar } from "./progress.ts";
import { readBlocks } from "./selection-blocks.ts";
import { Selected } from "./selected.ts";
import { readTablePart } from "./table-read.ts";
import { painter } from "./terminal-text.ts";

/** Formats that are not text. */
const BINARY: readonly GetFormat[] = ["npy", "raw", "png"];

/** Which flags belong to one format only. */
const FLAGS_OF_FORMAT: readonly (readonly [keyof GetFlags, GetFormat])[] = [
  ["maxRows", "table"],
  ["maxColumns", "table"],
  ["header", "csv"],
  ["min", "png"],
  ["max", "png"],
  ["colormap", "png"],
];

/** Reads a selection and writes it in a format. */
export async function runGet(
  context: CliContext,
  flags: GetFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { io, signal } = context;
  const format = formatOf(flags);
  const toStdout = flags.output === undefined || flags.output === "-";
  if (BINARY.includes(format) && toStdout && io.stdout.isTerminal) {
    throw new UsageError(
      `--format ${format} is not text, and stdout is a terminal; name a file with --output`,
    );
  }
  await withArray({ url, path, flags, signal }, async (array) => {
    const selected = new Selected(array, flags.select, { signal, int64: flags.int64 });
    // Made before the file is: what cannot be written in this format leaves nothing behind.
    const pieces = await piecesOf(format, selected, flags, context, toStdout);
    await withOutput(flags.output, io.stdout, (output) => writeAll(pieces, output, signal));
  });
}

function formatOf(flags: GetFlags): GetFormat {
  const { json, format = json === true ? "json" : "table" } = flags;
  if (json === true && format !== "json")
    throw new UsageError(`--json and --format ${format} exclude each other`);
  for (const [flag, of] of FLAGS_OF_FORMAT) {
    if (flags[flag] === undefined || flags[flag] === false || format === of) continue;
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${name} is for --format ${of}, not ${format}`);
  }
  return format;
}

type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

async function piecesOf(
  format: GetFormat,
  selected: Selected,
  flags: GetFlags,
  context: CliContext,
  toStdout: boolean,
): Promise<Pieces> {
  const { dataType, shape, axes } = selected;
  const { stdout } = context.io;
  const blocks = (): AsyncIterable<NDArray> =>
    // A bar among the text of a terminal would be in the way.
    toStdout && stdout.isTerminal ? readBlocks(selected) : withProgress(selected, context);
  switch (format) {
    case "table": {
      const width = toStdout && flags.maxColumns === undefined ? stdout.columns : undefined;
      const { maxRows, maxColumns } = flags;
      const paint = toStdout ? painter(stdout) : undefined;
      const source = { dataType, shape, axes, read: readTablePart(selected) };
      return [await formatTable(source, { maxRows, maxColumns, width, paint })];
    }
    case "json":
      return formatJson(blocks(), shape);
    case "csv":
      return formatCsv(blocks(), dataType, shape, { header: flags.header, axes });
    case "npy":
      return bytesOf(blocks(), npyHeader(dataType, shape));
    case "raw":
      return bytesOf(blocks());
    case "png": {
      // Loaded here: no other format needs the encoder.
      const { encodePng, pngLayout } = await import("./format-png.ts");
      pngLayout(shape);
      const { min, max, colormap } = flags;
      return [encodePng(await selected.readAll(), { min, max, colormap })];
    }
    default:
      throw format satisfies never;
  }
}

async function* bytesOf(
  blocks: AsyncIterable<NDArray>,
  header?: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (header !== undefined) yield header;
  for await (const block of blocks) yield block.toBytes();
}

/** Blocks, with a bar of how many have been used. */
async function* withProgress(
  selected: Selected,
  { io }: CliContext,
): AsyncGenerator<NDArray, void, undefined> {
  const itemSize = selected.dataType.itemSize || 1;
  const bar = new ProgressBar(io.stderr, selected.size * itemSize);
  let done = 0;
  try {
    for await (const block of readBlocks(selected)) {
      yield block;
      done += block.size * itemSize;
      await bar.update(done);
    }
  } finally {
    await bar.end();
  }
}

async function writeAll(pieces: Pieces, output: Output, signal: AbortSignal): Promise<void> {
  for await (const piece of pieces) {
    throwIfAborted(signal);
    await output.write(piece);
  }
}
