import type { ByteRequest } from "../base/byte-request.ts";
import { readLocalSync } from "./local-read.ts";
import { LocalStore } from "./local-store.ts";
import { registerStore } from "./store-registry.ts";

/**
 * A `LocalStore` that touches only the bytes it hands out, at once, as a mapped file would. It
 * maps nothing: reading exactly the bytes asked for costs what faulting in their pages does, on
 * every runtime.
 *
 * @example
 * ```ts
 * const store = new MemoryMappedStore("data/example.zarr");
 * await store.set("c/0/0", new Uint8Array(800));
 * await store.get("c/0/0", { start: 80, end: 160 });
 * store.bytesTouched; // 80
 * ```
 */
export class MemoryMappedStore extends LocalStore {
  #bytesTouched = 0;

  static {
    registerStore("MemoryMappedStore", this, (json) =>
      MemoryMappedStore.revive<MemoryMappedStore>(MemoryMappedStore, json),
    );
  }

  /** Bytes of values handed out so far. */
  get bytesTouched(): number {
    return this.#bytesTouched;
  }

  /** 0: a gap would be touched too. */
  override get cheapGapBytes(): number {
    return 0;
  }

  override withReadOnly(readOnly: boolean = false): MemoryMappedStore {
    // `rebuild` makes a store of this class.
    return super.withReadOnly(readOnly) as MemoryMappedStore;
  }

  protected override fromFile(path: string, range?: ByteRequest): Uint8Array | undefined {
    const bytes = readLocalSync(path, range, true);
    this.#bytesTouched += bytes?.byteLength ?? 0;
    return bytes;
  }
}
