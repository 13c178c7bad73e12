import { sleep } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { StoreError } from "../base/errors.ts";
import type { Store } from "../storage/store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import type { VersionedValue } from "../storage/versioned.ts";

/** What a fault can befall: every read is a `get`, every write a `set`, every listing a `list`. */
export type FaultOperation = "get" | "set" | "delete" | "list" | "exists" | "getSize";

/** What goes wrong. */
export type Fault =
  /** The operation fails and has no effect. Default error: a `StoreError`. */
  | { readonly kind: "error"; readonly error?: unknown }
  /** A read gives only the first `bytes` of what was asked for. */
  | { readonly kind: "short"; readonly bytes: number }
  /** The operation takes this long first, unless its signal aborts. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** A write stores only the first `bytes`, and fails, as a crash would leave it. */
  | { readonly kind: "torn"; readonly bytes: number };

/** When a fault befalls what. */
export interface FaultRule {
  /** Default: any. */
  readonly operation?: FaultOperation | undefined;
  /** Key or prefix: exactly this one, or one that matches. Default: any. */
  readonly key?: string | RegExp | undefined;
  /** The first matching operation that is hit, counted from 1. Default 1. */
  readonly from?: number | undefined;
  /** How many are hit from there on. Default: all. */
  readonly times?: number | undefined;
  readonly fault: Fault;
}

interface CountedRule extends FaultRule {
  seen: number;
}

/**
 * A store that fails by a schedule: errors, short reads, delays and torn writes.
 *
 * @example
 * ```ts
 * const store = new FaultStore(new MemoryStore(), [
 *   { operation: "get", key: /\/c\//, from: 2, times: 1, fault: { kind: "error" } },
 * ]);
 * ```
 */
export class FaultStore<S extends Store = Store> extends WrapperStore<S> {
  readonly #schedule: readonly FaultRule[];
  readonly #rules: readonly CountedRule[];
  #injected = 0;

  constructor(inner: S, schedule: readonly FaultRule[] = []) {
    super(inner);
    this.#schedule = schedule;
    this.#rules = schedule.map((rule) => ({ ...rule, seen: 0 }));
  }

  /** Faults that have befallen so far. */
  get injected(): number {
    return this.#injected;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    const fault = await this.#befall("get", key, options);
    const bytes = await super.get(key, byteRange, options);
    return fault?.kind === "short" ? bytes?.subarray(0, fault.bytes) : bytes;
  }

  override async exists(key: string, options?: AbortOptions): Promise<boolean> {
    await this.#befall("exists", key, options);
    return await super.exists(key, options);
  }

  override async getSize(key: string, options?: AbortOptions): Promise<number> {
    await this.#befall("getSize", key, options);
    return await super.getSize(key, options);
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    const fault = await this.#befall("set", key, options);
    if (fault?.kind !== "torn") return await super.set(key, value, options);
    await super.set(key, value.subarray(0, fault.bytes), options);
    throw this.#error("set", key);
  }

  override async setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    const fault = await this.#befall("set", key, options);
    if (fault?.kind !== "torn") return await super.setIfNotExists(key, value, options);
    await super.setIfNotExists(key, value.subarray(0, fault.bytes), options);
    throw this.#error("setIfNotExists", key);
  }

  override async getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    const fault = await this.#befall("get", key, options);
    const found = await super.getVersioned(key, options);
    if (fault?.kind !== "short" || found === undefined) return found;
    return { ...found, value: found.value.subarray(0, fault.bytes) };
  }

  override async setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    const fault = await this.#befall("set", key, options);
    if (fault?.kind !== "torn") return await super.setIfVersion(key, value, version, options);
    await super.setIfVersion(key, value.subarray(0, fault.bytes), version, options);
    throw this.#error("setIfVersion", key);
  }

  override async deleteIfVersion(key: string, version: string, options?: AbortOptions): Promise<boolean> {
    await this.#befall("delete", key, options);
    return await super.deleteIfVersion(key, version, options);
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.#befall("delete", key, options);
    await super.delete(key, options);
  }

  override async deleteDir(prefix: string, options?: AbortOptions): Promise<void> {
    await this.#befall("delete", prefix, options);
    await super.deleteDir(prefix, options);
  }

  override async clear(options?: AbortOptions): Promise<void> {
    await this.#befall("delete", "", options);
    await super.clear(options);
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    return this.#listing("", super.list(options), options);
  }

  override listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    return this.#listing(prefix, super.listPrefix(prefix, options), options);
  }

  override listDir(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    return this.#listing(prefix, super.listDir(prefix, options), options);
  }

  override async isEmpty(prefix: string, options?: AbortOptions): Promise<boolean> {
    await this.#befall("list", prefix, options);
    return await super.isEmpty(prefix, options);
  }

  override async getSizePrefix(prefix: string, options?: AbortOptions): Promise<number> {
    await this.#befall("list", prefix, options);
    return await super.getSizePrefix(prefix, options);
  }

  /** `false`: what goes around the schedule would go around its faults. */
  override get supportsSync(): boolean {
    return false;
  }

  override toString(): string {
    return `fault-${String(this.inner)}`;
  }

  protected override withStore(inner: Store): FaultStore {
    return new FaultStore(inner, this.#schedule);
  }

  async *#listing(key: string, keys: AsyncIterable<string>, options?: AbortOptions): AsyncIterable<string> {
    await this.#befall("list", key, options);
    yield* keys;
  }

  /** Waits and throws as the schedule says; gives the fault that the caller has to act out. */
  async #befall(
    operation: FaultOperation,
    key: string,
    options: AbortOptions | undefined,
  ): Promise<Fault | undefined> {
    let acted: Fault | undefined;
    for (const rule of this.#rules) {
      if (!this.#hits(rule, operation, key)) continue;
      this.#injected++;
      const { fault } = rule;
      if (fault.kind === "error") throw "error" in fault ? fault.error : this.#error(operation, key);
      if (fault.kind === "delay") await sleep(fault.milliseconds, options?.signal);
      else acted = fault;
    }
    return acted;
  }

  #hits(rule: CountedRule, operation: FaultOperation, key: string): boolean {
    if (rule.operation !== undefined && rule.operation !== operation) return false;
    const acts = { error: true, delay: true, short: operation === "get", torn: operation === "set" };
    if (!acts[rule.fault.kind]) return false;
    if (typeof rule.key === "string" && rule.key !== key) return false;
    if (rule.key instanceof RegExp && key.search(rule.key) < 0) return false;
    rule.seen++;
    const { from = 1, times = Infinity } = rule;
    return rule.seen >= from && rule.seen < from + times;
  }

  #error(operation: string, key: string): StoreError {
    const message = `An injected fault: ${operation} of ${JSON.stringify(key)} fails.`;
    return new StoreError(message, { store: String(this), key });
  }
}
