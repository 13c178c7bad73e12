/**
 * `--storage-option k=v`.
 *
 * @module
 */
import { parseJson } from "../base/json-parse.ts";
import { UsageError } from "./command-context.ts";

/** One option of a file system. */
export interface StorageOption {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads `k=v`. The value is JSON where it parses: `anon=true`, `client_kwargs={"endpoint_url":"…"}`. A number
 * that would be written otherwise (`0123`, `1e5`, 30 digits) is more likely a name or a secret, and stays text.
 *
 * @throws UsageError when there is no `=`; it does not show the text, which may be a secret.
 */
export function parseStorageOption(text: string): StorageOption {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError('expected "name=value"');
  return { name: text.slice(0, equals), value: optionValue(text.slice(equals + 1)) };
}

function optionValue(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return text;
  }
  const isNumber = typeof value === "number" || typeof value === "bigint";
  return isNumber && String(value) !== text ? text : value;
}

/**
 * Options by name; `undefined` where there are none, as stores that take none refuse even an empty set.
 *
 * @throws UsageError when one is given twice.
 */
export function storageOptionsOf(
  options: readonly StorageOption[] = [],
): Readonly<Record<string, unknown>> | undefined {
  if (options.length === 0) return undefined;
  const names = new Set<string>();
  for (const { name } of options) {
    if (names.has(name)) throw new UsageError(`--storage-option ${name} is given twice`);
    names.add(name);
  }
  // fromEntries makes own properties, whatever they are called.
  return Object.fromEntries(options.map(({ name, value }) => [name, value]));
}
