/**
 * What zfp can compress.
 *
 * @module
 */
import { MetadataValidationError } from "../../base/errors.ts";
import type { DataType } from "../../dtypes/data-type.ts";
import type { ZfpType } from "./parameters.ts";
import { ZFP_TYPES } from "./parameters.ts";

/** The type of a zfp field. Throws MetadataValidationError when zfp has none for a data type. */
export function requireZfpType(codec: string, dataType: DataType): ZfpType {
  const type = ZFP_TYPES.find((name) => name === dataType.name);
  if (type !== undefined) return type;
  throw new MetadataValidationError(
    `The codec ${codec} compresses ${ZFP_TYPES.join(", ")}, not ${dataType.name}.`,
    { codec, expected: ZFP_TYPES, actual: dataType.name },
  );
}

/** The shape of a zfp field: that of the chunk, or one element. Throws MetadataValidationError for more than four dimensions. */
export function fieldShape(codec: string, shape: readonly number[]): readonly number[] {
  if (shape.length <= 4) return shape.length === 0 ? [1] : shape;
  throw new MetadataValidationError(
    `The codec ${codec} compresses chunks of at most four dimensions, not ${shape.length}.`,
    { codec, expected: 4, actual: shape.length },
  );
}
