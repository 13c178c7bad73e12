import { expect, test } from "vitest";
import { isPromise } from "../base/async.ts";
import type { Block } from "../kernels/block.ts";
import { addressOf, adoptKernelMemory, inputRoom } from "../kernels/memory.ts";
import { bloscCodec } from "./blosc.ts";
import { bytesCodecOf } from "./bytes.ts";
import { bz2Codec } from "./bz2.ts";
import { bindChain, codecChain, type BoundChain } from "./chain.ts";
import type { Codec } from "./codec.ts";
import { crc32cCodec } from "./crc32c.ts";
import { fromV2, fromV3, specOf } from "./fixtures/run-codec.ts";
import { gzipCodec } from "./gzip.ts";
import { lz4Codec } from "./lz4.ts";
import { shuffleCodec } from "./shuffle.ts";
import { transposeCodecOf } from "./transpose.ts";
import { zlibCodec } from "./zlib.ts";
import { zstdCodec } from "./zstd.ts";

const PAGES = 128;
const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
const spec = specOf("uint16", [60, 50]);
const elements = Uint8Array.from({ length: 6000 }, (_, i) => (i % 2 === 0 ? i * 7 : i >> 9));

const blosc = fromV3(bloscCodec, {
  cname: "lz4",
  clevel: 5,
  shuffle: "shuffle",
  typesize: 2,
  blocksize: 0,
});
const crc32c = fromV3(crc32cCodec);
const chains: Record<string, Codec[]> = {
  blosc: [bytesCodecOf("little"), blosc],
  "blosc, big-endian, transposed": [transposeCodecOf([1, 0]), bytesCodecOf("big"), blosc],
  "blosc in blosc in crc32c": [bytesCodecOf("little"), blosc, blosc, crc32c],
  "zstd, crc32c": [bytesCodecOf("little"), fromV3(zstdCodec, { level: 3, checksum: true }), crc32c],
  gzip: [bytesCodecOf("little"), fromV3(gzipCodec, { level: 5 })],
  "shuffle, zlib": [
    bytesCodecOf("little"),
    fromV2(shuffleCodec, { elementsize: 2 }),
    fromV2(zlibCodec, { level: 5 }),
  ],
  "shuffle, lz4, crc32c": [
    bytesCodecOf("little"),
    fromV2(shuffleCodec, { elementsize: 2 }),
    fromV2(lz4Codec, {}),
    crc32c,
  ],
};

function chainOf(codecs: readonly Codec[]): BoundChain {
  return bindChain(codecChain(codecs), spec);
}

function elementsOf(block: Block): number[] {
  const out: number[] = [];
  const data = block.data as Uint8Array; // of numbers
  for (let y = 0; y < 60; y++)
    for (let x = 0; x < 50; x++) {
      const at = (block.offset + y * block.stride[0]! + x * block.stride[1]!) * 2;
      out.push(data[at]! | (data[at + 1]! << 8));
    }
  return out;
}

test.each(Object.keys(chains))(
  "%s: transient results are the same, from a room or from elsewhere",
  async (name) => {
    adoptKernelMemory(memory, 65536, 100 * 65536);
    const chain = chainOf(chains[name]!);
    const block: Block = { data: elements, shape: [60, 50], stride: [50, 1], offset: 0, itemSize: 2 };
    const encoded = await chain.encode(block);
    const want = elementsOf(block);
    expect(chain.synchronous).toBe(true);
    const room = inputRoom(encoded.length)!;
    room.set(encoded);
    for (const bytes of [encoded, room]) {
      const transient = chain.decodeTransient(bytes);
      if (isPromise(transient)) throw new Error("a synchronous chain has returned a promise");
      expect(elementsOf(transient)).toEqual(want);
      const own = await chain.decode(bytes);
      expect(addressOf(own.data as Uint8Array)).toBe(-1); // of numbers
      expect(elementsOf(own)).toEqual(want);
      // Its own block is not touched by later calls.
      chain.decodeTransient(encoded);
      expect(elementsOf(own)).toEqual(want);
      expect(room).toEqual(encoded);
    }
  },
);

const DIRECT = Object.keys(chains).filter((name) => chainOf(chains[name]!).encodesSynchronously);

test("chains without an encoder that may have to be loaded encode at once", () => {
  expect(DIRECT).toEqual([
    "blosc",
    "blosc, big-endian, transposed",
    "blosc in blosc in crc32c",
    "shuffle, lz4, crc32c",
  ]);
});

test.each(DIRECT)("%s: what is encoded and left in the memory is the same", async (name) => {
  adoptKernelMemory(memory, 65536, 100 * 65536);
  const chain = chainOf(chains[name]!);
  const plain: Block = { data: elements, shape: [60, 50], stride: [50, 1], offset: 0, itemSize: 2 };
  // In another order, and in another thread's part of the memory.
  const shared = new Uint8Array(memory.buffer, 110 * 65536, elements.length);
  const turned = elements.slice();
  for (let y = 0; y < 60; y++)
    for (let x = 0; x < 50; x++)
      for (const byte of [0, 1]) turned[(x * 60 + y) * 2 + byte] = elements[(y * 50 + x) * 2 + byte]!;
  shared.set(turned);
  const want = await chain.encode(plain);
  for (const data of [elements, turned, shared]) {
    const block: Block = data === elements ? plain : { ...plain, data, stride: [1, 60] };
    const transient = chain.encodeTransient(block);
    if (isPromise(transient)) throw new Error("a synchronous chain has returned a promise");
    // A container that is stored as it is lies elsewhere.
    if (!name.startsWith("blosc in blosc")) expect(addressOf(transient)).toBeGreaterThan(0);
    expect(Buffer.compare(transient, want)).toBe(0);
    expect(addressOf(await chain.encode(block))).toBe(-1);
  }
});

test("blosc leaves its result in the memory", async () => {
  adoptKernelMemory(memory, 65536, 100 * 65536);
  const chain = chainOf(chains["blosc"]!);
  const block: Block = { data: elements, shape: [60, 50], stride: [50, 1], offset: 0, itemSize: 2 };
  const transient = await chain.decodeTransient(await chain.encode(block));
  expect(addressOf(transient.data as Uint8Array)).toBeGreaterThan(0); // of numbers
});

test("a chain with a step that does not say that it is synchronous leaves nothing", async () => {
  const chain = chainOf([bytesCodecOf("little"), blosc, fromV2(bz2Codec, { level: 1 })]);
  expect(chain.synchronous).toBe(false);
  const block: Block = { data: elements, shape: [60, 50], stride: [50, 1], offset: 0, itemSize: 2 };
  const decoded = await chain.decodeTransient(await chain.encode(block));
  expect(addressOf(decoded.data as Uint8Array)).toBe(-1); // of numbers
  expect(elementsOf(decoded)).toEqual(elementsOf(block));
});
