import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";

/**
 * Reads the configuration of a codec strictly: every value is checked, and `done()` refuses
 * keys that nobody asked for.
 *
 * @example
 * ```ts
 * const read = new CodecConfiguration("gzip", { level: 5 });
 * const level = read.integer("level", 0, 9);
 * read.done();
 * ```
 */
export class CodecConfiguration {
  readonly #codec: string;
  readonly #json: JsonObject;
  readonly #read = new Set<string>();

  /** @throws MetadataValidationError when there is no configuration and `required` is true. */
  constructor(codec: string, json: JsonObject | undefined, required = false) {
    this.#codec = codec;
    if (json === undefined && required) {
      throw new MetadataValidationError(`The codec ${codec} needs a configuration.`, { codec });
    }
    this.#json = json ?? {};
  }

  /** Is there a value under this key (`null` is one)? */
  has(key: string): boolean {
    return Object.hasOwn(this.#json, key);
  }

  /** The value under a key as it is; `undefined` where there is none. */
  value(key: string): JsonValue | undefined {
    this.#read.add(key);
    return this.has(key) ? this.#json[key] : undefined;
  }

  /** An integer from `least` to `most`. Without a default it must be there. */
  integer(key: string, least: number, most: number, byDefault?: number): number {
    const value = this.#valueOr(key, byDefault);
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(key, `an integer from ${least} to ${most}`);
    }
    return value;
  }

  /** True or false. */
  boolean(key: string, byDefault?: boolean): boolean {
    const value = this.#valueOr(key, byDefault);
    if (typeof value !== "boolean") throw this.wrong(key, "true or false");
    return value;
  }

  /** One of some strings. */
  oneOf<T extends string>(key: string, values: readonly T[], byDefault?: T): T {
    const value = this.#valueOr(key, byDefault);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw this.wrong(key, `one of ${values.join(", ")}`);
    return found;
  }

  /** Refuses keys that were not read. */
  done(): void {
    for (const key of Object.keys(this.#json)) {
      if (this.#read.has(key)) continue;
      throw new MetadataValidationError(
        `The codec ${this.#codec} has no configuration ${JSON.stringify(key)}.`,
        { codec: this.#codec, actual: key, known: [...this.#read] },
      );
    }
  }

  /** The error of a value that is not what it must be. */
  wrong(key: string, expected: string): MetadataValidationError {
    const actual = this.has(key) ? this.#json[key] : undefined;
    return new MetadataValidationError(
      `The configuration ${JSON.stringify(key)} of the codec ${this.#codec} must be ${expected}.`,
      { codec: this.#codec, expected, actual },
    );
  }

  #valueOr(key: string, byDefault: JsonValue | undefined): JsonValue | undefined {
    return this.has(key) ? this.value(key) : byDefault;
  }
}
