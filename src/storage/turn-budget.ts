/**
 * How much a store may do at once, that is without a promise, before others get their turn.
 *
 * @module
 */

/** Synchronous operations in one turn of the event loop. */
const MAX_OPERATIONS = 512;
/** Bytes that they may read or write in all. */
const MAX_BYTES = 4 * 2 ** 20;
/** Bytes that one operation may read; more goes through the event loop. */
const AT_ONCE_BYTES = 256 * 1024;

let operations = 0;
let bytes = 0;
let scheduled = false;
let isUnlimited = false;

/** On a thread where nobody else waits for a turn, everything is done at once. */
export function alwaysActAtOnce(): void {
  isUnlimited = true;
}

/** The most bytes that one operation may read at once. */
export function atOnceBytes(): number {
  return isUnlimited ? Infinity : AT_ONCE_BYTES;
}

/**
 * May something small be done at once? Small files are read several times faster so, but timers and other requests
 * wait meanwhile: what goes beyond some milliseconds in one turn of the event loop is done asynchronously.
 */
export function mayActAtOnce(): boolean {
  if (isUnlimited) return true;
  if (operations >= MAX_OPERATIONS || bytes >= MAX_BYTES) return false;
  operations++;
  if (!scheduled) {
    scheduled = true;
    // Where there are files there is `setImmediate`, which runs once the microtasks of this turn are done.
    setImmediate(reset);
  }
  return true;
}

/** Counts what has been read or written at once. */
export function spendBytes(count: number): void {
  bytes += count;
}

/** Counts operations beyond the one that was allowed. */
export function spendOperations(count: number): void {
  operations += count;
}

function reset(): void {
  operations = 0;
  bytes = 0;
  scheduled = false;
}
