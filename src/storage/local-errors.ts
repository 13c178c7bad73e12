/**
 * What the errors of a file system mean for a store.
 *
 * @module
 */
import { StoreClosedError, StoreError, isZarrError } from "../base/errors.ts";

const MISSING = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

/** The code of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Does this say that there is no file of that name? A name that is too long cannot exist. */
export function isMissingFile(error: unknown): boolean {
  const code = systemCode(error);
  return code !== undefined && (MISSING.has(code) || code === "ENAMETOOLONG");
}

/** The error of a store for a failure of the file system; errors of our own and aborts stay as they are. */
export function localError(
  error: unknown,
  what: string,
  store: string,
  key: string,
  signal?: AbortSignal,
): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (isZarrError(error) || error instanceof TypeError) return error;
  const code = systemCode(error);
  if (code === "EBADF")
    return new StoreClosedError(`The file of ${store} has been closed by whoever opened it.`, {
      store,
      key: key === "" ? undefined : key,
      cause: error,
    });
  const message = `Cannot ${what} ${JSON.stringify(key)} in ${store}${code === undefined ? "" : ` (${code})`}.`;
  return new StoreError(message, { store, key, cause: error });
}
