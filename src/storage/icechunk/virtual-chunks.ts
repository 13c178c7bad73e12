/**
 * Chunks that are parts of files outside an Icechunk repository. A repository may name any file;
 * which ones are read, and with which credentials, whoever opens it says.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { StoreError, UnsupportedError } from "../../base/errors.ts";
import type { AbstractFileSystem, FileInfo } from "../../fs/abstract-file-system.ts";
import { redactUrl } from "../../fs/redact.ts";
import { urlToFs } from "../../fs/registry.ts";
import type { FileSystemClass, StorageOptions } from "../../fs/registry.ts";
import { SharedValue } from "../../fs/shared-value.ts";
import { isStore } from "../store.ts";
import type { Store } from "../store.ts";
import type { ChunkPlace } from "./manifest.ts";

/**
 * Which files outside the repository may be read: by the beginning of their URL, such as
 * `s3://bucket/` or `vcc://container/`, the options of their file system, or a store whose keys
 * are the rest of the URL.
 */
export type VirtualChunkAccess = Readonly<Record<string, StorageOptions | Store>>;

type VirtualPlace = Extract<ChunkPlace, { kind: "virtual" }>;

interface Container {
  readonly prefix: string;
  readonly source: Store | AbstractFileSystem;
}

const MAX_REMEMBERED = 10_000;

/** Reads virtual chunks. */
export class VirtualChunks {
  readonly #containers: readonly Container[];
  readonly #checked = new Map<string, SharedValue<FileInfo>>();

  /** @throws TypeError for a wrong prefix or option. */
  constructor(access: VirtualChunkAccess = {}) {
    const containers = Object.entries(access).map(([given, source]): Container => {
      if (!/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(given))
        throw new TypeError(`${JSON.stringify(given)} is not the beginning of a URL, such as s3://bucket/.`);
      if (typeof source !== "object" || source === null)
        throw new TypeError(`The access to ${given} must be a store or options of a file system.`);
      const prefix = normalizeScheme(given.endsWith("/") ? given : `${given}/`);
      if (isStore(source)) return { prefix, source };
      if (prefix.startsWith("vcc://"))
        throw new TypeError(
          `${prefix} names a container of the repository; give the store that it stands for.`,
        );
      return { prefix, source: urlToFs(prefix, source)[0] };
    });
    // The most specific first.
    this.#containers = containers.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /**
   * Reads bytes `start` to `end` of a chunk.
   *
   * @throws UnsupportedError when nobody permitted the file; StoreError when it is missing, too short, or has changed.
   */
  async read(place: VirtualPlace, start: number, end: number, options: AbortOptions): Promise<Uint8Array> {
    const location = normalizeScheme(place.location);
    const container = this.#containers.find(({ prefix }) => location.startsWith(prefix));
    if (container === undefined)
      throw new UnsupportedError(
        `A virtual chunk is in ${redactUrl(location)}, which may not be read unless virtualChunkAccess names the beginning of its URL.`,
        { url: redactUrl(location), known: this.#containers.map(({ prefix }) => prefix) },
      );
    const rest = location.slice(container.prefix.length).replace(/[?#].*$/s, "");
    if (rest.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)))
      throw new StoreError(`A virtual chunk is in ${redactUrl(location)}, which leads out of its container.`);
    const [from, to] = [place.offset + start, place.offset + end];
    if (isStore(container.source)) {
      const bytes = await container.source.get(decoded(rest), { start: from, end: to }, options);
      if (bytes === undefined)
        throw new StoreError(`${redactUrl(location)} is not there.`, { url: redactUrl(location) });
      return bytes;
    }
    const fs = container.source;
    const path = pathOf(fs, container.prefix, rest, location);
    await this.#check(fs, path, place, options);
    return fs.catFile(path, { start: from, end: to, signal: options.signal });
  }

  /** Is the file the one that the repository saw? It is asked once for each. */
  async #check(
    fs: AbstractFileSystem,
    path: string,
    place: VirtualPlace,
    options: AbortOptions,
  ): Promise<void> {
    if (place.etag === undefined && place.lastModified === 0) return;
    let info = this.#checked.get(path);
    if (info === undefined) {
      if (this.#checked.size >= MAX_REMEMBERED) this.#checked.clear();
      this.#checked.set(path, (info = new SharedValue((signal) => fs.info(path, { signal }))));
    }
    const { etag, lastModified } = await info.get(options.signal);
    const isOther = place.etag !== undefined && etag !== undefined && bareTag(etag) !== bareTag(place.etag);
    const isLater =
      place.lastModified > 0 &&
      lastModified !== undefined &&
      Math.floor(lastModified.getTime() / 1000) > place.lastModified;
    if (isOther || isLater)
      throw new StoreError(`${redactUrl(place.location)} has changed since the repository refers to it.`, {
        url: redactUrl(place.location),
        expected: place.etag ?? place.lastModified,
        actual: isOther ? etag : lastModified,
      });
  }
}

/** The path in the file system: keys of object stores are percent-encoded in a location, as in any URL. */
function pathOf(fs: AbstractFileSystem, prefix: string, rest: string, location: string): string {
  // The constructor of a file system is its class, which has the static members of the base class.
  const type = fs.constructor as unknown as FileSystemClass;
  if (/^https?:/.test(prefix)) return type.stripProtocol(location);
  return fs.join(type.stripProtocol(prefix), decoded(rest));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new StoreError(`A virtual chunk is in ${JSON.stringify(path)}, which is no part of a URL.`, {
      cause,
    });
  }
}

function bareTag(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"(.*)"$/s, "$1");
}

function normalizeScheme(url: string): string {
  return url.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//, (scheme) => scheme.toLowerCase());
}
