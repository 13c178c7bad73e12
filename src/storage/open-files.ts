/**
 * Bounds the files that are open at a time: more than this gains nothing, and systems allow a
 * process only so many.
 *
 * @module
 */

const LIMIT = 128;

let open = 0;
const waiting: (() => void)[] = [];

/** Runs work that opens a file, when fewer than 128 others do, in the order it came. */
export async function withOpenFile<T>(work: () => Promise<T>): Promise<T> {
  // A slot that is freed goes straight to the next in line, so `open` stays as it is.
  if (open >= LIMIT) await new Promise<void>((resolve) => waiting.push(resolve));
  else open++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) open--;
    else next();
  }
}
