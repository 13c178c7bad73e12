/**
 * Extensions as v3 documents name them: data types, chunk grids, chunk key encodings, codecs
 * and storage transformers. Nothing here knows any of them by name.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { DocumentContext } from "./document.ts";
import { invalidDocument, own, pointer, requireObject } from "./document.ts";

/** An extension by name, with its configuration. */
export interface NamedConfiguration {
  readonly name: string;
  /** Absent where the document has none. */
  readonly configuration?: JsonObject | undefined;
  /** May a reader that does not know the extension go on without it? Only if this is false. */
  readonly mustUnderstand: boolean;
}

const MEMBERS: ReadonlySet<string> = new Set(["name", "configuration", "must_understand"]);

/**
 * Reads an extension: `"bytes"`, `{ "name": "bytes" }` or `{ "name": "bytes", "configuration": { … } }`,
 * each with `must_understand` or without.
 *
 * @param location - JSON pointer of the extension, for errors.
 * @throws MetadataValidationError when it is none of these, or has other members.
 * @example
 * ```ts
 * parseExtension("crc32c", "/codecs/1"); // { name: "crc32c", mustUnderstand: true }
 * ```
 */
export function parseExtension(
  json: JsonValue | undefined,
  location: string,
  context: DocumentContext = {},
): NamedConfiguration {
  if (typeof json === "string") {
    return { name: parseName(json, location, context), mustUnderstand: true };
  }
  if (!isJsonObject(json)) {
    throw invalidDocument(context, location, "the name of an extension, or an object with it", json);
  }
  const stray = Object.keys(json).find((key) => !MEMBERS.has(key));
  if (stray !== undefined) {
    throw invalidDocument(
      context,
      location,
      "an object with name, configuration and must_understand alone",
      json,
    );
  }
  const name = parseName(own(json, "name"), pointer(location, "name"), context);
  const mustUnderstand = own(json, "must_understand") ?? true;
  if (typeof mustUnderstand !== "boolean") {
    throw invalidDocument(context, pointer(location, "must_understand"), "a boolean", mustUnderstand);
  }
  const configuration = own(json, "configuration");
  return configuration === undefined || configuration === null
    ? { name, mustUnderstand }
    : {
        name,
        configuration: requireObject(configuration, pointer(location, "configuration"), context),
        mustUnderstand,
      };
}

/** Reads a list of extensions. */
export function parseExtensions(
  json: JsonValue | undefined,
  location: string,
  context: DocumentContext = {},
): NamedConfiguration[] {
  if (!isJsonArray(json)) throw invalidDocument(context, location, "a list of extensions", json);
  return json.map((item, index) => parseExtension(item, pointer(location, index), context));
}

/** The object form, which readers of every version 3.x understand. The short form is read, never written. */
export function serializeExtension(extension: NamedConfiguration): JsonObject {
  const json: Record<string, JsonValue> = { name: extension.name };
  if (extension.configuration !== undefined) json["configuration"] = extension.configuration;
  if (!extension.mustUnderstand) json["must_understand"] = false;
  return json;
}

/** What may not be a name, whatever registry it comes from. URIs of older documents may. */
function parseName(name: JsonValue | undefined, location: string, context: DocumentContext): string {
  if (typeof name !== "string" || name === "" || name.length > MAX_NAME_LENGTH) {
    throw invalidDocument(context, location, `a name of 1 to ${MAX_NAME_LENGTH} characters`, name);
  }
  return name;
}

const MAX_NAME_LENGTH = 1024;
