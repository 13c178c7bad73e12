/**
 * What a class of file systems is, as the registry sees it.
 *
 * @module
 */
import type { AbstractFileSystem } from "./abstract-file-system.ts";

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

/** The links of a chained URL. The colons of an IPv6 address, which is in brackets, are no chain. */
export function splitChain(url: string): string[] {
  return url.split(/::(?![^[\]]*\])/);
}
