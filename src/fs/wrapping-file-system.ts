/**
 * What file systems around another have in common.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { JsonObject } from "../base/json.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type { CatFileOptions, FileInfo, FindOptions, PipeFileOptions } from "./abstract-file-system.ts";
import type { RawOptions } from "./options.ts";

/** Options of a file system around another. */
export interface WrappedOptions {
  /** The file system within. `filesystem()` makes it of `target_protocol` and `target_options`. */
  readonly fs?: AbstractFileSystem | undefined;
}

/** The names of these options. */
export const WRAPPED_OPTIONS: readonly string[] = ["fs"];

/** A file system around another, with the same paths. */
export abstract class WrappingFileSystem extends AbstractFileSystem {
  /** The file system within. */
  readonly inner: AbstractFileSystem;

  protected constructor(inner: AbstractFileSystem) {
    super();
    this.inner = inner;
  }

  static override stripProtocol(path: string): string {
    return path.replace(/^[a-z]+cache:(?:\/\/|:)/, "");
  }

  override get supportsWrites(): boolean {
    return this.inner.supportsWrites;
  }

  override get supportsListing(): boolean {
    return this.inner.supportsListing;
  }

  override get concurrentReads(): number {
    return this.inner.concurrentReads;
  }

  override getOptions(): JsonObject {
    return { target_protocol: this.inner.protocol[0] ?? "", target_options: this.inner.getOptions() };
  }

  override carriable(path: string): boolean {
    return this.inner.carriable(path);
  }

  override join(root: string, key: string): string {
    return this.inner.join(root, key);
  }

  override relative(root: string, name: string): string | undefined {
    return this.inner.relative(root, name);
  }

  override location(path: string): string {
    return this.inner.location(path);
  }

  override printable(path: string): string {
    return this.inner.printable(path);
  }

  override info(path: string, options?: AbortOptions): Promise<FileInfo> {
    return this.inner.info(path, options);
  }

  override statFile(path: string, options?: AbortOptions): Promise<FileInfo | undefined> {
    return this.inner.statFile(path, options);
  }

  override catFile(path: string, options?: CatFileOptions): Promise<Uint8Array> {
    return this.inner.catFile(path, options);
  }

  override pipeFile(path: string, data: Uint8Array, options?: PipeFileOptions): Promise<void> {
    return this.inner.pipeFile(path, data, options);
  }

  override rmFile(path: string, options?: AbortOptions): Promise<void> {
    return this.inner.rmFile(path, options);
  }

  override iterDir(path: string, options?: AbortOptions): AsyncIterable<FileInfo> {
    return this.inner.iterDir(path, options);
  }

  override iterFind(path: string, options?: FindOptions): AsyncGenerator<FileInfo, void, undefined> {
    return this.inner.iterFind(path, options);
  }

  override iterPrefix(
    root: string,
    prefix: string,
    options?: AbortOptions,
  ): AsyncGenerator<FileInfo, void, undefined> {
    return this.inner.iterPrefix(root, prefix, options);
  }
}

/** The file system that the options put within. @throws TypeError when there is none. */
export function wrappedFileSystem(owner: string, read: RawOptions): AbstractFileSystem {
  const given = read.get("fs");
  if (given instanceof AbstractFileSystem) return given;
  throw new TypeError(`${owner} needs the option fs, a file system, or target_protocol.`);
}
