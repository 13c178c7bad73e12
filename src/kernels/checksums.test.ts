import * as fc from "fast-check";
import { expect, test } from "vitest";
import { adler32, adler32Plainly } from "./adler32.ts";
import { bz2Crc } from "./bz2-crc.ts";
import { crc32, crc32Plainly } from "./crc32.ts";
import { crc32c } from "./crc32c.ts";
import { crc64 } from "./crc64.ts";
import { fletcher32 } from "./fletcher32.ts";
import { inputRoom } from "./memory.ts";
import { jenkinsLookup3 } from "./jenkins-lookup3.ts";
import { sha256 } from "./sha256.ts";
import { xxHash64Low } from "./xxhash64.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const DIGITS = ascii("123456789");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("published check values", () => {
  expect(crc32(DIGITS)).toBe(0xcbf43926);
  expect(crc32Plainly(DIGITS)).toBe(0xcbf43926);
  expect(crc32c(DIGITS)).toBe(0xe3069283);
  expect(bz2Crc(DIGITS)).toBe(0xfc891918);
  expect(crc64(DIGITS)).toEqual({ high: 0x995dc9bb, low: 0xdf1939fa });
  expect(adler32(ascii("Wikipedia"))).toBe(0x11e60398);
  expect(fletcher32(Uint8Array.of(1, 2, 3, 4))).toBe(0x05080406);
  expect(jenkinsLookup3(ascii(""), 0)).toBe(0xdeadbeef);
  expect(jenkinsLookup3(ascii("Four score and seven years ago"), 0)).toBe(0x17770551);
  expect(jenkinsLookup3(ascii("Four score and seven years ago"), 1)).toBe(0xcd628161);
  expect(xxHash64Low(ascii(""))).toBe(0x51d8e999);
  expect(hex(sha256(ascii("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test.each([
  ["crc32", (bytes: Uint8Array) => crc32(bytes), (bytes: Uint8Array) => bitwiseCrc(bytes, 0xedb88320)],
  [
    "crc32Plainly",
    (bytes: Uint8Array) => crc32Plainly(bytes),
    (bytes: Uint8Array) => bitwiseCrc(bytes, 0xedb88320),
  ],
  ["crc32c", (bytes: Uint8Array) => crc32c(bytes), (bytes: Uint8Array) => bitwiseCrc(bytes, 0x82f63b78)],
  ["adler32", adler32, naiveAdler],
  ["fletcher32", fletcher32, naiveFletcher],
  ["xxHash64Low", xxHash64Low, (bytes: Uint8Array) => Number(naiveXxHash64(bytes) & 0xffffffffn)],
  ["crc64", (bytes: Uint8Array) => crc64(bytes), naiveCrc64],
])("%s equals its definition", (_, fast, naive) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(fast(bytes)).toEqual(naive(bytes));
    }),
  );
});

test("a checksum goes on from the one before", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      const both = Uint8Array.of(...first, ...second);
      expect(crc32(second, crc32(first))).toBe(crc32(both));
      expect(crc32Plainly(second, crc32Plainly(first))).toBe(crc32(both));
      expect(crc32c(second, crc32c(first))).toBe(crc32c(both));
    }),
  );
});

test("sums of many large bytes stay exact", () => {
  const bytes = new Uint8Array(100_000).fill(255);
  expect(adler32Plainly(bytes)).toBe(naiveAdler(bytes));
  const room = inputRoom(bytes.length)!;
  for (const byte of [255, 0]) {
    room.fill(byte);
    expect(adler32(room)).toBe(naiveAdler(room));
  }
  expect(fletcher32(bytes)).toBe(naiveFletcher(bytes));
});

test("bytes at an odd offset of their buffer", () => {
  const bytes = Uint8Array.from({ length: 101 }, (_, index) => index * 7).subarray(1);
  expect(xxHash64Low(bytes)).toBe(xxHash64Low(bytes.slice()));
  expect(hex(sha256(bytes))).toBe(hex(sha256(bytes.slice())));
});

function bitwiseCrc(bytes: Uint8Array, polynomial: number): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return ~crc >>> 0;
}

function naiveCrc64(bytes: Uint8Array): { high: number; low: number } {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n;
  }
  crc ^= 0xffffffffffffffffn;
  return { high: Number(crc >> 32n), low: Number(crc & 0xffffffffn) };
}

function naiveAdler(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

/** Sums modulo 65535, in which zero may be written as 65535: it is once anything but zero was added. */
function naiveFletcher(bytes: Uint8Array): number {
  let sum1 = 0n;
  let sum2 = 0n;
  for (let at = 0; at < bytes.length; at += 2) {
    sum1 += BigInt(bytes[at]! * 256 + (bytes[at + 1] ?? 0));
    sum2 += sum1;
  }
  return reduce(sum2) * 65536 + reduce(sum1);
}

function reduce(sum: bigint): number {
  return sum === 0n ? 0 : Number(((sum - 1n) % 65535n) + 1n);
}

function naiveXxHash64(bytes: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  const [p1, p2, p3, p4, p5]: [bigint, bigint, bigint, bigint, bigint] = [
    0x9e3779b185ebca87n,
    0xc2b2ae3d27d4eb4fn,
    0x165667b19e3779f9n,
    0x85ebca77c2b2ae63n,
    0x27d4eb2f165667c5n,
  ];
  const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & mask;
  const round = (lane: bigint, input: bigint): bigint =>
    (rotate((lane + input * p2) & mask, 31n) * p1) & mask;
  const read = (at: number, count: number): bigint => {
    let value = 0n;
    for (let index = count - 1; index >= 0; index--) value = value * 256n + BigInt(bytes[at + index]!);
    return value;
  };
  let at = 0;
  let hash = p5;
  if (bytes.length >= 32) {
    const lanes = [(p1 + p2) & mask, p2, 0n, -p1 & mask];
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane]!, read(at + 8 * lane, 8));
    }
    hash =
      (rotate(lanes[0]!, 1n) + rotate(lanes[1]!, 7n) + rotate(lanes[2]!, 12n) + rotate(lanes[3]!, 18n)) &
      mask;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & mask;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotate(hash ^ round(0n, read(at, 8)), 27n) * p1 + p4) & mask;
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((read(at, 4) * p1) & mask), 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = (rotate(hash ^ ((read(at, 1) * p5) & mask), 11n) * p1) & mask;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return hash ^ (hash >> 32n);
}
