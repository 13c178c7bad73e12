import type { Awaitable } from "../base/async.ts";
import type { Store } from "../storage/store.ts";
import { getRangesCases } from "./cases/get-ranges-cases.ts";
import { lifecycleCases } from "./cases/lifecycle-cases.ts";
import { listCases } from "./cases/list-cases.ts";
import { readCases } from "./cases/read-cases.ts";
import { strictCases } from "./cases/strict-cases.ts";
import { syncCases } from "./cases/sync-cases.ts";
import { writeCases } from "./cases/write-cases.ts";
import type { StoreAbilities, StoreAbility, StoreCaseDefinition, StoreHarness } from "./store-harness.ts";
import { runStoreModel } from "./store-model.ts";

/** One case of the suite, for any test runner. */
export interface StoreCase {
  /** Unique within the suite. */
  readonly name: string;
  /** What a store must be able to do for the case to apply. */
  readonly requires: readonly StoreAbility[];
  /** Resolves when the store behaves, rejects with what it did wrong. */
  readonly run: () => Promise<void>;
}

/** What the author of a store gives. */
export interface StoreTestsOptions<S extends Store> {
  /** A new store without values, not yet opened; read-only when asked for. */
  readonly createStore?: ((options: { readonly readOnly: boolean }) => Awaitable<S>) | undefined;
  /** Puts a value in place, by other means than the store's own. Default: `store.set`. */
  readonly set?: ((store: S, key: string, value: Uint8Array) => Awaitable<unknown>) | undefined;
  /** Looks at a value, by other means than the store's own. Default: `store.get`. */
  readonly get?: ((store: S, key: string) => Awaitable<Uint8Array | null | undefined>) | undefined;
  /** Another store with the same arguments on the same values, which must be equal. */
  readonly reopen?: ((store: S) => Awaitable<S>) | undefined;
  /** Removes what `createStore` made; the store has been closed. */
  readonly dispose?: ((store: S) => Awaitable<void>) | undefined;
  /** What the store prints as. */
  readonly printed?: ((store: S) => string | RegExp) | undefined;
  /** What the store can do, where it differs from the defaults. */
  readonly supports?: Partial<StoreAbilities> | undefined;
  /** Seeds of the random operations that are held against a `Map`, a case each. Default 1, 2 and 3. */
  readonly modelSeeds?: readonly number[] | undefined;
  /**
   * Cases that are known to fail, by name, with the reason. A name that is no case is an error,
   * and so is a case that passes.
   */
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

/** How a test runner takes a test: `test` of vitest, node:test, Bun, or `Deno.test`. */
export type RegisterTest = (name: string, run: () => Promise<void>) => unknown;

const MODEL_SEEDS: readonly number[] = [1, 2, 3];

/**
 * The conformance suite of stores: the cases of zarr-python's `StoreTests`, and more, for any
 * test runner. Give it the options, or extend it and override `createStore`, `set` and `get`.
 *
 * @example
 * ```ts no-run
 * import { test } from "vitest"; // or node:test, bun:test
 * import { MemoryStore } from "zarrkit/storage";
 * import { StoreTests } from "zarrkit/testing";
 *
 * const suite = new StoreTests({
 *   createStore: ({ readOnly }) => new MemoryStore(null, { readOnly }),
 *   supports: { readOnlyCopies: true, sync: true, strict: true },
 * });
 * for (const { name, run } of suite) test(name, run);
 * ```
 */
export class StoreTests<S extends Store = Store> implements Iterable<StoreCase> {
  readonly supports: StoreAbilities;
  readonly #options: StoreTestsOptions<S>;
  readonly #definitions: readonly StoreCaseDefinition[];

  /** @throws TypeError when `skip` names a case that is not there. */
  constructor(options: StoreTestsOptions<S> = {}) {
    this.#options = options;
    const { writes = true, ...rest } = options.supports ?? {};
    this.supports = {
      writes,
      deletes: writes,
      listing: true,
      readOnlyCopies: false,
      json: false,
      sync: false,
      anyCharacter: true,
      strict: false,
      ...rest,
    };
    this.#definitions = [
      ...lifecycleCases,
      ...readCases,
      ...getRangesCases,
      ...writeCases,
      ...listCases,
      ...syncCases,
      ...strictCases,
      ...(options.modelSeeds ?? MODEL_SEEDS).map(modelCase),
    ];
    this.#checkSkips();
  }

  /** The cases that apply to this store. */
  *[Symbol.iterator](): Iterator<StoreCase> {
    const skips = new Map(Object.entries(this.#options.skip ?? {}));
    for (const definition of this.#definitions) {
      const { name, requires } = definition;
      if (!requires.every((ability) => this.supports[ability])) continue;
      const reason = skips.get(name);
      if (reason === undefined) yield { name, requires, run: () => this.#run(definition) };
      else
        yield {
          name: `${name} (known to fail: ${reason})`,
          requires,
          run: () => this.#runSkipped(definition, reason),
        };
    }
  }

  /**
   * Registers every case with a test runner.
   *
   * @example
   * ```ts no-run
   * import { test } from "vitest";
   *
   * const supports = { readOnlyCopies: true, sync: true, strict: true };
   * new StoreTests({ createStore: (options) => new MemoryStore(null, options), supports }).register(test);
   * ```
   */
  register(test: RegisterTest): void {
    for (const { name, run } of this) test(name, run);
  }

  /** Runs every case, one after the other, and rejects with an `AggregateError` of those that failed. */
  async run(): Promise<void> {
    const failures: Error[] = [];
    for (const { name, run } of this) {
      try {
        await run();
      } catch (cause) {
        failures.push(
          new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }),
        );
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, failures.map((failure) => failure.message).join("\n"));
  }

  /** A new store without values, not yet opened. */
  protected createStore(options: { readonly readOnly: boolean }): Awaitable<S> {
    const { createStore } = this.#options;
    if (createStore === undefined)
      throw new TypeError("StoreTests needs createStore, as an option or overridden.");
    return createStore(options);
  }

  /** Puts a value in place, by other means than the store's own where there are any. */
  protected async set(store: S, key: string, value: Uint8Array): Promise<void> {
    await (this.#options.set ?? ((target: S) => target.set(key, value)))(store, key, value);
  }

  /** Looks at a value, by other means than the store's own where there are any. */
  protected async get(store: S, key: string): Promise<Uint8Array | undefined> {
    return (await (this.#options.get ?? ((target: S) => target.get(key)))(store, key)) ?? undefined;
  }

  async #run(definition: StoreCaseDefinition): Promise<void> {
    const made: S[] = [];
    const harness: StoreHarness<S> = {
      supports: this.supports,
      printed: this.#options.printed,
      create: async ({ readOnly = false } = {}) => {
        const store = await this.createStore({ readOnly });
        made.push(store);
        return store;
      },
      reopen: async (store) => {
        const { reopen } = this.#options;
        if (reopen === undefined) return undefined;
        const other = await reopen(store);
        await other.close();
        return other;
      },
      set: (store, key, value) => this.set(store, key, value),
      get: (store, key) => this.get(store, key),
    };
    try {
      // A case gives back only stores that this harness made.
      await definition.run(harness as unknown as StoreHarness);
    } finally {
      for (const store of made) {
        await store.close();
        await this.#options.dispose?.(store);
      }
    }
  }

  async #runSkipped(definition: StoreCaseDefinition, reason: string): Promise<void> {
    try {
      await this.#run(definition);
    } catch {
      return; // as expected
    }
    throw new Error(`${JSON.stringify(definition.name)} passes: remove it from skip (${reason}).`);
  }

  #checkSkips(): void {
    const names = new Set<string>();
    for (const { name } of this.#definitions) {
      if (names.has(name)) throw new Error(`Two cases are called ${JSON.stringify(name)}.`);
      names.add(name);
    }
    for (const name of Object.keys(this.#options.skip ?? {}))
      if (!names.has(name)) throw new TypeError(`skip names ${JSON.stringify(name)}, which is no case.`);
  }
}

function modelCase(seed: number): StoreCaseDefinition {
  return {
    name: `model: random operations agree with a Map, seed ${seed}`,
    requires: ["writes", "deletes", "listing"],
    async run(harness) {
      await runStoreModel(await harness.create(), { seed, steps: 60 });
    },
  };
}
