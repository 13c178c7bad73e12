/** JSON as zarr metadata has it: integers beyond 2^53 are `bigint`, `NaN` and `Infinity` are numbers. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;
/** An object of JSON values; own keys only, `__proto__` is a key like any other. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** How deep arrays and objects may be nested when read, copied and written. Python's reader stops near 1000. */
export const MAX_JSON_DEPTH = 512;

/** Is this a JSON object: not an array, not null? */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Is this a JSON array? */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
