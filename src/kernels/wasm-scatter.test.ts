import fc from "fast-check";
import { expect, test } from "vitest";
import { cStride, sizeOf } from "./block.ts";
import type { Block } from "./block.ts";
import { copyBlock } from "./block-copy.ts";
import { inputRoom, openCall } from "./memory.ts";
import { shuffle } from "./shuffle.ts";
import { planScatter, scatterShuffled } from "./wasm-scatter.ts";

/** Elements, shuffled block by block. */
function shuffled(content: Uint8Array, blockBytes: number, itemSize: number): Uint8Array {
  const blocks = new Uint8Array(content.length);
  for (let start = 0; start < content.length; start += blockBytes) {
    const length = Math.min(blockBytes, content.length - start);
    shuffle(content, start, length, itemSize, blocks, start);
  }
  return blocks;
}

const cases = fc.record({
  itemSize: fc.constantFrom(2, 4, 8, 16, 3),
  positions: fc.integer({ min: 1, max: 9 }),
  middle: fc.integer({ min: 1, max: 5 }),
  row: fc.integer({ min: 1, max: 70 }),
  perBlock: fc.integer({ min: 1, max: 10 }),
  gap: fc.integer({ min: 0, max: 40 }),
  gaps: fc.integer({ min: 0, max: 3 }),
  backwards: fc.boolean(),
  seed: fc.nat(),
});

test("shuffled blocks arrive where unshuffled ones are copied to, and nothing else changes", () => {
  let done = 0;
  fc.assert(
    fc.property(cases, ({ itemSize, positions, middle, row, perBlock, gap, gaps, backwards, seed }) => {
      const shape = [positions, middle, row];
      const bytes = sizeOf(shape) * itemSize;
      const content = Uint8Array.from({ length: bytes }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
      const blockBytes = Math.min(bytes, perBlock * middle * row * itemSize);
      const stride = [(row + gap) * (middle + gaps), row + gap, 1];
      const length = stride[0]! * positions + 8;
      const from = inputRoom(bytes)!;
      from.set(shuffled(content, blockBytes, itemSize));
      const call = openCall(from, length * itemSize)!;
      const data = call.heap.subarray(call.room, call.room + length * itemSize).fill(0xaa);
      const target: Block = backwards
        ? {
            data,
            shape,
            stride: [-stride[0]!, stride[1]!, 1],
            offset: stride[0]! * (positions - 1),
            itemSize,
          }
        : { data, shape, stride, offset: 3, itemSize };
      const expected = { ...target, data: new Uint8Array(length * itemSize).fill(0xaa) };
      copyBlock({ data: content, shape, stride: cStride(shape), offset: 0, itemSize }, expected);
      const plan = planScatter(bytes, blockBytes, itemSize, target);
      if (plan === undefined) {
        expect(data.every((byte) => byte === 0xaa)).toBe(true);
        return;
      }
      expect(scatterShuffled(from, plan)).toBe(true);
      expect(Buffer.compare(data, expected.data)).toBe(0);
      done++;
    }),
  );
  expect(done).toBeGreaterThan(0);
});

test("boxes that leave their data, short rows, and blocks that cut rows are left to others", () => {
  const call = openCall(inputRoom(4096)!, 8192)!;
  const data = call.heap.subarray(call.room, call.room + 8192);
  const box = (more: Partial<Block>): Block => ({
    data,
    shape: [16, 64],
    stride: [128, 1],
    offset: 0,
    itemSize: 2,
    ...more,
  });
  expect(planScatter(2048, 1024, 2, box({}))).toBeDefined();
  expect(planScatter(2048, 1024, 2, box({ stride: [300, 1] }))).toBeUndefined();
  expect(planScatter(2048, 1024, 2, box({ offset: -1 }))).toBeUndefined();
  expect(planScatter(2048, 1024, 2, box({ stride: [-128, 1] }))).toBeUndefined();
  expect(planScatter(2048, 1000, 2, box({}))).toBeUndefined();
  expect(planScatter(2046, 1024, 2, box({}))).toBeUndefined();
  expect(planScatter(2048, 1024, 3, box({}))).toBeUndefined();
  expect(planScatter(512, 256, 2, box({ shape: [16, 16] }))).toBeUndefined();
  expect(planScatter(2048, 1024, 2, box({ data: new Uint8Array(8192) }))).toBeUndefined();
});
