/**
 * XXH64 with seed 0, of which zstd stores the low 32 bits. A 64-bit number is two 32-bit halves
 * here: BigInt arithmetic allocates for every step.
 *
 * @module
 */

// The five primes, high and low halves.
const P1H = 0x9e3779b1;
const P1L = 0x85ebca87;
const P2H = 0xc2b2ae3d;
const P2L = 0x27d4eb4f;
const P3H = 0x165667b1;
const P3L = 0x9e3779f9;
const P4H = 0x85ebca77;
const P4L = 0xc2b2ae63;
const P5H = 0x27d4eb2f;
const P5L = 0x165667c5;

/** High half of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const other = a0 * b1 + (middle % 0x10000);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)) | 0;
}

/** A 64-bit register. */
class Word {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high | 0;
    this.low = low | 0;
  }

  multiply(high: number, low: number): void {
    const carried = multiplyHigh(this.low >>> 0, low >>> 0);
    this.high = (carried + Math.imul(this.high, low) + Math.imul(this.low, high)) | 0;
    this.low = Math.imul(this.low, low);
  }

  add(high: number, low: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  xor(high: number, low: number): void {
    this.high ^= high;
    this.low ^= low;
  }

  /** Rotates left by 1 to 31 bits. */
  rotate(bits: number): void {
    const { high, low } = this;
    this.high = (high << bits) | (low >>> (32 - bits));
    this.low = (low << bits) | (high >>> (32 - bits));
  }

  xorShiftRight(bits: number): void {
    if (bits >= 32) {
      this.low ^= this.high >>> (bits - 32);
    } else {
      const { high } = this;
      this.low ^= (this.low >>> bits) | (high << (32 - bits));
      this.high ^= high >>> bits;
    }
  }

  /** One step of the hash over eight bytes. */
  round(high: number, low: number): void {
    const input = ROUND_INPUT;
    input.high = high;
    input.low = low;
    input.multiply(P2H, P2L);
    this.add(input.high, input.low);
    this.rotate(31);
    this.multiply(P1H, P1L);
  }
}

// Scratch of `round`, which runs to its end before anything else can use it.
const ROUND_INPUT = /* @__PURE__ */ new Word(0, 0);

/**
 * The low 32 bits of XXH64 (seed 0), unsigned: the content checksum of a zstd frame.
 *
 * @example
 * ```ts
 * xxHash64Low(new Uint8Array()); // 0x51d8e999
 * ```
 */
export function xxHash64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let at = 0;
  const hash = new Word(P5H, P5L);
  if (length >= 32) {
    const lane1 = new Word(P1H, P1L);
    lane1.add(P2H, P2L);
    const lane2 = new Word(P2H, P2L);
    const lane3 = new Word(0, 0);
    const lane4 = new Word(~P1H, ~P1L);
    lane4.add(0, 1);
    for (; at + 32 <= length; at += 32) {
      lane1.round(view.getInt32(at + 4, true), view.getInt32(at, true));
      lane2.round(view.getInt32(at + 12, true), view.getInt32(at + 8, true));
      lane3.round(view.getInt32(at + 20, true), view.getInt32(at + 16, true));
      lane4.round(view.getInt32(at + 28, true), view.getInt32(at + 24, true));
    }
    hash.high = 0;
    hash.low = 0;
    addRotated(hash, lane1, 1);
    addRotated(hash, lane2, 7);
    addRotated(hash, lane3, 12);
    addRotated(hash, lane4, 18);
    for (const lane of [lane1, lane2, lane3, lane4]) mergeLane(hash, lane);
  }
  hash.add(Math.floor(length / 0x100000000), length | 0);
  for (; at + 8 <= length; at += 8) {
    const input = new Word(0, 0);
    input.round(view.getInt32(at + 4, true), view.getInt32(at, true));
    hash.xor(input.high, input.low);
    hash.rotate(27);
    hash.multiply(P1H, P1L);
    hash.add(P4H, P4L);
  }
  if (at + 4 <= length) {
    const input = new Word(0, view.getInt32(at, true));
    input.multiply(P1H, P1L);
    hash.xor(input.high, input.low);
    hash.rotate(23);
    hash.multiply(P2H, P2L);
    hash.add(P3H, P3L);
    at += 4;
  }
  for (; at < length; at++) {
    const input = new Word(0, bytes[at]!);
    input.multiply(P5H, P5L);
    hash.xor(input.high, input.low);
    hash.rotate(11);
    hash.multiply(P1H, P1L);
  }
  hash.xorShiftRight(33);
  hash.multiply(P2H, P2L);
  hash.xorShiftRight(29);
  hash.multiply(P3H, P3L);
  hash.xorShiftRight(32);
  return hash.low >>> 0;
}

function addRotated(hash: Word, lane: Word, bits: number): void {
  const turned = new Word(lane.high, lane.low);
  turned.rotate(bits);
  hash.add(turned.high, turned.low);
}

function mergeLane(hash: Word, lane: Word): void {
  const input = new Word(0, 0);
  input.round(lane.high, lane.low);
  hash.xor(input.high, input.low);
  hash.multiply(P1H, P1L);
  hash.add(P4H, P4L);
}
