/**
 * What is known of the stored chunks of an array.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Place } from "../client/place.ts";
import type { ChunkState } from "../protocol.ts";

/** A chunk that was looked at. */
export type KnownChunk = ChunkState | { readonly kind: "failed"; readonly message: string };

const AT_ONCE = 12;
const MAX_KNOWN = 100_000;

/** Chunks by index; looked at when they are wanted. */
export class ChunkStates {
  readonly #place: Place;
  readonly #path: string;
  readonly #known = new Map<string, KnownChunk>();
  readonly #running = new Map<string, AbortController>();
  #wanted: (readonly number[])[] = [];
  /** Rises when more is known. */
  readonly version = signal(0);
  readonly isBusy = signal(false);

  constructor(place: Place, path: string) {
    this.#place = place;
    this.#path = path;
  }

  get(index: readonly number[]): KnownChunk | undefined {
    return this.#known.get(index.join());
  }

  /** All that is known so far, for sums. */
  known(): Iterable<KnownChunk> {
    return this.#known.values();
  }

  /** Looks at chunks, in this order; what is under way and no longer wanted is given up. */
  want(indices: readonly (readonly number[])[]): void {
    const keys = new Set(indices.map((index) => index.join()));
    for (const [key, controller] of this.#running) {
      if (keys.has(key)) continue;
      this.#running.delete(key);
      controller.abort(new DOMException("It is no longer seen.", "AbortError"));
    }
    this.#wanted = indices.filter((index) => !this.#known.has(index.join()));
    this.#start();
  }

  stop(): void {
    this.want([]);
  }

  #start(): void {
    while (this.#running.size < AT_ONCE) {
      const index = this.#wanted.shift();
      if (index === undefined) break;
      if (!this.#running.has(index.join())) void this.#look(index);
    }
    this.isBusy.value = this.#running.size > 0;
  }

  async #look(index: readonly number[]): Promise<void> {
    const key = index.join();
    const controller = new AbortController();
    this.#running.set(key, controller);
    let found: KnownChunk | undefined;
    try {
      found = await this.#place.chunk(this.#path, index, controller.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!controller.signal.aborted) found = { kind: "failed", message };
    }
    if (this.#running.get(key) !== controller) return; // it was given up
    this.#running.delete(key);
    if (found !== undefined) {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(key, found);
      this.version.value++;
    }
    this.#start();
  }
}
