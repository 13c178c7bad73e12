/**
 * What `zarrkit set` does.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { ZarrArray } from "../array/zarr-array.ts";
import { ContainsGroupError } from "../base/errors.ts";
import { parseJson } from "../base/json-parse.ts";
import { parseNotation } from "../indexing/parse-notation.ts";
import { anySelection } from "../indexing/selection.ts";
import type { CliContext } from "./command-context.ts";
import { UsageError } from "./command-context.ts";
import { valueOf } from "./layout-flags.ts";
import { withNode } from "./open-place.ts";
import { readNpy, readRaw } from "./read-npy.ts";
import { asMisuse } from "./run-create.ts";
import type { SetFlags, SetFormat } from "./set.ts";

/** Writes values, attributes, or both. */
export async function runSet(
  context: CliContext,
  flags: SetFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal } = context;
  const { value, input, attributes, select, unsafe, aligned } = flags;
  if (value !== undefined && input !== undefined)
    throw new UsageError("--value and --input exclude each other");
  const writes = value !== undefined || input !== undefined;
  if (!writes && attributes === undefined)
    throw new UsageError("Nothing to write: give --value, --input or --attributes.");
  if (!writes && select !== undefined) throw new UsageError("--select needs --value or --input");
  // Found out before anything is opened.
  const format = input === undefined ? undefined : formatOf(input, flags.format);
  await withNode({ url, path, flags, signal, mode: "r+" }, async (node) => {
    if (writes) {
      if (!(node instanceof ZarrArray))
        throw new ContainsGroupError(`${String(node)} is a group; values go into arrays.`, {
          store: String(node.store),
          path: node.path,
        });
      const selection = select === undefined ? "..." : select;
      const given =
        format === undefined
          ? valueOf(value ?? "")
          : await valuesOf(node, select, await bytesOf(input ?? "-"), format);
      const options = {
        signal,
        requireAligned: aligned,
        ...(unsafe === true ? { casting: "unsafe" as const } : {}),
      };
      if (format === undefined) await asMisuse(() => node.set(selection, given, options));
      else await node.set(selection, given, options);
    }
    if (attributes !== undefined) await node.updateAttributes(attributes, { signal });
  });
}

function formatOf(file: string, given: SetFormat | undefined): SetFormat {
  if (given !== undefined) return given;
  const ending = /\.(npy|json)$/i.exec(file)?.[1]?.toLowerCase();
  if (ending === "npy" || ending === "json") return ending;
  throw new UsageError("--format is needed where the name of the file does not end in .npy or .json");
}

async function bytesOf(file: string): Promise<Uint8Array> {
  if (file !== "-") return await readFile(file);
  const parts: Uint8Array[] = [];
  for await (const part of process.stdin) parts.push(part as Uint8Array); // without an encoding stdin gives bytes
  return Buffer.concat(parts);
}

async function valuesOf(
  array: ZarrArray,
  select: string | undefined,
  bytes: Uint8Array,
  format: SetFormat,
): Promise<unknown> {
  switch (format) {
    case "npy":
      return await readNpy(bytes);
    case "json":
      return parseJson(bytes);
    case "raw": {
      const { resultShape } = anySelection(select === undefined ? [] : parseNotation(select), array.shape);
      return await readRaw(bytes, resultShape, array.dataType);
    }
    default:
      throw format satisfies never;
  }
}
