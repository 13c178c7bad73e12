/**
 * Data types as the configurations of numcodecs name them.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { parseDataType } from "../dtypes/registry.ts";
import type { CodecConfiguration } from "./codec-configuration.ts";

/** A data type of a configuration: as it is written there, and parsed. */
export interface NumpyType {
  /** NumPy's `str` of it: `<i4`. */
  readonly text: string;
  readonly dataType: DataType;
}

/**
 * The data type under a key; `undefined` where there is none, or null.
 *
 * @param keepOrder - whether `>i4` stands for big-endian data, as in v2. In v3 the `bytes` codec says the byte order.
 * @throws MetadataValidationError when it is no data type of fixed size.
 */
export function readNumpyType(
  read: CodecConfiguration,
  key: string,
  keepOrder: boolean,
): NumpyType | undefined {
  const value = read.value(key);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw read.wrong(key, "a data type of NumPy");
  return parsed(value, keepOrder, () => read.wrong(key, "a data type of NumPy that has a fixed size"));
}

function parsed(given: string, keepOrder: boolean, wrong: () => MetadataValidationError): NumpyType {
  const text = keepOrder ? given : given.replace(/^[>=]/, "<");
  let dataType: DataType;
  try {
    dataType = parseDataType(text);
  } catch (error) {
    const problem = wrong();
    problem.cause = error;
    throw problem;
  }
  if (dataType.itemSize === 0) throw wrong();
  const code = dataType.toV2();
  return { text: typeof code === "string" ? code : given, dataType };
}

/** Is this a data type of integers? */
export function isInteger({ castKind }: DataType): boolean {
  return castKind === "signed" || castKind === "unsigned";
}

/**
 * Refuses data types that are not real numbers.
 *
 * @throws MetadataValidationError
 */
export function requireRealType(codec: string, dataType: DataType): void {
  if (isInteger(dataType) || dataType.castKind === "float") return;
  throw new MetadataValidationError(
    `The codec ${codec} works on integers and floating-point numbers, not on ${dataType.name}.`,
    { codec, actual: dataType.name },
  );
}
