import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { describeValue } from "./describe-value.ts";

/** The longest element; typed arrays cannot hold more than a few of that size. */
const MAX_LENGTH = 2 ** 31 - 1;
/** The longest text and record, whose byte-order words are listed one by one. */
export const MAX_WORDED_LENGTH: number = 2 ** 22;

/**
 * The `length_bytes` of a configuration, its only key.
 *
 * @throws MetadataValidationError when it is no positive multiple of `unit` bytes.
 */
export function lengthBytesOf(name: string, configuration: JsonObject | undefined, unit: number): number {
  const { length_bytes: length, ...rest } = configuration ?? {};
  if (isElementLength(length) && length % unit === 0 && Object.keys(rest).length === 0) return length;
  const multiple = unit === 1 ? "" : ` that is a multiple of ${unit}`;
  throw new MetadataValidationError(
    `The data type ${name} needs a configuration of only "length_bytes", a positive integer${multiple}, not ${describeValue(length)}.`,
    { expected: "length_bytes", actual: configuration },
  );
}

/** Refuses lengths of elements that are not positive, or absurd. */
export function requireElementLength(name: string, length: number, most: number = MAX_LENGTH): void {
  if (isElementLength(length) && length <= most) return;
  throw new MetadataValidationError(`The length of ${name} must be from 1 to ${most} bytes, not ${length}.`, {
    actual: length,
  });
}

function isElementLength(length: unknown): length is number {
  return typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= MAX_LENGTH;
}
