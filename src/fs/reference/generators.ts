/**
 * The generators of kerchunk references (`gen`): a key and a place for each cell of a product of dimensions.
 *
 * @module
 */
import { StoreError } from "../../base/errors.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import type { Reference } from "./reference.ts";
import { Template } from "./template.ts";
import type { TemplateScope, TemplateValue } from "./template-evaluate.ts";

/** All generators of a file together make at most this many references. */
const MAX_GENERATED = 1_000_000;
/** All generated keys together are at most this long, in characters. */
const MAX_KEY_CHARACTERS = 2 ** 27;
const MAX_DIMENSIONS = 32;

/** A generated reference: its place is computed when it is asked for. */
export interface GeneratedReference {
  resolve(key: string): Reference;
}

/** Computes the keys of all generators. @throws StoreError when one is malformed, or there are too many. */
export function expandGenerators(
  generators: readonly JsonValue[],
  scope: TemplateScope,
): Map<string, GeneratedReference> {
  const made = new Map<string, GeneratedReference>();
  let budget = MAX_GENERATED;
  let characters = 0;
  for (const item of generators) {
    if (!isJsonObject(item)) throw new StoreError("A generator of references must be an object.");
    const generator = new ReferenceGenerator(item, scope);
    budget -= generator.count;
    if (budget < 0)
      throw new StoreError(`Generators make more than ${MAX_GENERATED} references.`, {
        expected: MAX_GENERATED,
      });
    for (let index = 0; index < generator.count; index++) {
      const key = generator.key(index);
      characters += key.length;
      if (characters > MAX_KEY_CHARACTERS) throw new StoreError("Generators make keys that are too long.");
      made.set(key, { resolve: () => generator.resolve(key, index) });
    }
  }
  return made;
}

interface Dimension {
  readonly name: string;
  readonly count: number;
  at(index: number): TemplateValue;
}

class ReferenceGenerator {
  readonly count: number;
  readonly #scope: TemplateScope;
  readonly #dimensions: readonly Dimension[];
  readonly #key: Template;
  readonly #url: Template;
  readonly #place: { readonly offset: Template; readonly length: Template } | undefined;

  constructor(generator: JsonObject, scope: TemplateScope) {
    const { key, url, offset, length, dimensions } = generator;
    this.#scope = scope;
    this.#key = templateOf(key, "key");
    this.#url = templateOf(url, "url");
    if ((offset === undefined) !== (length === undefined))
      throw new StoreError("A generator of references has offset and length, or neither.");
    this.#place =
      offset === undefined
        ? undefined
        : { offset: templateOf(offset, "offset"), length: templateOf(length, "length") };
    if (!isJsonObject(dimensions)) throw new StoreError("A generator of references must have dimensions.");
    this.#dimensions = Object.entries(dimensions).map(([name, range]) => readDimension(name, range));
    if (this.#dimensions.length > MAX_DIMENSIONS)
      throw new StoreError(`A generator of references has more than ${MAX_DIMENSIONS} dimensions.`);
    let count = 1;
    for (const dimension of this.#dimensions) count = Math.min(count * dimension.count, MAX_GENERATED + 1);
    this.count = count;
  }

  key(index: number): string {
    return this.#key.render(this.#scopeAt(index));
  }

  resolve(key: string, index: number): Reference {
    const scope = this.#scopeAt(index);
    const url = this.#url.render(scope);
    if (this.#place === undefined) return { kind: "file", url };
    const offset = countOf(key, this.#place.offset.render(scope));
    const length = countOf(key, this.#place.length.render(scope));
    return { kind: "range", url, offset, length };
  }

  /** The names of one cell; the last dimension runs fastest. */
  #scopeAt(index: number): TemplateScope {
    const own = new Map<string, TemplateValue>();
    let rest = index;
    for (let at = this.#dimensions.length - 1; at >= 0; at--) {
      const dimension = this.#dimensions[at]!;
      own.set(dimension.name, dimension.at(rest % dimension.count));
      rest = Math.floor(rest / dimension.count);
    }
    return { get: (name) => own.get(name) ?? this.#scope.get(name) };
  }
}

function readDimension(name: string, range: JsonValue): Dimension {
  if (isJsonArray(range)) {
    const values = range.map((value) => {
      if (typeof value === "string" || typeof value === "number") return value;
      throw new StoreError(
        `The dimension ${JSON.stringify(name)} lists something else than text and numbers.`,
      );
    });
    return { name, count: values.length, at: (index) => values[index]! };
  }
  const { start = 0, stop, step = 1 } = isJsonObject(range) ? range : {};
  if (!isInteger(start) || !isInteger(stop) || !isInteger(step) || step === 0)
    throw new StoreError(
      `The dimension ${JSON.stringify(name)} must be a list, or have start, stop and step.`,
    );
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return { name, count, at: (index) => start + index * step };
}

function templateOf(value: JsonValue | undefined, member: string): Template {
  if (typeof value === "string") return new Template(value);
  if (isInteger(value)) return new Template(String(value));
  throw new StoreError(`The member ${member} of a generator of references must be text.`);
}

function countOf(key: string, text: string): number {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (/^\d{1,16}$/.test(trimmed) && Number.isSafeInteger(value)) return value;
  throw new StoreError(`The generated reference ${JSON.stringify(key)} has no number of bytes: ${trimmed}.`, {
    key,
  });
}

function isInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
