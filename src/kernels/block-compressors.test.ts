import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { blosclzDecode, BlosclzEncoder } from "./blosclz.ts";
import { damages, sampleBytes, samples } from "./fixtures/sample-bytes.ts";
import { lz4Decode, Lz4Encoder, lz4MaxEncodedSize } from "./lz4.ts";
import { snappyDecode, SnappyEncoder } from "./snappy.ts";

interface Encoder {
  encode(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    to: number,
    limit: number,
  ): number;
}
type Decoder = typeof lz4Decode;

const COMPRESSORS: [string, () => Encoder, Decoder][] = [
  ["lz4", () => new Lz4Encoder(1), lz4Decode],
  ["lz4, accelerated", () => new Lz4Encoder(9), lz4Decode],
  ["lz4hc", () => new Lz4Encoder(1, 64), lz4Decode],
  ["blosclz", () => new BlosclzEncoder(5), blosclzDecode],
  ["blosclz 9", () => new BlosclzEncoder(9), blosclzDecode],
  ["snappy", () => new SnappyEncoder(), snappyDecode],
];

test.each(COMPRESSORS)("%s gives back what it got, between offsets", (_, encoder, decode) => {
  const shared = encoder();
  fc.assert(
    fc.property(samples(100_000), fc.nat({ max: 9 }), (bytes, offset) => {
      const source = new Uint8Array(bytes.length + offset + 3).fill(7);
      source.set(bytes, offset);
      const target = new Uint8Array(bytes.length * 1.2 + 64 + offset);
      const end = shared.encode(source, offset, offset + bytes.length, target, offset, target.length);
      expect(end).toBeGreaterThanOrEqual(offset);
      const back = new Uint8Array(bytes.length + offset + 5);
      expect(decode(target, offset, end, back, offset, offset + bytes.length)).toBe(offset + bytes.length);
      expect(Buffer.compare(back.subarray(offset, offset + bytes.length), bytes)).toBe(0);
      expect(back.subarray(offset + bytes.length)).toEqual(new Uint8Array(5));
    }),
    { numRuns: 60 },
  );
});

test.each(COMPRESSORS)("%s stays within the space it is given", (_, encoder) => {
  fc.assert(
    fc.property(samples(5000), fc.nat({ max: 5200 }), (bytes, space) => {
      const target = new Uint8Array(space + 32).fill(0xaa);
      const end = encoder().encode(bytes, 0, bytes.length, target, 0, space);
      expect(end).toBeLessThanOrEqual(space);
      expect(target.subarray(space)).toEqual(new Uint8Array(32).fill(0xaa));
    }),
  );
});

test.each(COMPRESSORS)(
  "%s: damaged data decode to something within bounds, or throw CodecError",
  (_, encoder, decode) => {
    for (const kind of ["few", "text", "smooth", "constant"] as const) {
      const bytes = sampleBytes(kind, 2000);
      const space = new Uint8Array(4000);
      const encoded = space.slice(0, encoder().encode(bytes, 0, bytes.length, space, 0, space.length));
      fc.assert(
        fc.property(damages(encoded), (damaged) => {
          const target = new Uint8Array(bytes.length + 64);
          try {
            expect(decode(damaged, 0, damaged.length, target, 16, 16 + bytes.length)).toBeLessThanOrEqual(
              16 + bytes.length,
            );
          } catch (error) {
            if (!isZarrError(error)) throw error;
            expect(error.name).toBe("CodecError");
          }
          expect(target.subarray(0, 16)).toEqual(new Uint8Array(16));
          expect(target.subarray(16 + bytes.length)).toEqual(new Uint8Array(48));
        }),
      );
    }
  },
);

test("what repeats becomes small", () => {
  const bytes = sampleBytes("text", 50_000);
  for (const [name, encoder] of COMPRESSORS) {
    const target = new Uint8Array(60_000);
    expect([name, encoder().encode(bytes, 0, bytes.length, target, 0, target.length) < 2700]).toEqual([
      name,
      true,
    ]);
  }
});

test("lz4: nothing needs more than the bound says", () => {
  fc.assert(
    fc.property(samples(70_000), (bytes) => {
      const target = new Uint8Array(lz4MaxEncodedSize(bytes.length));
      expect(new Lz4Encoder(1).encode(bytes, 0, bytes.length, target, 0, target.length)).toBeGreaterThan(0);
    }),
    { numRuns: 30 },
  );
});

test("lz4: blocks keep the format's rule about their end", () => {
  fc.assert(
    fc.property(samples(3000), (bytes) => {
      const target = new Uint8Array(lz4MaxEncodedSize(bytes.length));
      const end = new Lz4Encoder(1, 16).encode(bytes, 0, bytes.length, target, 0, target.length);
      const { decoded, lastLiterals, lastMatchStart } = naiveLz4(target.subarray(0, end));
      expect(decoded).toEqual([...bytes]);
      if (lastMatchStart >= 0) {
        expect(lastLiterals).toBeGreaterThanOrEqual(5);
        expect(lastMatchStart).toBeLessThanOrEqual(bytes.length - 12);
      }
    }),
    { numRuns: 60 },
  );
});

test("snappy: a length that lies is an error", () => {
  const source = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0);
  expect(() => snappyDecode(source, 0, source.length, new Uint8Array(10), 0, 10)).toThrow(/more bytes/);
  const short = Uint8Array.of(5, 0, 65);
  expect(() => snappyDecode(short, 0, 3, new Uint8Array(10), 0, 10)).toThrow(/other than the number/);
});

function naiveLz4(block: Uint8Array): { decoded: number[]; lastLiterals: number; lastMatchStart: number } {
  const bytes = [...block];
  const decoded: number[] = [];
  let lastMatchStart = -1;
  const length = (nibble: number): number => {
    let value = nibble;
    if (nibble === 15) for (let more = 255; more === 255;) value += more = bytes.shift()!;
    return value;
  };
  for (;;) {
    const token = bytes.shift()!;
    const literals = length(token >> 4);
    decoded.push(...bytes.splice(0, literals));
    if (bytes.length === 0) return { decoded, lastLiterals: literals, lastMatchStart };
    const distance = bytes.shift()! + 256 * bytes.shift()!;
    lastMatchStart = decoded.length;
    for (let left = length(token & 15) + 4; left > 0; left--)
      decoded.push(decoded[decoded.length - distance]!);
  }
}
