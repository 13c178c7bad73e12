/**
 * Indexes of shards that were read before: a warm shard costs one request less.
 *
 * @module
 */
import type { ShardIndex } from "./shard-index.ts";

/** An index, and the version of the shard that it belongs to. */
export interface IndexedShard {
  readonly index: ShardIndex;
  /** `undefined` where the source cannot tell; such an index is not remembered. */
  readonly version: unknown;
}

/** Bytes of indexes that one array remembers. */
const MAX_BYTES = 16 * 2 ** 20;

/** Indexes by the name of their source; the least recently used go first. */
export class IndexMemory {
  readonly #shards = new Map<string, IndexedShard>();
  #bytes = 0;

  get(name: string | undefined): IndexedShard | undefined {
    if (name === undefined) return undefined;
    const found = this.#shards.get(name);
    if (found !== undefined) {
      this.#shards.delete(name);
      this.#shards.set(name, found);
    }
    return found;
  }

  remember(name: string | undefined, shard: IndexedShard): void {
    if (name === undefined || shard.version === undefined) return;
    this.forget(name);
    this.#shards.set(name, shard);
    this.#bytes += sizeOf(shard);
    for (const oldest of this.#shards.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
  }

  forget(name: string | undefined): void {
    const found = name === undefined ? undefined : this.#shards.get(name);
    if (found === undefined || name === undefined) return;
    this.#shards.delete(name);
    this.#bytes -= sizeOf(found);
  }
}

function sizeOf({ index }: IndexedShard): number {
  return index.length * 16;
}
