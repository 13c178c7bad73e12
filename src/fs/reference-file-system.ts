/**
 * Keys whose bytes lie in other files, as kerchunk describes them.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest, sliceBytes } from "../base/byte-request.ts";
import {
  addFacts,
  FileNotFoundError,
  IsADirectoryError,
  isZarrError,
  NotADirectoryError,
  StoreError,
} from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type { CatFileOptions, FileInfo } from "./abstract-file-system.ts";
import { parseFileRange } from "./file-range.ts";
import { countOption, readOptions, stringsOption } from "./options.ts";
import type { RawOptions } from "./options.ts";
import type { LocatedFileSystem, StorageOptions } from "./file-system-class.ts";
import { mayHoldSecret, redactUrl } from "./redact.ts";
import { JsonReferences } from "./reference/json-references.ts";
import { ParquetReferences } from "./reference/parquet-references.ts";
import type { Reference, ReferenceSet } from "./reference/reference.ts";
import { KNOWN_OPTIONS, makeTargets, readSource, readTargets } from "./reference/options.ts";
import type { ReferenceFileSystemOptions, ReferenceSource } from "./reference/options.ts";
import type { ReferenceTargets } from "./reference/targets.ts";
import { SharedValue } from "./shared-value.ts";

const OWNER = "ReferenceFileSystem";

/**
 * References of kerchunk (JSON of version 0 or 1, or a folder of Parquet files) as a read-only
 * file system: each path is a key, whose bytes are in the references, or in a part of another
 * file. The references are read at first use.
 *
 * A target that is missing or too short is an error, never a missing key. Targets without a
 * scheme are beside the file of references, or on `remote_protocol` if that is given.
 *
 * @example
 * ```ts
 * const fs = new ReferenceFileSystem({ fo: { ".zgroup": '{"zarr_format":2}', "x/0": "base64:AAEC" } });
 * await fs.catFile("x/0"); // Uint8Array [0, 1, 2]
 * ```
 */
export class ReferenceFileSystem extends AbstractFileSystem {
  static override readonly protocol: string = "reference";
  readonly #source: ReferenceSource;
  readonly #read: RawOptions;
  readonly #loaded: SharedValue<Loaded>;

  /** @throws TypeError for an unknown option or a wrong type, or without `fo`. */
  constructor(options: ReferenceFileSystemOptions = {}) {
    super();
    const read = readOptions(OWNER, options, KNOWN_OPTIONS);
    this.#read = read;
    this.#source = readSource(OWNER, read);
    const settings = readTargets(OWNER, read);
    const overrides = stringsOption(OWNER, read, "templateOverrides");
    const cacheSize = countOption(OWNER, read, "cacheSize") ?? 128;
    this.#loaded = new SharedValue(async (signal) => {
      // The registry imports all file systems, this one too.
      const registry = await import("./registry.ts");
      const source = this.#source;
      const located =
        source.kind === "url" ? registry.urlToFs(source.url, source.options) : locatedOf(source);
      const targets = makeTargets(settings, located, registry);
      if (located !== undefined) return { targets, set: await load(located, overrides, cacheSize, signal) };
      const references = source.kind === "object" ? source.references : {};
      return { targets, set: new JsonReferences(references, overrides) };
    });
  }

  /** Around a file of references: `reference::s3://bucket/references.json`. */
  static chain(inner: LocatedFileSystem, path: string, options: StorageOptions): LocatedFileSystem {
    return [new ReferenceFileSystem({ ...options, fo: inner }), ReferenceFileSystem.stripProtocol(path)];
  }

  static override stripProtocol(path: string): string {
    return path.replace(/^reference(?::\/\/|$)/, "").replace(/^\/+|\/+$/g, "");
  }

  override get className(): string {
    return this.constructor === ReferenceFileSystem ? OWNER : super.className;
  }

  override get supportsWrites(): boolean {
    return false;
  }

  /** Most targets are on a network, wherever the references are. */
  override get concurrentReads(): number {
    return 32;
  }

  /** Where the references are, as it may be printed. */
  get source(): string {
    const source = this.#source;
    if (source.kind === "object") return "<object>";
    return source.kind === "url" ? redactUrl(source.url) : source.located[0].printable(source.located[1]);
  }

  override getOptions(): JsonObject {
    const options: Record<string, string | boolean> = {};
    if (this.#source.kind === "url") options["fo"] = this.#source.url;
    for (const [name, key] of CARRIED) {
      const value = this.#read.get(name);
      if (typeof value === "string" || typeof value === "boolean") options[key] = value;
    }
    return options;
  }

  /** Can be carried when the references are in a file that can. */
  override carriable(_path: string): boolean {
    const source = this.#source;
    return source.kind === "url" && isCarriable(source.url) && !this.#read.has("fs");
  }

  override location(path: string): string {
    const source = this.#source;
    if (source.kind === "url") return `reference:${path}@${source.url}`;
    if (source.kind === "located")
      return `reference:${path}@${source.located[0].location(source.located[1])}`;
    let id = ids.get(this.#source);
    if (id === undefined) ids.set(this.#source, (id = ++lastId));
    return `reference:${path}@${id}`;
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    throwIfAborted(options.signal);
    const name = ReferenceFileSystem.stripProtocol(path);
    const loaded = await this.#load(options);
    const reference = name === "" ? undefined : await loaded.set.get(name, options.signal);
    if (reference !== undefined)
      return { name, type: "file", size: await this.#sizeOf(name, reference, loaded, options) };
    if ((await loaded.set.children(directoryOf(name), options.signal)) === undefined)
      throw this.#missing(name);
    return { name, type: "directory", size: null };
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    const { signal, onVersion } = options;
    throwIfAborted(signal);
    const range = parseFileRange(options.start, options.end);
    const name = ReferenceFileSystem.stripProtocol(path);
    const loaded = await this.#load(options);
    const reference = await loaded.set.get(name, signal);
    if (reference === undefined) {
      if ((await loaded.set.children(directoryOf(name), signal)) === undefined) throw this.#missing(name);
      throw new IsADirectoryError(`${name} in ${this.source} is a directory.`);
    }
    if (reference.kind === "file")
      return this.#reach(name, reference, loaded, signal, ([fs, file]) => fs.catFile(file, options));
    const size = reference.kind === "inline" ? reference.bytes.byteLength : reference.length;
    const span = resolveByteRequest(range.kind === "request" ? range.request : range.resolve(size), size);
    if (reference.kind === "inline") return sliceBytes(reference.bytes, span).slice();
    if (span.start === span.end && size > 0) return new Uint8Array(0);
    return this.#reach(name, reference, loaded, signal, async ([fs, file]) => {
      const start = reference.offset + span.start;
      const end = reference.offset + span.end;
      const bytes = await fs.catFile(file, { start, end, signal, onVersion });
      if (bytes.byteLength === span.end - span.start) return bytes;
      throw new StoreError(
        `The target of the reference ${JSON.stringify(name)} has ${bytes.byteLength} bytes at ${start}, not ${span.end - span.start}.`,
        { expected: span.end - span.start, actual: bytes.byteLength },
      );
    });
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const name = ReferenceFileSystem.stripProtocol(path);
    const loaded = await this.#load(options);
    const children = await loaded.set.children(directoryOf(name), options.signal);
    if (children === undefined) {
      if (name !== "" && (await loaded.set.get(name, options.signal)) !== undefined)
        throw new NotADirectoryError(`${name} in ${this.source} is a file.`);
      throw this.#missing(name);
    }
    for (const child of children)
      yield {
        name: directoryOf(name) + child.name,
        size: null,
        type: child.isDirectory ? "directory" : "file",
      };
  }

  /** Lists keys without looking at what they refer to; sizes are `null`. */
  override async *iterPrefix(
    root: string,
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const directory = directoryOf(ReferenceFileSystem.stripProtocol(root));
    const loaded = await this.#load(options);
    for await (const name of loaded.set.keys(directory + prefix, options.signal))
      yield { name, size: null, type: "file" };
  }

  override join(root: string, key: string): string {
    return directoryOf(ReferenceFileSystem.stripProtocol(root)) + key;
  }

  override relative(root: string, name: string): string | undefined {
    const directory = directoryOf(ReferenceFileSystem.stripProtocol(root));
    return name.startsWith(directory) ? name.slice(directory.length) : undefined;
  }

  async #load(options: AbortOptions): Promise<Loaded> {
    throwIfAborted(options.signal);
    try {
      return await this.#loaded.get(options.signal);
    } catch (cause) {
      throwIfAborted(options.signal);
      // That there is no file of references must not look like a missing key.
      if (isMissing(cause)) throw new StoreError(`There are no references at ${this.source}.`, { cause });
      throw cause;
    }
  }

  async #sizeOf(
    name: string,
    reference: Reference,
    loaded: Loaded,
    options: AbortOptions,
  ): Promise<number | null> {
    if (reference.kind === "inline") return reference.bytes.byteLength;
    if (reference.kind === "range") return reference.length;
    const info = await this.#reach(name, reference, loaded, options.signal, ([fs, path]) =>
      fs.info(path, options),
    );
    return info.size;
  }

  /** Works on the target of a reference. Whatever goes wrong names the key, and is never "not found". */
  async #reach<T>(
    name: string,
    reference: { readonly url: string | null },
    loaded: Loaded,
    signal: AbortSignal | undefined,
    work: (target: LocatedFileSystem) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await loaded.targets.locate(reference.url, signal));
    } catch (cause) {
      throwIfAborted(signal);
      if (isZarrError(cause) && !isMissing(cause)) throw addFacts(cause, { key: name });
      const target = redactUrl(reference.url ?? "its target");
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(`The reference ${JSON.stringify(name)} to ${target} cannot be read: ${reason}`, {
        key: name,
        cause,
      });
    }
  }

  #missing(name: string): FileNotFoundError {
    return new FileNotFoundError(`There is nothing at ${JSON.stringify(name)} in ${this.source}.`);
  }
}

interface Loaded {
  readonly set: ReferenceSet;
  readonly targets: ReferenceTargets;
}

/** Options that `getOptions` gives: none of them holds a secret. */
const CARRIED = [
  ["targetProtocol", "target_protocol"],
  ["remoteProtocol", "remote_protocol"],
  ["allowLinkLocal", "allow_link_local"],
] as const;

const ids = new WeakMap<object, number>();
let lastId = 0;

function locatedOf(source: ReferenceSource): LocatedFileSystem | undefined {
  return source.kind === "located" ? source.located : undefined;
}

/** Files in the memory of this process, and URLs with a query or user, are not written down. */
function isCarriable(url: string): boolean {
  return !url.split("::").some((link) => mayHoldSecret(link) || /^memory:/i.test(link));
}

async function load(
  [fs, path]: LocatedFileSystem,
  overrides: Readonly<Record<string, string>> | undefined,
  cacheSize: number,
  signal: AbortSignal,
): Promise<ReferenceSet> {
  if (await isParquet(fs, path, signal))
    return ParquetReferences.open(fs, path.replace(/\/+$/, ""), cacheSize, signal);
  const document = parseJson(await fs.catFile(path, { signal }), { key: fs.printable(path) });
  if (!isJsonObject(document))
    throw new StoreError(`The references at ${fs.printable(path)} are no JSON object.`);
  return new JsonReferences(document, overrides);
}

/** By its name a folder of Parquet files; a name that says nothing is looked up. */
async function isParquet(fs: AbstractFileSystem, path: string, signal: AbortSignal): Promise<boolean> {
  const name = path.replace(/\?.*$/s, "");
  if (/\.(?:parq|parquet)\/*$/i.test(name) || name.endsWith("/")) return true;
  if (/\.json(?:\.\w+)?$/i.test(name)) return false;
  return fs.isDir(path, { signal });
}

function directoryOf(name: string): string {
  return name === "" ? "" : `${name}/`;
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof FileNotFoundError ||
    error instanceof IsADirectoryError ||
    error instanceof NotADirectoryError
  );
}
