/**
 * The plan that merges byte ranges which lie near each other into one read. Pure: no I/O.
 *
 * @module
 */
import { validateByteRequest } from "../base/byte-request.ts";
import type { ByteRequest, ByteSpan } from "../base/byte-request.ts";

/** Bounds of the merging, in bytes. */
export interface CoalesceLimits {
  /** Two ranges merge when at most this many unwanted bytes lie between them. */
  readonly maxGapBytes: number;
  /** A merged read is at most this long; a single longer range stays one read. */
  readonly maxCoalescedBytes: number;
}

/** One read, and the inputs that it answers, in order of their start. */
export interface CoalescedRead {
  /** What to ask the store for; `undefined` is the whole value. */
  readonly request: ByteRequest | undefined;
  readonly members: readonly CoalescedMember[];
}

/** One input of a merged read. */
export interface CoalescedMember {
  /** Position in the list of inputs. */
  readonly index: number;
  /** Where its bytes lie within those read; `undefined` when it is all of them. */
  readonly within: ByteSpan | undefined;
}

/**
 * Merges `{ start, end }` ranges, sorted by start, while both limits hold; overlapping and
 * nested ranges merge too. `{ offset }`, `{ suffix }` and whole values are one read each.
 *
 * @throws TypeError when an input is no byte request.
 * @example
 * ```ts
 * const reads = coalesceRanges([{ start: 0, end: 4 }, { start: 6, end: 8 }], {
 *   maxGapBytes: 2,
 *   maxCoalescedBytes: 100,
 * });
 * reads[0]?.request; // { start: 0, end: 8 }
 * ```
 */
export function coalesceRanges(
  ranges: Iterable<ByteRequest | undefined | null>,
  limits: CoalesceLimits,
): CoalescedRead[] {
  const bounded: { index: number; start: number; end: number }[] = [];
  const reads: CoalescedRead[] = [];
  let index = 0;
  for (const range of ranges) {
    validateByteRequest(range);
    if (range !== undefined && range !== null && "start" in range)
      bounded.push({ index, start: range.start, end: Math.max(range.start, range.end) });
    else reads.push({ request: range ?? undefined, members: [{ index, within: undefined }] });
    index++;
  }
  bounded.sort((a, b) => a.start - b.start || a.index - b.index);
  let first = 0;
  while (first < bounded.length) {
    const start = bounded[first]!.start;
    let end = bounded[first]!.end;
    let last = first + 1;
    for (; last < bounded.length; last++) {
      const next = bounded[last]!;
      const merged = Math.max(end, next.end);
      if (next.start - end > limits.maxGapBytes || merged - start > limits.maxCoalescedBytes) break;
      end = merged;
    }
    const members = bounded.slice(first, last).map((member) => ({
      index: member.index,
      within: last - first === 1 ? undefined : { start: member.start - start, end: member.end - start },
    }));
    reads.push({ request: { start, end }, members });
    first = last;
  }
  return reads;
}
