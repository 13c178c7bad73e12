/**
 * What the file systems over HTTP share: one request policy, checked ranges, merged reads
 * where a server gives only whole values.
 *
 * @module
 */
import { forEachLimited, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import { UnsupportedError } from "../base/errors.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type {
  Bounds,
  CatFileOptions,
  CatRangesOptions,
  FileInfo,
  VersionedFile,
} from "./abstract-file-system.ts";
import { parseFileRange } from "./file-range.ts";
import { RangeReader } from "./http-range.ts";
import type { RangeReaderOptions } from "./http-range.ts";
import { booleanOption, countOption, functionOption, nestedOptions } from "./options.ts";
import type { RawOptions } from "./options.ts";
import { answeredVersion } from "./answered-version.ts";
import type { RemoteObject, RemoteReadOptions } from "./remote-object.ts";
import { HttpClient } from "./request-policy.ts";
import type { HttpClientOptions, RequestEvent } from "./request-policy.ts";
import { DEFAULT_POLICY } from "./retry.ts";
import type { RequestPolicy } from "./retry.ts";
import type { HttpResponse, Transport } from "./transport.ts";

/** Options that every file system over HTTP takes. */
export interface RemoteFileSystemOptions {
  /** Sends the requests. Default: the runtime's `fetch`. */
  readonly transport?: Transport | undefined;
  /** Is called when an attempt of a request ends; what it throws fails the request. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Concurrency, timeouts and retries. */
  readonly requestPolicy?: Partial<RequestPolicy> | undefined;
  /** Statuses that mean "not there" when a value is read. Default 404 and 410; add 403 for a bucket that may not be listed. */
  readonly missingStatus?: number | readonly number[] | undefined;
  /** At most this much of a value is fetched to cut a range out of it when a server ignores ranges. Default 64 MiB. */
  readonly maxSliceBytes?: number | undefined;
  /** No value is longer than this. Default 2 GiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Send no request but GET for a value: no HEAD, and no listing. For presigned URLs, and keys that may do no more. Default `false`. */
  readonly getOnly?: boolean | undefined;
}

/** The names of these options. */
export const REMOTE_OPTIONS: readonly string[] = [
  "transport",
  "onRequest",
  "requestPolicy",
  "missingStatus",
  "maxSliceBytes",
  "maxBodyBytes",
  "getOnly",
];

/** Base class of file systems over HTTP: a driver says how a path is asked for, and lists. */
export abstract class RemoteFileSystem extends AbstractFileSystem {
  protected readonly client: HttpClient;
  readonly #ranges: RangeReader;
  readonly #getOnly: boolean;
  /** Origins whose answers tell versions. */
  readonly #telling = new Set<string>();

  protected constructor(client: HttpClientOptions, ranges: RangeReaderOptions) {
    super();
    this.client = new HttpClient(client);
    this.#ranges = new RangeReader(ranges);
    this.#getOnly = ranges.getOnly ?? false;
  }

  /** `false` in the GET-only mode. */
  override get supportsListing(): boolean {
    return !this.#getOnly;
  }

  override get concurrentReads(): number {
    return 64;
  }

  override get tellsVersions(): boolean {
    return true;
  }

  /** The value at a path, ready to be asked for. */
  protected abstract objectAt(path: string): RemoteObject;

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    const { signal, onVersion } = options;
    throwIfAborted(signal);
    const range = parseFileRange(options.start, options.end);
    const object = this.objectAt(path);
    const onAnswer = onVersion && ((answer: HttpResponse) => this.#tell(object, answer, onVersion));
    const reading: RemoteReadOptions = { signal, onAnswer };
    if (range.kind === "request") return this.#ranges.read(object, range.request, reading);
    const { size } = await this.#ranges.facts(object, { signal });
    if (size !== undefined) return this.#ranges.read(object, range.resolve(size), reading);
    const whole = await this.#ranges.read(object, undefined, reading);
    const { start, end } = resolveByteRequest(range.resolve(whole.byteLength), whole.byteLength);
    return whole.subarray(start, end);
  }

  override async catFileVersioned(path: string, options: AbortOptions = {}): Promise<VersionedFile> {
    throwIfAborted(options.signal);
    const object = this.objectAt(path);
    const [bytes, version] = await this.readWith(object, (answer) => this.versionOf(answer), options);
    if (version !== undefined) return { bytes, version };
    throw new UnsupportedError(
      `The server of ${object.url} tells no version: it sends no ETag, or CORS does not expose it.`,
      { url: object.url },
    );
  }

  override catRanges(
    paths: readonly string[],
    starts: Bounds,
    ends: Bounds,
    options: CatRangesOptions & { readonly onError: "raise" },
  ): Promise<Uint8Array[]>;
  override catRanges(
    paths: readonly string[],
    starts?: Bounds,
    ends?: Bounds,
    options?: CatRangesOptions,
  ): Promise<(Uint8Array | Error)[]>;
  override async catRanges(
    paths: readonly string[],
    starts?: Bounds,
    ends?: Bounds,
    options: CatRangesOptions = {},
  ): Promise<(Uint8Array | Error)[]> {
    const repeated = repeatedPaths(paths, (path) => this.#ranges.ignoresRanges(this.objectAt(path).origin));
    if (repeated.size === 0) return super.catRanges(paths, starts, ends, options);
    // The server sends the whole value for each range: read it once, and cut all of them out of it.
    const { signal } = options;
    const wholes = new Map<string, Uint8Array | Error>();
    await forEachLimited(
      repeated,
      4,
      async (path) => {
        // As a range, so that the bound on what is fetched for a range holds.
        const [whole] = await super.catRanges([path], 0, Number.MAX_SAFE_INTEGER, { signal });
        wholes.set(path, whole!);
      },
      { signal },
    );
    const results = new Array<Uint8Array | Error>(paths.length);
    const others: number[] = [];
    for (const [index, path] of paths.entries()) {
      const whole = wholes.get(path);
      if (whole === undefined) others.push(index);
      else if (!(whole instanceof Error)) results[index] = cut(whole, at(starts, index), at(ends, index));
      else if (options.onError === "raise") throw whole;
      else results[index] = whole;
    }
    const rest = await super.catRanges(
      others.map((index) => paths[index]!),
      others.map((index) => at(starts, index)),
      others.map((index) => at(ends, index)),
      options,
    );
    for (const [position, index] of others.entries()) results[index] = rest[position]!;
    return results;
  }

  /** What names the version of a value in an answer; here a strong ETag. */
  protected versionOf(response: HttpResponse): string | undefined {
    const etag = response.headers.get("etag");
    return etag === null || etag === "" || etag.startsWith("W/") ? undefined : etag;
  }

  /** Tells the version that an answer names. One that names none is unlike all others, where versions are usual. */
  #tell(object: RemoteObject, answer: HttpResponse, onVersion: (version: unknown) => void): void {
    const version = this.versionOf(answer) ?? answeredVersion(answer);
    if (version !== undefined) this.#telling.add(object.origin);
    else if (!this.#telling.has(object.origin)) return;
    onVersion(version ?? {});
  }

  /** A whole value, and what `look` makes of the headers that came with it. */
  protected readWith<T>(
    object: RemoteObject,
    look: (response: HttpResponse) => T,
    options: AbortOptions,
  ): Promise<readonly [Uint8Array, T]> {
    return this.#ranges.readWith(object, look, options);
  }

  /** Facts about a value, by its headers. */
  protected async fileInfo(path: string, options: AbortOptions): Promise<FileInfo> {
    const { size, etag, lastModified } = await this.#ranges.facts(this.objectAt(path), options);
    return { name: path, size: size ?? null, type: "file", etag, lastModified };
  }
}

/** Reads the options that every file system over HTTP takes. */
export function readRemoteOptions(
  owner: string,
  options: RawOptions,
): { readonly client: HttpClientOptions; readonly ranges: RangeReaderOptions } {
  const known = Object.keys(DEFAULT_POLICY);
  const nested = nestedOptions(owner, options, "requestPolicy", known);
  const policy: Record<string, number> = {};
  for (const name of known) {
    const value = countOption(`${owner} requestPolicy`, nested, name);
    if (value !== undefined) policy[name] = value;
  }
  return {
    client: {
      transport: functionOption<Transport>(owner, options, "transport"),
      onRequest: functionOption<(event: RequestEvent) => void>(owner, options, "onRequest"),
      policy,
      missingStatus: readStatuses(owner, options.get("missingStatus")),
    },
    ranges: {
      maxSliceBytes: countOption(owner, options, "maxSliceBytes"),
      maxBodyBytes: countOption(owner, options, "maxBodyBytes"),
      getOnly: booleanOption(owner, options, "getOnly"),
    },
  };
}

function readStatuses(owner: string, value: unknown): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const statuses = list.map(Number);
  if (statuses.every((status) => Number.isInteger(status) && status >= 400 && status < 500))
    return [404, 410, ...statuses];
  throw new TypeError(`${owner} option missingStatus takes statuses from 400 to 499.`);
}

function repeatedPaths(paths: readonly string[], matters: (path: string) => boolean): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const path of paths) {
    if (seen.has(path) && !repeated.has(path) && matters(path)) repeated.add(path);
    seen.add(path);
  }
  return repeated;
}

function cut(whole: Uint8Array, from: number | undefined, to: number | undefined): Uint8Array {
  const range = parseFileRange(from, to);
  const request = range.kind === "request" ? range.request : range.resolve(whole.byteLength);
  const { start, end } = resolveByteRequest(request, whole.byteLength);
  return whole.subarray(start, end);
}

function at(bounds: Bounds, index: number): number | undefined {
  return (typeof bounds === "object" && bounds !== null ? bounds[index] : bounds) ?? undefined;
}
