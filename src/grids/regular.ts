/**
 * The regular chunk grid: every chunk has the same shape.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { ChunkGrid, GridDimension } from "./grid.ts";

/** The longest extent and chunk length: positions stay exact whole numbers. */
export const MAX_EXTENT: number = 2 ** 53;

/** A dimension whose cells all have one length. */
export class RegularDimension implements GridDimension {
  readonly extent: number;
  readonly count: number;
  readonly chunkLength: number;

  /** `extent` from 0 and `chunkLength` from 1, both whole and at most 2^53. */
  constructor(extent: number, chunkLength: number) {
    this.extent = extent;
    this.chunkLength = chunkLength;
    this.count = extent === 0 ? 0 : Math.floor((extent - 1) / chunkLength) + 1;
  }

  // The quotient is exact enough: below 2^53 a double never rounds a proper fraction up to the next whole number.
  cellOf(position: number): number {
    return Math.floor(position / this.chunkLength);
  }

  cellStart(cell: number): number {
    return cell * this.chunkLength;
  }

  cellLength(_cell: number): number {
    return this.chunkLength;
  }
}

/** The regular chunk grid. Make one with {@link regularGrid}. */
export class RegularGrid implements ChunkGrid {
  readonly name = "regular";
  readonly dimensions: readonly RegularDimension[];
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];

  constructor(dimensions: readonly RegularDimension[]) {
    this.dimensions = dimensions;
    this.shape = dimensions.map((dimension) => dimension.count);
    this.chunkShape = dimensions.map((dimension) => dimension.chunkLength);
  }

  get edgeLengths(): readonly (readonly number[])[] {
    return this.chunkShape.map((length) => [length]);
  }

  chunkShapeAt(_chunkIndex: readonly number[]): readonly number[] {
    return this.chunkShape;
  }

  resize(shape: readonly number[]): RegularGrid {
    return regularGrid(shape, this.chunkShape);
  }

  toV3(): JsonValue {
    return { name: "regular", configuration: { chunk_shape: [...this.chunkShape] } };
  }
}

/**
 * The regular grid of an array: chunks of `chunkShape` tile `shape`, those at the end reach beyond it.
 * An axis of length 0 has no chunks; an array without axes has one, at index `[]`.
 *
 * @throws MetadataValidationError when the numbers of axes differ, a chunk length is not a whole
 * number from 1, or an extent is not one from 0 to 2^53.
 * @example
 * ```ts
 * regularGrid([10, 10], [3, 4]).shape; // [4, 3]
 * ```
 */
export function regularGrid(shape: readonly number[], chunkShape: readonly number[]): RegularGrid {
  checkExtents(shape);
  if (shape.length !== chunkShape.length) throw wrongNumberOfAxes(shape, chunkShape.length);
  const dimensions = shape.map((extent, axis) => {
    const length = chunkShape[axis]!;
    if (!Number.isInteger(length) || length < 1 || length > MAX_EXTENT) {
      throw new MetadataValidationError(
        `chunk length ${String(length)} of dimension ${axis} is not a whole number from 1`,
        { expected: "a whole number from 1", actual: length },
      );
    }
    return new RegularDimension(extent, length);
  });
  return new RegularGrid(dimensions);
}

/** Checks that every length of an array's shape is a whole number from 0 to 2^53. Throws MetadataValidationError. */
export function checkExtents(shape: readonly number[]): void {
  for (let axis = 0; axis < shape.length; axis++) {
    const extent = shape[axis]!;
    if (Number.isInteger(extent) && extent >= 0 && extent <= MAX_EXTENT) continue;
    throw new MetadataValidationError(
      `length ${String(extent)} of dimension ${axis} is not a whole number from 0 to 2^53`,
      { expected: "a whole number from 0 to 2^53", actual: extent },
    );
  }
}

/** The error of a chunk grid whose number of dimensions is not the array's. */
export function wrongNumberOfAxes(shape: readonly number[], actual: number): MetadataValidationError {
  return new MetadataValidationError(
    `chunks has ${actual} dimensions but shape has ${shape.length} dimensions`,
    { expected: shape.length, actual },
  );
}
