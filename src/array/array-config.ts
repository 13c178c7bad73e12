/**
 * How one array is read and written: run-time options, never stored.
 *
 * @module
 */
import { config } from "../base/config.ts";
import { ChunkCache } from "./chunk-cache.ts";

/** Run-time options of an array; what is not given comes from the configuration when the array is opened. */
export interface ArrayConfig {
  /** Memory layout of v2 chunks of a new array. */
  readonly order?: "C" | "F" | undefined;
  /** Store chunks that hold only the fill value. Default false. */
  readonly writeEmptyChunks?: boolean | undefined;
  /** Read missing chunks as fill value; otherwise they are a CodecError. Default true. */
  readonly readMissingChunks?: boolean | undefined;
  /** Keep decoded chunks here for small reads to come. Default: none. */
  readonly chunkCache?: ChunkCache | undefined;
}

/** An array's configuration with every option known. */
export interface ResolvedArrayConfig {
  readonly order: "C" | "F";
  readonly writeEmptyChunks: boolean;
  readonly readMissingChunks: boolean;
  readonly chunkCache?: ChunkCache | undefined;
}

const NAMES: Readonly<Record<string, keyof ArrayConfig>> = {
  order: "order",
  writeEmptyChunks: "writeEmptyChunks",
  readMissingChunks: "readMissingChunks",
  chunkCache: "chunkCache",
  write_empty_chunks: "writeEmptyChunks",
  read_missing_chunks: "readMissingChunks",
};

/**
 * Fills in what is not given from `base`, or from the configuration. zarr-python's names in snake case are read, too.
 *
 * @throws TypeError for an option that does not exist, naming those that do.
 */
export function resolveArrayConfig(given: object = {}, base?: ResolvedArrayConfig): ResolvedArrayConfig {
  const defaults = base ?? {
    order: config.get("array.order"),
    writeEmptyChunks: config.get("array.write_empty_chunks"),
    readMissingChunks: config.get("array.read_missing_chunks"),
  };
  if (Object.keys(given).length === 0) return { ...defaults };
  const known: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (option === undefined) unknown.push(name);
    else if (value !== undefined) known[option] = checked(option, value);
  }
  if (unknown.length > 0) {
    throw new TypeError(
      `Unknown array config keys: ${JSON.stringify(unknown)}; known are order, writeEmptyChunks, readMissingChunks, chunkCache.`,
    );
  }
  return { ...defaults, ...known };
}

function checked(option: keyof ArrayConfig, value: unknown): unknown {
  if (!fits(option, value))
    throw new TypeError(`The array config ${option} cannot be ${JSON.stringify(value)}.`);
  return value;
}

function fits(option: keyof ArrayConfig, value: unknown): boolean {
  switch (option) {
    case "order":
      return value === "C" || value === "F";
    case "chunkCache":
      return value instanceof ChunkCache;
    case "writeEmptyChunks":
    case "readMissingChunks":
      return typeof value === "boolean";
    default:
      return option satisfies never;
  }
}
