/**
 * Values on a web server, read by ranges.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import {
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  StoreError,
  UnsupportedError,
} from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { FileInfo, FindOptions } from "./abstract-file-system.ts";
import { toBase64 } from "./digest.ts";
import { childrenOfListing } from "./html-links.ts";
import type { HtmlChild } from "./html-links.ts";
import { functionOption, nestedOptions, readOptions, stringOption, stringsOption } from "./options.ts";
import type { EitherCase } from "./options.ts";
import { encodeKey, encodeSegment } from "./percent-encoding.ts";
import { mayHoldSecret, redactUrl } from "./redact.ts";
import { REMOTE_OPTIONS, readRemoteOptions, RemoteFileSystem } from "./remote-file-system.ts";
import type { RemoteFileSystemOptions } from "./remote-file-system.ts";
import type { RemoteObject } from "./remote-object.ts";
import { originOf } from "./request-policy.ts";
import type { Exchange } from "./request-policy.ts";
import type { CacheMode } from "./transport.ts";

type Headers = Readonly<Record<string, string>>;
type HeadersCallback = () => Headers | Promise<Headers>;
type Cookies = "omit" | "same-origin" | "include";

interface HttpOptions extends RemoteFileSystemOptions {
  /** Headers of every request, or a function that gives them for each. */
  readonly headers?: Headers | HeadersCallback | undefined;
  /** Query parameters of every request, such as a signature; unlike a query in the URL they are never printed or carried. */
  readonly params?: Headers | undefined;
  /** Whether browsers send cookies. Default: as `fetch`, to the same origin alone. */
  readonly credentials?: Cookies | undefined;
  /**
   * How a browser's cache takes part, as in `fetch`. Default `"default"`: as the server says. A value that is seen to
   * change, or whose parts do not belong together, is read past the cache whatever this says.
   */
  readonly cache?: CacheMode | undefined;
  /** What fsspec passes to its client; `headers` is read. */
  readonly clientKwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of `HTTPFileSystem`, in camelCase or as fsspec spells them. */
export type HTTPFileSystemOptions = EitherCase<HttpOptions>;

const OWNER = "HTTPFileSystem";
const KNOWN = ["headers", "params", "credentials", "cache", "clientKwargs", ...REMOTE_OPTIONS];
const MAX_LISTING_BYTES = 16 * 2 ** 20;
/** Directories in one walk: a server that invents links must come to an end. */
const MAX_WALK_DEPTH = 64;
const MAX_WALK_ENTRIES = 1_000_000;

/**
 * A web server, read-only. Paths are URLs; a key that is joined to one is encoded once, and
 * goes before the query of the URL, so that a signed URL of a directory works as a root.
 * Listing reads the links of the pages that servers make for directories, and is an
 * `UnsupportedError` where there are none: open such hierarchies by consolidated metadata.
 * A user and password in the URL are sent as HTTP basic authentication, unless `headers` has
 * an `authorization`.
 *
 * @example
 * ```ts
 * const fs = new HTTPFileSystem({ headers: { authorization: "Bearer token" } });
 * const tail = await fs.catFile("https://example.org/data.zarr/c/0/0", { start: -16 });
 * ```
 */
export class HTTPFileSystem extends RemoteFileSystem {
  static override readonly protocol: readonly string[] = ["http", "https"];
  readonly #headers: HeadersCallback;
  readonly #params: string;
  readonly #cookies: Cookies | undefined;
  readonly #cache: CacheMode | undefined;
  readonly #listable = new Set<string>();

  /** @throws TypeError for an unknown option or a wrong type. */
  constructor(options: HTTPFileSystemOptions = {}) {
    const read = readOptions(OWNER, options, KNOWN);
    const remote = readRemoteOptions(OWNER, read);
    super(remote.client, remote.ranges);
    const kwargs = nestedOptions(OWNER, read, "clientKwargs", ["headers"]);
    const fixed = stringsOption(`${OWNER} clientKwargs`, kwargs, "headers") ?? {};
    if (typeof read.get("headers") === "function") {
      const callback = functionOption<HeadersCallback>(OWNER, read, "headers");
      this.#headers = async () => ({ ...fixed, ...(await callback?.()) });
    } else {
      const headers = { ...fixed, ...stringsOption(OWNER, read, "headers") };
      this.#headers = () => headers;
    }
    this.#params = Object.entries(stringsOption(OWNER, read, "params") ?? {})
      .map(([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`)
      .join("&");
    this.#cache = readCache(stringOption(OWNER, read, "cache"));
    this.#cookies = readCookies(stringOption(OWNER, read, "credentials"));
  }

  static override stripProtocol(path: string): string {
    // The protocol is part of the path, as in fsspec.
    const { base, query } = splitUrl(path);
    return base.replace(/\/+$/, "") + query;
  }

  override get className(): string {
    return this.constructor === HTTPFileSystem ? "HTTPFileSystem" : super.className;
  }

  override get supportsWrites(): boolean {
    return false;
  }

  override getOptions(): JsonObject {
    return {
      ...(this.#cookies === undefined ? {} : { credentials: this.#cookies }),
      ...(this.#cache === undefined ? {} : { cache: this.#cache }),
    };
  }

  override join(root: string, key: string): string {
    if (key === "") return root;
    const { base, query } = splitUrl(root);
    return `${base.replace(/\/+$/, "")}/${encodeKey(key)}${query}`;
  }

  override relative(root: string, name: string): string | undefined {
    const base = `${splitUrl(root).base.replace(/\/+$/, "")}/`;
    const url = splitUrl(name).base;
    if (!url.startsWith(base)) return undefined;
    try {
      return decodeURIComponent(url.slice(base.length));
    } catch {
      return undefined; // no key of ours encodes to it
    }
  }

  override printable(path: string): string {
    return redactUrl(path);
  }

  override location(path: string): string {
    return path;
  }

  override carriable(path: string): boolean {
    return !mayHoldSecret(path);
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    if (!splitUrl(path).base.endsWith("/")) {
      try {
        return await this.fileInfo(path, options);
      } catch (error) {
        if (error instanceof IsADirectoryError) return { name: path, size: null, type: "directory" };
        throw error;
      }
    }
    await this.#children(path, options); // a URL that ends in a slash is a directory if it can be listed
    return { name: path, size: null, type: "directory" };
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    for (const { name, type } of await this.#children(path, options))
      yield { name: this.join(path, name), size: null, type };
  }

  override async *iterFind(
    path: string,
    options: FindOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const maxDepth = Math.min(options.maxDepth ?? Infinity, MAX_WALK_DEPTH);
    let entries = 0;
    for await (const info of super.iterFind(path, { ...options, withDirs: true, maxDepth })) {
      if (++entries > MAX_WALK_ENTRIES)
        throw new StoreError(`${redactUrl(path)} lists more than ${MAX_WALK_ENTRIES} entries.`, {
          url: redactUrl(path),
        });
      if (info.type === "file" || options.withDirs === true) yield info;
    }
  }

  protected override objectAt(path: string): RemoteObject {
    return {
      origin: originOf(path),
      url: redactUrl(path),
      send: (method, headers, accept, consume, options) =>
        this.#send({
          method,
          url: path,
          headers,
          accept,
          consume: (response, body, attempt) => {
            // Servers redirect the name of a directory to its listing, which is no value.
            if (response.url && leadsToDirectory(path, response.url))
              throw new IsADirectoryError(`${redactUrl(path)} is a directory.`, { url: redactUrl(path) });
            return consume(response, body, attempt);
          },
          signal: options.signal,
        }),
    };
  }

  async #children(path: string, options: AbortOptions): Promise<HtmlChild[]> {
    const { base, query } = splitUrl(path);
    const url = `${base.replace(/\/*$/, "")}/${query}`;
    const origin = originOf(url);
    try {
      return await this.#send<HtmlChild[]>({
        method: "GET",
        url,
        headers: { accept: "text/html" },
        signal: options.signal,
        accept: (status) => status === 200,
        consume: async (response, body) => {
          if (!/^\s*(text\/html|application\/xhtml)/i.test(response.headers.get("content-type") ?? ""))
            throw new NotADirectoryError(`${redactUrl(url)} is no listing.`, { url: redactUrl(url) });
          const page = new TextDecoder().decode(await body.readAll(MAX_LISTING_BYTES));
          this.#listable.add(origin);
          // Where redirects led is what the links are relative to, if it is still this server.
          const at = response.url && originOf(response.url) === origin ? response.url : url;
          return childrenOfListing(page, at);
        },
      });
    } catch (error) {
      if (!(error instanceof FileNotFoundError) || this.#listable.has(origin)) throw error;
      throw new UnsupportedError(
        `${redactUrl(url)} cannot be listed: the server makes no listings. Consolidated metadata needs none.`,
        { url: redactUrl(url), status: error.status, cause: error },
      );
    }
  }

  #send<T>(request: {
    readonly method: "GET" | "HEAD";
    readonly url: string;
    readonly headers: Headers;
    readonly signal: AbortSignal | undefined;
    readonly accept: Exchange<T>["accept"];
    readonly consume: Exchange<T>["consume"];
  }): Promise<T> {
    const { method, signal, accept, consume } = request;
    // fetch refuses URLs with a password, and repeats the password as it does.
    const { url, authorization } = withoutUser(request.url);
    return this.client.send<T>({
      method,
      url,
      signal,
      accept,
      consume,
      prepare: async () => ({
        method,
        url: this.#withParams(url),
        headers: {
          ...(method === "GET" ? { "accept-encoding": "identity" } : {}),
          ...(authorization === undefined ? {} : { authorization }),
          ...lowerCased(await this.#headers()),
          ...request.headers,
        },
        redirect: "follow",
        credentials: this.#cookies,
        cache: this.#cache,
      }),
    });
  }

  #withParams(url: string): string {
    const bare = url.replace(/#.*$/s, "");
    if (this.#params === "") return bare;
    return `${bare}${bare.includes("?") ? "&" : "?"}${this.#params}`;
  }
}

/** The URL without the user and password it may hold, and the header that carries them instead (RFC 7617). */
function withoutUser(url: string): { readonly url: string; readonly authorization?: string } {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i.exec(url);
  if (match === null) return { url };
  const [all, scheme = "", user = ""] = match;
  const bare = scheme + url.slice(all.length);
  const pair = user.includes(":") ? user : `${user}:`;
  return { url: bare, authorization: `Basic ${toBase64(new TextEncoder().encode(percentDecoded(pair)))}` };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stands for itself
  }
}

/** The URL before its query, and the query with its mark; a fragment never goes to a server. */
function splitUrl(url: string): { readonly base: string; readonly query: string } {
  const bare = url.replace(/#.*$/s, "");
  const mark = bare.indexOf("?");
  return mark < 0 ? { base: bare, query: "" } : { base: bare.slice(0, mark), query: bare.slice(mark) };
}

function leadsToDirectory(asked: string, answered: string): boolean {
  return splitUrl(answered).base.endsWith("/") && !splitUrl(asked).base.endsWith("/") && hasPath(asked);
}

function hasPath(url: string): boolean {
  return /^[^:]+:\/\/[^/?#]*\/./.test(url);
}

function readCookies(value: string | undefined): Cookies | undefined {
  if (value === undefined || value === "omit" || value === "same-origin" || value === "include") return value;
  throw new TypeError(`${OWNER} option credentials must be omit, same-origin or include, got ${value}.`);
}

const CACHE_MODES: readonly CacheMode[] = ["default", "no-cache", "no-store", "reload", "force-cache"];

function readCache(value: string | undefined): CacheMode | undefined {
  const mode = CACHE_MODES.find((known) => known === value);
  if (mode !== undefined || value === undefined) return mode;
  throw new TypeError(`${OWNER} option cache must be one of ${CACHE_MODES.join(", ")}, got ${value}.`);
}

function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
