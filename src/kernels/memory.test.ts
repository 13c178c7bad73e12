import { expect, test, vi } from "vitest";
import { bloscDecode } from "./blosc-decode.ts";
import { bloscEncode } from "./blosc-encode.ts";
import { isFilledWith } from "./block-fill-test.ts";
import { wrapBlock } from "./block.ts";
import { addressOf, adoptKernelMemory, inputRoom, openCall } from "./memory.ts";

const unused = (): never => {
  throw new Error("not used here");
};
const NONE = { zlib: unused, zstd: unused };

function container(size: number): { content: Uint8Array; bytes: Uint8Array } {
  const content = Uint8Array.from({ length: size }, (_, i) => (i >> 3) & 255);
  const options = { compressor: "lz4", level: 5, shuffle: "shuffle", typesize: 4, blocksize: 0 } as const;
  return { content, bytes: bloscEncode(content, options, NONE) };
}

test("a room is in the memory, and what is decoded from it and left there is too", () => {
  const { content, bytes } = container(100_000);
  const room = inputRoom(bytes.length)!;
  expect(room).toHaveLength(bytes.length);
  expect(addressOf(room)).toBeGreaterThan(0);
  room.set(bytes);
  const own = bloscDecode(room, content.length, NONE);
  expect(addressOf(own)).toBe(-1);
  expect(own).toEqual(content);
  const left = bloscDecode(room, content.length, NONE, true);
  expect(addressOf(left)).toBeGreaterThan(0);
  expect(left).toEqual(content);
  expect(room).toEqual(bytes);
});

test("a step does not overwrite the result of the one before it", () => {
  const { content, bytes } = container(50_000);
  const options = { compressor: "lz4", level: 1, shuffle: "noshuffle", typesize: 1, blocksize: 0 } as const;
  const twice = bloscEncode(bytes, options, NONE);
  const inner = bloscDecode(twice, bytes.length, NONE, true);
  const outer = bloscDecode(inner, content.length, NONE, true);
  expect(outer).toEqual(content);
  expect(inner).toEqual(bytes);
  // Nor when it is run again on a part of the same input.
  expect(bloscDecode(inner.subarray(0, bytes.length), content.length, NONE, true)).toEqual(content);
  expect(inner).toEqual(bytes);
});

test("where more memory is needed, views of the old one stay", async () => {
  // Tests share modules, and a memory that another test has made larger is large enough.
  vi.resetModules();
  const fresh = await import("./memory.ts");
  const { bloscDecode: decode } = await import("./blosc-decode.ts");
  const small = container(100_000);
  const room = fresh.inputRoom(small.bytes.length)!;
  room.set(small.bytes);
  const left = decode(room, small.content.length, NONE, true);
  const large = container(24 << 20);
  expect(Buffer.compare(decode(large.bytes, large.content.length, NONE, true), large.content)).toBe(0);
  expect(left).toEqual(small.content);
  expect(room).toEqual(small.bytes);
  expect(fresh.addressOf(room)).toBe(-1);
  expect(decode(room, small.content.length, NONE, true)).toEqual(small.content);
});

test("beyond the most that it may have there is no room", () => {
  expect(inputRoom(300 << 20)).toBeUndefined();
  expect(openCall(new Uint8Array(1), 600 << 20)).toBeUndefined();
  expect(inputRoom(0)).toHaveLength(0);
});

test("a memory that is in use is not exchanged", () => {
  expect(inputRoom(1)).toBeDefined();
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32, shared: true });
  expect(adoptKernelMemory(memory, 0, 32 * 65536)).toBe(false);
});

test.each([1, 2, 3, 4, 8, 12, 16, 300, 5000, 40_000])("fill test of items of %i bytes", (itemSize) => {
  const element = Uint8Array.from({ length: itemSize }, (_, i) => i * 7 + 1);
  const count = Math.max(2, Math.ceil(200_000 / itemSize));
  const data = new Uint8Array(itemSize * count);
  for (let i = 0; i < count; i++) data.set(element, i * itemSize);
  const room = inputRoom(data.length)!;
  room.set(data);
  for (const bytes of [data, room]) {
    const block = wrapBlock(bytes, [count], itemSize);
    expect(isFilledWith(block, element)).toBe(true);
    for (const at of [0, itemSize, 1500, 70_000, 130_001, bytes.length - 1]) {
      bytes[at % bytes.length]! ^= 4;
      expect(isFilledWith(block, element)).toBe(false);
      bytes[at % bytes.length]! ^= 4;
    }
    expect(isFilledWith(wrapBlock(bytes, [0], itemSize), element)).toBe(true);
  }
});
