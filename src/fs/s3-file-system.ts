/**
 * S3 and what speaks its language.
 *
 * @module
 */
import { forEachLimited, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { FileExistsError, FileNotFoundError, IsADirectoryError, StoreError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { FileInfo, FindOptions, PipeFileOptions } from "./abstract-file-system.ts";
import type { RemoteObject } from "./http-range.ts";
import { redactUrl } from "./redact.ts";
import { RemoteFileSystem } from "./remote-file-system.ts";
import { S3Client } from "./s3-client.ts";
import { parseS3Buckets, parseS3Page } from "./s3-listing.ts";
import type { S3Entry, S3Page } from "./s3-listing.ts";
import { readS3Options } from "./s3-options.ts";
import type { S3FileSystemOptions, S3Settings } from "./s3-options.ts";

interface S3Path {
  readonly bucket: string;
  readonly key: string;
}

const MAX_PAGE_BYTES = 16 * 2 ** 20;
const DELETES_AT_A_TIME = 32;
const WRITTEN = (status: number): boolean => status >= 200 && status <= 204;

/**
 * Amazon S3, or a service like it. Paths are `bucket/key`; a key is an opaque string, and
 * directories are what lies between its slashes.
 *
 * Keys come from the options, the `credentials` callback, the environment, or the shared
 * files of the AWS tools, in this order; without any, the first request fails and says so:
 * `anon: true` is never assumed. Writes in mode `"create"` are atomic where the service
 * honours `If-None-Match`.
 *
 * @example
 * ```ts
 * const fs = new S3FileSystem({ anon: true });
 * const bytes = await fs.catFile("noaa-nwm-retro-v2-zarr-pds/.zgroup", { end: 100 });
 * ```
 */
export class S3FileSystem extends RemoteFileSystem {
  static override readonly protocol: readonly string[] = ["s3", "s3a"];
  readonly #settings: S3Settings;
  readonly #s3: S3Client;

  /** @throws TypeError for an unknown option or a wrong type. */
  constructor(options: S3FileSystemOptions = {}) {
    const settings = readS3Options(options);
    super(settings.remote.client, settings.remote.ranges);
    this.#settings = settings;
    this.#s3 = new S3Client(this.client, settings);
  }

  static override stripProtocol(path: string): string {
    return trimSlash(stripS3(path));
  }

  override get className(): string {
    return this.constructor === S3FileSystem ? "S3FileSystem" : super.className;
  }

  override getOptions(): JsonObject {
    const { anon, profile, endpoint, region, requesterPays, style } = this.#settings;
    return {
      ...(anon ? { anon } : {}),
      ...(profile === undefined ? {} : { profile }),
      ...(endpoint === undefined ? {} : { endpoint_url: redactUrl(endpoint) }),
      ...(region === undefined ? {} : { region }),
      ...(requesterPays ? { requester_pays: true } : {}),
      ...(style === "auto" ? {} : { addressing_style: style }),
    };
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    const { bucket, key } = this.#parse(path);
    const directory: FileInfo = { name: trimSlash(stripS3(path)), size: null, type: "directory" };
    if (bucket === "") return directory;
    if (key === "" || key.endsWith("/")) {
      if (key !== "" && !(await this.#hasKeys(bucket, key, options))) throw this.#missing(path);
      if (key === "") await this.#page(bucket, { "max-keys": "1" }, options);
      return directory;
    }
    try {
      return await this.fileInfo(path, options);
    } catch (error) {
      if (!(error instanceof FileNotFoundError)) throw error;
      if (await this.#hasKeys(bucket, `${key}/`, options)) return directory;
      throw error;
    }
  }

  override async statFile(path: string, options: AbortOptions = {}): Promise<FileInfo | undefined> {
    const { key } = this.#parse(path);
    if (key === "" || key.endsWith("/")) return undefined;
    try {
      return await this.fileInfo(path, options); // one HEAD: no look for a directory
    } catch (error) {
      if (error instanceof FileNotFoundError) return undefined;
      throw error;
    }
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    const { bucket, key } = this.#file(path);
    const { signal } = options;
    const create = options.mode === "create";
    let attempts = 0;
    let conflicts = 0;
    const written = await this.#s3.send({
      method: "PUT",
      bucket,
      key,
      headers: create ? { "if-none-match": "*" } : {},
      body: data,
      signal,
      accept: (status) => WRITTEN(status) || (create && status === 412),
      consume: async (response, body, attempt) => {
        attempts = attempt;
        await body.readText(MAX_PAGE_BYTES);
        return response.status !== 412;
      },
      refused: ({ status }) => {
        if (!create || status !== 409) return undefined;
        conflicts++; // another write of this key is being decided; ours was not taken
        return { kind: "fail", reason: "another write is under way", missing: false, retry: true };
      },
    });
    if (written) return;
    // An earlier attempt may have written before its connection broke: then this file is ours.
    if (attempts - conflicts > 1 && (await this.#holds(path, data, { signal }))) return;
    throw new FileExistsError(`s3://${bucket}/${key} is there already.`, {
      status: 412,
      url: `s3://${bucket}/${key}`,
    });
  }

  override async rmFile(path: string, options: AbortOptions = {}): Promise<void> {
    const { bucket, key } = this.#file(path);
    await this.#delete(bucket, key, options);
  }

  override async rmBelow(path: string, options: AbortOptions = {}): Promise<void> {
    const { bucket, key } = this.#parse(path);
    if (bucket === "") throw new StoreError("Deleting all buckets is refused.");
    for await (const page of this.#pages(bucket, { prefix: directoryPrefix(key) }, options)) {
      // Keys that end in a slash, which mark directories, go too.
      await forEachLimited(
        page.entries,
        DELETES_AT_A_TIME,
        (entry) => this.#delete(bucket, entry.key, options),
        options,
      );
    }
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const { bucket, key } = this.#parse(path);
    if (bucket === "") {
      for (const name of await this.#buckets(options)) yield { name, size: null, type: "directory" };
      return;
    }
    const prefix = directoryPrefix(key);
    let found = key === "";
    for await (const page of this.#pages(bucket, { prefix, delimiter: "/" }, options)) {
      for (const entry of page.entries) {
        found = true;
        if (entry.key.startsWith(prefix) && !entry.key.endsWith("/")) yield infoOf(bucket, entry);
      }
      for (const common of page.prefixes) {
        found = true;
        const name = common.slice(prefix.length, -1);
        if (common.startsWith(prefix) && name !== "")
          yield { name: `${bucket}/${prefix}${name}`, size: null, type: "directory" };
      }
    }
    if (!found) throw this.#missing(path);
  }

  override async *iterFind(
    path: string,
    options: FindOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const { bucket, key } = this.#parse(path);
    if (bucket === "" || options.maxDepth !== undefined || options.withDirs === true) {
      yield* super.iterFind(path, options);
      return;
    }
    let found = false;
    for await (const info of this.#below(bucket, directoryPrefix(key), options)) {
      found = true;
      yield info;
    }
    if (found) return;
    const file = await this.statFile(path, options);
    if (file !== undefined) yield file;
  }

  override iterPrefix(
    root: string,
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const { bucket, key } = this.#parse(root);
    if (bucket === "") return super.iterPrefix(root, prefix, options);
    return this.#below(bucket, directoryPrefix(key) + prefix, options);
  }

  override location(path: string): string {
    return `s3:${this.#s3.endpoint ?? ""}:${stripS3(path)}`;
  }

  protected override objectAt(path: string): RemoteObject {
    const { bucket, key } = this.#file(path);
    const s3 = this.#s3;
    return {
      origin: `s3://${bucket}`,
      url: `s3://${bucket}/${key}`,
      send: (method, headers, accept, consume, options) =>
        s3.send({ method, bucket, key, headers, accept, consume, signal: options.signal }),
    };
  }

  async #holds(path: string, data: Uint8Array, options: AbortOptions): Promise<boolean> {
    const stored = await this.catFile(path, options);
    return stored.byteLength === data.byteLength && stored.every((byte, index) => byte === data[index]);
  }

  async #delete(bucket: string, key: string, options: AbortOptions): Promise<void> {
    await this.#s3.send({
      method: "DELETE",
      bucket,
      key,
      signal: options.signal,
      accept: WRITTEN,
      consume: async (_, body) => void (await body.readText(MAX_PAGE_BYTES)),
    });
  }

  async #hasKeys(bucket: string, prefix: string, options: AbortOptions): Promise<boolean> {
    const page = await this.#page(bucket, { prefix, "max-keys": "1" }, options);
    return page.entries.length > 0 || page.prefixes.length > 0;
  }

  async *#below(
    bucket: string,
    prefix: string,
    options: AbortOptions,
  ): AsyncGenerator<FileInfo, void, undefined> {
    for await (const page of this.#pages(bucket, { prefix }, options))
      for (const entry of page.entries)
        if (entry.key.startsWith(prefix) && !entry.key.endsWith("/")) yield infoOf(bucket, entry);
  }

  async *#pages(
    bucket: string,
    query: Readonly<Record<string, string>>,
    options: AbortOptions,
  ): AsyncGenerator<S3Page, void, undefined> {
    for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
      throwIfAborted(options.signal);
      const asked: Record<string, string> =
        token === undefined ? { ...query } : { ...query, "continuation-token": token };
      const page = await this.#page(bucket, asked, options);
      if (page.next !== undefined && page.next === token)
        throw new StoreError(`The listing of s3://${bucket} goes in circles.`, { url: `s3://${bucket}` });
      yield page;
      token = page.next;
    }
  }

  #page(bucket: string, query: Readonly<Record<string, string>>, options: AbortOptions): Promise<S3Page> {
    return this.#s3.send({
      method: "GET",
      bucket,
      key: "",
      query: { "list-type": "2", "encoding-type": "url", ...query },
      signal: options.signal,
      accept: (status) => status === 200,
      consume: async (_, body) => parseS3Page(new TextDecoder().decode(await body.readAll(MAX_PAGE_BYTES))),
    });
  }

  #buckets(options: AbortOptions): Promise<string[]> {
    return this.#s3.send({
      method: "GET",
      bucket: "",
      key: "",
      signal: options.signal,
      accept: (status) => status === 200,
      consume: async (_, body) =>
        parseS3Buckets(new TextDecoder().decode(await body.readAll(MAX_PAGE_BYTES))),
    });
  }

  #parse(path: string): S3Path {
    const stripped = stripS3(path);
    const slash = stripped.indexOf("/");
    if (slash < 0) return { bucket: stripped, key: "" };
    return { bucket: stripped.slice(0, slash), key: stripped.slice(slash + 1) };
  }

  #file(path: string): S3Path {
    const parsed = this.#parse(path);
    if (parsed.bucket !== "" && parsed.key !== "") return parsed;
    throw new IsADirectoryError(`${JSON.stringify(path)} is no object: a path is bucket/key.`);
  }

  #missing(path: string): FileNotFoundError {
    return new FileNotFoundError(`There is nothing at s3://${stripS3(path)}.`);
  }
}

function stripS3(path: string): string {
  return path.replace(/^s3a?:\/\//, "").replace(/^\//, "");
}

function directoryPrefix(key: string): string {
  return key === "" || key.endsWith("/") ? key : `${key}/`;
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "");
}

function infoOf(bucket: string, entry: S3Entry): FileInfo {
  const { key, size, etag, lastModified } = entry;
  return { name: `${bucket}/${key}`, size, type: "file", etag, lastModified };
}
