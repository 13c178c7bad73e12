/**
 * References in a JSON file: kerchunk's versions 0 and 1.
 *
 * @see https://fsspec.github.io/kerchunk/spec.html
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { expandGenerators } from "./generators.ts";
import type { GeneratedReference } from "./generators.ts";
import { KeyTree } from "./key-tree.ts";
import { parseReference } from "./reference.ts";
import type { Reference, ReferenceChild, ReferenceSet } from "./reference.ts";
import { Template } from "./template.ts";
import type { TemplateValue } from "./template-evaluate.ts";

/** The values of a JSON of references; bytes only where a program gave them. */
export type RawReferences = Readonly<Record<string, JsonValue | Uint8Array>>;

const MAX_TEMPLATES = 10_000;

/** References of one JSON document. Each is looked at when it is asked for: one that is malformed does no harm to others. */
export class JsonReferences implements ReferenceSet {
  readonly #raw = new Map<string, JsonValue | Uint8Array>();
  readonly #scope = new Map<string, TemplateValue>();
  readonly #generated: ReadonlyMap<string, GeneratedReference>;
  #tree: KeyTree | undefined;

  /** @throws StoreError when the document is no JSON of references of version 0 or 1. */
  constructor(document: RawReferences, overrides: Readonly<Record<string, string>> = {}) {
    const { version } = document;
    if (version === undefined || version === 0) {
      for (const [key, value] of Object.entries(document)) if (key !== "version") this.#raw.set(key, value);
      this.#generated = new Map();
      return;
    }
    if (version !== 1)
      throw new StoreError(`References have version 0 or 1, got ${JSON.stringify(String(version))}.`, {
        expected: [0, 1],
        actual: version,
      });
    for (const [key, value] of Object.entries(objectOf(document["refs"], "refs"))) this.#raw.set(key, value);
    this.#readTemplates(objectOf(document["templates"], "templates"), overrides);
    const generators = document["gen"] ?? [];
    if (generators instanceof Uint8Array || !isJsonArray(generators))
      throw new StoreError("The member gen of the references must be a list.");
    this.#generated = expandGenerators(generators, this.#scope);
  }

  async get(key: string, signal: AbortSignal | undefined): Promise<Reference | undefined> {
    throwIfAborted(signal);
    const generated = this.#generated.get(key);
    if (generated !== undefined) return generated.resolve(key);
    const value = this.#raw.get(key);
    if (value === undefined) return undefined;
    const reference = parseReference(key, value);
    if (reference.kind === "inline" || reference.url === null || this.#scope.size === 0) return reference;
    return { ...reference, url: this.#render(reference.url) };
  }

  async *keys(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
    for (const key of this.#all()) {
      throwIfAborted(signal);
      if (key.startsWith(prefix)) yield key;
    }
  }

  async children(directory: string): Promise<readonly ReferenceChild[] | undefined> {
    this.#tree ??= new KeyTree(this.#all());
    return this.#tree.children(directory);
  }

  *#all(): Generator<string, void, undefined> {
    yield* this.#raw.keys();
    for (const key of this.#generated.keys()) if (!this.#raw.has(key)) yield key;
  }

  #render(url: string): string {
    return Template.isTemplate(url) ? new Template(url).render(this.#scope) : url;
  }

  #readTemplates(templates: JsonObject, overrides: Readonly<Record<string, string>>): void {
    const all = new Map<string, unknown>([...Object.entries(templates), ...Object.entries(overrides)]);
    if (all.size > MAX_TEMPLATES) throw new StoreError(`There are more than ${MAX_TEMPLATES} templates.`);
    for (const [name, text] of all) {
      if (typeof text !== "string")
        throw new StoreError(`The reference template ${JSON.stringify(name)} must be text.`);
      this.#scope.set(name, Template.isTemplate(text) ? new Template(text) : text);
    }
  }
}

function objectOf(value: JsonValue | Uint8Array | undefined, name: string): JsonObject {
  if (value === undefined) return {};
  if (!(value instanceof Uint8Array) && isJsonObject(value)) return value;
  throw new StoreError(`The member ${name} of the references must be an object.`);
}
