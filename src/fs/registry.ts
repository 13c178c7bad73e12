/**
 * From protocols and URLs to file systems.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import { AbstractFileSystem, protocolsOf } from "./abstract-file-system.ts";
import { AzureBlobFileSystem } from "./azure-file-system.ts";
import { GCSFileSystem } from "./gcs-file-system.ts";
import { HTTPFileSystem } from "./http-file-system.ts";
import { LocalFileSystem } from "./local-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";
import { ReferenceFileSystem } from "./reference-file-system.ts";
import { S3FileSystem } from "./s3-file-system.ts";
import { openDalClass } from "./opendal-file-system.ts";
import { BlockCacheFileSystem } from "./blockcache-file-system.ts";
import { SimpleCacheFileSystem } from "./simplecache-file-system.ts";
import { ZipFileSystem } from "./zip-file-system.ts";
import { redactUrl } from "./redact.ts";

/** Options of a file system; in a chained URL also the options of each link, by its protocol. */
export type StorageOptions = Readonly<Record<string, unknown>>;

/** A file system, and the path within it. */
export type LocatedFileSystem = readonly [fs: AbstractFileSystem, path: string];

/** A file system class. */
export interface FileSystemClass {
  new (options?: StorageOptions): AbstractFileSystem;
  readonly protocol: string | readonly string[];
  /** The path in a URL of its protocol. */
  stripProtocol(url: string): string;
  /** The options, with what the URL says besides, such as an account; what is given comes first. */
  optionsWithUrl?(options: StorageOptions, url: string): StorageOptions;
  /** Makes it around the rest of a chained URL; a class without it cannot lead a chain. */
  chain?(inner: LocatedFileSystem, path: string, options: StorageOptions): LocatedFileSystem;
}

const registered = new Map<string, FileSystemClass>();

/**
 * The classes by protocol. Those that come with the library are looked up at first use: file
 * systems around others import this module, and need not be there yet when it is evaluated.
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
  return new (fileSystemClass(protocol))(options);
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

/** The links of a chained URL. The colons of an IPv6 address, which is in brackets, are no chain. */
export function splitChain(url: string): string[] {
  return url.split(/::(?![^[\]]*\])/);
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
