/**
 * The files that references point into: which file system, which path, and whether a file of
 * references may name them at all.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";
import { nodeBuiltin } from "../../base/platform.ts";
import type { AbstractFileSystem } from "../abstract-file-system.ts";
import { LocalFileSystem } from "../local-file-system.ts";
import { splitChain } from "../file-system-class.ts";
import type { FileSystemClass, LocatedFileSystem, StorageOptions } from "../file-system-class.ts";
import { redactUrl } from "../redact.ts";
import { fetchTransport } from "../transport.ts";
import type { Transport } from "../transport.ts";
import { guardedTransport, refuseLinkLocal } from "./network-guard.ts";

/** How the targets of references are found. */
export interface TargetOptions {
  /** What a reference without a URL points into. */
  readonly target: string | undefined;
  /** Where the file of references is: what relative targets are relative to. `undefined` when a program gave them. */
  readonly origin: { readonly fs: AbstractFileSystem; readonly directory: string } | undefined;
  /** The protocol of targets that name none; with it `remoteOptions` are for this protocol alone. */
  readonly remoteProtocol: string | undefined;
  readonly remoteOptions: StorageOptions;
  /** File systems of the caller's, by protocol; `""` is for targets that name none. */
  readonly fileSystems: ReadonlyMap<string, AbstractFileSystem>;
  /** `true`, or the directories below which targets may be local files. */
  readonly allowFiles: boolean | readonly string[];
  readonly allowLinkLocal: boolean;
}

/** Protocols that reach into this process or machine, and are used only where the caller says so. */
const CONFIGURED_ONLY = /^(?:memory|reference|simplecache|blockcache|filecache|opendal\+.*)$/;
const MAX_CHECKED = 10_000;

/** What of the registry is needed here. The registry imports all file systems, so it comes from outside. */
export interface FileSystemRegistry {
  fileSystemClass(protocol: string): FileSystemClass;
  filesystem(protocol: string, options?: StorageOptions): AbstractFileSystem;
}

/** Finds the targets of one file of references. */
export class ReferenceTargets {
  readonly #options: TargetOptions;
  readonly #registry: FileSystemRegistry;
  readonly #made = new Map<string, AbstractFileSystem>();
  readonly #checked = new Set<string>();

  constructor(options: TargetOptions, registry: FileSystemRegistry) {
    this.#options = options;
    this.#registry = registry;
  }

  /**
   * The file system and path of a target; `null` is the default one.
   *
   * @throws StoreError when it may not be read; TypeError for an unknown protocol.
   */
  async locate(url: string | null, signal: AbortSignal | undefined): Promise<LocatedFileSystem> {
    const target = url ?? this.#options.target;
    if (target === undefined)
      throw new StoreError("A reference names no file, and there is no option target.");
    const [fs, path] = this.#find(target);
    if (fs instanceof LocalFileSystem && !this.#isConfigured(fs)) await this.#checkFile(path, target);
    throwIfAborted(signal);
    return [fs, path];
  }

  #find(target: string): LocatedFileSystem {
    const links = splitChain(target);
    if (links.length === 1) return this.#findLink(target);
    const [first, second] = links;
    // Of chains, a member of an archive is data like any other; other links would reach into this machine.
    if (links.length > 2 || !/^zip:\/\/./i.test(first!))
      throw new StoreError(`A reference names ${redactUrl(target)}: of chains, only zip:// is followed.`);
    const type = this.#registry.fileSystemClass("zip");
    if (type.chain === undefined) throw new TypeError("The class of zip:: cannot be around another.");
    return type.chain(this.#findLink(second!), first!, {});
  }

  #findLink(target: string): LocatedFileSystem {
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):\/\//.exec(target)?.[1]?.toLowerCase();
    if (scheme === undefined && !/^file:/i.test(target)) return this.#findPath(target);
    const protocol = scheme ?? "file";
    if ((protocol === "http" || protocol === "https") && !this.#options.allowLinkLocal)
      refuseLinkLocal(target);
    const fs = this.#fileSystem(protocol, target);
    return [fs, classOf(fs).stripProtocol(target)];
  }

  /** A target without a scheme: on the file system that the caller names, else beside the file of references. */
  #findPath(target: string): LocatedFileSystem {
    const { fileSystems, remoteProtocol, origin } = this.#options;
    const given = fileSystems.get("");
    if (given !== undefined) return [given, classOf(given).stripProtocol(target)];
    if (remoteProtocol !== undefined) {
      const fs = this.#fileSystem(remoteProtocol);
      return [fs, classOf(fs).stripProtocol(target)];
    }
    const isAbsolute = target.startsWith("/") || /^[A-Za-z]:[\\/]/.test(target);
    if (isAbsolute && (origin === undefined || origin.fs instanceof LocalFileSystem))
      return [this.#fileSystem("file"), LocalFileSystem.stripProtocol(target)];
    if (isAbsolute)
      throw new StoreError(
        `A reference names the path ${target}, and its file of references is not local; give remote_protocol or fs.`,
      );
    if (origin !== undefined) return [origin.fs, resolveBeside(origin, target)];
    if (this.#options.allowFiles !== false)
      return [this.#fileSystem("file"), LocalFileSystem.stripProtocol(target)];
    throw new StoreError(
      `A reference names ${target}, and there is no file of references that it could be relative to; give remote_protocol or fs.`,
    );
  }

  #fileSystem(protocol: string, url: string = ""): AbstractFileSystem {
    const { fileSystems, origin, remoteProtocol, remoteOptions } = this.#options;
    const given = fileSystems.get(protocol);
    if (given !== undefined) return given;
    if (origin?.fs.protocol.includes(protocol) && CONFIGURED_ONLY.test(protocol)) return origin.fs;
    if (CONFIGURED_ONLY.test(protocol) && protocol !== remoteProtocol)
      throw new StoreError(
        `A reference names a file of ${protocol}, which is used only with the option remote_protocol or fs.`,
      );
    const type = this.#registry.fileSystemClass(protocol);
    // A URL that names an account has a file system of its own.
    const name = type.optionsWithUrl === undefined ? protocol : url.replace(/^([^:]+:\/\/[^/]*).*$/s, "$1");
    let fs = this.#made.get(name);
    if (fs !== undefined) return fs;
    const isFile = type.prototype instanceof LocalFileSystem || /^(file|local)$/.test(protocol);
    const takesOptions = remoteProtocol === undefined ? !isFile : protocol === remoteProtocol;
    const own = takesOptions ? remoteOptions : {};
    const options = type.optionsWithUrl?.(own, url) ?? own;
    fs = this.#registry.filesystem(protocol, this.#guarded(protocol, options));
    if (this.#made.size < MAX_CHECKED) this.#made.set(name, fs);
    return fs;
  }

  #guarded(protocol: string, options: StorageOptions): StorageOptions {
    if (this.#options.allowLinkLocal || (protocol !== "http" && protocol !== "https")) return options;
    const { transport } = options;
    // The file system checks that a transport is a function.
    const send = typeof transport === "function" ? (transport as Transport) : fetchTransport;
    return { ...options, transport: guardedTransport(send) };
  }

  #isConfigured(fs: AbstractFileSystem): boolean {
    for (const given of this.#options.fileSystems.values()) if (given === fs) return true;
    return false;
  }

  /** Is a local file below a directory in which references may name files? Links are followed for that. */
  async #checkFile(path: string, target: string): Promise<void> {
    const { allowFiles, origin } = this.#options;
    if (allowFiles === true || this.#checked.has(path)) return;
    const roots = allowFiles === false ? [] : allowFiles.map((root) => LocalFileSystem.stripProtocol(root));
    if (origin?.fs instanceof LocalFileSystem) roots.push(origin.directory);
    const { sep } = nodeBuiltin("path", "A local target of a reference");
    const { realpath } = nodeBuiltin("fs/promises", "A local target of a reference");
    const isBelow = (file: string, root: string): boolean =>
      file.startsWith(root.endsWith(sep) ? root : root + sep);
    for (const root of roots) {
      if (!isBelow(path, root)) continue;
      const [file, directory] = await Promise.all([realpath(path).catch(() => undefined), realpath(root)]);
      // What is not there is the reader's to say.
      if (file === undefined) return;
      if (!isBelow(file, directory)) continue;
      if (this.#checked.size < MAX_CHECKED) this.#checked.add(path);
      return;
    }
    throw new StoreError(
      `A reference names the local file ${target}, which is not below the directory of a local file of references; the option allowFiles permits it.`,
    );
  }
}

/** A relative path beside the file of references; `..` goes up, and never past the root of the file system. */
function resolveBeside(origin: NonNullable<TargetOptions["origin"]>, target: string): string {
  let { directory } = origin;
  const below: string[] = [];
  for (const segment of target.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") below.push(segment);
    else if (below.pop() === undefined) directory = parentDirectory(directory, target);
  }
  return origin.fs.join(directory, below.join("/"));
}

/** The directory that a path is in, before the query of a URL; `""` when it is in none. */
export function parentOf(path: string): string {
  const isUrl = /^[a-zA-Z][a-zA-Z0-9+.-]+:\/\//.test(path);
  const query = isUrl ? path.indexOf("?") : -1;
  const base = query < 0 ? path : path.slice(0, query);
  const slash = Math.max(base.lastIndexOf("/"), isUrl ? -1 : base.lastIndexOf("\\"));
  if (slash < 0) return "";
  const parent = base.slice(0, slash);
  return (parent === "" ? "/" : parent) + (query < 0 ? "" : path.slice(query));
}

function parentDirectory(directory: string, target: string): string {
  if (
    directory === "" ||
    directory === "/" ||
    /^[a-zA-Z][a-zA-Z0-9+.-]+:\/\/[^/]*$/.test(directory.replace(/\?.*$/s, ""))
  )
    throw new StoreError(`A reference names ${target}, which leads out of where its file of references is.`);
  return parentOf(directory);
}

/** The constructor of a file system is its class, which has the static members of the base class. */
function classOf(fs: AbstractFileSystem): FileSystemClass {
  return fs.constructor as unknown as FileSystemClass;
}
