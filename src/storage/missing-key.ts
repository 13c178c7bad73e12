import { StoreError } from "../base/errors.ts";

const missing = new WeakSet<object>();

/** The error for a key that must be there and is not: `getSize`, or a key that vanishes under `getRanges`. */
export function missingKeyError(store: string, key: string): StoreError {
  const error = new StoreError(`Key ${JSON.stringify(key)} does not exist in ${store}.`, { store, key });
  missing.add(error);
  return error;
}

/** Was this error made by `missingKeyError`? */
export function isMissingKeyError(error: unknown): boolean {
  return typeof error === "object" && error !== null && missing.has(error);
}
