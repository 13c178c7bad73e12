/**
 * The errors of zarrkit: one class per cause, a stable `code`, facts as
 * properties. Aborts are not wrapped: they reject with `signal.reason`. A wrong
 * argument type is a `TypeError`, a number out of range a `RangeError`.
 *
 * @module
 */

/** Facts that an error may carry; each is set only where it applies. */
export interface ErrorFacts {
  /** Printed form of the store, for example `file://data.zarr`. */
  readonly store?: string | undefined;
  /** Path of the node, without a leading slash; the root is `""`. */
  readonly path?: string | undefined;
  /** Store key of a document or value, for example `a/zarr.json`. */
  readonly key?: string | undefined;
  /** Store key of a chunk, for example `a/c/0/1`. */
  readonly chunkKey?: string | undefined;
  /** Position of the chunk in the chunk grid. */
  readonly chunkIndex?: readonly number[] | undefined;
  /** Position of the inner chunk within its shard. */
  readonly innerChunk?: readonly number[] | undefined;
  /** Name of the codec that failed. */
  readonly codec?: string | undefined;
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** Names that would have been understood. */
  readonly known?: readonly string[] | undefined;
  /** HTTP status. */
  readonly status?: number | undefined;
  /** URL of the failed request, without secrets. */
  readonly url?: string | undefined;
}

/** Options of every zarrkit error: its facts and its cause. */
export interface ZarrErrorOptions extends ErrorFacts {
  readonly cause?: unknown;
}

const FACTS = [
  "store",
  "path",
  "key",
  "chunkKey",
  "chunkIndex",
  "innerChunk",
  "codec",
  "expected",
  "actual",
  "known",
  "status",
  "url",
] as const;

const BRAND = Symbol.for("zarrkit.error");

/** The base of all errors that zarrkit raises for a reason of its own. */
export class ZarrError extends Error {
  /** `ZARR_` and the class name without `Error`, in upper snake case. */
  readonly code: string;
  store?: string;
  path?: string;
  key?: string;
  chunkKey?: string;
  chunkIndex?: readonly number[];
  innerChunk?: readonly number[];
  codec?: string;
  expected?: unknown;
  actual?: unknown;
  known?: readonly string[];
  status?: number;
  url?: string;

  constructor(message: string, options: ZarrErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const name = errorName(new.target);
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true });
    this.code = codeOf(name);
    Object.defineProperty(this, BRAND, { value: true });
    setFacts(this, options);
  }

  /** A structured form that survives a worker boundary; `errorFromJSON` restores it. */
  toJSON(): Record<string, unknown> {
    const json: Record<string, unknown> = { name: this.name, code: this.code, message: this.message };
    for (const fact of FACTS) if (this[fact] !== undefined) json[fact] = this[fact];
    if (this.cause !== undefined) json["cause"] = causeToJSON(this.cause);
    if (this.stack !== undefined) json["stack"] = this.stack;
    return json;
  }
}

/** No node (array or group) at a path. */
export class NodeNotFoundError extends ZarrError {}
/** No array at a path. */
export class ArrayNotFoundError extends NodeNotFoundError {}
/** No group at a path. */
export class GroupNotFoundError extends NodeNotFoundError {}
/** An array is where something else was to be. */
export class ContainsArrayError extends ZarrError {}
/** A group is where something else was to be. */
export class ContainsGroupError extends ZarrError {}
/** A metadata document is not what the specification says. */
export class MetadataValidationError extends ZarrError {}
/** A selection that cannot be applied to the array. */
export class SelectionError extends ZarrError {}
/** An index outside its dimension. */
export class BoundsCheckError extends SelectionError {}
/** A negative step where it has no meaning. */
export class NegativeStepError extends SelectionError {}
/** A selection that vectorised indexing cannot take. */
export class VindexInvalidSelectionError extends SelectionError {}
/** A field that the data type does not have. */
export class FieldSelectionError extends SelectionError {}
/** A value whose shape does not fit the selection. */
export class ShapeMismatchError extends ZarrError {}
/** A codec name that is not registered; `known` lists those that are. */
export class UnknownCodecError extends ZarrError {}
/** A data type that is not registered; `known` lists those that are. */
export class UnknownDataTypeError extends ZarrError {}
/** A chunk that cannot be encoded or decoded. */
export class CodecError extends ZarrError {}
/** A stored checksum that does not match its data. */
export class ChecksumError extends CodecError {}
/** A store operation that failed. */
export class StoreError extends ZarrError {}
/** No file at a path of a file system. */
export class FileNotFoundError extends StoreError {}
/** A directory is where a file was to be. */
export class IsADirectoryError extends StoreError {}
/** A file is where a directory was to be. */
export class NotADirectoryError extends StoreError {}
/** A file is where a conditional write was to create one. */
export class FileExistsError extends StoreError {}
/** A conditional write found another version than the one that it was to replace, or none. */
export class VersionMismatchError extends StoreError {}
/** A write to a read-only store, array or group. */
export class ReadOnlyError extends ZarrError {}
/** An operation on a store that has been closed for good. */
export class StoreClosedError extends ZarrError {}
/** An optional package that is needed and not installed; the message names it. */
export class MissingDependencyError extends ZarrError {}
/** Something that this store, runtime or format cannot do. */
export class UnsupportedError extends ZarrError {}

const CLASSES = {
  ZarrError,
  NodeNotFoundError,
  ArrayNotFoundError,
  GroupNotFoundError,
  ContainsArrayError,
  ContainsGroupError,
  MetadataValidationError,
  SelectionError,
  BoundsCheckError,
  NegativeStepError,
  VindexInvalidSelectionError,
  FieldSelectionError,
  ShapeMismatchError,
  UnknownCodecError,
  UnknownDataTypeError,
  CodecError,
  ChecksumError,
  StoreError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  FileExistsError,
  VersionMismatchError,
  ReadOnlyError,
  StoreClosedError,
  MissingDependencyError,
  UnsupportedError,
} as const;

/** Is this a zarrkit error, also one of another copy of the library? */
export function isZarrError(error: unknown): error is ZarrError {
  return typeof error === "object" && error !== null && BRAND in error;
}

/** Fills in facts that an error does not have yet, and returns it. Other errors are returned as they are. */
export function addFacts<E>(error: E, facts: ErrorFacts): E {
  if (!isZarrError(error)) return error;
  for (const fact of FACTS) {
    if (facts[fact] !== undefined && error[fact] === undefined) setFacts(error, { [fact]: facts[fact] });
  }
  return error;
}

/**
 * Fills in where a chunk could not be read or written, as `addFacts`, and says it in the message, once.
 */
export function locateError<E>(error: E, facts: ErrorFacts): E {
  if (!(error instanceof CodecError) || error.chunkKey !== undefined) return addFacts(error, facts);
  addFacts(error, facts);
  const inner = error.innerChunk === undefined ? "" : `, inner chunk (${error.innerChunk.join(", ")})`;
  const codec = error.codec === undefined ? "" : `, codec ${error.codec}`;
  error.message += ` Array ${JSON.stringify(error.path ?? "")}, chunk ${JSON.stringify(error.chunkKey ?? "")}${inner}${codec}.`;
  return error;
}

/** Restores an error from `toJSON()`: its class, code, facts, message and stack. */
export function errorFromJSON(json: Record<string, unknown>): Error {
  const name = String(json["name"]);
  const message = String(json["message"]);
  const cause = isObject(json["cause"]) ? errorFromJSON(json["cause"]) : undefined;
  let error: Error;
  if (Object.hasOwn(CLASSES, name)) {
    // The key was just checked to be one of the classes.
    error = new CLASSES[name as keyof typeof CLASSES](message, { ...json, cause });
  } else {
    const Native = name === "TypeError" ? TypeError : name === "RangeError" ? RangeError : Error;
    error = new Native(message, cause === undefined ? undefined : { cause });
    if (error.name !== name) error.name = name;
  }
  if (typeof json["stack"] === "string") error.stack = json["stack"];
  return error;
}

// Class names survive minification because they are looked up here, not read from `constructor.name`.
function errorName(target: unknown): string {
  for (const [name, type] of Object.entries(CLASSES)) if (type === target) return name;
  return (target as { name?: string } | undefined)?.name ?? "ZarrError"; // a subclass of the user's
}

function codeOf(name: string): string {
  const base = name === "ZarrError" ? "" : name.replace(/Error$/, "");
  const snake = base.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
  return snake === "" ? "ZARR_ERROR" : `ZARR_${snake}`;
}

function setFacts(error: ZarrError, facts: ErrorFacts): void {
  for (const fact of FACTS) {
    const value = facts[fact];
    if (value !== undefined) {
      Object.defineProperty(error, fact, { value, enumerable: true, configurable: true, writable: true });
    }
  }
}

function causeToJSON(cause: unknown): unknown {
  if (isZarrError(cause)) return cause.toJSON();
  if (cause instanceof Error) return { name: cause.name, message: cause.message, stack: cause.stack };
  if (isObject(cause)) return { name: cause["name"], message: cause["message"], stack: cause["stack"] }; // may have no prototype, so no String()
  return { name: "Error", message: String(cause) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
