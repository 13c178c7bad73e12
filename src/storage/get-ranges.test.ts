import { expect, test } from "vitest";
import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { readRanges } from "./get-ranges.ts";
import type { GetRangesOptions, RangeGroup } from "./get-ranges.ts";

interface Read {
  readonly request: ByteRequest | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const RANGES = Array.from({ length: 6 }, (_, i) => ({ start: i * 10, end: i * 10 + 1 }));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads that are finished by hand. */
function setUp(options: GetRangesOptions = {}): {
  reads: Read[];
  groups: AsyncGenerator<RangeGroup, void, undefined>;
} {
  const reads: Read[] = [];
  const read = (
    request: ByteRequest | undefined,
    { signal }: AbortOptions,
  ): Promise<Uint8Array | undefined> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      reads.push({ request, signal, resolve, reject });
    });
  const groups = readRanges(RANGES, read, () => new Error("missing"), { maxGapBytes: 0, ...options });
  return { reads, groups };
}

test("groups come in the order in which they finish, with a bounded number under way", async () => {
  const { reads, groups } = setUp({ maxConcurrency: 3 });
  const first = groups.next();
  await turn();
  expect(reads).toHaveLength(3);
  reads[2]!.resolve(new Uint8Array([2]));
  expect((await first).value).toEqual([[2, new Uint8Array([2])]]);
  await turn();
  expect(reads).toHaveLength(3); // nobody asks for more yet
  const second = groups.next();
  await turn();
  expect(reads).toHaveLength(4);
  reads[0]!.resolve(new Uint8Array([0]));
  expect((await second).value).toEqual([[0, new Uint8Array([0])]]);
  await groups.return();
});

test("the first failure cancels the rest, and is what is thrown", async () => {
  const { reads, groups } = setUp();
  const next = groups.next();
  await turn();
  const failure = new Error("broken");
  reads[4]!.reject(failure);
  await expect(next).rejects.toBe(failure);
  expect(reads.every(({ signal }) => signal?.aborted)).toBe(true);
  expect(await groups.next()).toEqual({ done: true, value: undefined });
});

test("a value that vanishes midway is an error, after the groups that finished before", async () => {
  const { reads, groups } = setUp({ maxConcurrency: 2 });
  const first = groups.next();
  await turn();
  reads[0]!.resolve(new Uint8Array(1));
  reads[1]!.resolve(undefined);
  expect((await first).done).toBe(false);
  await expect(groups.next()).rejects.toThrow("missing");
});

test("leaving the loop cancels what is under way and raises nothing", async () => {
  const { reads, groups } = setUp();
  const first = groups.next();
  await turn();
  reads[1]!.resolve(new Uint8Array(1));
  await first;
  await groups.return();
  expect(reads[0]!.signal?.aborted).toBe(true);
  await turn(); // an unhandled rejection would fail the run
});

test("an abort by the caller rejects at once, also when a read does not heed it", async () => {
  const controller = new AbortController();
  const never = (): Promise<Uint8Array> => new Promise(() => {});
  const groups = readRanges(RANGES, never, () => new Error("missing"), { signal: controller.signal });
  const next = groups.next();
  await turn();
  controller.abort("enough");
  await expect(next).rejects.toBe("enough");
});
