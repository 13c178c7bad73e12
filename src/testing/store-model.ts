/**
 * Random operations on a store, held against a `Map` that does the same.
 *
 * @module
 */
import { sliceBytes } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { Store } from "../storage/store.ts";
import { check, checkBytes, checkEqual, collect } from "./assert.ts";
import { SeededRandom } from "./random.ts";

/** Options of `runStoreModel`. */
export interface StoreModelOptions {
  /** Chooses the operations; the same seed gives the same ones. Default 1. */
  readonly seed?: number | undefined;
  /** Number of operations. Default 200. */
  readonly steps?: number | undefined;
}

const CHARACTERS = "-.0123456789ABCXYZ_abcxyz";

/**
 * Runs random operations (set, setIfNotExists, get of whole values and ranges, getPartialValues,
 * getRanges, delete, deleteDir, clear, listings, sizes) on an empty store and on a model of it,
 * and compares the two after each. The store must support writes, deletes and listing.
 *
 * @throws Error at the first difference; the message names seed and step.
 * @example
 * ```ts
 * await runStoreModel(new MemoryStore(), { seed: 7, steps: 500 });
 * ```
 */
export async function runStoreModel(store: Store, options: StoreModelOptions = {}): Promise<void> {
  const { seed = 1, steps = 200 } = options;
  const run = new ModelRun(store, new SeededRandom(seed));
  for (let step = 0; step < steps; step++) {
    const [name, operation] = run.choose();
    try {
      await operation();
      await run.compare();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`seed ${seed}, step ${step}, ${name}: ${message}`, { cause });
    }
  }
}

type Operation = readonly [name: string, run: () => Promise<void>];

class ModelRun {
  readonly #store: Store;
  readonly #random: SeededRandom;
  readonly #model = new Map<string, Uint8Array>();
  /** Names are drawn from a few, so that keys meet. */
  readonly #names: readonly string[];

  constructor(store: Store, random: SeededRandom) {
    this.#store = store;
    this.#random = random;
    this.#names = Array.from({ length: 8 }, (_, index) => `${index}${this.#text(1 + random.below(6))}`);
  }

  choose(): Operation {
    const roll = this.#random.below(100);
    if (roll < 35) return this.#set();
    if (roll < 42) return this.#setIfNotExists();
    if (roll < 55) return this.#get();
    if (roll < 62) return this.#partialValues();
    if (roll < 70) return this.#ranges();
    if (roll < 80) return this.#delete();
    if (roll < 85) return this.#deleteDir();
    if (roll < 86) return ["clear", () => this.#clear()];
    return this.#directory();
  }

  /** Are keys, values and emptiness the same in both? */
  async compare(): Promise<void> {
    const keys = [...this.#model.keys()].sort();
    checkEqual((await collect(this.#store.list())).sort(), keys, "keys");
    checkEqual(await this.#store.isEmpty(""), keys.length === 0, "isEmpty");
    for (const key of keys) checkBytes(await this.#store.get(key), this.#model.get(key), `value of ${key}`);
  }

  #set(): Operation {
    const [key, value] = [this.#newKey(), this.#value()];
    return [
      `set ${key}`,
      async () => {
        await this.#store.set(key, value);
        this.#model.set(key, value);
      },
    ];
  }

  #setIfNotExists(): Operation {
    const [key, value] = [this.#anyKey(), this.#value()];
    return [
      `setIfNotExists ${key}`,
      async () => {
        const wrote = await this.#store.setIfNotExists(key, value);
        checkEqual(wrote, !this.#model.has(key), "whether it wrote");
        if (wrote) this.#model.set(key, value);
      },
    ];
  }

  #get(): Operation {
    const [key, range] = [this.#anyKey(), this.#range()];
    return [
      `get ${key} ${JSON.stringify(range)}`,
      async () => {
        checkBytes(await this.#store.get(key, range), this.#expected(key, range), "value");
        checkEqual(await this.#store.exists(key), this.#model.has(key), "exists");
        const value = this.#model.get(key);
        if (value !== undefined) checkEqual(await this.#store.getSize(key), value.byteLength, "getSize");
      },
    ];
  }

  #partialValues(): Operation {
    const requests = Array.from(
      { length: this.#random.below(6) },
      () => [this.#anyKey(), this.#range()] as const,
    );
    return [
      `getPartialValues ${JSON.stringify(requests)}`,
      async () => {
        const values = await this.#store.getPartialValues(requests);
        for (const [index, [key, range]] of requests.entries())
          checkBytes(values[index], this.#expected(key, range), `value ${index}`);
      },
    ];
  }

  #ranges(): Operation {
    const key = this.#anyKey();
    const ranges = Array.from({ length: 1 + this.#random.below(6) }, () => this.#range());
    return [
      `getRanges ${key} ${JSON.stringify(ranges)}`,
      async () => {
        if (!this.#model.has(key)) return;
        const options = {
          maxGapBytes: this.#random.below(20),
          maxCoalescedBytes: 1 + this.#random.below(60),
        };
        let count = 0;
        for await (const group of this.#store.getRanges(key, ranges, options)) {
          for (const [index, bytes] of group) {
            checkBytes(bytes, this.#expected(key, ranges[index]), `range ${index}`);
            count++;
          }
        }
        checkEqual(count, ranges.length, "number of ranges");
      },
    ];
  }

  #delete(): Operation {
    const key = this.#anyKey();
    return [
      `delete ${key}`,
      async () => {
        await this.#store.delete(key);
        this.#model.delete(key);
      },
    ];
  }

  #deleteDir(): Operation {
    const directory = this.#directoryName();
    return [
      `deleteDir ${directory}`,
      async () => {
        await this.#store.deleteDir(directory);
        for (const key of this.#below(directory)) this.#model.delete(key);
      },
    ];
  }

  async #clear(): Promise<void> {
    await this.#store.clear();
    this.#model.clear();
  }

  #directory(): Operation {
    const directory = this.#directoryName();
    return [
      `listings of ${directory}`,
      async () => {
        const below = this.#below(directory);
        const names = new Set(below.map((key) => key.slice(directory.length + 1).split("/", 1)[0] ?? ""));
        const listed = await collect(this.#store.listDir(directory));
        // A store of directories may show one that has become empty.
        for (const name of names) check(listed.includes(name), `listDir lacks ${name}`);
        checkEqual(new Set(listed).size, listed.length, "names that listDir gives twice");
        const prefixed = await collect(this.#store.listPrefix(`${directory}/`));
        checkEqual(prefixed.sort(), below.sort(), "listPrefix");
        checkEqual(await this.#store.isEmpty(directory), below.length === 0, "isEmpty");
        const size = below.reduce((sum, key) => sum + (this.#model.get(key)?.byteLength ?? 0), 0);
        checkEqual(await this.#store.getSizePrefix(directory), size, "getSizePrefix");
      },
    ];
  }

  #expected(key: string, range: ByteRequest | undefined): Uint8Array | undefined {
    const value = this.#model.get(key);
    return value === undefined ? undefined : sliceBytes(value, range);
  }

  #below(directory: string): string[] {
    return [...this.#model.keys()].filter((key) => key.startsWith(`${directory}/`));
  }

  #directoryName(): string {
    return this.#random.pick(this.#names);
  }

  // Names of files end in "f", names of directories do not: no key lies below another.
  #newKey(): string {
    const depth = 1 + this.#random.below(2);
    const directories = Array.from({ length: depth }, () => this.#random.pick(this.#names));
    return [...directories, `${this.#text(1)}f`].join("/");
  }

  #anyKey(): string {
    const known = [...this.#model.keys()];
    return known.length > 0 && this.#random.below(4) > 0 ? this.#random.pick(known) : this.#newKey();
  }

  #value(): Uint8Array {
    return this.#random.bytes(this.#random.below(100));
  }

  #range(): ByteRequest | undefined {
    const [a, b] = [this.#random.below(120), this.#random.below(120)];
    return this.#random.pick([undefined, { start: a, end: b }, { offset: a }, { suffix: a }]);
  }

  #text(length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) text += CHARACTERS[this.#random.below(CHARACTERS.length)];
    return text;
  }
}
