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

/** All of it. */
export const WORK_BYTES: usize = STAGING + STAGING_BYTES + SLACK;

/** Start of this thread's part of the memory. */
export let work: usize = 0;

/** Called once, before anything else. */
export function useWork(at: usize): void {
  work = at;
}
