/**
 * What all stores share besides their values: being read-only, being open, and the checks that
 * come before each operation.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { validateByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { addDisposeAndInspect } from "../base/dispose.ts";
import { ReadOnlyError } from "../base/errors.ts";
import { validateKey } from "./store-key.ts";

/** Options that every store takes. */
export interface StoreOptions {
  /** Refuse every write with a `ReadOnlyError`. Default `false`. */
  readonly readOnly?: boolean | undefined;
}

/** The part of `Store` that knows nothing of values; see there. */
export abstract class StoreBase {
  readonly #readOnly: boolean;
  #isOpen = false;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: StoreOptions = {}) {
    const { readOnly = false } = options;
    if (typeof readOnly !== "boolean")
      throw new TypeError(`readOnly must be a boolean, got ${typeof readOnly}.`);
    this.#readOnly = readOnly;
  }

  static {
    addDisposeAndInspect(this);
  }

  /** Constructs a store and opens it. Rejects when what it needs is not there. */
  static async open<S extends StoreBase, A extends unknown[]>(
    this: new (...args: A) => S,
    ...args: A
  ): Promise<S> {
    const store = new this(...args);
    await store.ensureOpen(false);
    return store;
  }

  /** Opens another store; for wrappers, which may not call its protected members. */
  protected static openInner(store: StoreBase, lazily?: boolean): Awaitable<void> {
    return store.ensureOpen(lazily);
  }

  /** Has the store been opened, and not been closed since? */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Does the store refuse writes? */
  get readOnly(): boolean {
    return this.#readOnly;
  }

  /**
   * Frees what the store holds. May be called again; a later use opens the store anew, as in
   * zarr-python.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => (this.#closing = undefined));
    await this.#closing;
  }

  toString(): string {
    return `<${nameOf(this)}>`;
  }

  /**
   * What opening costs: connecting, reading a directory. Called once, at first use (`lazily`) or
   * by `Store.open`, which should fail when what the store needs is not there.
   */
  protected onOpen(_lazily: boolean): Awaitable<void> {}

  /** What closing frees. Called by `close()` if the store is open. */
  protected onClose(): Awaitable<void> {}

  /** Opens the store if it is not; concurrent first uses open it once. */
  protected ensureOpen(lazily: boolean = true): Awaitable<void> {
    if (this.#isOpen && this.#closing === undefined) return;
    this.#opening ??= this.#open(lazily).finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Checks the arguments of a read and the signal, and opens the store. */
  protected prepareGet(
    key: string,
    byteRange: ByteRequest | null | undefined,
    options: AbortOptions | undefined,
  ): Awaitable<void> {
    throwIfAborted(options?.signal);
    this.checkKey(key);
    validateByteRequest(byteRange);
    return this.ensureOpen();
  }

  /** Checks the arguments of a write, the signal and `readOnly`, and opens the store. */
  protected prepareSet(key: string, value: Uint8Array, options: AbortOptions | undefined): Awaitable<void> {
    throwIfAborted(options?.signal);
    this.checkKey(key);
    this.checkWritable();
    this.checkValue(value);
    return this.ensureOpen();
  }

  /** Checks the arguments of a deletion, the signal and `readOnly`, and opens the store. */
  protected prepareDelete(key: string, options: AbortOptions | undefined): Awaitable<void> {
    this.checkKey(key);
    return this.prepareWrite(options);
  }

  /** Checks the signal and opens the store. */
  protected prepareList(options: AbortOptions | undefined): Awaitable<void> {
    throwIfAborted(options?.signal);
    return this.ensureOpen();
  }

  /** Checks the signal and `readOnly`, and opens the store. */
  protected prepareWrite(options: AbortOptions | undefined): Awaitable<void> {
    throwIfAborted(options?.signal);
    this.checkWritable();
    return this.ensureOpen();
  }

  /** @throws StoreError when the key is malformed. */
  protected checkKey(key: string): void {
    validateKey(key, this);
  }

  /** @throws TypeError when the value is not bytes; it names the class of the store. */
  protected checkValue(value: unknown): asserts value is Uint8Array {
    if (isBytes(value)) return;
    const type = value === null ? "null" : typeof value === "object" ? nameOf(value) : typeof value;
    throw new TypeError(
      `${nameOf(this)}.set(): value must be a Uint8Array. Got an instance of ${type} instead.`,
    );
  }

  /** @throws ReadOnlyError when the store is read-only. */
  protected checkWritable(): void {
    if (this.readOnly)
      throw new ReadOnlyError("store was opened in read-only mode and does not support writing", {
        store: String(this),
      });
  }

  async #open(lazily: boolean): Promise<void> {
    if (this.#closing !== undefined) await this.#closing.catch(() => {}); // the closer gets that error
    if (this.#isOpen) return;
    await this.onOpen(lazily);
    this.#isOpen = true;
  }

  async #close(): Promise<void> {
    if (this.#opening !== undefined) await this.#opening.catch(() => {}); // the opener gets that error
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.onClose();
  }
}

/** Bytes, also of another realm; a `Buffer` is one. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Name of the class of an object, for messages. */
export function nameOf(value: object): string {
  return value.constructor?.name ?? "object";
}
