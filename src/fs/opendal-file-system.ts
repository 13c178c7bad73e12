/**
 * Every service that Apache OpenDAL speaks to.
 *
 * @module
 */
import { abortable, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  isZarrError,
  MissingDependencyError,
  NotADirectoryError,
  StoreError,
} from "../base/errors.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type { CatFileOptions, FileInfo, PipeFileOptions } from "./abstract-file-system.ts";
import { parseFileRange } from "./file-range.ts";
import { isOpenDalOperator, openDalError } from "./opendal-operator.ts";
import type { OpenDalEntry, OpenDalOperator } from "./opendal-operator.ts";
import type { FileSystemClass } from "./file-system-class.ts";
import { SharedValue } from "./shared-value.ts";

/** Options of an `OpenDALFileSystem`: an operator, or the settings of a service in OpenDAL's names. */
export interface OpenDALFileSystemOptions {
  /** An operator of the package `opendal`, or an object with the same members. */
  readonly operator?: OpenDalOperator | undefined;
  /** Settings of the service, such as `root`, `bucket` and `endpoint`. */
  readonly [setting: string]: unknown;
}

/**
 * The files of an Apache OpenDAL operator. As `opendal+<service>` the operator is made of the
 * options by the optional package `opendal`; the path of the URL is the path in it.
 *
 * OpenDAL takes no signal: an abort releases the caller, and the operation ends by itself.
 *
 * @example
 * ```ts no-run
 * const [fs, path] = urlToFs("opendal+webdav://data.zarr", { endpoint: "https://example.org" });
 * ```
 */
export class OpenDALFileSystem extends AbstractFileSystem {
  static override readonly protocol: string | readonly string[] = [];
  readonly #operator: SharedValue<OpenDalOperator>;
  /** Has it been seen to read ranges? Older versions take no options, and give the whole value. */
  #readsRanges = false;

  /** @throws TypeError when the operator lacks a member, or a setting is no text. */
  constructor(options: OpenDALFileSystemOptions = {}) {
    super();
    const { operator, ...settings } = options;
    if (operator !== undefined && !isOpenDalOperator(operator))
      throw new TypeError("An operator must have read, write, delete, list and stat.");
    if (operator === undefined && this.protocol.length === 0)
      throw new TypeError("OpenDALFileSystem needs an operator, or a URL opendal+<service>://.");
    const texts = operator === undefined ? readSettings(settings) : {};
    this.#operator = new SharedValue(async () => operator ?? (await makeOperator(this.protocol[0]!, texts)));
  }

  static override stripProtocol(path: string): string {
    return path.replace(/^opendal\+[a-z0-9-]+:\/\//, "").replace(/^\/+|\/+$/g, "");
  }

  override get className(): string {
    return "OpenDALFileSystem";
  }

  /** Settings may hold secrets: none is carried. */
  override carriable(_path: string): boolean {
    return false;
  }

  override location(path: string): string {
    let id = ids.get(this);
    if (id === undefined) ids.set(this, (id = ++lastId));
    return `opendal:${id}:${path}`;
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    const name = OpenDALFileSystem.stripProtocol(path);
    if (name === "") return { name, size: null, type: "directory" };
    try {
      const metadata = await this.#run("look up", name, options, (operator) => operator.stat(name));
      if (metadata.isDirectory?.() === true) return { name, size: null, type: "directory" };
      const { contentLength, etag } = metadata;
      const lastModified = new Date(metadata.lastModified ?? Number.NaN);
      return {
        name,
        type: "file",
        size: contentLength === undefined || contentLength === null ? null : Number(contentLength),
        etag: etag ?? undefined,
        lastModified: Number.isNaN(lastModified.getTime()) ? undefined : lastModified,
      };
    } catch (error) {
      // On object storage a directory is what lies below it.
      if (!(error instanceof FileNotFoundError)) throw error;
      if ((await this.#list(`${name}/`, false, options)).length === 0) throw error;
      return { name, size: null, type: "directory" };
    }
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    const name = OpenDALFileSystem.stripProtocol(path);
    const range = parseFileRange(options.start, options.end);
    if (range.kind === "request" && range.request === undefined) return this.#readWhole(name, options);
    if (range.kind === "request" && range.request !== undefined && "start" in range.request) {
      const { start, end } = range.request;
      if (end > start && this.#readsRanges) {
        const bytes = await this.#tryRange(name, start, end, options);
        if (bytes !== undefined) return bytes;
      }
    }
    // The size settles what the range is: a suffix, one from an offset on, or one that may end after the value.
    const { size, type } = await this.info(name, options);
    if (type === "directory") throw new IsADirectoryError(`${name} is a directory.`);
    if (size === null) {
      const whole = await this.#readWhole(name, options);
      const span = resolveByteRequest(requestOf(range, whole.length), whole.length);
      return whole.slice(span.start, span.end);
    }
    const span = resolveByteRequest(requestOf(range, size), size);
    if (span.start === span.end) return new Uint8Array(0);
    const bytes = await this.#tryRange(name, span.start, span.end, options);
    if (bytes !== undefined) {
      this.#readsRanges ||= bytes.byteLength < size;
      return bytes;
    }
    const whole = await this.#readWhole(name, options); // an operator that ignores ranges
    if (whole.length !== size) throw new StoreError(`${name} has ${whole.length} bytes, not ${size}.`);
    return whole.slice(span.start, span.end);
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    const name = OpenDALFileSystem.stripProtocol(path);
    // Not copied by OpenDAL before it returns, and the caller may go on writing to it.
    const content = data.slice() as never; // an operator takes any array of bytes
    await this.#run("write", name, options, async (operator) => {
      if (options.mode !== "create" && options.ifNoneMatch !== "*") return operator.write(name, content);
      if (operator.capability?.().writeWithIfNotExists === true)
        return operator.write(name, content, { ifNotExists: true });
      // Not atomic where the service cannot.
      if (await this.isFile(name, options)) throw new FileExistsError(`${name} is there already.`);
      return operator.write(name, content);
    });
  }

  override async rmFile(path: string, options: AbortOptions = {}): Promise<void> {
    const name = OpenDALFileSystem.stripProtocol(path);
    await this.#run("delete", name, options, (operator) => operator.delete(name));
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const name = OpenDALFileSystem.stripProtocol(path);
    const prefix = name === "" ? "" : `${name}/`;
    const entries = await this.#list(prefix, false, options);
    const seen = new Set<string>();
    for (const entry of entries) {
      const found = entry.path().replace(/^\/+/, "");
      if (!found.startsWith(prefix)) continue;
      const child = found.slice(prefix.length);
      const isDirectory = child.endsWith("/");
      const bare = isDirectory ? child.slice(0, -1) : child;
      if (bare === "" || bare.includes("/") || seen.has(bare)) continue;
      seen.add(bare);
      yield { name: prefix + bare, size: null, type: isDirectory ? "directory" : "file" };
    }
    if (seen.size > 0 || name === "") return;
    const info = await this.info(name, options);
    if (info.type === "file") throw new NotADirectoryError(`${name} is a file.`);
  }

  override async *iterPrefix(
    root: string,
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const start = this.join(OpenDALFileSystem.stripProtocol(root), prefix);
    const directory = start.slice(0, start.lastIndexOf("/") + 1);
    for (const entry of await this.#list(directory, true, options)) {
      const name = entry.path().replace(/^\/+/, "");
      if (name !== "" && !name.endsWith("/") && name.startsWith(start))
        yield { name, size: null, type: "file" };
    }
  }

  /** Exactly the bytes of a range; `undefined` when the operator gives others, so that the size must be looked at. */
  async #tryRange(
    name: string,
    start: number,
    end: number,
    options: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    const size = end - start;
    try {
      const bytes = await this.#run("read", name, options, (operator) =>
        operator.read(name, { offset: BigInt(start), size: BigInt(size) }),
      );
      return bytes.byteLength === size ? plain(bytes) : undefined;
    } catch (error) {
      if (!(error instanceof StoreError) || error.constructor !== StoreError) throw error;
      return /too little data|RangeNotSatisfied|out of range|Panic in async function/i.test(error.message)
        ? undefined
        : Promise.reject(error);
    }
  }

  async #readWhole(name: string, options: AbortOptions): Promise<Uint8Array> {
    return plain(await this.#run("read", name, options, (operator) => operator.read(name)));
  }

  #list(prefix: string, recursive: boolean, options: AbortOptions): Promise<OpenDalEntry[]> {
    return this.#run("list", prefix, options, async (operator) => {
      try {
        return await operator.list(prefix === "" ? "/" : prefix, { recursive });
      } catch (error) {
        const known = openDalError(error, "list", prefix);
        if (known instanceof FileNotFoundError || known instanceof NotADirectoryError) return [];
        throw error;
      }
    });
  }

  async #run<T>(
    verb: string,
    name: string,
    options: AbortOptions,
    work: (operator: OpenDalOperator) => Promise<T>,
  ): Promise<T> {
    const { signal } = options;
    throwIfAborted(signal);
    const operator = await this.#operator.get(signal);
    try {
      return await abortable(work(operator), signal);
    } catch (error) {
      throwIfAborted(signal);
      throw isZarrError(error) ? error : openDalError(error, verb, name);
    }
  }
}

const ids = new WeakMap<object, number>();
let lastId = 0;
const services = new Map<string, FileSystemClass>();

/** The class of `opendal+<service>`. */
export function openDalClass(protocol: string): FileSystemClass {
  let type = services.get(protocol);
  if (type === undefined) {
    const made = class extends OpenDALFileSystem {
      static override readonly protocol: string = protocol;
    };
    // Its constructor takes options, as every class of a file system does.
    services.set(protocol, (type = made as unknown as FileSystemClass));
  }
  return type;
}

async function makeOperator(protocol: string, settings: Record<string, string>): Promise<OpenDalOperator> {
  const service = protocol.replace(/^opendal\+/, "");
  const { Operator } = await loadOpenDal();
  try {
    const operator: unknown = new Operator(service, settings);
    if (isOpenDalOperator(operator)) return operator;
  } catch (cause) {
    // What it says may quote the settings.
    throw new StoreError(`OpenDAL cannot make an operator of the service ${service} with these options.`, {
      cause,
    });
  }
  throw new StoreError("The operator of the package opendal is none.");
}

interface OpenDalModule {
  readonly Operator: new (service: string, settings: Record<string, string>) => unknown;
}

async function loadOpenDal(): Promise<OpenDalModule> {
  const name = "opendal";
  try {
    // A native package, which no browser has: the name is kept from bundlers.
    const module = (await import(/* @vite-ignore */ name)) as OpenDalModule & {
      readonly default?: OpenDalModule;
    };
    return module.Operator === undefined ? module.default! : module;
  } catch (cause) {
    throw new MissingDependencyError(
      "URLs of opendal+<service> need the package opendal, which is not installed or does not load here: npm install opendal",
      { cause },
    );
  }
}

function readSettings(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || value === null) continue;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw new TypeError(`OpenDALFileSystem option ${name} must be text, a number or a boolean.`);
    texts[name] = String(value);
  }
  return texts;
}

function requestOf(range: ReturnType<typeof parseFileRange>, size: number): ByteRequest | undefined {
  return range.kind === "request" ? range.request : range.resolve(size);
}

/** Not a `Buffer`. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
