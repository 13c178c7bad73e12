import type { AbortOptions } from "./async.ts";
import type { ByteRequest, ByteSpan } from "./byte-request.ts";

/** Options of a read. */
export interface ReadOptions extends AbortOptions {
  /**
   * Told the version of the value that the bytes come from, where the source knows one: two reads that are told the
   * same (by `Object.is`) saw the same value. Reading two parts of a value that depend on each other needs it.
   */
  readonly onVersion?: ((version: unknown) => void) | undefined;
}

/**
 * A value that can be read in parts: a stored chunk, or an inner chunk of a shard.
 * Codecs that need only some bytes read through this, never through a store.
 * A missing value is `undefined`; a failed read throws.
 */
export interface ByteSource {
  /** Unique among the values that a codec is given to read, for what it remembers of them; absent: nothing is remembered. */
  readonly name?: string | undefined;
  get(request?: ByteRequest, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** Reads several spans, merged where they are near each other; results in the order of `spans`. `undefined`: the value is missing. */
  getSpans(spans: readonly ByteSpan[], options?: ReadOptions): Promise<Uint8Array[] | undefined>;
}
