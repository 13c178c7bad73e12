/**
 * The store of a worker: remembers metadata documents.
 *
 * @module
 */
import { WrapperStore } from "zarrkit/storage";
import type { AbortOptions, ByteRequest } from "zarrkit/storage";
import type { Documents } from "../protocol.ts";

const DOCUMENTS: ReadonlySet<string> = new Set(["zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"]);
/** A hierarchy may be huge: only so many documents are remembered. */
const MAX_DOCUMENTS = 4096;

/** A store whose documents are read once. What another worker has read need not be asked for again. */
export class ObservedStore extends WrapperStore {
  readonly #documents = new Map<string, Uint8Array | null>();

  /** Takes over what another worker has read. */
  attach(documents: Documents): void {
    for (const [key, bytes] of documents) this.#remember(key, bytes);
  }

  /** The documents of nodes that were read. */
  documentsAt(path: string): Documents {
    const prefix = path === "" ? "" : `${path}/`;
    return [...DOCUMENTS].flatMap((name) => {
      const bytes = this.#documents.get(prefix + name);
      return bytes === undefined ? [] : [[prefix + name, bytes] as const];
    });
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    const isDocument = (byteRange ?? null) === null && DOCUMENTS.has(key.slice(key.lastIndexOf("/") + 1));
    const known = isDocument ? this.#documents.get(key) : undefined;
    if (known !== undefined) return known ?? undefined;
    const bytes = await super.get(key, byteRange, options);
    if (isDocument) this.#remember(key, bytes ?? null);
    return bytes;
  }

  #remember(key: string, bytes: Uint8Array | null): void {
    this.#documents.set(key, bytes);
    if (this.#documents.size <= MAX_DOCUMENTS) return;
    const [oldest] = this.#documents.keys();
    if (oldest !== undefined) this.#documents.delete(oldest);
  }
}
