import type { AbortOptions, Awaitable } from "./async.ts";
import type { ByteRequest, ByteSpan } from "./byte-request.ts";

/** Options of a read. */
export interface ReadOptions extends AbortOptions {
  /**
   * Told the version of the value that the bytes come from, where the source knows one: two reads that are told the
   * same (by `Object.is`) saw the same value. Reading two parts of a value that depend on each other needs it.
   */
  readonly onVersion?: ((version: unknown) => void) | undefined;
}

/** Room for so many bytes. */
export type Room = (length: number) => Uint8Array;

/** What a read at once gives where this is not the moment for it, or it is not small: to be read with a promise. */
export const LATER = "later";
export type Later = typeof LATER;

/** Runs of bytes of one length, by where they start. */
export interface ByteRuns {
  readonly starts: readonly number[];
  readonly length: number;
}

/** Decoded cells (inner chunks) of one value, by number; what a cell is only the codec knows that puts it there. */
export interface CellMemory {
  /** Is the cell there, or on its way? */
  has(cell: number): boolean;
  /** The cell, by `load` where it is not there; those who ask meanwhile share it. It must not be changed. */
  get(cell: number, load: () => Promise<object>, options: AbortOptions): Promise<object>;
  /** Forgets all of them: the value is another one. */
  forget(): void;
}

/**
 * A value that can be read in parts: a stored chunk, or an inner chunk of a shard.
 * Codecs that need only some bytes read through this, never through a store.
 * A missing value is `undefined`; a failed read throws.
 *
 * Who gives a `room` says that bytes which are here at once need not last: they may lie in that room, or in the kernels'
 * memory (`kernels/memory.ts`), and are to be used before anything else is read or decoded. What a promise gives always lasts.
 */
export interface ByteSource {
  /** Unique among the values that a codec is given to read, for what it remembers of them; absent: nothing is remembered. */
  readonly name?: string | undefined;
  /** Decoded cells of this value that are kept from one read to the next. */
  readonly cells?: CellMemory | undefined;
  get(request?: ByteRequest, options?: ReadOptions, room?: Room): Awaitable<Uint8Array | undefined>;
  /** Reads several spans, merged where they are near each other; results in the order of `spans`. `undefined`: the value is missing. */
  getSpans(
    spans: readonly ByteSpan[],
    options?: ReadOptions,
    room?: Room,
  ): Awaitable<Uint8Array[] | undefined>;
  /**
   * Reads runs that lie apart at once, one after the other into one room. `LATER` where that cannot be, fewer reads would do
   * or the value ends before: `getSpans` then reads them.
   */
  getRunsNow?(runs: ByteRuns, options: ReadOptions, room: Room): Uint8Array | undefined | Later;
}
