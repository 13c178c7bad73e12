/**
 * Runs a plan of merged reads: bounded concurrency, results as they come, one failure
 * cancels the rest.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import { sliceBytes } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { coalesceRanges } from "./coalesce.ts";
import type { CoalescedRead } from "./coalesce.ts";

const DEFAULT_CONCURRENCY = 10;

/** One finished read: the inputs that it answers, as pairs of input index and bytes. */
export type RangeGroup = readonly (readonly [index: number, bytes: Uint8Array])[];

/** Options of `getRanges`; `undefined` and `null` mean the store's default. */
export interface GetRangesOptions extends ReadOptions {
  /** Reads under way at a time, at least 1. Default 10. */
  readonly maxConcurrency?: number | null | undefined;
  /** Ranges at most this far apart are read as one. Default 1 MiB. */
  readonly maxGapBytes?: number | null | undefined;
  /** A merged read is at most this long. Default 16 MiB. */
  readonly maxCoalescedBytes?: number | null | undefined;
}

/** Reads one part of the value at hand; `undefined` when the value is missing. */
export type ReadPart = (
  request: ByteRequest | undefined,
  options: ReadOptions,
) => Promise<Uint8Array | undefined>;

/** Plans and reads; see `Store.getRanges`. `onMissing` makes the error for a missing value. */
export async function* readRanges(
  ranges: Iterable<ByteRequest | undefined | null>,
  read: ReadPart,
  onMissing: () => Error,
  options: GetRangesOptions,
): AsyncGenerator<RangeGroup, void, undefined> {
  yield* runReads(planReads(ranges, options), read, onMissing, options);
}

/** The merged reads of a call of `getRanges`; checks its arguments and the signal. */
export function planReads(
  ranges: Iterable<ByteRequest | undefined | null>,
  options: GetRangesOptions,
): CoalescedRead[] {
  atLeast("maxConcurrency", options.maxConcurrency ?? DEFAULT_CONCURRENCY, 1);
  throwIfAborted(options.signal);
  return coalesceRanges(ranges, {
    maxGapBytes: atLeast("maxGapBytes", options.maxGapBytes ?? 2 ** 20, 0),
    maxCoalescedBytes: atLeast("maxCoalescedBytes", options.maxCoalescedBytes ?? 2 ** 24, 0),
  });
}

/** The inputs that a finished read answers. */
export function groupOf(read: CoalescedRead, bytes: Uint8Array): RangeGroup {
  return read.members.map(({ index, within }) => [index, sliceBytes(bytes, within)] as const);
}

/** Runs planned reads. */
export async function* runReads(
  reads: readonly CoalescedRead[],
  read: ReadPart,
  onMissing: () => Error,
  { signal, onVersion, maxConcurrency }: GetRangesOptions,
): AsyncGenerator<RangeGroup, void, undefined> {
  const limit = maxConcurrency ?? DEFAULT_CONCURRENCY;
  const controller = new AbortController();
  const running = new Set<Promise<void>>();
  const ready: RangeGroup[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => {};
  const fail = (error: unknown): void => {
    failure ??= { error };
    controller.abort(error);
    wake();
  };
  const onAbort = (): void => fail(signal?.reason);
  const start = async (item: CoalescedRead): Promise<void> => {
    try {
      const bytes = await read(item.request, { signal: controller.signal, onVersion });
      if (bytes === undefined) throw onMissing();
      ready.push(groupOf(item, bytes));
    } catch (error) {
      fail(error);
    }
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  let next = 0;
  try {
    for (;;) {
      // A slow consumer holds back new reads: at most `limit` groups are under way or waiting.
      while (failure === undefined && next < reads.length && running.size + ready.length < limit) {
        const item = start(reads[next++]!);
        running.add(item);
        void item.then(() => {
          running.delete(item);
          wake();
        });
      }
      const group = ready.shift();
      if (group !== undefined) {
        yield group;
        continue;
      }
      if (failure !== undefined) {
        // Siblings settle before the first cause is thrown; an abort by the caller does not wait for them.
        if (signal?.aborted !== true) await Promise.all(running);
        throw failure.error;
      }
      if (running.size === 0) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    if (running.size > 0) controller.abort(new DOMException("The reader stopped.", "AbortError"));
  }
}

function atLeast(name: string, value: unknown, least: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${typeof value}.`);
  if (!(value >= least)) throw new RangeError(`${name} must be at least ${least}, got ${value}.`);
  return value;
}
