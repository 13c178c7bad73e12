/**
 * Chunk grids from metadata, v3 and v2, with the repairs that zarr-python makes on read.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { ChunkGrid } from "./grid.ts";
import { rectilinearGrid } from "./rectilinear.ts";
import type { EdgeRun, Edges } from "./rectilinear.ts";
import { regularGrid, wrongNumberOfAxes } from "./regular.ts";

/** A chunk grid as read, and what was repaired to read it. */
export interface ParsedChunkGrid {
  readonly grid: ChunkGrid;
  /** One sentence for each repair that the user must act on. */
  readonly warnings: readonly string[];
  /** Are chunks, after the repairs, elsewhere than the stored document says? Then it is stored anew before the first write. */
  readonly movesChunks: boolean;
}

/**
 * Reads the `chunk_grid` of v3 metadata: `regular` or `rectilinear`.
 *
 * Repairs: a regular chunk length of 0 or `false` becomes 1, or the inner chunk's length where
 * `innerChunkShape` is given; `true` becomes 1; a regular grid that mixes lengths and lists of them is read as rectilinear.
 *
 * @throws MetadataValidationError for another grid, naming it, and for one that does not fit `shape`.
 */
export function parseChunkGrid(
  json: JsonValue | undefined,
  shape: readonly number[],
  options: { readonly innerChunkShape?: readonly number[] | undefined } = {},
): ParsedChunkGrid {
  const name = isObject(json) ? json["name"] : json;
  if (name !== "regular" && name !== "rectilinear") {
    if (typeof name !== "string") throw invalid("is not an object with a name", json);
    throw new MetadataValidationError(
      `unknown chunk grid ${JSON.stringify(name)}; known: regular, rectilinear`,
      {
        actual: name,
        known: ["regular", "rectilinear"],
      },
    );
  }
  const configuration = isObject(json) ? json["configuration"] : undefined;
  if (!isObject(configuration))
    throw invalid(`of name ${JSON.stringify(name)} has no configuration`, configuration);
  if (name === "regular") {
    checkKeys(configuration, ["chunk_shape"]);
    return parseRegular(configuration["chunk_shape"], shape, options.innerChunkShape, true);
  }
  checkKeys(configuration, ["kind", "chunk_shapes"]);
  if (configuration["kind"] !== "inline")
    throw invalid('has a kind other than "inline"', configuration["kind"]);
  const lists = configuration["chunk_shapes"];
  if (!isList(lists)) throw invalid("has chunk_shapes that are not a list", lists);
  const grid = rectilinearGrid(
    shape,
    lists.map((list, axis) => (isList(list) ? parseEdges(list, axis) : bareLength(list, axis))),
  );
  return { grid, warnings: [], movesChunks: false };
}

/**
 * Reads the `chunks` of v2 metadata, with the repairs of {@link parseChunkGrid}.
 *
 * @throws MetadataValidationError
 */
export function parseV2Chunks(json: JsonValue | undefined, shape: readonly number[]): ParsedChunkGrid {
  return parseRegular(json, shape, undefined, false);
}

function parseRegular(
  json: JsonValue | undefined,
  shape: readonly number[],
  innerChunkShape: readonly number[] | undefined,
  mayMix: boolean,
): ParsedChunkGrid {
  if (!isList(json)) throw invalid("has a chunk shape that is not a list", json);
  if (json.length !== shape.length) throw wrongNumberOfAxes(shape, json.length);
  if (json.every(isLength)) return { grid: regularGrid(shape, json), warnings: [], movesChunks: false };
  const warnings: string[] = [];
  let movesChunks = false;
  const edges = json.map((stored, axis): Edges => {
    if (isList(stored)) return parseEdges(stored, axis);
    if (stored !== 0 && stored !== false) return stored === true ? 1 : lengthOf(stored, "chunk length", axis);
    // No chunk can have been stored under a length of 0, so nothing is lost by any choice.
    const unit = innerChunkShape?.[axis] ?? 1;
    movesChunks = true;
    if (shape[axis]! > 0) {
      warnings.push(
        `The stored chunk length ${String(stored)} of dimension ${axis} is invalid and read as ${unit}: ` +
          "the array holds only its fill value; recreate it with the chunk shape you want.",
      );
    }
    return unit;
  });
  const lists = edges.flatMap((each, axis) => (typeof each === "number" ? [] : [axis]));
  if (lists.length === 0) {
    // Without lists every entry is a number.
    const grid = regularGrid(shape, edges as number[]);
    return { grid, warnings, movesChunks };
  }
  if (!mayMix || lists.length === edges.length) {
    throw invalid(`is regular, but lists chunk lengths in dimensions ${lists.join(", ")}`, json);
  }
  warnings.push(
    `The stored chunk grid is named regular, but lists chunk lengths in dimensions ${lists.join(", ")}; ` +
      "it is read as a rectilinear grid, and stored as one when the metadata is next written.",
  );
  return { grid: rectilinearGrid(shape, edges), warnings, movesChunks: true };
}

function parseEdges(list: readonly JsonValue[], axis: number): (number | EdgeRun)[] {
  return list.map((entry) => {
    if (!isList(entry)) return edgeLength(entry, axis);
    if (entry.length !== 2)
      throw invalid(`has a run in dimension ${axis} that is not [length, count]`, entry);
    return { length: edgeLength(entry[0], axis), count: lengthOf(entry[1], "number of chunks", axis) };
  });
}

function edgeLength(json: JsonValue | undefined, axis: number): number {
  return json === true ? 1 : lengthOf(json, "chunk length", axis);
}

function bareLength(json: JsonValue, axis: number): number {
  return lengthOf(json, "chunk length", axis);
}

function lengthOf(json: JsonValue | undefined, what: string, axis: number): number {
  if (isLength(json)) return json;
  throw new MetadataValidationError(
    `${what} ${textOf(json)} of dimension ${axis} is not a whole number from 1 to 2^53`,
    {
      expected: "a whole number from 1 to 2^53",
      actual: json,
    },
  );
}

function isLength(json: JsonValue | undefined): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 1;
}

function textOf(json: JsonValue | undefined): string {
  return typeof json === "object" && json !== null ? (isList(json) ? "[…]" : "{…}") : String(json);
}

function checkKeys(configuration: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(configuration)) {
    if (!known.includes(key)) throw invalid(`has the unknown configuration ${JSON.stringify(key)}`, key);
  }
}

function isList(json: JsonValue | undefined): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function invalid(what: string, actual: unknown): MetadataValidationError {
  return new MetadataValidationError(`chunk_grid ${what}`, { actual });
}
