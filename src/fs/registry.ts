/**
 * From protocols and URLs to file systems.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import { AbstractFileSystem, protocolsOf } from "./abstract-file-system.ts";
import { AzureBlobFileSystem } from "./azure-file-system.ts";
import { GCSFileSystem } from "./gcs-file-system.ts";
import { splitChain } from "./file-system-class.ts";
import type { FileSystemClass, LocatedFileSystem, StorageOptions } from "./file-system-class.ts";
import { HTTPFileSystem } from "./http-file-system.ts";
import { LocalFileSystem } from "./local-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";
import { ReferenceFileSystem } from "./reference-file-system.ts";
import { S3FileSystem } from "./s3-file-system.ts";
import { WrappingFileSystem } from "./wrapping-file-system.ts";
import { openDalClass } from "./opendal-file-system.ts";
import { BlockCacheFileSystem } from "./blockcache-file-system.ts";
import { SimpleCacheFileSystem } from "./simplecache-file-system.ts";
import { ZipFileSystem } from "./zip-file-system.ts";
import { redactUrl } from "./redact.ts";

export type { FileSystemClass, LocatedFileSystem, StorageOptions } from "./file-system-class.ts";

const registered = new Map<string, FileSystemClass>();

/**
 * The classes by protocol. Those that come with the library are put there at first use, so that
 * importing this module has no effect.
 */
function classes(): Map<string, FileSystemClass> {
  if (registered.size > 0) return registered;
  // The options interface of each class says more than this table can: each checks what it is given.
  const builtIn = [
    AzureBlobFileSystem,
    GCSFileSystem,
    HTTPFileSystem,
    LocalFileSystem,
    MemoryFileSystem,
    ReferenceFileSystem,
    S3FileSystem,
    BlockCacheFileSystem,
    SimpleCacheFileSystem,
    ZipFileSystem,
  ] as unknown as FileSystemClass[];
  for (const type of builtIn) for (const protocol of protocolsOf(type)) registered.set(protocol, type);
  return registered;
}

/**
 * Registers a file system class, under its own protocols or under the one given.
 *
 * @throws TypeError when the protocol is taken, unless `clobber` is set.
 * @example
 * ```ts
 * class DemoFileSystem extends MemoryFileSystem {}
 * registerFilesystem("demo", DemoFileSystem);
 * const [fs, path] = urlToFs("demo://a/b");
 * fs instanceof DemoFileSystem; // true
 * ```
 */
export function registerFilesystem(type: FileSystemClass): void;
export function registerFilesystem(
  protocol: string,
  type: FileSystemClass,
  options?: { readonly clobber?: boolean },
): void;
export function registerFilesystem(
  first: string | FileSystemClass,
  second?: FileSystemClass,
  options: { readonly clobber?: boolean } = {},
): void {
  const type = typeof first === "string" ? second : first;
  if (typeof type !== "function" || !(type.prototype instanceof AbstractFileSystem))
    throw new TypeError("registerFilesystem needs a class that extends AbstractFileSystem.");
  const protocols = typeof first === "string" ? [first] : protocolsOf(type);
  if (protocols.length === 0) throw new TypeError(`${type.name} has no static protocol.`);
  for (const protocol of protocols) {
    if (!/^[a-z][a-z0-9+.-]+$/.test(protocol))
      throw new TypeError(`${JSON.stringify(protocol)} is no protocol: at least two of a-z 0-9 + . -`);
    const taken = classes().get(protocol);
    if (taken !== undefined && taken !== type && options.clobber !== true)
      throw new TypeError(
        `Protocol ${protocol} is taken by ${taken.name}; pass { clobber: true } to replace it.`,
      );
  }
  for (const protocol of protocols) classes().set(protocol, type);
}

/** The protocol under which exactly the class of a file system is registered. */
export function registeredProtocol(fs: AbstractFileSystem): string | undefined {
  // One around another can be made again only if the other can.
  if (fs instanceof WrappingFileSystem && registeredProtocol(fs.inner) === undefined) return undefined;
  return fs.protocol.find((protocol) => classes().get(protocol) === fs.constructor);
}

/** The protocols that are registered, sorted. */
export function knownProtocols(): string[] {
  return [...classes().keys()].sort();
}

/**
 * Makes a file system.
 *
 * @throws TypeError for an unknown protocol, which lists the known ones, or a wrong option.
 * @example
 * ```ts
 * const fs = filesystem("s3", { anon: true });
 * ```
 */
export function filesystem(protocol: string, options: StorageOptions = {}): AbstractFileSystem {
  const type = fileSystemClass(protocol);
  return new type(type.prototype instanceof WrappingFileSystem ? withTarget(protocol, options) : options);
}

/** The options of a file system around another, of which fsspec takes protocol and options. */
function withTarget(protocol: string, options: StorageOptions): StorageOptions {
  const { target_protocol, targetProtocol = target_protocol, target_options, ...others } = options;
  const { targetOptions = target_options ?? {}, ...rest } = others;
  if (targetProtocol === undefined) return options;
  if (typeof targetProtocol !== "string" || typeof targetOptions !== "object" || targetOptions === null)
    throw new TypeError(`target_protocol and target_options of ${protocol} must be a name and an object.`);
  return { ...rest, fs: filesystem(targetProtocol, { ...targetOptions }) };
}

/**
 * The file system of a URL, and the path in it. In a chained URL (`a::b://path`) the options
 * belong to the first link, and `{ b: {...} }` holds those of another.
 *
 * @throws TypeError for an unknown protocol, which lists the known ones, or a wrong option;
 * UnsupportedError when the first link of a chain cannot be around another.
 * @example
 * ```ts
 * const [fs, path] = urlToFs("s3://bucket/prefix", { anon: true });
 * path; // "bucket/prefix"
 * ```
 */
export function urlToFs(url: string | URL, options: StorageOptions = {}): LocatedFileSystem {
  const links = parseChain(String(url), options);
  const last = links.at(-1)!; // a chain has at least one link
  const lastOptions = last.type.optionsWithUrl?.(last.options, last.url) ?? last.options;
  let located: LocatedFileSystem = [new last.type(lastOptions), last.type.stripProtocol(last.url)];
  for (const link of links.slice(0, -1).reverse()) {
    if (link.type.chain === undefined)
      throw new UnsupportedError(
        `${link.protocol}:: cannot be around another file system (in ${redactUrl(String(url))}).`,
      );
    located = link.type.chain(located, link.url, link.options);
  }
  return located;
}

interface ChainLink {
  readonly protocol: string;
  readonly type: FileSystemClass;
  readonly url: string;
  readonly options: StorageOptions;
}

function parseChain(url: string, options: StorageOptions): ChainLink[] {
  const parts = splitChain(url).map((part) =>
    part.replace(/^[a-zA-Z][a-zA-Z0-9+.-]+:\/\//, (scheme) => scheme.toLowerCase()),
  );
  const protocols = parts.map(protocolOf);
  const known = protocols.map((protocol) => ({ protocol, type: fileSystemClass(protocol) }));
  if (parts.length === 1) return [{ ...known[0]!, url: parts[0]!, options }];
  const own = new Map(Object.entries(options));
  const links = known.map(({ protocol, type }, index) => {
    const given = own.get(protocol);
    own.delete(protocol);
    if (given !== undefined && (typeof given !== "object" || given === null))
      throw new TypeError(`The option ${protocol} must hold the options of ${protocol}.`);
    const linked: StorageOptions = { ...given };
    return { protocol, type, url: parts[index]!, options: linked };
  });
  const [first, ...rest] = links;
  return [{ ...first!, options: { ...first!.options, ...Object.fromEntries(own) } }, ...rest];
}

/** `a://path` has the protocol `a`, and so has a link `a` of a chain; a bare path is `file`. */
function protocolOf(part: string, index: number, parts: readonly string[]): string {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]+):\/\//.exec(part) ?? /^(file):/.exec(part);
  if (match !== null) return match[1]!.toLowerCase();
  return index < parts.length - 1 && !part.includes("/") ? part.toLowerCase() : "file";
}

/**
 * The class that is registered for a protocol.
 *
 * @throws TypeError for an unknown one, which lists those known.
 */
export function fileSystemClass(protocol: string): FileSystemClass {
  const type = classes().get(protocol);
  if (type !== undefined) return type;
  if (/^opendal\+[a-z0-9-]+$/.test(protocol)) return openDalClass(protocol);
  throw new TypeError(`Protocol not known: ${protocol}. Known: ${knownProtocols().join(", ")}.`);
}
