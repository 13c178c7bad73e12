import fc from "fast-check";
import { expect, test } from "vitest";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { coalesceRanges } from "./coalesce.ts";

const LIMITS = { maxGapBytes: 4, maxCoalescedBytes: 20 };

test.each([
  ["nothing", [], []],
  [
    "a gap of exactly the limit",
    [
      [0, 2],
      [6, 8],
    ],
    [[0, 8]],
  ],
  [
    "a gap beyond the limit",
    [
      [0, 2],
      [7, 8],
    ],
    [
      [0, 2],
      [7, 8],
    ],
  ],
  [
    "a merged length of exactly the limit",
    [
      [0, 10],
      [12, 20],
    ],
    [[0, 20]],
  ],
  [
    "a merged length beyond the limit",
    [
      [0, 10],
      [12, 21],
    ],
    [
      [0, 10],
      [12, 21],
    ],
  ],
  [
    "nested and overlapping",
    [
      [0, 10],
      [2, 4],
      [8, 12],
    ],
    [[0, 12]],
  ],
  [
    "out of order",
    [
      [8, 9],
      [0, 2],
      [3, 5],
    ],
    [[0, 9]],
  ],
  [
    "one longer than the limit",
    [
      [0, 100],
      [100, 101],
    ],
    [
      [0, 100],
      [100, 101],
    ],
  ],
] as [string, [number, number][], [number, number][]][])("%s", (_, ranges, reads) => {
  const plan = coalesceRanges(
    ranges.map(([start, end]) => ({ start, end })),
    LIMITS,
  );
  expect(plan.map(({ request }) => request)).toEqual(reads.map(([start, end]) => ({ start, end })));
});

test("offsets, suffixes and whole values are one read each", () => {
  const plan = coalesceRanges([{ offset: 0 }, { offset: 0 }, { suffix: 3 }, null, undefined], LIMITS);
  expect(plan.map(({ members }) => members.map(({ index }) => index))).toEqual([[0], [1], [2], [3], [4]]);
});

const arbitraryRange: fc.Arbitrary<ByteRequest> = fc.oneof(
  fc.record({ start: fc.nat(300), end: fc.nat(300) }),
  fc.record({ offset: fc.nat(300) }),
  fc.record({ suffix: fc.nat(300) }),
);

test("every input is answered once, with its own bytes, within the limits", () => {
  const value = Uint8Array.from({ length: 250 }, (_, i) => i);
  fc.assert(
    fc.property(
      fc.array(arbitraryRange),
      fc.nat(40),
      fc.nat(120),
      (ranges, maxGapBytes, maxCoalescedBytes) => {
        const plan = coalesceRanges(ranges, { maxGapBytes, maxCoalescedBytes });
        const answered = new Map<number, Uint8Array>();
        for (const { request, members } of plan) {
          const read = resolveByteRequest(request, value.length);
          const bytes = value.subarray(read.start, read.end);
          if (members.length > 1 && request !== undefined && "start" in request)
            expect(request.end - request.start).toBeLessThanOrEqual(maxCoalescedBytes);
          for (const { index, within } of members) {
            expect(answered.has(index)).toBe(false);
            const part = resolveByteRequest(within, bytes.length);
            answered.set(index, bytes.subarray(part.start, part.end));
          }
        }
        expect(answered.size).toBe(ranges.length);
        for (const [index, range] of ranges.entries()) {
          const { start, end } = resolveByteRequest(range, value.length);
          expect(answered.get(index)).toEqual(value.subarray(start, end));
        }
      },
    ),
  );
});
