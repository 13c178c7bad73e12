/**
 * Writes and deletes that depend on what is there.
 *
 * @module
 */
import { FileNotFoundError, StoreError } from "../base/errors.ts";
import type { PipeFileOptions } from "./file-types.ts";

/** What must be so for a write to be done: nothing is there, or this version is. */
export type Precondition =
  | { readonly kind: "absent" }
  | { readonly kind: "version"; readonly version: string };

/** Thrown inside a driver when the service found that the precondition does not hold. */
export class PreconditionFailed extends Error {}

/**
 * The precondition that options ask for.
 *
 * @throws TypeError when they ask for two, or for what is none.
 */
export function preconditionOf(options: PipeFileOptions): Precondition | undefined {
  const { mode, ifNoneMatch, ifMatch } = options;
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*")
    throw new TypeError(`ifNoneMatch can only be "*", got ${JSON.stringify(ifNoneMatch)}.`);
  const absent = mode === "create" || ifNoneMatch === "*";
  if (ifMatch === undefined) return absent ? { kind: "absent" } : undefined;
  if (typeof ifMatch !== "string" || ifMatch === "") throw new TypeError("ifMatch must be a version.");
  if (absent) throw new TypeError("A write cannot ask both that a file is there and that none is.");
  return { kind: "version", version: ifMatch };
}

/** The headers of HTTP that say it. */
export function preconditionHeaders(precondition: Precondition | undefined): Record<string, string> {
  if (precondition === undefined) return {};
  return precondition.kind === "absent" ? { "if-none-match": "*" } : { "if-match": precondition.version };
}

/**
 * Looks whether a precondition holds before a large value is sent: a service that refuses it may close the connection
 * before it has read the value, so that nobody hears why. The write itself still decides.
 *
 * @param current The version that is there; `undefined` when it cannot be told.
 * @throws PreconditionFailed when it does not hold.
 */
export async function lookFirst(
  precondition: Precondition,
  current: () => Promise<string | undefined>,
): Promise<void> {
  let version: string | undefined;
  try {
    version = await current();
  } catch (error) {
    if (error instanceof FileNotFoundError && precondition.kind === "version") throw new PreconditionFailed();
    if (error instanceof StoreError) return; // nothing is there, or who may write may not read
    throw error;
  }
  if (precondition.kind === "absent" || (version !== undefined && version !== precondition.version))
    throw new PreconditionFailed();
}
