/**
 * Which store keys can be the names of files.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";
import { isWindows } from "./local-root.ts";
import { isPartialName } from "./local-write.ts";
import { validateKey } from "./store-key.ts";

/** Refuses, besides malformed keys, what would be another file on this system, and the names of temporary files. */
export function validateLocalKey(key: string, store: { toString(): string }): void {
  validateKey(key, store);
  const problem = key.includes("\0")
    ? "has a NUL character, which no file name has"
    : isPartialName(key)
      ? "is a name for temporary files"
      : isWindows() && /[\\:]/.test(key)
        ? "has a '\\' or ':', which Windows reads as another path"
        : undefined;
  if (problem !== undefined)
    throw new StoreError(`Store key ${JSON.stringify(key)} ${problem}.`, { store: String(store), key });
}
