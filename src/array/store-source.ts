/**
 * A value of a store as the byte source that codecs read parts through.
 *
 * @module
 */
import type { ByteRequest, ByteSpan } from "../base/byte-request.ts";
import type { ByteSource, CellMemory, ReadOptions } from "../base/byte-source.ts";
import { config } from "../base/config.ts";
import type { Store } from "../storage/store.ts";
import { isMissingKeyError } from "../storage/missing-key.ts";

/** One key of a store. Near ranges are merged as far as the store finds it cheaper than another request. */
export class StoreSource implements ByteSource {
  readonly #store: Store;
  readonly #key: string;
  readonly cells: CellMemory | undefined;

  get name(): string {
    return this.#key;
  }

  constructor(store: Store, key: string, cells?: CellMemory) {
    this.cells = cells;
    this.#store = store;
    this.#key = key;
  }

  get(request?: ByteRequest, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    return this.#store.get(this.#key, request, options);
  }

  async getSpans(spans: readonly ByteSpan[], options: ReadOptions = {}): Promise<Uint8Array[] | undefined> {
    const pieces = new Array<Uint8Array>(spans.length);
    try {
      const groups = this.#store.getRanges(this.#key, spans, {
        signal: options.signal,
        onVersion: options.onVersion,
        maxGapBytes: Math.min(this.#store.cheapGapBytes, config.get("array.sharding_coalesce_max_gap_bytes")),
        maxCoalescedBytes: config.get("array.sharding_coalesce_max_bytes"),
        maxConcurrency: config.get("async.concurrency"),
      });
      for await (const group of groups) {
        for (const [index, bytes] of group) pieces[index] = bytes;
      }
    } catch (error) {
      if (isMissingKeyError(error)) return undefined;
      throw error;
    }
    return pieces;
  }
}
