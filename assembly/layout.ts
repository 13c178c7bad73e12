// Where the kernels keep what outlives a call, as distances from the start of this thread's part of the memory. Threads
// share one memory, so nothing lies at a fixed address.

/** Behind every buffer that a kernel writes wide lie this many bytes that may be overwritten. */
export const SLACK: usize = 64;

/** Axes of a strided copy. */
export const PLAN: usize = 0;
const PLAN_BYTES: usize = 64 * 16;
/** Where the planes of shuffled elements begin (u32), one for each byte of the largest. */
export const PLANES: usize = PLAN + PLAN_BYTES;
const PLANES_BYTES: usize = 256 * 4;
/** Bytes that lie elsewhere pass through here, a piece at a time. */
export const STAGING: usize = PLANES + PLANES_BYTES;
export const STAGING_BYTES: usize = 65536;


/** zstd: the Huffman code of literals, 2 bytes for each of 2^11 states. */
export const HUFFMAN: usize = STAGING + STAGING_BYTES + SLACK;
export const HUFFMAN_LOG: usize = 11;
/** What the frame keeps from block to block: three repeated offsets, bits of the Huffman code, of the tables. */
export const FRAME: usize = HUFFMAN + (2 << HUFFMAN_LOG);
/** Weights of a code; probabilities, next states and symbols of a table that is being made. */
export const WEIGHTS: usize = FRAME + 64;
export const PROBABILITIES: usize = WEIGHTS + 512;
export const NEXT_STATES: usize = PROBABILITIES + 512;
export const SYMBOLS: usize = NEXT_STATES + 512;
/** Extra bits (u32) and first values (u32) of codes: literal lengths, then match lengths, 64 of each. */
export const CODES: usize = SYMBOLS + 512;
/**
 * Tables of literal lengths, offsets, match lengths and weights, of 8 bytes for each of 512 states; then those of the
 * format; then all again, for the other halves of the states.
 */
export const TABLES: usize = CODES + 2 * 64 * 8;
export const TABLE_BYTES: usize = 512 * 8;
export const DEFAULTS: usize = TABLES + 4 * TABLE_BYTES;
export const DEFAULT_BYTES: usize = 64 * 8;
/** From a state to its other half. */
export const TO_REST: usize = 4 * TABLE_BYTES + 3 * DEFAULT_BYTES;
/** The literals of a block. */
export const LITERALS: usize = TABLES + 2 * TO_REST;
export const BLOCK_MAX: usize = 131072;
/** CRC-32C: tables, and what is being folded (in the place of literals). */
export const CRC_TABLES: usize = LITERALS + BLOCK_MAX + SLACK;
export const FOLD: usize = LITERALS;

/** zstd: the Huffman code by pairs, 4 bytes for each of 2^11 states. */
export const PAIRS: usize = CRC_TABLES + 8192;
/** Sequences that have been decoded and not run: literal length, match length, offset (u32 each), nothing. */
export const SEQUENCES: usize = PAIRS + (4 << HUFFMAN_LOG);
export const SEQUENCES_BYTES: usize = 16 * 256;

/** All of it. */
export const WORK_BYTES: usize = SEQUENCES + SEQUENCES_BYTES;

/** Start of this thread's part of the memory. */
export let work: usize = 0;

/** Called once, before anything else. */
export function useWork(at: usize): void {
  work = at;
}
