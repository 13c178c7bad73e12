import fc from "fast-check";
import { expect, test } from "vitest";
import { isPromise } from "../base/async.ts";
import { sliceBytes } from "../base/byte-request.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { bloscEncode } from "../kernels/blosc-encode.ts";
import { transientRoom } from "../kernels/memory.ts";
import { bloscContent } from "./blosc-part.ts";

const never = (): never => {
  throw new Error("not this one");
};
const encoders = { zlib: never, zstd: never };
const decoders = { zlib: never, zstd: never };

/** A value in memory; counts bytes and reads. `change` is called before each read but the first. */
function held(value: Uint8Array | undefined, options: { versions?: boolean; change?: () => void } = {}) {
  const counts = { bytes: 0, reads: 0 };
  const state = { value, version: 1 };
  const read = (request: Parameters<ByteSource["get"]>[0]): Uint8Array | undefined => {
    const bytes = state.value === undefined ? undefined : sliceBytes(state.value, request);
    counts.bytes += bytes?.length ?? 0;
    return bytes;
  };
  const begin = (options_: Parameters<ByteSource["get"]>[1]): void => {
    if (counts.reads++ > 0) options.change?.();
    if (options.versions !== false) options_?.onVersion?.(state.version);
  };
  const source: ByteSource = {
    get(request, options_) {
      begin(options_);
      return Promise.resolve(read(request));
    },
    getSpans(spans, options_) {
      begin(options_);
      return Promise.resolve(state.value === undefined ? undefined : spans.map((span) => read(span)!));
    },
  };
  return { source, counts, state };
}

/** A value that is here at once, in the room that is given. */
function atOnce(value: Uint8Array): ByteSource {
  const told = (options: Parameters<ByteSource["get"]>[1]): void => options?.onVersion?.(1);
  return {
    get(request, options, room) {
      told(options);
      const bytes = sliceBytes(value, request);
      const place = room?.(bytes.length) ?? new Uint8Array(bytes.length);
      place.set(bytes);
      return place;
    },
    getSpans(spans, options, room) {
      told(options);
      const parts = spans.map((span) => sliceBytes(value, span));
      const total = parts.reduce((sum, part) => sum + part.length, 0);
      const place = room?.(total) ?? new Uint8Array(total);
      let at = 0;
      return parts.map((part) => {
        place.set(part, at);
        return place.subarray(at, (at += part.length));
      });
    },
  };
}

const containers = fc.record({
  length: fc.integer({ min: 1, max: 12_000 }),
  modulus: fc.integer({ min: 1, max: 256 }),
  compressor: fc.constantFrom("lz4" as const, "blosclz" as const, "snappy" as const),
  shuffle: fc.constantFrom("noshuffle" as const, "shuffle" as const, "bitshuffle" as const),
  typesize: fc.constantFrom(1, 2, 4, 8, 3),
  blocksize: fc.constantFrom(0, 128, 1024, 4096),
  level: fc.constantFrom(0, 1, 5),
  cuts: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 }),
});

test("any parts are those of the whole content", async () => {
  await fc.assert(
    fc.asyncProperty(containers, async ({ length, modulus, cuts, ...options }) => {
      const content = Uint8Array.from({ length }, (_, i) => ((i * 7) ^ (i >> 5)) % modulus);
      const container = bloscEncode(content, options, encoders);
      const { source } = held(container);
      const spans = cuts.map(([a, b]) => {
        const [start, end] = [a % (length + 1), b % (length + 1)].sort((x, y) => x - y);
        return { start: start!, end: end! };
      });
      const parts = await bloscContent(source, length, decoders).getSpans(spans);
      const now = bloscContent(atOnce(container), length, decoders).getSpans(spans, {}, transientRoom);
      if (isPromise(now)) throw new Error("a promise for what is here");
      const kept = now!.map((part) => part.slice()); // before anything else is read
      for (const [i, { start, end }] of spans.entries()) {
        expect(Buffer.compare(kept[i]!, content.subarray(start, end))).toBe(0);
        expect(Buffer.compare(parts![i]!, content.subarray(start, end))).toBe(0);
        const little = { start, end: Math.min(end, start + 2) };
        const few = bloscContent(atOnce(container), length, decoders).get(little, {}, transientRoom);
        expect(few).toEqual(content.slice(little.start, little.end));
      }
    }),
    { numRuns: 60 },
  );
});

let seed = 1;
// Elements of 4 bytes of which two are noise, so that half of it compresses.
const CONTENT = Uint8Array.from({ length: 2_000_000 }, (_, i) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return i % 4 < 2 ? seed >>> 24 : 0;
});
const OPTIONS = { compressor: "lz4", level: 5, shuffle: "shuffle", typesize: 4, blocksize: 4096 } as const;
const CONTAINER = bloscEncode(CONTENT, OPTIONS, encoders);

test("one element reads its block alone", async () => {
  const { source, counts } = held(CONTAINER);
  const part = await bloscContent(source, CONTENT.length, decoders).get({ start: 200_000, end: 200_004 });
  expect(part).toEqual(CONTENT.subarray(200_000, 200_004));
  expect(counts.reads).toBe(2);
  expect(counts.bytes).toBeLessThan(CONTAINER.length / 10);
});

test("a missing value is missing", async () => {
  const content = bloscContent(held(undefined).source, 10, decoders);
  expect(await content.get()).toBeUndefined();
  expect(await content.getSpans([{ start: 0, end: 1 }])).toBeUndefined();
});

test("where versions cannot be told the value is read as one", async () => {
  const { source, counts } = held(CONTAINER, { versions: false });
  const part = await bloscContent(source, CONTENT.length, decoders).get({ start: 5, end: 9 });
  expect(part).toEqual(CONTENT.subarray(5, 9));
  expect(counts.reads).toBe(2);
  expect(counts.bytes).toBeGreaterThanOrEqual(CONTAINER.length);
});

test("of a value that is replaced meanwhile nothing of the old one is left", async () => {
  const other = CONTENT.map((byte) => byte ^ 0x55);
  let changes = 1;
  const { source, state } = held(CONTAINER, {
    change: () => {
      if (changes-- <= 0) return;
      state.value = bloscEncode(other, OPTIONS, encoders);
      state.version++;
    },
  });
  const content = bloscContent(source, CONTENT.length, decoders);
  expect(await content.get({ start: 100_000, end: 100_100 })).toEqual(other.subarray(100_000, 100_100));
  changes = Infinity;
  await expect(content.get({ start: 0, end: 1 })).rejects.toMatchObject({
    name: "CodecError",
    codec: "blosc",
  });
});

test.each([
  ["cut by a byte", CONTAINER.subarray(0, -1)],
  ["cut in the middle", CONTAINER.subarray(0, 50_000)],
  ["with a byte too many", Uint8Array.from([...CONTAINER, 0])],
  ["of another size", bloscEncode(CONTENT.subarray(4), OPTIONS, encoders)],
  ["with a block outside", CONTAINER.map((byte, i) => (i >= 16 && i < 20 ? 0xff : byte))],
  ["cut within the header", CONTAINER.subarray(0, 9)],
])("a container %s is an error", async (_, container) => {
  const content = bloscContent(held(container).source, CONTENT.length, decoders);
  await expect(content.get({ start: 0, end: 4 })).rejects.toMatchObject({ name: "CodecError" });
});

test("blocks in any order and with bytes between them are found at once", () => {
  const view = new DataView(CONTAINER.buffer, CONTAINER.byteOffset);
  const blocksize = view.getUint32(8, true);
  const startOf = (block: number): number => view.getUint32(16 + 4 * block, true);
  // The third block once more behind all others, and the first one's position points there.
  const third = CONTAINER.slice(startOf(2), startOf(3));
  const moved = new Uint8Array(CONTAINER.length + 5 + third.length);
  moved.set(CONTAINER);
  moved.set(third, CONTAINER.length + 5);
  const words = new DataView(moved.buffer);
  words.setUint32(16, CONTAINER.length + 5, true);
  words.setUint32(12, moved.length, true);
  const content = bloscContent(atOnce(moved), CONTENT.length, decoders);
  const part = content.get({ start: 10, end: 20 }, {}, transientRoom) as Uint8Array; // it is here at once
  expect(part).toEqual(CONTENT.subarray(2 * blocksize + 10, 2 * blocksize + 20));
});

test("what is here at once and has to last does", () => {
  const content = bloscContent(atOnce(CONTAINER), CONTENT.length, decoders);
  const first = content.get({ start: 100, end: 200 }) as Uint8Array; // it is here at once
  void content.get({ start: 50_000, end: 50_100 }, {}, transientRoom);
  expect(first).toEqual(CONTENT.subarray(100, 200));
});
