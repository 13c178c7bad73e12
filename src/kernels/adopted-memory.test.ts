import * as fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";

// A thread adopts a memory once: here in modules of this file's own, which no other file gets.
vi.resetModules();
const { bloscDecode } = await import("./blosc-decode.ts");
const { bloscEncode } = await import("./blosc-encode.ts");
const { copyStrided } = await import("./block-copy.ts");
const { addressOf, adoptKernelMemory, inputRoom, reserveRoom } = await import("./memory.ts");
afterAll(() => void vi.resetModules());

const PAGE = 65536;
const PAGES = 64;
/** This thread's part; the rest belongs to others. */
const BASE = 8 * PAGE;
const LIMIT = 40 * PAGE;
const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
const all = new Uint8Array(memory.buffer);

const unused = (): never => {
  throw new Error("not used here");
};
const NONE = { zlib: unused, zstd: unused };

function container(size: number): { content: Uint8Array; bytes: Uint8Array } {
  const content = Uint8Array.from({ length: size }, (_, i) => (i >> 3) & 255);
  const options = { compressor: "lz4", level: 5, shuffle: "shuffle", typesize: 2, blocksize: 0 } as const;
  return { content, bytes: bloscEncode(content, options, NONE) };
}

test("a memory is adopted once, when it is large enough", () => {
  expect(adoptKernelMemory(memory, 0, PAGES * PAGE + 1)).toBe(false);
  expect(adoptKernelMemory(memory, BASE, BASE + 100)).toBe(false);
  expect(adoptKernelMemory(memory, BASE, LIMIT)).toBe(true);
  expect(adoptKernelMemory(memory, BASE, LIMIT)).toBe(false);
  expect(addressOf(all)).toBe(0);
  expect(addressOf(all.subarray(5))).toBe(5);
  expect(addressOf(new Uint8Array(5))).toBe(-1);
});

test("kernels write nothing outside their part", () => {
  all.fill(0xa5);
  const { content, bytes } = container(400_000);
  const room = inputRoom(bytes.length)!;
  room.set(bytes);
  const decoded = bloscDecode(room, content.length, NONE, true);
  expect(addressOf(decoded)).toBeGreaterThanOrEqual(BASE);
  expect(addressOf(decoded) + decoded.length).toBeLessThanOrEqual(LIMIT);
  expect(Buffer.compare(decoded, content)).toBe(0);
  expect(all.subarray(0, BASE).every((byte) => byte === 0xa5)).toBe(true);
  expect(all.subarray(LIMIT).every((byte) => byte === 0xa5)).toBe(true);
});

test("what does not fit is decoded by the plain twins", () => {
  const { content, bytes } = container(3 << 20);
  const decoded = bloscDecode(bytes, content.length, NONE, true);
  expect(addressOf(decoded)).toBe(-1);
  expect(Buffer.compare(decoded, content)).toBe(0);
  expect(inputRoom(2 << 20)).toBeUndefined();
});

test("input that ends where the memory ends", () => {
  const { content, bytes } = container(3000);
  const last = all.subarray(all.length - bytes.length);
  last.set(bytes);
  expect(bloscDecode(last, content.length, NONE, true)).toEqual(content);
});

interface Case {
  readonly shape: number[];
  readonly itemSize: number;
  readonly order: number[];
  readonly steps: number[];
  readonly flips: boolean[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 4 }),
    itemSize: fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 16, 24, 40),
    seed: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
    steps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
    flips: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  })
  .map(({ shape, itemSize, seed, steps, flips }) => ({
    shape,
    itemSize,
    order: shape.map((_, axis) => axis).sort((a, b) => seed[a]! - seed[b]!),
    steps,
    flips,
  }));

/** Strides of a box whose axes lie in some order, with gaps and backwards. */
function layout({ shape, order, steps, flips }: Case): { stride: number[]; offset: number; size: number } {
  const stride = new Array<number>(shape.length);
  let step = 1;
  let offset = 0;
  for (const axis of [...order].reverse()) {
    stride[axis] = step * steps[axis]!;
    step = stride[axis]! * shape[axis]!;
    if (flips[axis]!) {
      offset += (shape[axis]! - 1) * stride[axis]!;
      stride[axis] = -stride[axis]!;
    }
  }
  return { stride, offset, size: step };
}

function naive(
  shape: number[],
  itemSize: number,
  from: Uint8Array,
  source: ReturnType<typeof layout>,
  to: Uint8Array,
  target: ReturnType<typeof layout>,
): void {
  const visit = (axis: number, s: number, t: number): void => {
    if (axis === shape.length) {
      for (let i = 0; i < itemSize; i++) to[t * itemSize + i] = from[s * itemSize + i]!;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++)
      visit(axis + 1, s + i * source.stride[axis]!, t + i * target.stride[axis]!);
  };
  visit(0, source.offset, target.offset);
}

test("copies within the memory, out of it and into it are those of the plain loops", () => {
  fc.assert(
    fc.property(cases, cases, fc.boolean(), fc.boolean(), fc.nat(7), (one, other, outside, inside, shift) => {
      const { shape, itemSize } = one;
      const source = layout(one);
      const order = other.order.filter((axis) => axis < shape.length);
      for (const axis of shape.keys()) if (!order.includes(axis)) order.push(axis);
      const target = layout({ ...other, shape, order, itemSize });
      const sourceBytes = source.size * itemSize;
      const targetBytes = target.size * itemSize;
      if (sourceBytes + targetBytes > 7 * PAGE) return;
      const from = outside
        ? new Uint8Array(shift + sourceBytes).subarray(shift)
        : all.subarray(shift, shift + sourceBytes);
      for (let i = 0; i < from.length; i++) from[i] = i * 31 + (i >> 8);
      // Behind and before the target nothing may change.
      const frame = inside
        ? all.subarray(42 * PAGE, 42 * PAGE + targetBytes + 64)
        : new Uint8Array(targetBytes + 64);
      frame.fill(0x5a);
      const expected = frame.slice();
      naive(shape, itemSize, from, source, expected.subarray(32, 32 + targetBytes), target);
      copyStrided({
        shape,
        source: from,
        sourceOffset: source.offset,
        sourceStride: source.stride,
        target: frame.subarray(32, 32 + targetBytes),
        targetOffset: target.offset,
        targetStride: target.stride,
        itemSize,
      });
      expect(Buffer.compare(frame, expected)).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("rows of any length are copied whole, and nothing beside them", () => {
  const rows = 3;
  const step = 600;
  const from = all.subarray(LIMIT + 5, LIMIT + 5 + rows * step);
  for (let i = 0; i < from.length; i++) from[i] = i * 7 + (i >> 8);
  const to = all.subarray(LIMIT + 4096 + 3, LIMIT + 4096 + 3 + (rows + 1) * step);
  for (let length = 1; length <= 530; length++) {
    to.fill(0x5a);
    const expected = to.slice();
    for (let row = 0; row < rows; row++)
      expected.set(from.subarray(row * step, row * step + length), 32 + row * (length + 1));
    copyStrided({
      shape: [rows, length],
      source: from,
      sourceOffset: 0,
      sourceStride: [step, 1],
      target: to,
      targetOffset: 32,
      targetStride: [length + 1, 1],
      itemSize: 1,
    });
    expect(Buffer.compare(to, expected), `rows of ${length} bytes`).toBe(0);
  }
});

test("what is reserved is touched by no kernel any more, and most of the memory stays", () => {
  const reserved = reserveRoom(200_000)!;
  expect(addressOf(reserved)).toBeGreaterThanOrEqual(BASE);
  expect(addressOf(reserved) + reserved.length).toBeLessThanOrEqual(LIMIT);
  reserved.fill(7);
  const { content, bytes } = container(400_000);
  const room = inputRoom(bytes.length)!;
  expect(addressOf(room) + room.length).toBeLessThanOrEqual(addressOf(reserved));
  room.set(bytes);
  expect(Buffer.compare(bloscDecode(room, content.length, NONE, true), content)).toBe(0);
  expect(reserved.every((byte) => byte === 7)).toBe(true);
  expect(reserveRoom(LIMIT - BASE)).toBeUndefined();
});
