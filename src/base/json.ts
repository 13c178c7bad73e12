/** JSON as zarr metadata has it: integers beyond 2^53 are `bigint`, `NaN` and `Infinity` are numbers. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;
/** An object of JSON values; own keys only, `__proto__` is a key like any other. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
