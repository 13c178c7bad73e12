/**
 * The registry of codecs: names to definitions, loaded when a codec of that name is
 * first met.
 *
 * @module
 */
import { addFacts, MetadataValidationError, UnknownCodecError } from "../base/errors.ts";
import { JsonMemo } from "../base/json-memo.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { dataTypeRegistry } from "../dtypes/registry.ts";
import { BUILTIN_CODECS } from "./builtin.ts";
import type { CodecChain } from "./chain.ts";
import type { Codec, CodecDefinition, CodecLoader } from "./codec.ts";

/** A codec as a v3 document names it. */
export interface NamedCodec {
  readonly name: string;
  readonly configuration: JsonObject | undefined;
  readonly mustUnderstand: boolean;
}

/** A chain that was made of the codecs of a document. */
export interface KnownChain {
  readonly chain: CodecChain;
  /** Id of the codec that turns values into bytes, for v2's type `|O`, which names none itself. */
  readonly objectCodec?: string | undefined;
}

/** Codecs by name. `load` what a document names, then `parse` it. */
export class CodecRegistry {
  readonly #v3 = new Map<string, CodecLoader | CodecDefinition>();
  readonly #v2 = new Map<string, CodecLoader | CodecDefinition>();
  readonly #registered = new Set<string>();
  readonly #chains = new JsonMemo<KnownChain>();
  #dataTypes = dataTypeRegistry.revision;

  /** Names and ids of the codecs that are not the library's own. */
  get registered(): readonly string[] {
    return [...this.#registered];
  }

  /** Registers a codec under its names, replacing an earlier one of that name. */
  register(definition: CodecDefinition): void {
    for (const name of [definition.name, definition.v2Id ?? [], definition.aliases ?? []].flat()) {
      this.#registered.add(name);
    }
    this.#chains.clear();
    for (const name of [definition.name, ...(definition.aliases ?? [])]) this.#v3.set(name, definition);
    if (definition.v2Id !== undefined) this.#v2.set(definition.v2Id, definition);
  }

  /** Registers a codec that is loaded when it is first met. */
  registerLazy(names: readonly string[], v2Id: string | undefined, loader: CodecLoader): void {
    this.#chains.clear();
    for (const name of names) this.#v3.set(name, loader);
    if (v2Id !== undefined) this.#v2.set(v2Id, loader);
  }

  /**
   * The chain that was made of these codecs of a document, as `rememberChain` was told: chains have no state, so arrays may
   * share them. `undefined` when it is not known; a chain that is known needs nothing loaded.
   */
  knownChain(json: JsonValue): KnownChain | undefined {
    // Codecs may have parsed data types.
    if (this.#dataTypes !== dataTypeRegistry.revision) {
      this.#dataTypes = dataTypeRegistry.revision;
      this.#chains.clear();
    }
    return this.#chains.find(json);
  }

  /** Remembers a chain by what it was made of, until a codec or data type is registered; gives it back. */
  rememberChain(json: JsonValue, known: KnownChain): KnownChain {
    return this.#chains.add(json, known);
  }

  /** Names of v3 metadata, sorted. */
  get names(): readonly string[] {
    return [...this.#v3.keys()].sort();
  }

  /** Ids of v2 metadata, sorted. */
  get v2Ids(): readonly string[] {
    return [...this.#v2.keys()].sort();
  }

  /** Loads the definitions of all codecs that a v3 document names, nested ones too; names that nobody knows are left to `parseV3`. */
  async loadV3(codecs: JsonValue): Promise<void> {
    const names = new Set<string>();
    collectNames(codecs, names);
    await Promise.all([...names].map((name) => loadInto(this.#v3, name)));
  }

  /** Loads the definitions of v2 configurations. */
  async loadV2(configurations: readonly (JsonObject | null)[]): Promise<void> {
    await Promise.all(configurations.map((configuration) => loadInto(this.#v2, idOf(configuration))));
  }

  /**
   * Codecs of a v3 document, after `loadV3`.
   *
   * @throws UnknownCodecError for a name that is not registered, unless its `must_understand` is false.
   */
  parseV3(json: unknown, location = "/codecs"): readonly Codec[] {
    if (!Array.isArray(json)) {
      throw new MetadataValidationError(`${location} is a list of codecs.`, { actual: json });
    }
    const codecs: Codec[] = [];
    for (const [i, entry] of json.entries()) {
      const named = namedCodec(entry, `${location}/${i}`);
      const definition = this.#v3.get(named.name);
      if (definition === undefined) {
        if (!named.mustUnderstand) continue;
        throw new UnknownCodecError(
          `There is no codec ${JSON.stringify(named.name)} (${location}/${i}); known are ${this.names.join(", ")}.`,
          { codec: named.name, known: this.names },
        );
      }
      codecs.push(this.#parse(definition, named, `${location}/${i}`));
    }
    return codecs;
  }

  /**
   * One codec of a v2 document (a filter or the compressor), after `loadV2`.
   *
   * @throws UnknownCodecError for an id that is not registered.
   */
  parseV2(configuration: JsonObject): Codec {
    const id = idOf(configuration);
    const definition = id === undefined ? undefined : this.#v2.get(id);
    if (definition === undefined) {
      throw new UnknownCodecError(
        `There is no codec with the id ${JSON.stringify(configuration["id"] ?? null)}; known are ${this.v2Ids.join(", ")}.`,
        { codec: id, known: this.v2Ids },
      );
    }
    if (typeof definition === "function" || definition.fromV2 === undefined) {
      throw new TypeError(`The codec ${id} is not loaded, or has no form in v2.`);
    }
    return definition.fromV2(configuration);
  }

  #parse(definition: CodecLoader | CodecDefinition, named: NamedCodec, location: string): Codec {
    if (typeof definition === "function") throw new TypeError(`The codec ${named.name} is not loaded.`);
    try {
      return definition.fromV3(named.configuration, {
        parseCodecs: (json, inner) => this.parseV3(json, `${location}${inner}`),
      });
    } catch (error) {
      throw addFacts(error, { codec: named.name });
    }
  }
}

/** A codec in any form that v3 documents use: a name, or an object with a name. */
export function namedCodec(entry: unknown, location: string): NamedCodec {
  if (typeof entry === "string") return { name: entry, configuration: undefined, mustUnderstand: true };
  // Metadata is JSON, and whatever is not an object with a name is refused below.
  const json = entry as JsonValue | undefined;
  if (!isJsonObject(json) || typeof json["name"] !== "string") {
    throw new MetadataValidationError(`A codec (${location}) is a name, or an object with a name.`, {
      actual: entry,
    });
  }
  const configuration = json["configuration"] ?? undefined;
  if (configuration !== undefined && !isJsonObject(configuration)) {
    throw new MetadataValidationError(
      `The configuration of the codec ${json["name"]} (${location}) is an object.`,
      {
        codec: json["name"],
        actual: configuration,
      },
    );
  }
  return { name: json["name"], configuration, mustUnderstand: json["must_understand"] !== false };
}

/** The default registry, with every codec of the library. */
export const codecRegistry: CodecRegistry = createDefaultRegistry();

/**
 * Registers a codec of your own under its names; `openArray` and `createArray` then know it.
 *
 * @example
 * ```ts
 * import { createArray, registerCodec } from "zarrkit";
 *
 * const invert = (bytes: Uint8Array) => bytes.map((byte) => 255 - byte);
 * const codec = {
 *   kind: "bytes-bytes" as const,
 *   name: "example.invert",
 *   configuration: undefined,
 *   toString: () => "Invert()",
 *   bind: () => ({
 *     kind: "bytes-bytes" as const,
 *     name: "example.invert",
 *     encodedSize: (size: number) => size,
 *     maxEncodedSize: (size: number) => size,
 *     encode: invert,
 *     decode: invert,
 *   }),
 * };
 * registerCodec({ kind: "bytes-bytes", name: "example.invert", fromV3: () => codec });
 * const z = await createArray({}, { shape: [3], dtype: "uint8", compressors: [{ name: "example.invert" }] });
 * await z.set(null, [1, 2, 3]);
 * ```
 */
export function registerCodec(definition: CodecDefinition): void {
  codecRegistry.register(definition);
}

function createDefaultRegistry(): CodecRegistry {
  const registry = new CodecRegistry();
  for (const { names, v2Id, load } of BUILTIN_CODECS) registry.registerLazy(names, v2Id, load);
  return registry;
}

async function loadInto(
  definitions: Map<string, CodecLoader | CodecDefinition>,
  name: string | undefined,
): Promise<void> {
  const found = name === undefined ? undefined : definitions.get(name);
  if (typeof found === "function") {
    const definition = await found();
    // Someone may have registered another codec of that name meanwhile; theirs stands.
    if (definitions.get(name!) === found) definitions.set(name!, definition);
  }
}

function idOf(configuration: JsonObject | null): string | undefined {
  const id = configuration?.["id"];
  return typeof id === "string" ? id : undefined;
}

/** Every name a list of codecs may mean, nested lists included; JSON depth is bounded by its parser. */
function collectNames(json: JsonValue | undefined, names: Set<string>): void {
  if (!isJsonArray(json)) return;
  for (const entry of json) {
    if (typeof entry === "string") names.add(entry);
    else if (isJsonObject(entry)) {
      if (typeof entry["name"] === "string") names.add(entry["name"]);
      if (isJsonObject(entry["configuration"])) {
        for (const value of Object.values(entry["configuration"])) collectNames(value, names);
      }
    }
  }
}
