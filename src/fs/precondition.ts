/**
 * Writes and deletes that depend on what is there.
 *
 * @module
 */
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
