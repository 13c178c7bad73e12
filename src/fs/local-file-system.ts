/**
 * Files on this machine.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  isZarrError,
  NotADirectoryError,
  StoreError,
  UnsupportedError,
} from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { onceReleased } from "../base/held-file.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type { CatFileOptions, FileInfo, PipeFileOptions, RmFileOptions } from "./file-types.ts";
import { parseFileRange } from "./file-range.ts";
import { booleanOption, readOptions } from "./options.ts";
import type { EitherCase } from "./options.ts";
import { preconditionOf } from "./precondition.ts";

interface LocalOptions {
  /** Make the directories of a file that is written. Default `true`; fsspec's is `false`. */
  readonly autoMkdir?: boolean | undefined;
}

/** Options of `LocalFileSystem`. */
export type LocalFileSystemOptions = EitherCase<LocalOptions>;

/** The name of a file that is not complete yet; listings pass over it. */
const PARTIAL = /\.[0-9a-f]{32}\.partial$/;

/**
 * The file system of the machine, in Node, Deno and Bun. Paths are absolute, or relative to
 * the current directory. It guards no root: `LocalStore` is the store for a directory.
 *
 * A file is written whole: a temporary file takes its place, or, in mode `"create"`, its name.
 *
 * @example
 * ```ts
 * const fs = new LocalFileSystem();
 * await fs.pipeFile("demo/value", new Uint8Array([1, 2, 3]));
 * (await fs.info("demo/value")).size; // 3
 * ```
 */
export class LocalFileSystem extends AbstractFileSystem {
  static override readonly protocol: readonly string[] = ["file", "local"];
  readonly #autoMkdir: boolean;

  constructor(options: LocalFileSystemOptions = {}) {
    super();
    const read = readOptions("LocalFileSystem", options, ["autoMkdir"]);
    this.#autoMkdir = booleanOption("LocalFileSystem", read, "autoMkdir") ?? true;
  }

  static override stripProtocol(path: string): string {
    return resolvePath(path);
  }

  override get className(): string {
    return this.constructor === LocalFileSystem ? "LocalFileSystem" : super.className;
  }

  override getOptions(): JsonObject {
    return this.#autoMkdir ? {} : { auto_mkdir: false };
  }

  override get tellsVersions(): boolean {
    return true;
  }

  override location(path: string): string {
    return `file:${resolvePath(path)}`;
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    const name = resolvePath(path);
    return guarded("look up", name, options, async () => {
      const stat = await nodeBuiltin("fs/promises", "LocalFileSystem").stat(name);
      const type = stat.isDirectory() ? "directory" : "file";
      return { name, size: type === "file" ? stat.size : null, type, lastModified: stat.mtime };
    });
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    const name = resolvePath(path);
    const range = parseFileRange(options.start, options.end);
    return guarded("read", name, options, async () => {
      const file = await nodeBuiltin("fs/promises", "LocalFileSystem").open(name, "r");
      try {
        const stat = await file.stat();
        if (stat.isDirectory()) throw new IsADirectoryError(`${name} is a directory.`);
        const request = range.kind === "request" ? range.request : range.resolve(stat.size);
        const { start, end } = resolveByteRequest(request, stat.size);
        // A write puts a new file in place of the old one; whoever writes in place changes the times.
        options.onVersion?.(`${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`);
        const bytes = new Uint8Array(end - start);
        for (let done = 0; done < bytes.byteLength;) {
          throwIfAborted(options.signal);
          const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, start + done);
          if (bytesRead === 0) return bytes.subarray(0, done); // the file has become shorter meanwhile
          done += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    });
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    const name = resolvePath(path);
    const precondition = preconditionOf(options);
    if (precondition?.kind === "version") throw new UnsupportedError("Local files have no versions.");
    await guarded("write", name, options, async () => {
      const fs = nodeBuiltin("fs/promises", "LocalFileSystem");
      const { dirname } = nodeBuiltin("path", "LocalFileSystem");
      if (this.#autoMkdir) await fs.mkdir(dirname(name), { recursive: true });
      const unique = nodeBuiltin("crypto", "LocalFileSystem").randomBytes(16).toString("hex");
      const partial = `${name}.${unique}.partial`;
      try {
        await fs.writeFile(partial, data, { flag: "wx", signal: options.signal });
        if (precondition?.kind === "absent") await fs.link(partial, name);
        else await onceReleased(() => fs.rename(partial, name));
      } finally {
        await fs.rm(partial, { force: true });
      }
    });
  }

  override async rmFile(path: string, options: RmFileOptions = {}): Promise<void> {
    if (options.ifMatch !== undefined) throw new UnsupportedError("Local files have no versions.");
    const name = resolvePath(path);
    await guarded("delete", name, options, () => nodeBuiltin("fs/promises", "LocalFileSystem").unlink(name));
  }

  /** Deletes a file, or with `recursive: true` a directory with all that is in it. */
  override async rm(
    path: string,
    options: AbortOptions & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    if (options.recursive !== true) return super.rm(path, options);
    const name = resolvePath(path);
    await guarded("delete", name, options, () =>
      nodeBuiltin("fs/promises", "LocalFileSystem").rm(name, { recursive: true }),
    );
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const name = resolvePath(path);
    const fs = nodeBuiltin("fs/promises", "LocalFileSystem");
    const directory = await guarded("list", name, options, () => fs.opendir(name));
    for await (const entry of directory) {
      throwIfAborted(options.signal);
      if (PARTIAL.test(entry.name)) continue;
      const child = name.endsWith("/") ? name + entry.name : `${name}/${entry.name}`;
      // A link that leads to a directory is not walked into: it may lead back.
      if (entry.isDirectory()) yield { name: child, size: null, type: "directory" };
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const info = await this.info(child, options).catch(() => undefined); // gone, or a link to nothing
        if (info?.type === "file") yield info;
      }
    }
  }
}

function resolvePath(path: string): string {
  const bare = path.replace(/^(?:file|local):(?:\/\/)?(?=\/|[^/])/, "");
  return nodeBuiltin("path", "LocalFileSystem").resolve(bare);
}

/** Runs an operation and turns the system's errors into ours. */
async function guarded<T>(
  what: string,
  name: string,
  options: AbortOptions,
  work: () => Promise<T>,
): Promise<T> {
  throwIfAborted(options.signal);
  try {
    return await work();
  } catch (cause) {
    throwIfAborted(options.signal);
    if (isZarrError(cause)) throw cause;
    const { code } = cause as { code?: unknown }; // a system error of Node's
    const message = `Cannot ${what} ${name}: ${cause instanceof Error ? cause.message : String(cause)}`;
    if (code === "ENOENT") throw new FileNotFoundError(message, { cause });
    if (code === "ENOTDIR") throw new NotADirectoryError(message, { cause });
    if (code === "EISDIR") throw new IsADirectoryError(message, { cause });
    if (code === "EEXIST") throw new FileExistsError(message, { cause });
    throw new StoreError(message, { cause });
  }
}
