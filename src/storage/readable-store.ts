import type { AbortOptions, Awaitable } from "../base/async.ts";
import { sliceBytes } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { isBytes } from "./store-base.ts";
import { Store } from "./store.ts";
import type { StoreOptions } from "./store-base.ts";

/** The part of a value that a zarrita-style readable is asked for. */
export type ReadableRange =
  | { readonly offset: number; readonly length: number }
  | { readonly suffixLength: number };

/**
 * What zarrita calls a store: anything with a `get` that takes a key with a leading slash.
 * Sync or async; `undefined` or `null` is a missing key.
 */
export interface ReadableLike {
  get(key: `/${string}`, options?: AbortOptions): Awaitable<Uint8Array | null | undefined>;
  getRange?(
    key: `/${string}`,
    range: ReadableRange,
    options?: AbortOptions,
  ): Awaitable<Uint8Array | null | undefined>;
  set?(key: `/${string}`, value: Uint8Array, options?: AbortOptions): Awaitable<unknown>;
  delete?(key: `/${string}`, options?: AbortOptions): Awaitable<unknown>;
}

/**
 * A store over a zarrita-style readable. It is read-only unless the readable has `set`; keys
 * cannot be listed. Without `getRange` a part is taken from the whole value.
 */
export class ReadableStore extends Store {
  readonly #readable: ReadableLike;

  constructor(readable: ReadableLike, options: StoreOptions = {}) {
    super({ readOnly: options.readOnly ?? typeof readable.set !== "function" });
    if (typeof readable.get !== "function") throw new TypeError("A readable needs a get method.");
    if (options.readOnly === false && typeof readable.set !== "function")
      throw new UnsupportedError("A readable without a set method is read-only.");
    this.#readable = readable;
  }

  override get supportsWrites(): boolean {
    return typeof this.#readable.set === "function";
  }

  override get supportsDeletes(): boolean {
    return typeof this.#readable.delete === "function";
  }

  override get supportsListing(): boolean {
    return false;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    const { signal } = options ?? {};
    try {
      const value = await this.#read(`/${key}`, byteRange ?? undefined, { signal });
      if (value === undefined || value === null) return undefined;
      if (!isBytes(value)) throw new TypeError("It gave something that is not a Uint8Array.");
      return value;
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw this.#failed("read", key, error);
    }
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.prepareSet(key, value, options);
    try {
      await this.#readable.set?.(`/${key}`, new Uint8Array(value), options);
    } catch (error) {
      if (options?.signal?.aborted === true) throw options.signal.reason;
      throw this.#failed("write", key, error);
    }
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
    if (!this.supportsDeletes)
      throw new UnsupportedError(`${String(this)} cannot delete: the readable has no delete method.`, {
        store: String(this),
        key,
      });
    try {
      await this.#readable.delete?.(`/${key}`, options);
    } catch (error) {
      if (options?.signal?.aborted === true) throw options.signal.reason;
      throw this.#failed("delete", key, error);
    }
  }

  /** @throws UnsupportedError: a readable cannot say which keys it has. */
  // eslint-disable-next-line require-yield
  override async *list(options?: AbortOptions): AsyncIterable<string> {
    await this.prepareList(options);
    throw new UnsupportedError(`${String(this)} cannot list keys.`, { store: String(this) });
  }

  override withReadOnly(readOnly: boolean = false): ReadableStore {
    return new ReadableStore(this.#readable, { readOnly });
  }

  override equals(other: unknown): boolean {
    return other instanceof ReadableStore && other.#readable === this.#readable;
  }

  override toString(): string {
    return `<ReadableStore(${this.#readable.constructor?.name ?? "object"})>`;
  }

  async #read(
    key: `/${string}`,
    range: ByteRequest | undefined,
    options: AbortOptions,
  ): Promise<Uint8Array | null | undefined> {
    const readable = this.#readable;
    if (range === undefined) return await readable.get(key, options);
    // An offset has no form of its own there, and a length of zero no meaning in a range request.
    const asked = "start" in range ? lengthRange(range) : suffixRange(range);
    if (asked === undefined || typeof readable.getRange !== "function") {
      const value = await readable.get(key, options);
      return isBytes(value) ? sliceBytes(value, range) : value;
    }
    const part = await readable.getRange(key, asked, options);
    const most = "length" in asked ? asked.length : asked.suffixLength;
    if (isBytes(part) && part.byteLength > most)
      throw new RangeError(`It was asked for ${most} bytes and gave ${part.byteLength}.`);
    return part;
  }

  #failed(what: string, key: string, cause: unknown): StoreError {
    const message = `Cannot ${what} ${JSON.stringify(key)} in ${String(this)}.`;
    return new StoreError(message, { store: String(this), key, cause });
  }
}

function lengthRange(range: { start: number; end: number }): ReadableRange | undefined {
  return range.end > range.start ? { offset: range.start, length: range.end - range.start } : undefined;
}

function suffixRange(range: { offset: number } | { suffix: number }): ReadableRange | undefined {
  return "suffix" in range && range.suffix > 0 ? { suffixLength: range.suffix } : undefined;
}
