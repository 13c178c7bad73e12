/**
 * The entries of a zip archive on any file system.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import { FileNotFoundError, IsADirectoryError, NotADirectoryError, StoreError } from "../base/errors.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type { CatFileOptions, FileInfo } from "./abstract-file-system.ts";
import { parseFileRange } from "./file-range.ts";
import { readOptions, stringOption } from "./options.ts";
import type { EitherCase } from "./options.ts";
import type { LocatedFileSystem, StorageOptions } from "./file-system-class.ts";
import { redactUrl } from "./redact.ts";
import { SharedValue } from "./shared-value.ts";
import { fileSystemFile } from "./zip/file-system-file.ts";
import { FORMAT_LIMITS, OpenArchive } from "./zip/open-archive.ts";

interface ZipOptions {
  /** The archive: a path or URL, or a file system and the path in it. */
  readonly fo?: string | LocatedFileSystem | undefined;
  /** Protocol of `fo`, where its name has none. */
  readonly targetProtocol?: string | undefined;
  /** Options of the file system of `fo`. */
  readonly targetOptions?: StorageOptions | undefined;
  /** Only `"r"`; a `ZipStore` writes. */
  readonly mode?: string | undefined;
}

/** Options of `ZipFileSystem`, in camelCase or as fsspec spells them. */
export type ZipFileSystemOptions = EitherCase<ZipOptions>;

const OWNER = "ZipFileSystem";
/** A remote archive is searched this far from its end for the directory of one that is torn. */
const SEARCH_LIMIT = 2 ** 26;

/**
 * A zip archive as a file system, read-only. It opens at first use, with two requests where the
 * archive is remote, and reads an entry with one.
 *
 * @example
 * ```ts no-run
 * const [fs, path] = urlToFs("zip://data.zarr::s3://bucket/archive.zip", { s3: { anon: true } });
 * ```
 */
export class ZipFileSystem extends AbstractFileSystem {
  static override readonly protocol: string = "zip";
  readonly #source: ZipSource;
  readonly #archive: SharedValue<OpenArchive>;

  /** @throws TypeError without `fo`, for an unknown option, or a mode that writes. */
  constructor(options: ZipFileSystemOptions = {}) {
    super();
    const read = readOptions(OWNER, options, ["fo", "targetProtocol", "targetOptions", "mode"]);
    const mode = stringOption(OWNER, read, "mode") ?? "r";
    if (mode !== "r") throw new TypeError(`${OWNER} reads only; a ZipStore writes archives.`);
    this.#source = readSource(
      read.get("fo"),
      stringOption(OWNER, read, "targetProtocol"),
      read.get("targetOptions"),
    );
    this.#archive = new SharedValue(async (signal) => {
      const [fs, path] = await locate(this.#source);
      const file = fileSystemFile(fs, path, fs.printable(path));
      return OpenArchive.load(file, false, { ...FORMAT_LIMITS, searchLimit: SEARCH_LIMIT }, { signal });
    });
  }

  /** Around an archive: `zip://entry::s3://bucket/archive.zip`. */
  static chain(inner: LocatedFileSystem, path: string, options: StorageOptions): LocatedFileSystem {
    return [new ZipFileSystem({ ...options, fo: inner }), ZipFileSystem.stripProtocol(path)];
  }

  static override stripProtocol(path: string): string {
    return path.replace(/^zip(?::\/\/|$)/, "").replace(/^\/+|\/+$/g, "");
  }

  override get className(): string {
    return this.constructor === ZipFileSystem ? OWNER : super.className;
  }

  override get supportsWrites(): boolean {
    return false;
  }

  /** The options of an archive are those of its file system, which holds its own. */
  override carriable(_path: string): boolean {
    return false;
  }

  override location(path: string): string {
    const { url, located } = this.#source;
    return `zip:${ZipFileSystem.stripProtocol(path)}@${located === undefined ? url : located[0].location(located[1])}`;
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    const name = ZipFileSystem.stripProtocol(path);
    const archive = await this.#open(options);
    const entry = archive.entries.get(name);
    if (entry !== undefined) return { name, size: entry.size, type: "file" };
    if (name === "" || !isEmpty(archive.names(`${name}/`))) return { name, size: null, type: "directory" };
    throw this.#missing(name);
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    const name = ZipFileSystem.stripProtocol(path);
    const range = parseFileRange(options.start, options.end);
    const archive = await this.#open(options);
    const entry = archive.entries.get(name);
    if (entry === undefined) {
      if (isEmpty(archive.names(name === "" ? "" : `${name}/`))) throw this.#missing(name);
      throw new IsADirectoryError(`${name} in ${this.#printed()} is a directory.`);
    }
    const request = range.kind === "request" ? range.request : range.resolve(entry.size);
    const bytes = await archive.read(name, resolveByteRequest(request, entry.size), {
      signal: options.signal,
    });
    return bytes ?? new Uint8Array(0); // the entry is there: archives that are read do not lose any
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const name = ZipFileSystem.stripProtocol(path);
    const prefix = name === "" ? "" : `${name}/`;
    const archive = await this.#open(options);
    let count = 0;
    for (const child of archive.names(prefix)) {
      throwIfAborted(options.signal);
      count++;
      const entry = archive.entries.get(prefix + child);
      yield {
        name: prefix + child,
        size: entry?.size ?? null,
        type: entry === undefined ? "directory" : "file",
      };
    }
    if (count > 0 || name === "") return;
    if (archive.entries.has(name)) throw new NotADirectoryError(`${name} in ${this.#printed()} is a file.`);
    throw this.#missing(name);
  }

  override async *iterPrefix(
    root: string,
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const start = this.join(ZipFileSystem.stripProtocol(root), prefix);
    const archive = await this.#open(options);
    for (const [name, entry] of archive.entries) {
      throwIfAborted(options.signal);
      if (name.startsWith(start)) yield { name, size: entry.size, type: "file" };
    }
  }

  async #open(options: AbortOptions): Promise<OpenArchive> {
    throwIfAborted(options.signal);
    try {
      return await this.#archive.get(options.signal);
    } catch (cause) {
      throwIfAborted(options.signal);
      // That there is no archive must not look like a missing entry.
      if (cause instanceof FileNotFoundError || cause instanceof IsADirectoryError)
        throw new StoreError(`There is no zip archive at ${this.#printed()}.`, { cause });
      throw cause;
    }
  }

  #printed(): string {
    const { url, located } = this.#source;
    return located === undefined ? redactUrl(url) : located[0].printable(located[1]);
  }

  #missing(name: string): FileNotFoundError {
    return new FileNotFoundError(`There is nothing at ${JSON.stringify(name)} in ${this.#printed()}.`);
  }
}

type ZipSource =
  | { readonly url: string; readonly options: StorageOptions; readonly located?: undefined }
  | { readonly located: LocatedFileSystem; readonly url?: undefined };

function readSource(fo: unknown, protocol: string | undefined, options: unknown = {}): ZipSource {
  if (Array.isArray(fo) && fo[0] instanceof AbstractFileSystem && typeof fo[1] === "string")
    return { located: [fo[0], fo[1]] };
  if (typeof fo !== "string") throw new TypeError(`${OWNER} needs the option fo, a path or URL.`);
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${OWNER} option target_options must be an object of options.`);
  const hasScheme = /^[a-zA-Z][a-zA-Z0-9+.-]+:(?:\/\/|:)|^file:/.test(fo);
  return { url: protocol === undefined || hasScheme ? fo : `${protocol}://${fo}`, options: { ...options } };
}

async function locate(source: ZipSource): Promise<LocatedFileSystem> {
  if (source.located !== undefined) return source.located;
  const { urlToFs } = await import("./registry.ts"); // which imports all file systems, this one too
  return urlToFs(source.url, source.options);
}

function isEmpty(names: Iterable<string>): boolean {
  for (const _ of names) return false;
  return true;
}
