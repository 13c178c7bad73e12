/**
 * What of an Apache OpenDAL operator is used, and what its errors mean.
 *
 * @module
 */
import {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  StoreError,
} from "../base/errors.ts";

/** Facts about a path. Members are values or getters; numbers may be `bigint`. */
export interface OpenDalMetadata {
  readonly contentLength?: bigint | number | null;
  readonly etag?: string | null;
  readonly lastModified?: string | null;
  isDirectory?(): boolean;
  isFile?(): boolean;
}

/** One item of a listing. */
export interface OpenDalEntry {
  path(): string;
}

/** Part of a value. */
export interface OpenDalReadOptions {
  readonly offset?: bigint;
  readonly size?: bigint;
}

/** An Apache OpenDAL operator, or anything with these members. */
export interface OpenDalOperator {
  read(path: string, options?: OpenDalReadOptions): Promise<Uint8Array>;
  // An operator declares that it takes a Buffer; any array of bytes is one to it.
  write(path: string, content: never, options?: { readonly ifNotExists?: boolean }): Promise<unknown>;
  delete(path: string): Promise<void>;
  list(path: string, options?: { readonly recursive?: boolean }): Promise<OpenDalEntry[]>;
  stat(path: string): Promise<OpenDalMetadata>;
  capability?(): { readonly writeWithIfNotExists?: boolean };
}

/** Has this object the members of an operator that are used? */
export function isOpenDalOperator(value: unknown): value is OpenDalOperator {
  if (typeof value !== "object" || value === null) return false;
  return ["read", "write", "delete", "list", "stat"].every(
    (name) => typeof Reflect.get(value, name) === "function",
  );
}

/** OpenDAL tells the kind of an error at the beginning of its text, and of the system's at its end. */
const KINDS: readonly (readonly [
  RegExp,
  new (message: string, options: { cause: unknown }) => StoreError,
])[] = [
  [/^NotFound\b|\(os error 2\)/, FileNotFoundError],
  [/^IsADirectory\b|\(os error 21\)|\(os error 39\)/, IsADirectoryError],
  [/^NotADirectory\b|\(os error 20\)/, NotADirectoryError],
  [/^(?:ConditionNotMatch|AlreadyExists)\b/, FileExistsError],
];

/** The library's error for one of OpenDAL's. */
export function openDalError(cause: unknown, verb: string, path: string): StoreError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const message = `Cannot ${verb} ${path}: ${text}`;
  for (const [pattern, type] of KINDS) if (pattern.test(text)) return new type(message, { cause });
  return new StoreError(message, { cause });
}
