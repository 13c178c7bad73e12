/**
 * Flags that every command has, and parsers of values.
 *
 * @module
 */
import type { FlagParametersForType, TypedPositionalParameters } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import type { StorageOption } from "./storage-option.ts";
import { parseStorageOption } from "./storage-option.ts";

/** Where a node is, and how much to say about failures. */
export interface PlaceFlags {
  readonly storageOption?: readonly StorageOption[];
  readonly zarrFormat?: "2" | "3";
  readonly debug?: boolean;
}

/** `PlaceFlags` as the parser knows them. */
export const placeFlags: FlagParametersForType<PlaceFlags, CliContext> = {
  storageOption: {
    kind: "parsed",
    parse: parseStorageOption,
    variadic: true,
    optional: true,
    placeholder: "k=v",
    brief:
      "Option of the file system of a URL; may be repeated. The value is JSON where it parses, else text",
  },
  zarrFormat: {
    kind: "enum",
    values: ["2", "3"],
    optional: true,
    brief: "Look for this format only. Default: both, 3 first",
  },
  debug: { kind: "boolean", optional: true, withNegated: false, brief: "Show the stack of a failure" },
};

/** A flag that is there or not. */
export interface SwitchFlag {
  readonly kind: "boolean";
  readonly optional: true;
  readonly withNegated: false;
  readonly brief: string;
}

/** A switch without a `--no-` form. */
export function switchFlag(brief: string): SwitchFlag {
  return { kind: "boolean", optional: true, withNegated: false, brief };
}

/** `<url> [path]`. */
export const placeArguments: TypedPositionalParameters<[url: string, path?: string], CliContext> = {
  kind: "tuple",
  parameters: [
    {
      parse: String,
      placeholder: "url",
      brief: "Path or URL of a store: folder, .zip, s3://, https://, ...",
    },
    { parse: String, placeholder: "path", optional: true, brief: "Path of a node in it. Default: its root" },
  ],
};

/** Reads a whole number from `least` on. @throws RangeError */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least) return value;
    throw new RangeError(`${JSON.stringify(text)} is not a whole number from ${least} on`);
  };
}

/** Reads a finite number. @throws RangeError */
export function finiteNumber(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new RangeError(`${JSON.stringify(text)} is not a finite number`);
}
