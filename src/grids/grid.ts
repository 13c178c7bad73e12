/**
 * Chunk grids and chunk key encodings, as the rest of the library sees them.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";

/**
 * One dimension of a chunk grid. Cells tile `[0, extent)`, the last may reach beyond.
 * Positions are whole numbers up to 2^53.
 */
export interface GridDimension {
  /** Length of the array along this dimension. */
  readonly extent: number;
  /** Number of cells that hold some part of the array. */
  readonly count: number;
  /** Chunk length where all cells have the same; `undefined` for a rectilinear dimension. */
  readonly chunkLength: number | undefined;
  /** The cell that holds a position, `0 <= position < extent`. */
  cellOf(position: number): number;
  /** First position of a cell. */
  cellStart(cell: number): number;
  /** Length of a cell as it is stored; may reach beyond `extent`. */
  cellLength(cell: number): number;
}

/** A chunk grid over an array of one shape. */
export interface ChunkGrid {
  /** `regular` or `rectilinear`. */
  readonly name: string;
  readonly dimensions: readonly GridDimension[];
  /** Number of cells per dimension. */
  readonly shape: readonly number[];
  /** The one chunk shape of a regular grid; `undefined` otherwise. */
  readonly chunkShape: readonly number[] | undefined;
  /** Stored shape of one chunk. */
  chunkShapeAt(chunkIndex: readonly number[]): readonly number[];
  /** All chunk shapes that occur, each once per distinct edge combination per dimension: distinct lengths by dimension. */
  readonly edgeLengths: readonly (readonly number[])[];
  /** The grid after a resize. */
  resize(shape: readonly number[]): ChunkGrid;
  /** The `chunk_grid` of v3 metadata. */
  toV3(): JsonValue;
}

/** Chunk index to key, relative to the array's path, and back. */
export interface ChunkKeyEncoding {
  readonly name: string;
  readonly separator: string;
  /** Key of a chunk: `c/0/1`, `0.1`. */
  encode(chunkIndex: readonly number[]): string;
  /** Index of a key, or `undefined` when the key is not one of `ndim` dimensions. */
  decode(key: string, ndim: number): number[] | undefined;
  /** The `chunk_key_encoding` of v3 metadata. */
  toV3(): JsonValue;
}
