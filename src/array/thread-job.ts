/**
 * What the calling thread and its workers say to each other about a read or a write.
 *
 * @module
 */
import type { ConfigValues } from "../base/config.ts";
import type { AxisMap } from "../indexing/projection.ts";
import type { ChunkLayers } from "./chunk-layers.ts";

/** A read that workers are to do. */
export interface ReadJob {
  readonly kind: "read";
  /** The array; see `array-card.ts`. */
  readonly card: string;
  /** Its place. */
  readonly root: string;
  readonly followSymlinks: boolean;
  readonly path: string;
  /** What is selected, a range along each axis. */
  readonly axes: readonly AxisMap[];
  /** Threads that the plan is made for. */
  readonly threads: number;
  readonly config: ConfigValues;
  /** The result itself, where it is memory that threads can write to: they take tiles there themselves. */
  readonly target?: SharedTarget | undefined;
  /** How chunks are cut into layers; see `chunk-layers.ts`. */
  readonly layers?: ChunkLayers | undefined;
}

/** A result in shared memory: a block, and where its bytes begin. */
export interface SharedTarget {
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/** A write that workers are to do, of the chunks that it covers. */
export interface WriteJob extends Omit<ReadJob, "kind" | "target" | "layers"> {
  readonly kind: "write";
  readonly fsync: boolean;
  readonly writeEmptyChunks: boolean;
  /** Memory for tiles that are larger than the ring has room for. */
  readonly own: readonly SharedArrayBuffer[];
}

/** A stored chunk that one worker is to decode. */
export interface DecodeTask {
  readonly kind: "decode";
  readonly card: string;
  readonly chunkIndex: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The ranges that are wanted, one along each axis. */
  readonly from: readonly AxisMap[];
  readonly config: ConfigValues;
}

/** A chunk that one worker is to read and decode. */
export interface ChunkTask extends Pick<ReadJob, "card" | "root" | "followSymlinks" | "path" | "config"> {
  readonly kind: "chunk";
  readonly chunkIndex: readonly number[];
  /** The ranges that are wanted, one along each axis. */
  readonly from: readonly AxisMap[];
  /** Are they all of the chunk? */
  readonly isFull: boolean;
  /** Memory for the result. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The elements of a decoded chunk that were wanted, in C order; `undefined` where that did not work. */
export interface DecodeAnswer {
  readonly kind: "answer";
  readonly task: number;
  readonly part: Uint8Array<ArrayBuffer> | undefined;
}

/** A tile is done: it lies in its slot, in memory of its own, or in its place. */
export interface TileDone {
  readonly kind: "tile";
  readonly tile: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}
