/**
 * The configuration: zarr-python's keys that make sense here, typed, with defaults,
 * environment variables and scoped overrides.
 *
 * @module
 */
import { nodeProcess } from "./platform.ts";

/** Every key and its type. */
export interface ConfigValues {
  /** Zarr format of new nodes. */
  default_zarr_format: 2 | 3;
  /** Memory layout of chunks in new v2 arrays. */
  "array.order": "C" | "F";
  /** Store chunks that hold only the fill value. */
  "array.write_empty_chunks": boolean;
  /** Read missing chunks as fill value; otherwise they are an error. */
  "array.read_missing_chunks": boolean;
  /** Size in bytes that `shards: "auto"` aims at; `null` for zarr-python's rule of thumb. */
  "array.target_shard_size_bytes": number | null;
  /** Gap in bytes up to which the inner chunks of a shard are read in one request. */
  "array.sharding_coalesce_max_gap_bytes": number;
  /** Size in bytes up to which the inner chunks of a shard are merged into one request. */
  "array.sharding_coalesce_max_bytes": number;
  /** Store operations of one call under way at a time. */
  "async.concurrency": number;
  /** Threads that decode and encode large reads and writes; 0: none, `null`: one for each processor. */
  "threading.max_workers": number | null;
  /** Spaces of indentation in `zarr.json`. */
  json_indent: number;
}

/** A configuration key. */
export type ConfigKey = keyof ConfigValues;

const DEFAULTS: Readonly<ConfigValues> = {
  default_zarr_format: 3,
  "array.order": "C",
  "array.write_empty_chunks": false,
  "array.read_missing_chunks": true,
  "array.target_shard_size_bytes": null,
  "array.sharding_coalesce_max_gap_bytes": 2 ** 20,
  "array.sharding_coalesce_max_bytes": 16 * 2 ** 20,
  "async.concurrency": 10,
  "threading.max_workers": null,
  json_indent: 2,
};

/** What each value must be; the message that a wrong one gets. */
const CHECKS: { readonly [K in ConfigKey]: readonly [(value: unknown) => boolean, string] } = {
  default_zarr_format: [(value) => value === 2 || value === 3, "2 or 3"],
  "array.order": [(value) => value === "C" || value === "F", '"C" or "F"'],
  "array.write_empty_chunks": [(value) => typeof value === "boolean", "true or false"],
  "array.read_missing_chunks": [(value) => typeof value === "boolean", "true or false"],
  "array.target_shard_size_bytes": [
    (value) => value === null || isCount(value, 1),
    "null or a number of bytes",
  ],
  "array.sharding_coalesce_max_gap_bytes": [(value) => isCount(value, 0), "a number of bytes"],
  "array.sharding_coalesce_max_bytes": [(value) => isCount(value, 1), "a number of bytes"],
  "async.concurrency": [(value) => isCount(value, 1), "a whole number of at least 1"],
  "threading.max_workers": [
    (value) => value === null || isCount(value, 0),
    "null or a whole number of at least 0",
  ],
  json_indent: [(value) => isCount(value, 0), "a number of spaces"],
};

/** The configuration of the process. */
export class Config {
  /** What was set, by the environment or by a call; the defaults stand for the rest. */
  #given!: Partial<ConfigValues>;
  #values!: ConfigValues;

  constructor(environment: Readonly<Record<string, string | undefined>> = nodeProcess()?.env ?? {}) {
    this.#give(fromEnvironment(environment));
  }

  /**
   * The value of a key.
   *
   * @throws TypeError when there is no such key.
   * @example
   * ```ts
   * import { config } from "zarrkit";
   *
   * config.get("array.write_empty_chunks"); // false
   * ```
   */
  get<K extends ConfigKey>(key: K): ConfigValues[K] {
    checkKey(key);
    return this.#values[key];
  }

  /**
   * Sets values and returns how to take them back; where `Symbol.dispose` exists, `using` does.
   *
   * @throws TypeError for an unknown key or a value it cannot have; nothing is set then.
   * @example
   * ```ts
   * import { config } from "zarrkit";
   *
   * const { restore } = config.set({ "array.order": "F" });
   * restore();
   * ```
   */
  set(values: Partial<ConfigValues>): ConfigScope {
    const before = this.#given;
    const keys: ConfigKey[] = [];
    for (const [key, value] of Object.entries(values)) {
      checkKey(key);
      checkValue(key, value);
      keys.push(key);
    }
    this.#give({ ...before, ...values });
    const restore = (): void => {
      const given = { ...this.#given };
      for (const key of keys) {
        delete given[key];
        if (Object.hasOwn(before, key)) Object.assign(given, { [key]: before[key] });
      }
      this.#give(given);
    };
    const scope = { restore };
    const symbol: symbol | undefined = Reflect.get(Symbol, "dispose");
    if (symbol !== undefined) Object.defineProperty(scope, symbol, { value: restore });
    return scope;
  }

  /** Has nobody set the key? A value that was set counts also where it equals the default. */
  isDefault(key: ConfigKey): boolean {
    checkKey(key);
    return !Object.hasOwn(this.#given, key);
  }

  /** Back to defaults and environment. */
  reset(): void {
    this.#give(fromEnvironment(nodeProcess()?.env ?? {}));
  }

  /** All values. */
  toJSON(): ConfigValues {
    return { ...this.#values };
  }

  #give(given: Partial<ConfigValues>): void {
    this.#given = given;
    this.#values = { ...DEFAULTS, ...given };
  }
}

/** An override that can be taken back. */
export interface ConfigScope {
  readonly restore: () => void;
}

/** The configuration of the process. Environment variables are named as zarr-python's: `ZARR_ARRAY__ORDER=F`. */
export const config: Config = new Config();

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Partial<ConfigValues> {
  const found: Partial<Record<ConfigKey, unknown>> = {};
  for (const key of Object.keys(DEFAULTS)) {
    checkKey(key);
    const text = environment[`ZARR_${key.replaceAll(".", "__").toUpperCase()}`];
    if (text === undefined) continue;
    const value = literal(text);
    checkValue(key, value);
    found[key] = value;
  }
  return found as Partial<ConfigValues>; // each value was checked against its key
}

/** A Python or JSON literal: `True`, `None`, a number, a quoted or plain word. */
function literal(text: string): unknown {
  const word = text.trim();
  if (/^true$/i.test(word)) return true;
  if (/^false$/i.test(word)) return false;
  if (/^(none|null)$/i.test(word)) return null;
  if (/^-?\d+$/.test(word)) return Number(word);
  return word.replace(/^(['"])(.*)\1$/, "$2");
}

function checkKey(key: string): asserts key is ConfigKey {
  if (!Object.hasOwn(DEFAULTS, key)) {
    throw new TypeError(
      `There is no configuration key ${JSON.stringify(key)}; known are ${Object.keys(DEFAULTS).join(", ")}.`,
    );
  }
}

function checkValue(key: ConfigKey, value: unknown): void {
  const [test, expected] = CHECKS[key];
  if (!test(value)) {
    throw new TypeError(
      `The configuration key ${key} is ${expected}, not ${JSON.stringify(value) ?? String(value)}.`,
    );
  }
}

function isCount(value: unknown, least: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}
