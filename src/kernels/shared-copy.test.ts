import { expect, test } from "vitest";
import { rowCopyOf } from "./shared-copy.ts";

/** Copies rows of a box, and says in which units that was. */
function copyRows(
  source: Uint8Array,
  target: Uint8Array,
  rows: { readonly count: number; readonly bytes: number; readonly step: number },
): number {
  const { count, bytes, step } = rows;
  const { unit, copyRows: copy } = rowCopyOf(source, target, bytes, [step]);
  copy(0, 0, count, bytes / unit, step / unit);
  return unit;
}

const filled = (buffer: ArrayBufferLike, offset: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(buffer, offset, length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
  return bytes;
};

test("rows arrive as they are, in both directions, of any length and at any place", () => {
  for (const bytes of [8, 136, 255, 256, 16_384, 65_544, 65_537]) {
    for (const [before, after] of [
      [0, 0],
      [8, 16],
      [3, 8],
      [8, 5],
    ] as const) {
      for (const step of [bytes, bytes + 8, bytes + 3]) {
        for (const shares of [
          [false, true],
          [true, false],
          [false, false],
          [true, true],
        ]) {
          const [from, to] = shares.map((isShared, side) => {
            const length = side === 0 ? before + 3 * bytes : after + 3 * step + 8;
            return isShared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
          });
          const source = filled(from!, before, 3 * bytes);
          const target = new Uint8Array(to!, after, 3 * step);
          copyRows(source, target, { count: 3, bytes, step });
          const expected = new Uint8Array(to!.byteLength);
          for (let row = 0; row < 3; row++)
            expected.set(source.subarray(row * bytes, (row + 1) * bytes), after + row * step);
          expect(Buffer.compare(new Uint8Array(to!), expected)).toBe(0);
        }
      }
    }
  }
});

/** Node 20; later ones use `set`. */
const WORDS = Number.parseInt(process.versions.v8, 10) < 12 ? 8 : 1;

test("words are copied where one side is shared and all places are those of words", () => {
  const plain = (offset = 0): Uint8Array => new Uint8Array(new ArrayBuffer(4096), offset, 2048);
  const shared = (offset = 0): Uint8Array => new Uint8Array(new SharedArrayBuffer(4096), offset, 2048);
  const unit = (source: Uint8Array, target: Uint8Array, bytes = 128, step = 256): number =>
    copyRows(source, target, { count: 2, bytes, step });
  expect([unit(plain(), shared()), unit(shared(), plain()), unit(shared(), shared())]).toEqual([
    WORDS,
    WORDS,
    WORDS,
  ]);
  const one = shared();
  expect(unit(plain(), plain())).toBe(1);
  expect(unit(one.subarray(1024), one)).toBe(1); // within one memory `set` is a plain copy
  expect(unit(shared(4), plain())).toBe(1);
  expect(unit(shared(), plain(4))).toBe(1);
  expect(unit(shared(), plain(), 132)).toBe(1);
  expect(unit(shared(), plain(), 128, 252)).toBe(1);
});

test("bytes that are no number keep their bits", () => {
  const source = new Uint8Array(new SharedArrayBuffer(128)).fill(0xff);
  new DataView(source.buffer).setBigUint64(8, 0x0100_0000_0000_f07fn); // a signalling NaN, in little-endian order
  const target = new Uint8Array(128);
  copyRows(source, target, { count: 1, bytes: 128, step: 128 });
  expect(Buffer.compare(target, source)).toBe(0);
});
