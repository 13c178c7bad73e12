import { expect, test } from "vitest";
import type { OpenValue } from "../base/open-value.ts";
import { bloscEncode } from "../kernels/blosc-encode.ts";
import { openBlosc } from "./blosc-runs.ts";

const unused = (): never => {
  throw new Error("not used");
};
const NONE = { zlib: unused, zstd: unused };

const content = (length: number): Uint8Array => {
  let seed = 7;
  return Uint8Array.from({ length }, (_, i) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return i & 1 ? i >> 12 : seed >>> 27;
  });
};

function open(bytes: Uint8Array): OpenValue & { readonly reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    size: bytes.length,
    step: 1,
    reads,
    read(start, end, place) {
      reads.push([start, end]);
      if (end > bytes.length) throw new RangeError("short");
      const piece = bytes.subarray(start, end);
      if (place === undefined) return piece;
      place.set(piece);
      return place;
    },
  };
}

const encode = (bytes: Uint8Array, shuffle: "shuffle" | "bitshuffle" | "noshuffle", level = 5): Uint8Array =>
  new Uint8Array(
    bloscEncode(bytes, { compressor: "lz4", level, shuffle, typesize: 2, blocksize: 4096 }, NONE, false),
  );

/** The same container with its blocks in the opposite order. */
function reversed(container: Uint8Array): Uint8Array {
  const view = new DataView(container.buffer, container.byteOffset);
  const count = Math.ceil(view.getUint32(4, true) / view.getUint32(8, true));
  const starts = Array.from({ length: count }, (_, i) => view.getUint32(16 + 4 * i, true));
  const turned = container.slice();
  const out = new DataView(turned.buffer);
  let at = 16 + 4 * count;
  for (let block = count - 1; block >= 0; block--) {
    const piece = container.subarray(starts[block]!, starts[block + 1] ?? container.length);
    turned.set(piece, at);
    out.setUint32(16 + 4 * block, at, true);
    at += piece.length;
  }
  return turned;
}

test.each(["shuffle", "bitshuffle", "noshuffle"] as const)(
  "%s: every run is a part of the content",
  (shuffle) => {
    const bytes = content(150_001);
    for (const container of [
      encode(bytes, shuffle),
      reversed(encode(bytes, shuffle)),
      encode(bytes, shuffle, 0),
    ]) {
      const value = open(container);
      const elements = openBlosc(value, bytes.length, NONE);
      for (const [start, end] of [
        [0, 150_001],
        [0, 1],
        [4096, 8192],
        [5000, 5000],
        [4095, 8193],
        [131_000, 150_001],
      ]) {
        const run = elements.read(start!, end!);
        expect(Buffer.compare(run, bytes.subarray(start, end))).toBe(0);
      }
    }
  },
);

test("only the blocks that hold a run are read", () => {
  const bytes = content(200_000);
  const container = encode(bytes, "shuffle");
  const value = open(container);
  const elements = openBlosc(value, bytes.length, NONE);
  value.reads.length = 0;
  elements.read(elements.step, elements.step + 10);
  expect(value.reads).toHaveLength(1);
  const share = elements.step / bytes.length;
  expect(value.reads[0]![1] - value.reads[0]![0]).toBeLessThan(container.length * share * 1.2);
  expect(share).toBeLessThan(0.5);
});

test("containers of another size, and those that are damaged or cut off, are refused", () => {
  const container = encode(content(150_000), "shuffle");
  expect(() => openBlosc(open(container), 150_002, NONE)).toThrow("150002");
  expect(() => openBlosc(open(container.subarray(0, container.length - 10)), 150_000, NONE)).toThrow(
    "damaged",
  );
  const outside = container.slice();
  new DataView(outside.buffer).setUint32(20, container.length, true);
  expect(() => openBlosc(open(outside), 150_000, NONE)).toThrow("outside");
  const broken = container.slice();
  const first = new DataView(broken.buffer).getUint32(16, true);
  new DataView(broken.buffer).setUint32(first, 0x7fffffff, true); // bytes of its first stream
  const elements = openBlosc(open(broken), 150_000, NONE);
  expect(() => elements.read(0, 150_000)).toThrow("damaged");
});
