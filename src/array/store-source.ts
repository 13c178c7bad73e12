/**
 * A value of a store as the byte source that codecs read parts through.
 *
 * @module
 */
import type { Awaitable } from "../base/async.ts";
import type { ByteRequest, ByteSpan } from "../base/byte-request.ts";
import { LATER } from "../base/byte-source.ts";
import type { ByteRuns, ByteSource, CellMemory, Later, ReadOptions, Room } from "../base/byte-source.ts";
import { config } from "../base/config.ts";
import { groupOf, planReads } from "../storage/get-ranges.ts";
import { localPartsNow, localRunsNow, localValueInto } from "../storage/local-now.ts";
import { LocalStore } from "../storage/local-store.ts";
import type { Store } from "../storage/store.ts";
import { isMissingKeyError } from "../storage/missing-key.ts";

/**
 * One key of a store. Near ranges are merged as far as the store finds it cheaper than another request. Small parts of local
 * files are here at once.
 */
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

  get(request?: ByteRequest, options: ReadOptions = {}, room?: Room): Awaitable<Uint8Array | undefined> {
    const parts = localPartsNow(this.#store, this.#key, [request], options, room);
    return parts === LATER ? this.#store.get(this.#key, request, options) : parts?.[0];
  }

  /** All of the value, where possible in `place`, which may be written to until the promise has settled. */
  getInto(place: Uint8Array, options: ReadOptions): Awaitable<Uint8Array | undefined> {
    const read = localValueInto(this.#store, this.#key, place, options);
    return read === LATER ? this.#store.get(this.#key, undefined, options) : read;
  }

  getSpans(
    spans: readonly ByteSpan[],
    options: ReadOptions = {},
    room?: Room,
  ): Awaitable<Uint8Array[] | undefined> {
    const pieces = this.#spansNow(spans, options, room);
    return pieces === LATER ? this.#spansLater(spans, options) : pieces;
  }

  getRunsNow(runs: ByteRuns, options: ReadOptions, room: Room): Uint8Array | undefined | Later {
    const { starts, length } = runs;
    const least = length + this.#maxGapBytes;
    for (let i = 1; i < starts.length; i++) if (starts[i]! - starts[i - 1]! <= least) return LATER;
    return localRunsNow(this.#store, this.#key, runs, options, room);
  }

  #spansNow(
    spans: readonly ByteSpan[],
    options: ReadOptions,
    room: Room | undefined,
  ): Uint8Array[] | undefined | Later {
    if (spans.length === 1) return localPartsNow(this.#store, this.#key, spans, options, room);
    if (LocalStore.directFiles(this.#store) === undefined) return LATER;
    const reads = planReads(spans, { signal: options.signal, ...this.#limits });
    const requests = reads.map(({ request }) => request);
    const parts = localPartsNow(this.#store, this.#key, requests, options, room);
    if (parts === undefined || parts === LATER) return parts;
    const pieces = new Array<Uint8Array>(spans.length);
    for (const [i, read] of reads.entries()) {
      for (const [index, bytes] of groupOf(read, parts[i]!)) pieces[index] = bytes;
    }
    return pieces;
  }

  async #spansLater(spans: readonly ByteSpan[], options: ReadOptions): Promise<Uint8Array[] | undefined> {
    const pieces = new Array<Uint8Array>(spans.length);
    try {
      const groups = this.#store.getRanges(this.#key, spans, {
        signal: options.signal,
        onVersion: options.onVersion,
        maxConcurrency: config.get("async.concurrency"),
        ...this.#limits,
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

  get #limits(): { readonly maxGapBytes: number; readonly maxCoalescedBytes: number } {
    return {
      maxGapBytes: this.#maxGapBytes,
      maxCoalescedBytes: config.get("array.sharding_coalesce_max_bytes"),
    };
  }

  get #maxGapBytes(): number {
    return Math.min(this.#store.cheapGapBytes, config.get("array.sharding_coalesce_max_gap_bytes"));
  }
}
