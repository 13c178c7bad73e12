/**
 * What a store-like is, before anything is made of it. Pure: no I/O.
 *
 * @module
 */
import { fileUrlToLocalPath } from "./local-root.ts";
import type { MemoryMap } from "./memory-store.ts";
import type { ReadableLike } from "./readable-store.ts";
import { StorePath } from "./store-path.ts";
import { isBytes } from "./store-base.ts";
import { isStore } from "./store.ts";
import type { Store } from "./store.ts";

/**
 * What names a store: a store or a place in one; a path or URL; a `Blob` or `File` that holds a
 * zip; a browser's directory handle; a `Map` or plain object of bytes; a zarrita-style readable;
 * `null` or `undefined` for a new `MemoryStore`.
 */
export type StoreLike =
  | Store
  | StorePath
  | string
  | URL
  | Blob
  | FileSystemDirectoryHandle
  | ReadableLike
  | MemoryMap
  | null
  | undefined;

/** A store-like, recognised. */
export type StoreKind =
  | { readonly kind: "store"; readonly store: Store }
  | { readonly kind: "storePath"; readonly storePath: StorePath }
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "fileUrl"; readonly url: string }
  | { readonly kind: "zipPath"; readonly path: string }
  | { readonly kind: "managedMemory"; readonly url: string }
  | { readonly kind: "url"; readonly url: string }
  /** An archive at a URL. */
  | { readonly kind: "zipUrl"; readonly url: string }
  | { readonly kind: "blob"; readonly blob: Blob }
  | { readonly kind: "directoryHandle"; readonly handle: FileSystemDirectoryHandle }
  | { readonly kind: "memory"; readonly map: MemoryMap | undefined }
  | { readonly kind: "readable"; readonly readable: ReadableLike };

/**
 * Recognises a store-like. Objects are tried in this order: store, store path, `URL`, blob,
 * directory handle, `Map`, readable, plain object.
 *
 * @throws TypeError when it is none of them.
 */
export function classifyStoreLike(value: unknown): StoreKind {
  if (value === null || value === undefined) return { kind: "memory", map: undefined };
  if (typeof value === "string") return classifyString(value);
  if (typeof value === "object") {
    if (isStore(value)) return { kind: "store", store: value };
    if (value instanceof StorePath) return { kind: "storePath", storePath: value };
    if (value instanceof URL) return classifyString(value.href);
    if (typeof Blob !== "undefined" && value instanceof Blob) return { kind: "blob", blob: value };
    if (isDirectoryHandle(value)) return { kind: "directoryHandle", handle: value };
    // A Map's values are looked at when they are read.
    if (value instanceof Map) return { kind: "memory", map: value as Map<string, Uint8Array> };
    if (isReadable(value)) return { kind: "readable", readable: value };
    if (isPlainObject(value)) return { kind: "memory", map: bytesOnly(value) };
  }
  const type = typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
  throw new TypeError(`Unsupported type for store_like: '${type}'`);
}

function classifyString(text: string): StoreKind {
  // One letter and a colon is a Windows drive, whatever the system; `a::b` is a chain of URLs.
  if (/^[A-Za-z]:(?!:)/.test(text)) return classifyPath(text);
  if (/^zip::/i.test(text)) return classifyArchive(text.slice("zip::".length));
  if (/^[A-Za-z][A-Za-z0-9+.-]*::/.test(text)) {
    // A cache changes nothing about what an archive is.
    const isZip = /^(?:simplecache|blockcache)::/i.test(text) && isZipName(text.replace(/[?#].*$/s, ""));
    return { kind: isZip ? "zipUrl" : "url", url: text };
  }
  if (/^file:/i.test(text)) {
    const path = fileUrlToLocalPath(text);
    return isZipName(path) ? { kind: "zipPath", path } : { kind: "fileUrl", url: text };
  }
  if (/^memory:/i.test(text)) return { kind: "managedMemory", url: text };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return classifyPath(text);
  // In `zip://inside::https://…` the archive is only one link of a chain.
  const isZip = scheme !== "zip" && isZipName(text.replace(/[?#].*$/s, ""));
  return { kind: isZip ? "zipUrl" : "url", url: text };
}

function classifyArchive(text: string): StoreKind {
  const within = classifyString(text);
  if (within.kind === "local") return { kind: "zipPath", path: within.path };
  if (within.kind === "fileUrl") return { kind: "zipPath", path: fileUrlToLocalPath(within.url) };
  if (within.kind === "url") return { kind: "zipUrl", url: within.url };
  return within.kind === "managedMemory" ? { kind: "zipUrl", url: text } : within;
}

function classifyPath(path: string): StoreKind {
  return isZipName(path) ? { kind: "zipPath", path } : { kind: "local", path };
}

function isZipName(path: string): boolean {
  return /[^/\\]\.(?:zip|ozx)$/i.test(path);
}

function isDirectoryHandle(value: object): value is FileSystemDirectoryHandle {
  const { kind, getFileHandle } = value as Partial<FileSystemDirectoryHandle>; // each is checked here
  return kind === "directory" && typeof getFileHandle === "function";
}

function isReadable(value: object): value is ReadableLike {
  // An own `get` of a plain object may be a stored value of that name, which is not callable.
  return typeof (value as Partial<ReadableLike>).get === "function";
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  // Also of another realm: its prototype is the end of the chain.
  return (
    Object.prototype.toString.call(value) === "[object Object]" && Object.getPrototypeOf(prototype) === null
  );
}

function bytesOnly(object: Record<string, unknown>): Record<string, Uint8Array> {
  for (const [key, value] of Object.entries(object))
    if (!isBytes(value))
      throw new TypeError(
        `A plain object is a store when its values are Uint8Arrays; ${JSON.stringify(key)} is a ${typeof value}.`,
      );
  return object as Record<string, Uint8Array>; // each value was just checked
}
