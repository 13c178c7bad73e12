/**
 * Reads the tiles that are wanted, the most wanted first, and keeps what was read.
 *
 * @module
 */
import type { Place } from "../client/place.ts";
import type { Cut } from "../protocol.ts";
import type { TileRequest } from "./tile.ts";

/** A tile that was read, or failed, or is read chunk by chunk because one of its chunks failed. */
export type LoadedTile =
  | { readonly kind: "split"; readonly request: TileRequest; readonly plane: string }
  | { readonly kind: "ready"; readonly request: TileRequest; readonly plane: string; readonly cut: Cut }
  | {
      readonly kind: "failed";
      readonly request: TileRequest;
      readonly plane: string;
      readonly message: string;
    };

/** Tiles that are kept: their numbers, and about as many bytes for their colours. */
const MAX_BYTES = 256 * 2 ** 20;
/** Tiles under way at a time, for each worker. */
const AT_ONCE = 8;

/** The tiles of one picture. */
export class TileLoader {
  readonly #place: Place;
  readonly #changed: () => void;
  readonly #tiles = new Map<string, LoadedTile>();
  readonly #running = new Map<string, AbortController>();
  #wanted: readonly { readonly request: TileRequest; readonly plane: string }[] = [];
  #bytes = 0;

  /** @param changed - Told when a tile has come. */
  constructor(place: Place, changed: () => void) {
    this.#place = place;
    this.#changed = changed;
  }

  /** Tiles that are being read. */
  get running(): number {
    return this.#running.size;
  }

  /** The tiles to read in place of these: of those that have to be, each chunk on its own. */
  split(requests: readonly TileRequest[]): readonly TileRequest[] {
    return requests.flatMap((request) =>
      this.#tiles.get(request.key)?.kind === "split" ? request.parts() : [request],
    );
  }

  get(key: string): LoadedTile | undefined {
    return this.#tiles.get(key);
  }

  /** All tiles of a plane that are kept. */
  ofPlane(plane: string): LoadedTile[] {
    return [...this.#tiles.values()].filter((tile) => tile.plane === plane);
  }

  /** Says what is wanted now, the most wanted first; what is under way and no longer wanted is given up. */
  want(wanted: readonly { readonly request: TileRequest; readonly plane: string }[]): void {
    const keys = new Set<string>();
    for (const { request } of wanted) {
      keys.add(request.key);
      const tile = this.#tiles.get(request.key);
      if (tile === undefined) continue;
      this.#tiles.delete(request.key);
      this.#tiles.set(request.key, tile);
    }
    for (const [key, controller] of this.#running) {
      if (keys.has(key)) continue;
      this.#running.delete(key);
      controller.abort(new DOMException("It is no longer seen.", "AbortError"));
    }
    this.#wanted = wanted;
    this.#start();
  }

  /** Forgets failures, so that what is wanted is tried again. */
  retry(): void {
    for (const [key, tile] of this.#tiles) if (tile.kind !== "ready") this.#tiles.delete(key);
  }

  close(): void {
    this.#wanted = [];
    for (const controller of this.#running.values())
      controller.abort(new DOMException("Closed.", "AbortError"));
    this.#running.clear();
    this.#tiles.clear();
    this.#bytes = 0;
  }

  #start(): void {
    for (const { request, plane } of this.#wanted) {
      if (this.#running.size >= AT_ONCE * this.#place.readers) return;
      if (this.#running.has(request.key) || this.#tiles.has(request.key)) continue;
      void this.#read(request, plane);
    }
  }

  async #read(request: TileRequest, plane: string): Promise<void> {
    const controller = new AbortController();
    this.#running.set(request.key, controller);
    let tile: LoadedTile | undefined;
    try {
      tile = { kind: "ready", request, plane, cut: await this.#place.cut(request.cut, controller.signal) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (controller.signal.aborted) tile = undefined;
      else if (request.parts().length > 1) tile = { kind: "split", request, plane };
      else tile = { kind: "failed", request, plane, message };
    }
    if (this.#running.get(request.key) !== controller) return; // it was given up
    this.#running.delete(request.key);
    if (tile !== undefined) this.#keep(tile);
    this.#start();
    this.#changed();
  }

  #keep(tile: LoadedTile): void {
    this.#tiles.set(tile.request.key, tile);
    this.#bytes += bytesOf(tile);
    const wanted = new Set(this.#wanted.map(({ request }) => request.key));
    for (const [key, oldest] of this.#tiles) {
      if (this.#bytes <= MAX_BYTES) return;
      if (wanted.has(key)) continue;
      this.#tiles.delete(key);
      this.#bytes -= bytesOf(oldest);
    }
  }
}

function bytesOf(tile: LoadedTile): number {
  return tile.kind === "ready" ? tile.cut.data.byteLength + tile.cut.data.length * 4 : 0;
}
