import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { GetRangesOptions, RangeGroup } from "./get-ranges.ts";
import { registerStore } from "./store-registry.ts";
import { Store } from "./store.ts";
import type { KeyRange } from "./store.ts";
import { WrapperStore } from "./wrapper-store.ts";
import type { VersionedValue } from "./versioned.ts";

/** How important a line is; a logging store writes `INFO`. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** One line of the log of a `LoggingStore`. */
export interface LogEntry {
  readonly level: "INFO";
  /** Name of the logger: `LoggingStore(memory://1)`. */
  readonly logger: string;
  /** `Calling MemoryStore.get(a/zarr.json)`, or `Finished …  [0.01 s]`. */
  readonly message: string;
  /** Member of the store. */
  readonly method: string;
  /** How long the call took; absent from the line that precedes it. */
  readonly seconds?: number;
}

/** Options of `LoggingStore`. */
export interface LoggingStoreOptions {
  /** Takes each line. Default: the last 1000 are kept in `entries`; nothing is printed. */
  readonly log?: ((entry: LogEntry) => void) | undefined;
  /** Lines below this level are dropped. Default `"DEBUG"`. */
  readonly logLevel?: LogLevel | undefined;
}

const KEPT = 1000;

/**
 * Writes a line before and after each use of a store, and counts the uses by member.
 *
 * @example
 * ```ts
 * const lines: string[] = [];
 * const store = new LoggingStore(new MemoryStore(), { log: (entry) => lines.push(entry.message) });
 * await store.get("zarr.json");
 * store.counter["get"]; // 1
 * ```
 */
export class LoggingStore<S extends Store = Store> extends WrapperStore<S> {
  /** Calls so far, by the name of the member. */
  counter: Record<string, number> = Object.create(null);
  readonly #options: LoggingStoreOptions;
  #entries: LogEntry[] = [];
  readonly #type: string;

  constructor(inner: S, options: LoggingStoreOptions = {}) {
    super(inner);
    this.#options = options;
    this.#type = inner.constructor.name;
  }

  static {
    registerStore("LoggingStore", this, (json, options) => {
      return new LoggingStore(Store.fromJSON(json["inner"], options));
    });
  }

  /** The last 1000 lines, when no `log` was given. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  override get readOnly(): boolean {
    return this.#sync("readOnly", "", () => super.readOnly);
  }

  override get supportsWrites(): boolean {
    return this.#sync("supportsWrites", "", () => super.supportsWrites);
  }

  override get supportsDeletes(): boolean {
    return this.#sync("supportsDeletes", "", () => super.supportsDeletes);
  }

  override get supportsListing(): boolean {
    return this.#sync("supportsListing", "", () => super.supportsListing);
  }

  override get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    return this.#async("get", key, () => super.get(key, byteRange, options));
  }

  override getPartialValues(
    keyRanges: Iterable<KeyRange>,
    options?: AbortOptions,
  ): Promise<(Uint8Array | undefined)[]> {
    const requests = [...keyRanges]; // the names are logged, and a generator can be read only once
    const hint = requests.map(([key]) => key).join(",");
    return this.#async("getPartialValues", hint, () => super.getPartialValues(requests, options));
  }

  override getRanges(
    key: string,
    ranges: Iterable<ByteRequest | null | undefined>,
    options?: GetRangesOptions,
  ): AsyncIterable<RangeGroup> {
    return this.#stream("getRanges", key, () => super.getRanges(key, ranges, options));
  }

  override exists(key: string, options?: AbortOptions): Promise<boolean> {
    return this.#async("exists", key, () => super.exists(key, options));
  }

  override set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.#async("set", key, () => super.set(key, value, options));
  }

  override setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    return this.#async("setIfNotExists", key, () => super.setIfNotExists(key, value, options));
  }

  override getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    return this.#async("getVersioned", key, () => super.getVersioned(key, options));
  }

  override setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    return this.#async("setIfVersion", key, () => super.setIfVersion(key, value, version, options));
  }

  override deleteIfVersion(key: string, version: string, options?: AbortOptions): Promise<boolean> {
    return this.#async("deleteIfVersion", key, () => super.deleteIfVersion(key, version, options));
  }

  override delete(key: string, options?: AbortOptions): Promise<void> {
    return this.#async("delete", key, () => super.delete(key, options));
  }

  override deleteDir(prefix: string, options?: AbortOptions): Promise<void> {
    return this.#async("deleteDir", prefix, () => super.deleteDir(prefix, options));
  }

  override clear(options?: AbortOptions): Promise<void> {
    return this.#async("clear", "", () => super.clear(options));
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    return this.#stream("list", "", () => super.list(options));
  }

  override listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    return this.#stream("listPrefix", prefix, () => super.listPrefix(prefix, options));
  }

  override listDir(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    return this.#stream("listDir", prefix, () => super.listDir(prefix, options));
  }

  override isEmpty(prefix: string, options?: AbortOptions): Promise<boolean> {
    return this.#async("isEmpty", prefix, () => super.isEmpty(prefix, options));
  }

  override getSize(key: string, options?: AbortOptions): Promise<number> {
    return this.#async("getSize", key, () => super.getSize(key, options));
  }

  override getSizePrefix(prefix: string, options?: AbortOptions): Promise<number> {
    return this.#async("getSizePrefix", prefix, () => super.getSizePrefix(prefix, options));
  }

  override getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined {
    return this.#sync("getSync", key, () => super.getSync(key, byteRange));
  }

  override setSync(key: string, value: Uint8Array): void {
    this.#sync("setSync", key, () => super.setSync(key, value));
  }

  override deleteSync(key: string): void {
    this.#sync("deleteSync", key, () => super.deleteSync(key));
  }

  override close(): Promise<void> {
    return this.#async("close", "", () => super.close());
  }

  override toString(): string {
    return `logging-${String(this.inner)}`;
  }

  protected override withStore(inner: Store): LoggingStore {
    const copy = new LoggingStore(inner, this.#options);
    // A read-only copy logs with this store: whoever opens a node in mode `r` works on one.
    copy.counter = this.counter;
    copy.#entries = this.#entries;
    return copy;
  }

  #begin(method: string, hint: string): () => void {
    this.counter[method] = (this.counter[method] ?? 0) + 1;
    const call = `${this.#type}.${method}(${hint})`;
    const started = performance.now();
    this.#log({ method, message: `Calling ${call}` });
    return () => {
      const seconds = (performance.now() - started) / 1000;
      this.#log({ method, message: `Finished ${call} [${seconds.toFixed(2)} s]`, seconds });
    };
  }

  #log(line: { method: string; message: string; seconds?: number }): void {
    const { log, logLevel = "DEBUG" } = this.#options;
    if (logLevel === "WARNING" || logLevel === "ERROR") return;
    const entry: LogEntry = { level: "INFO", logger: `LoggingStore(${String(this.inner)})`, ...line };
    if (log !== undefined) return log(entry);
    if (this.#entries.push(entry) > KEPT) this.#entries.shift();
  }

  #sync<T>(method: string, hint: string, run: () => T): T {
    const finish = this.#begin(method, hint);
    try {
      return run();
    } finally {
      finish();
    }
  }

  async #async<T>(method: string, hint: string, run: () => Promise<T>): Promise<T> {
    const finish = this.#begin(method, hint);
    try {
      return await run();
    } finally {
      finish();
    }
  }

  async *#stream<T>(method: string, hint: string, run: () => AsyncIterable<T>): AsyncIterable<T> {
    const finish = this.#begin(method, hint);
    try {
      yield* run();
    } finally {
      finish();
    }
  }
}
