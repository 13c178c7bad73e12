import { sleep, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { registerStore } from "./store-registry.ts";
import type { StoreJson } from "./store-registry.ts";
import { Store } from "./store.ts";
import { WrapperStore } from "./wrapper-store.ts";
import type { VersionedValue } from "./versioned.ts";

/** Seconds, or the mean and standard deviation of a normal distribution, in seconds; never below 0. */
export type Latency = number | readonly [mean: number, deviation: number];

/** Options of `LatencyStore`. */
export interface LatencyStoreOptions {
  /** Waited for before each read. Default 0. */
  readonly getLatency?: Latency | undefined;
  /** Waited for before each write. Default 0. */
  readonly setLatency?: Latency | undefined;
}

/**
 * A store as slow as a network: waits before each read and write, before each merged read of
 * `getRanges` and each item of `getPartialValues`.
 *
 * @example
 * ```ts
 * const store = new LatencyStore(new MemoryStore(), { getLatency: 0.05, setLatency: [0.1, 0.02] });
 * ```
 */
export class LatencyStore<S extends Store = Store> extends WrapperStore<S> {
  readonly getLatency: Latency;
  readonly setLatency: Latency;

  /** @throws TypeError or RangeError when a latency is no non-negative number or pair of them. */
  constructor(inner: S, options: LatencyStoreOptions = {}) {
    super(inner);
    this.getLatency = checked("getLatency", options.getLatency ?? 0);
    this.setLatency = checked("setLatency", options.setLatency ?? 0);
  }

  static {
    registerStore("LatencyStore", this, (json, options) => {
      // `checked` looks at both.
      const { getLatency, setLatency } = json as { getLatency?: Latency; setLatency?: Latency };
      return new LatencyStore(Store.fromJSON(json["inner"], options), { getLatency, setLatency });
    });
  }

  /** As over a network: waiting costs nothing but time. */
  override get concurrentReads(): number {
    return 64;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    await delay(sample(this.getLatency), options);
    return await super.get(key, byteRange, options);
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await delay(sample(this.setLatency), options);
    await super.set(key, value, options);
  }

  override async setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    await delay(sample(this.setLatency), options);
    return await super.setIfNotExists(key, value, options);
  }

  override async getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    await delay(sample(this.getLatency), options);
    return await super.getVersioned(key, options);
  }

  override async setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    await delay(sample(this.setLatency), options);
    return await super.setIfVersion(key, value, version, options);
  }

  override getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined {
    sleepSync(sample(this.getLatency));
    return super.getSync(key, byteRange);
  }

  override setSync(key: string, value: Uint8Array): void {
    sleepSync(sample(this.setLatency));
    super.setSync(key, value);
  }

  override toJSON(): StoreJson {
    return this.jsonOf({
      inner: this.inner.toJSON(),
      getLatency: this.getLatency,
      setLatency: this.setLatency,
    });
  }

  protected override withStore(inner: Store): LatencyStore {
    return new LatencyStore(inner, { getLatency: this.getLatency, setLatency: this.setLatency });
  }
}

function checked(name: string, latency: unknown): Latency {
  const numbers: unknown[] = Array.isArray(latency) ? latency : [latency];
  const right = numbers.every((value) => typeof value === "number");
  if (!right || (Array.isArray(latency) && numbers.length !== 2))
    throw new TypeError(`${name} must be a number of seconds, or a mean and a deviation.`);
  for (const value of numbers)
    if (!(Number(value) >= 0 && Number(value) < Infinity))
      throw new RangeError(`${name} must be finite and not negative, got ${String(value)}.`);
  return latency as Latency; // a number or a pair of numbers, as just checked
}

/** Milliseconds to wait, drawn anew for each call. */
function sample(latency: Latency): number {
  if (typeof latency === "number") return latency * 1000;
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random())); // Box and Muller
  const normal = radius * Math.cos(2 * Math.PI * Math.random());
  return Math.max(0, latency[0] + latency[1] * normal) * 1000;
}

async function delay(milliseconds: number, options: AbortOptions = {}): Promise<void> {
  const { signal } = options;
  throwIfAborted(signal);
  if (milliseconds > 0) await sleep(milliseconds, signal);
}

function sleepSync(milliseconds: number): void {
  // A browser's main thread may not block, and so counts the time.
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}
