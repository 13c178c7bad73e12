/**
 * A value that is held open, to read pieces of it at once: what threads read large chunks through.
 *
 * @module
 */

/** An open value. Nothing it does returns a promise. */
export interface OpenValue {
  /** Its length in bytes. */
  readonly size: number;
  /** Bytes that are had as one: a piece costs the least where it begins and ends at multiples of it. */
  readonly step: number;
  /**
   * The bytes from `start` up to, not including, `end`, which lie within the value. Valid until the next kernel call
   * that makes output on this thread.
   *
   * @param place Room of exactly that length, where the bytes are wanted. They are there if the result is `place`
   * itself.
   * @throws Where there are fewer, or they are damaged.
   */
  read(start: number, end: number, place?: Uint8Array): Uint8Array;
  /**
   * The same bytes to where the elements belong that they are, in C order: where that is possible, and the quicker way.
   * False where it is not; what it has read is lost then.
   */
  scatter?(start: number, end: number, target: ScatterTarget): boolean;
}

/** Where elements belong: a block, as the kernels know it. */
export interface ScatterTarget {
  readonly data: Uint8Array | unknown[];
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  readonly itemSize: number;
}
