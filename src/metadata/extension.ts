/**
 * Extensions as v3 documents name them: data types, chunk grids, chunk key encodings, codecs
 * and storage transformers. Nothing here knows any of them by name.
 *
 * @module
 */
import type { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { DocumentContext } from "./document.ts";
import { invalidDocument, own, pointer } from "./document.ts";

/** An extension by name, with its configuration. */
export interface NamedConfiguration {
  readonly name: string;
  /** Absent where the document has none. */
  readonly configuration?: JsonObject | undefined;
  /** May a reader that does not know the extension go on without it? Only if this is false. */
  readonly mustUnderstand: boolean;
}

const MEMBERS: ReadonlySet<string> = new Set(["name", "configuration", "must_understand"]);

/** JSON pointer of an extension, for errors: the text, or that of a list and the index in it, put together only when needed. */
export type ExtensionLocation = string | { readonly list: string; readonly index: number };

/**
 * Reads an extension: `"bytes"`, `{ "name": "bytes" }` or `{ "name": "bytes", "configuration": { … } }`,
 * each with `must_understand` or without.
 *
 * @throws MetadataValidationError when it is none of these, or has other members.
 * @example
 * ```ts
 * parseExtension("crc32c", "/codecs/1"); // { name: "crc32c", mustUnderstand: true }
 * ```
 */
export function parseExtension(
  json: JsonValue | undefined,
  location: ExtensionLocation,
  context: DocumentContext = {},
): NamedConfiguration {
  if (typeof json === "string") {
    if (!isName(json)) throw wrongName(json, placeOf(location), context);
    return { name: json, mustUnderstand: true };
  }
  if (!isJsonObject(json)) {
    throw invalidDocument(context, placeOf(location), "the name of an extension, or an object with it", json);
  }
  for (const key of Object.keys(json)) {
    if (MEMBERS.has(key)) continue;
    throw invalidDocument(
      context,
      placeOf(location),
      "an object with name, configuration and must_understand alone",
      json,
    );
  }
  const name = own(json, "name");
  if (!isName(name)) throw wrongName(name, pointer(placeOf(location), "name"), context);
  const mustUnderstand = own(json, "must_understand") ?? true;
  if (typeof mustUnderstand !== "boolean") {
    throw invalidDocument(
      context,
      pointer(placeOf(location), "must_understand"),
      "a boolean",
      mustUnderstand,
    );
  }
  const configuration = own(json, "configuration");
  if (configuration === undefined || configuration === null) return { name, mustUnderstand };
  if (!isJsonObject(configuration)) {
    throw invalidDocument(
      context,
      pointer(placeOf(location), "configuration"),
      "a JSON object",
      configuration,
    );
  }
  return { name, configuration, mustUnderstand };
}

/** Reads a list of extensions. */
export function parseExtensions(
  json: JsonValue | undefined,
  location: string,
  context: DocumentContext = {},
): NamedConfiguration[] {
  if (!isJsonArray(json)) throw invalidDocument(context, location, "a list of extensions", json);
  return json.map((item, index) => parseExtension(item, { list: location, index }, context));
}

/** The object form, which readers of every version 3.x understand. The short form is read, never written. */
export function serializeExtension(extension: NamedConfiguration): JsonObject {
  const json: Record<string, JsonValue> = { name: extension.name };
  if (extension.configuration !== undefined) json["configuration"] = extension.configuration;
  if (!extension.mustUnderstand) json["must_understand"] = false;
  return json;
}

/** What may not be a name, whatever registry it comes from. URIs of older documents may. */
function isName(name: JsonValue | undefined): name is string {
  return typeof name === "string" && name !== "" && name.length <= MAX_NAME_LENGTH;
}

function wrongName(
  name: JsonValue | undefined,
  location: string,
  context: DocumentContext,
): MetadataValidationError {
  return invalidDocument(context, location, `a name of 1 to ${MAX_NAME_LENGTH} characters`, name);
}

function placeOf(location: ExtensionLocation): string {
  return typeof location === "string" ? location : pointer(location.list, location.index);
}

const MAX_NAME_LENGTH = 1024;
