/**
 * A store in the form that zarrita takes.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadableRange } from "../storage/readable-store.ts";
import type { StorePath } from "../storage/store-path.ts";

/** A key in zarrita's form: with a leading slash. */
export type AbsolutePath = `/${string}`;

/**
 * What `toZarrita` gives: zarrita's `AsyncReadable`, and its `AsyncWritable` where the store can be written. Values are
 * fresh copies that begin at byte 0 of a buffer of their own, because releases of zarrita before 0.7.5 swap bytes in
 * place and decoders of text read the whole buffer. There is no property `store`: zarrita would take the object for a
 * location.
 */
export class ZarritaStore {
  readonly #at: StorePath;
  /**
   * The URL of the root, where the store is one of HTTP and the URL has no secret; some consumers print it or
   * take relative links from it.
   */
  readonly url?: string;

  constructor(at: StorePath) {
    this.#at = at;
    const url = urlOf(at);
    if (url !== undefined) this.url = url;
  }

  /** The value of a key; `undefined` when it is missing. */
  async get(key: AbsolutePath, options?: AbortOptions): Promise<Uint8Array | undefined> {
    return owned(await this.#at.store.get(this.#key(key), undefined, signalOf(options)));
  }

  /** A part of a value: `length` bytes from `offset` on, or the last `suffixLength`, clamped to it. */
  async getRange(
    key: AbsolutePath,
    range: ReadableRange,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    const bytes = await this.#at.store.get(this.#key(key), byteRequestOf(range), signalOf(options));
    return owned(bytes);
  }

  /** Is there a value at this key? */
  async has(key: AbsolutePath, options?: AbortOptions): Promise<boolean> {
    return await this.#at.store.exists(this.#key(key), signalOf(options));
  }

  /** Stores a copy of a value. @throws ReadOnlyError */
  async set(key: AbsolutePath, value: Uint8Array): Promise<void> {
    await this.#at.store.set(this.#key(key), value);
  }

  /** Removes a value. @throws ReadOnlyError */
  async delete(key: AbsolutePath): Promise<void> {
    const { store } = this.#at;
    if (!store.supportsDeletes)
      throw new UnsupportedError(`${String(store)} cannot delete.`, { store: String(store) });
    await store.delete(this.#key(key));
  }

  toString(): string {
    return `<ZarritaStore(${String(this.#at)})>`;
  }

  /** The node names of zarrita cannot leave the place: the store refuses keys with `..`. */
  #key(key: unknown): string {
    if (typeof key !== "string")
      throw new TypeError(`A key is text with a leading slash, not ${typeof key}.`);
    const relative = key.replace(/^\/+/, "");
    return this.#at.path === "" ? relative : `${this.#at.path}/${relative}`;
  }
}

function byteRequestOf(range: unknown): ByteRequest {
  if (typeof range === "object" && range !== null) {
    const { suffixLength, offset, length } = range as Partial<
      Record<"suffixLength" | "offset" | "length", unknown>
    >; // each member is checked by the store
    if (typeof suffixLength === "number") return { suffix: suffixLength };
    if (typeof offset === "number" && typeof length === "number")
      return { start: offset, end: offset + length };
  }
  throw new TypeError("A range is { offset, length } or { suffixLength }.");
}

/** Consumers pass on whatever they were given as options, such as a `RequestInit`. */
function signalOf(options: AbortOptions | undefined): AbortOptions {
  const signal: unknown = options?.signal;
  return signal instanceof AbortSignal ? { signal } : {};
}

function owned(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : new Uint8Array(bytes);
}

/** The URL of a place in a store of HTTP files. */
function urlOf(at: StorePath): string | undefined {
  const { store } = at;
  const root: unknown = "path" in store ? store.path : undefined;
  if (typeof root !== "string" || !/^https?:\/\/[^@?#]+$/.test(root)) return undefined;
  const path = at.path === "" ? "" : `/${at.path.split("/").map(encodeURIComponent).join("/")}`;
  return `${root.replace(/\/+$/, "")}${path}`;
}
