import type { AbortOptions } from "./async.ts";
import type { ByteRequest, ByteSpan } from "./byte-request.ts";

/**
 * A value that can be read in parts: a stored chunk, or an inner chunk of a shard.
 * Codecs that need only some bytes read through this, never through a store.
 * A missing value is `undefined`; a failed read throws.
 */
export interface ByteSource {
  get(request?: ByteRequest, options?: AbortOptions): Promise<Uint8Array | undefined>;
  /** Reads several spans, merged where they are near each other; results in the order of `spans`. `undefined`: the value is missing. */
  getSpans(spans: readonly ByteSpan[], options?: AbortOptions): Promise<Uint8Array[] | undefined>;
}
