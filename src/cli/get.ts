/**
 * `zarrkit get`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import { parseNotation } from "../indexing/parse-notation.ts";
import type { Colormap } from "./colormap.ts";
import { COLORMAPS } from "./colormap.ts";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { finiteNumber, placeArguments, placeFlags, switchFlag, wholeNumber } from "./flags.ts";

const FORMATS = ["table", "json", "csv", "npy", "raw", "png"] as const;

/** A form in which `get` writes. */
export type GetFormat = (typeof FORMATS)[number];

/** Flags of `get`. */
export interface GetFlags extends PlaceFlags {
  readonly select?: string;
  readonly format?: GetFormat;
  readonly json?: boolean;
  readonly output?: string;
  readonly int64?: "bigint" | "number";
  readonly maxRows?: number;
  readonly maxColumns?: number;
  readonly header?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly colormap?: Colormap;
}

/** What follows the name. */
export const getUsage: string =
  '<url> [path] [--select "500:600, :"] [--format table|json|csv|npy|raw|png] [--output FILE]';

export const getCommand: Command<CliContext> = buildCommand<
  GetFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-get.ts")).runGet),
  parameters: {
    flags: {
      select: {
        kind: "parsed",
        parse: selection,
        optional: true,
        placeholder: "selection",
        brief: 'In NumPy\'s notation: "500:600, ::2", "..., 0", "[1, 5], :". Default: everything',
      },
      format: { kind: "enum", values: FORMATS, optional: true, brief: "Default: table" },
      json: switchFlag("The same as --format json"),
      output: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "file",
        brief: "Write to a file, which appears when it is whole. Default: stdout",
      },
      int64: {
        kind: "enum",
        values: ["bigint", "number"],
        optional: true,
        brief: "number: 64-bit integers as float64; one beyond 2^53 is an error",
      },
      maxRows: {
        kind: "parsed",
        parse: wholeNumber(1),
        optional: true,
        placeholder: "N",
        brief: "table: show so many rows, those in the middle as dots. Default: 20",
      },
      maxColumns: {
        kind: "parsed",
        parse: wholeNumber(1),
        optional: true,
        placeholder: "N",
        brief: "table: show so many columns. Default: 20, or what fits the terminal",
      },
      header: switchFlag("csv: positions of rows and columns in a first column and row"),
      min: {
        kind: "parsed",
        parse: finiteNumber,
        optional: true,
        placeholder: "value",
        brief: "png: the value that is black. Default: the smallest",
      },
      max: {
        kind: "parsed",
        parse: finiteNumber,
        optional: true,
        placeholder: "value",
        brief: "png: the value that is white. Default: the largest",
      },
      colormap: {
        kind: "enum",
        values: COLORMAPS,
        optional: true,
        brief: "png: colours of values. Default: grey",
      },
      ...placeFlags,
    },
    aliases: { s: "select", f: "format", o: "output" },
    positional: placeArguments,
  },
  docs: {
    customUsage: [getUsage],
    brief: "Read a selection of an array as a table, JSON, CSV, .npy, bytes or a PNG",
    fullDescription: [
      "Reads a selection of an array. Only the chunks it touches are fetched; a table fetches only what it shows.",
      "json, csv, npy and raw are written while they are read, in bounded memory.",
      "",
      "Examples:",
      '  zarrkit get data/example.zarr --select "500:600, :"',
      '  zarrkit get data.zip temperature --select "0, :, :" --format png --colormap viridis --output map.png',
      "  zarrkit get s3://bucket/data.zarr time --format csv --header --storage-option anon=true",
      "  zarrkit get https://example.org/a.zarr --format npy --output a.npy",
      '  zarrkit get data/example.zarr --select "0, 0" --json',
    ].join("\n"),
  },
});

/** Keeps the text, but finds mistakes in it before anything is opened. */
function selection(text: string): string {
  parseNotation(text);
  return text;
}
