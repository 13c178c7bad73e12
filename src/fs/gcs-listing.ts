/**
 * Reads the documents of the Cloud Storage JSON API. Pure.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";
import type { ObjectEntry, ObjectPage } from "./object-file-system.ts";

/** What the service says of one object. */
export interface GcsResource {
  readonly size: number | null;
  readonly etag: string | undefined;
  readonly generation: string | undefined;
  readonly updated: Date | undefined;
}

/** @throws StoreError when it is no listing. */
export function parseGcsPage(document: string): ObjectPage {
  const page = parseObject(document);
  const entries = listOf(page["items"]).map(readEntry);
  const prefixes = listOf(page["prefixes"]).map((prefix) => {
    if (typeof prefix === "string") return prefix;
    throw malformed("a prefix that is no text");
  });
  const next = page["nextPageToken"];
  return { entries, prefixes, next: typeof next === "string" && next !== "" ? next : undefined };
}

/** The names of a listing of buckets, and where the next page begins. */
export function parseGcsBuckets(document: string): {
  readonly names: string[];
  readonly next: string | undefined;
} {
  const page = parseObject(document);
  const names = listOf(page["items"]).map((item) => textOf(item, "name") ?? "");
  const next = page["nextPageToken"];
  return {
    names: names.filter((name) => name !== ""),
    next: typeof next === "string" && next !== "" ? next : undefined,
  };
}

/** Reads the resource of one object. */
export function parseGcsResource(document: string): GcsResource {
  return readResource(parseObject(document));
}

/** The reason in an error document; anything else has none. */
export function gcsErrorReason(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return /^[\x20-\x7e]{1,200}$/.test(text.trim()) ? text.trim() : undefined; // media requests answer in words
  }
  const error = isRecord(parsed) ? parsed["error"] : undefined;
  if (!isRecord(error)) return undefined;
  const [first] = listOf(Array.isArray(error["errors"]) ? error["errors"] : []);
  const reason = textOf(first, "reason");
  const message = textOf(error, "message")?.slice(0, 200);
  if (reason === undefined) return message;
  return message === undefined ? reason : `${reason} (${message})`;
}

function readEntry(item: unknown): ObjectEntry {
  const key = textOf(item, "name");
  if (key === undefined) throw malformed("an entry that has no name");
  const { size, etag, updated } = readResource(item);
  return { key, size, etag, lastModified: updated };
}

function readResource(item: unknown): GcsResource {
  const size = textOf(item, "size") ?? "";
  const updated = Date.parse(textOf(item, "updated") ?? "");
  const generation = textOf(item, "generation");
  return {
    size: /^\d{1,15}$/.test(size) ? Number(size) : null,
    etag: textOf(item, "etag"),
    generation: generation !== undefined && /^\d{1,20}$/.test(generation) ? generation : undefined,
    updated: Number.isNaN(updated) ? undefined : new Date(updated),
  };
}

function parseObject(document: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch (cause) {
    throw new StoreError("The server sent a document that is no JSON.", { cause });
  }
  if (isRecord(parsed)) return parsed;
  throw malformed("something else than an object");
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw malformed("something else than a list");
}

/** A member that is a text; a number, as some emulators send, is taken as its digits. */
function textOf(value: unknown, name: string): string | undefined {
  if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
  const member = value[name];
  return typeof member === "string" || typeof member === "number" ? String(member) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(what: string): StoreError {
  return new StoreError(`The server sent a listing with ${what}.`);
}
