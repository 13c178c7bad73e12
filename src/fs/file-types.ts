/**
 * What file systems say of files, and what their methods take.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { ReadOptions } from "../base/byte-source.ts";

/** What a path leads to. */
export type FileType = "file" | "directory";

/** Facts about one path. */
export interface FileInfo {
  /** The path, without protocol, as this file system writes it. */
  readonly name: string;
  /** Length in bytes; `null` when the service does not say, and for directories. */
  readonly size: number | null;
  readonly type: FileType;
  /** Version tag as the service writes it, quotes included. */
  readonly etag?: string | undefined;
  readonly lastModified?: Date | undefined;
}

/**
 * Which bytes of a file: `start` (inclusive) to `end` (exclusive), both counted from the end when negative. `onVersion` is
 * told the version of the file that they come from where the service names one in the same answer: an ETag, a generation, or
 * a time of change that is old enough to tell versions apart.
 */
export interface CatFileOptions extends ReadOptions {
  readonly start?: number | null | undefined;
  readonly end?: number | null | undefined;
}

/** Options of `catRanges`. */
export interface CatRangesOptions extends AbortOptions {
  /** `"raise"` throws the first failure; `"return"` puts each failure in its place. Default `"return"`, as fsspec. */
  readonly onError?: "raise" | "return" | undefined;
}

/** Options of `pipeFile`. */
export interface PipeFileOptions extends AbortOptions {
  /** `"create"` rejects with `FileExistsError` when the file is there, atomically where the service can. Default `"overwrite"`. */
  readonly mode?: "overwrite" | "create" | undefined;
  /** `"*"` is another name for `mode: "create"`. */
  readonly ifNoneMatch?: "*" | undefined;
  /**
   * Write only while the file has this version, one that `catFileVersioned` gave; else reject
   * with `VersionMismatchError`. Where `supportsConditionalWrites` is false it is an `UnsupportedError`.
   */
  readonly ifMatch?: string | undefined;
}

/** Options of `rmFile`. */
export interface RmFileOptions extends AbortOptions {
  /** Delete only while the file has this version, as in `pipeFile`; needs `supportsConditionalDeletes`. */
  readonly ifMatch?: string | undefined;
}

/** A file, and the version to write it back by. */
export interface VersionedFile {
  readonly bytes: Uint8Array;
  /** An ETag or a generation; opaque. */
  readonly version: string;
}

/** Options of `sign`. */
export interface SignOptions extends AbortOptions {
  /** Seconds for which the URL works. Default 100, as s3fs. */
  readonly expiration?: number | undefined;
  /** What the URL may be used for. Default `"GET"`. */
  readonly method?: "GET" | "HEAD" | "PUT" | "DELETE" | undefined;
}

/** Options of `find` and `iterFind`. */
export interface FindOptions extends AbortOptions {
  /** Directories too. Default `false`. */
  readonly withDirs?: boolean | undefined;
  /** How many levels down; 1 is the children alone. Default: all. */
  readonly maxDepth?: number | undefined;
}
