/**
 * `zarrkit set`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { JsonValue } from "../base/json.ts";
import { parseNotation } from "../indexing/parse-notation.ts";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { parsedFlag, placeArguments, placeFlags, switchFlag, textFlag } from "./flags.ts";
import { parseObject } from "./layout-flags.ts";

const FORMATS = ["npy", "json", "raw"] as const;

/** A form in which `set` reads values. */
export type SetFormat = (typeof FORMATS)[number];

/** Flags of `set`. */
export interface SetFlags extends PlaceFlags {
  readonly select?: string;
  readonly value?: string;
  readonly input?: string;
  readonly format?: SetFormat;
  readonly unsafe?: boolean;
  readonly attributes?: Readonly<Record<string, JsonValue>>;
  readonly aligned?: boolean;
}

/** What follows the name. */
export const setUsage: string =
  '<url> [path] [--select "500:600, :"] --value 42 | --input FILE | --attributes JSON';

export const setCommand: Command<CliContext> = buildCommand<
  SetFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-set.ts")).runSet),
  parameters: {
    flags: {
      select: parsedFlag(
        "selection",
        (text) => {
          parseNotation(text); // mistakes are found before anything is opened
          return text;
        },
        'In NumPy\'s notation: "500:600, ::2", "..., 0". Default: everything',
      ),
      value: textFlag("value", "What is written: a number, text, or nested lists as JSON; it is broadcast"),
      input: textFlag("file", "Write the values of a file; - is stdin"),
      format: {
        kind: "enum",
        values: FORMATS,
        optional: true,
        brief: "Form of the file: npy, json, or raw bytes in C order, little-endian. Default: by its name",
      },
      unsafe: switchFlag(
        "Convert values of any type, as C does. Default: only what NumPy's same_kind allows",
      ),
      aligned: switchFlag("Refuse to write part of a chunk, which is not safe beside other writers"),
      attributes: parsedFlag("JSON", parseObject, 'Merge into the attributes of the node: {"units": "K"}'),
      ...placeFlags,
    },
    aliases: { s: "select", i: "input", f: "format" },
    positional: placeArguments,
  },
  docs: {
    customUsage: [setUsage],
    brief: "Write values into an array, or attributes into a node",
    fullDescription: [
      "Writes values into a selection of an array, which must be there; values broadcast as in NumPy. Chunks that are only",
      "partly covered are read and merged. Attributes go to an array or a group.",
      "",
      "Examples:",
      '  zarrkit set data/example.zarr temperature --select "0, :, :" --value 273.15',
      '  zarrkit set data/example.zarr temperature --select "1" --input day1.npy',
      '  zarrkit set data/example.zarr names --value \'["a", "b"]\'',
      "  zarrkit get a.zarr x --format npy | zarrkit set b.zarr x --input - --format npy",
      `  zarrkit set data/example.zarr temperature --attributes '{"units": "K"}'`,
    ].join("\n"),
  },
});
