/**
 * What is asked of `sign`.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import type { SignOptions } from "./file-types.ts";

/** The same with its defaults. */
export interface Signing extends AbortOptions {
  /** Seconds. */
  readonly expiration: number;
  readonly method: NonNullable<SignOptions["method"]>;
}

/**
 * Reads what `sign` was given: seconds, or options.
 *
 * @throws RangeError when the seconds are no whole number from 1 to `most`.
 */
export function readSigning(given: number | SignOptions | undefined, most: number = Infinity): Signing {
  const options = typeof given === "number" ? { expiration: given } : (given ?? {});
  throwIfAborted(options.signal);
  const { expiration = 100, method = "GET", signal } = options;
  if (Number.isInteger(expiration) && expiration >= 1 && expiration <= most)
    return { expiration, method, signal };
  const bound = most === Infinity ? "at least 1 second" : `from 1 to ${most} seconds`;
  throw new RangeError(`expiration must be ${bound}, got ${expiration}.`);
}
