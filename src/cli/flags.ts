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

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1000,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Reads a number of bytes: `1000000`, `64MiB`, `2GB`. @throws RangeError */
export function byteCount(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmg]i?|)b?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? NaN));
  if (number !== "" && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new RangeError(`${JSON.stringify(text)} is not a number of bytes, as 1000000, 64MiB or 2GB are`);
}

/** Reads whole numbers: `100,200` or `[100, 200]`. @throws RangeError */
export function wholeNumbers(least: number): (text: string) => number[] {
  const one = wholeNumber(least);
  return (text) => {
    const inner = text
      .trim()
      .replace(/^[[(]|[\])]$/g, "")
      .replace(/,\s*$/, "")
      .trim();
    return inner === "" ? [] : inner.split(/\s*[,x]\s*/).map(one);
  };
}

/** Reads names: `t,y,x`. */
export function names(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

/** A flag that takes a number of bytes. */
export function byteFlag(brief: string): ParsedFlag<number> {
  return { kind: "parsed", parse: byteCount, optional: true, placeholder: "bytes", brief };
}

/** A flag whose text is parsed. */
export interface ParsedFlag<T> {
  readonly kind: "parsed";
  readonly parse: (text: string) => T;
  readonly optional: true;
  readonly placeholder: string;
  readonly brief: string;
}

/** A flag that takes text. */
export function textFlag(placeholder: string, brief: string): ParsedFlag<string> {
  return { kind: "parsed", parse: String, optional: true, placeholder, brief };
}

/** A flag that takes a value of some form. */
export function parsedFlag<T>(placeholder: string, parse: (text: string) => T, brief: string): ParsedFlag<T> {
  return { kind: "parsed", parse, optional: true, placeholder, brief };
}

/** `<source> <target>`. */
export const transferArguments: TypedPositionalParameters<[source: string, target: string], CliContext> = {
  kind: "tuple",
  parameters: [
    { parse: String, placeholder: "source", brief: "Path or URL of a store" },
    {
      parse: String,
      placeholder: "target",
      brief: "Path or URL of a store; it is made where it is not there",
    },
  ],
};

/** Two places: where to read, where to write. */
export interface TransferFlags extends PlaceFlags {
  readonly path?: string;
  readonly targetPath?: string;
  readonly targetStorageOption?: readonly StorageOption[];
  readonly overwrite?: boolean;
  readonly maxMemory?: number;
  readonly json?: boolean;
}

/** `TransferFlags` as the parser knows them. */
export const transferFlags: FlagParametersForType<TransferFlags, CliContext> = {
  path: textFlag("path", "Path of the node in the source. Default: its root"),
  targetPath: textFlag("path", "Path in the target. Default: its root"),
  overwrite: switchFlag(
    "Delete what is at the target. Default: refuse, but go on with a job that was stopped",
  ),
  maxMemory: byteFlag("Array data in memory at a time: 64MiB, 2GB. Default: 256MiB"),
  json: switchFlag("Print what was done as JSON"),
  targetStorageOption: {
    kind: "parsed",
    parse: parseStorageOption,
    variadic: true,
    optional: true,
    placeholder: "k=v",
    brief: "Option of the file system of the target's URL; may be repeated",
  },
  ...placeFlags,
};
