/**
 * Decodes the blocks of a Blosc container: all of them, or only those that a selection needs.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { bitunshuffle } from "./bitshuffle.ts";
import {
  BLOSC_HEADER_BYTES,
  readBloscHeader,
  readBloscStarts,
  type BloscFormat,
  type BloscHeader,
} from "./blosc-header.ts";
import { blosclzDecode } from "./blosclz.ts";
import { lz4Decode } from "./lz4.ts";
import { unshuffle } from "./shuffle.ts";
import { snappyDecode } from "./snappy.ts";
import { wasmDecodeBlocks } from "./wasm-blosc.ts";

/** Decodes all of `source` into all of `target`; throws CodecError where that is impossible. */
export type BloscInnerDecoder = (source: Uint8Array, target: Uint8Array) => void;

/** Decoders of the formats that a runtime may have a faster one for. */
export type BloscInnerDecoders = Readonly<Record<"zlib" | "zstd", BloscInnerDecoder>>;

/**
 * Decodes a whole container.
 *
 * @param transient May the result lie in the memory of the kernels, or alias `bytes`? Default: no.
 * @throws CodecError when the container is damaged, or holds more than `max` bytes.
 */
export function bloscDecode(
  bytes: Uint8Array,
  max: number,
  decoders: BloscInnerDecoders,
  transient = false,
): Uint8Array {
  const header = readBloscHeader(bytes, bytes.length);
  if (header.nbytes > max) {
    throw new CodecError(
      `The Blosc container says ${header.nbytes} bytes, more than the ${max} it may have.`,
      {
        expected: max,
        actual: header.nbytes,
      },
    );
  }
  return decodeBloscBlocks(bytes, header, 0, header.blockCount, decoders, transient);
}

/**
 * Decodes the blocks `firstBlock` up to, not including, `endBlock`: the bytes of the content from
 * `firstBlock * blocksize` on.
 *
 * @param bytes The whole container; only its header, the positions and the blocks asked for are looked at.
 * @param transient May the result lie in the memory of the kernels, or alias `bytes`? Default: no.
 * @throws CodecError when a block is damaged.
 */
export function decodeBloscBlocks(
  bytes: Uint8Array,
  header: BloscHeader,
  firstBlock: number,
  endBlock: number,
  decoders: BloscInnerDecoders,
  transient = false,
): Uint8Array {
  const from = Math.min(header.nbytes, firstBlock * header.blocksize);
  const to = Math.min(header.nbytes, endBlock * header.blocksize);
  if (header.memcpyed) {
    const stored = bytes.subarray(BLOSC_HEADER_BYTES + from, BLOSC_HEADER_BYTES + to);
    return transient ? stored : new Uint8Array(stored);
  }
  const content = wasmDecodeBlocks(bytes, header, firstBlock, endBlock, to - from, transient);
  if (typeof content === "string") throw damaged(content);
  return content ?? decodeBlocksPlainly(bytes, header, firstBlock, endBlock, decoders);
}

/** The plain twin of the kernel: the same of a container that is not `memcpyed`, in memory of its own. */
export function decodeBlocksPlainly(
  bytes: Uint8Array,
  header: BloscHeader,
  firstBlock: number,
  endBlock: number,
  decoders: BloscInnerDecoders,
): Uint8Array {
  const from = Math.min(header.nbytes, firstBlock * header.blocksize);
  const to = Math.min(header.nbytes, endBlock * header.blocksize);
  const starts = readBloscStarts(bytes, header);
  const target = new Uint8Array(to - from);
  const run: Run = {
    bytes,
    header,
    decode: innerDecoder(header.format, decoders),
    scratch: header.shuffle === "noshuffle" ? undefined : new Uint8Array(header.blocksize),
    // Blocks that share bytes would let a small container cost much time.
    budget: header.cbytes - BLOSC_HEADER_BYTES - 4 * header.blockCount,
  };
  for (let block = firstBlock; block < endBlock; block++) {
    const at = (block - firstBlock) * header.blocksize;
    const length = Math.min(header.blocksize, target.length - at);
    decodeBlock(run, starts[block]!, target.subarray(at, at + length));
  }
  return target;
}

interface Run {
  readonly bytes: Uint8Array;
  readonly header: BloscHeader;
  readonly decode: BloscInnerDecoder;
  readonly scratch: Uint8Array | undefined;
  budget: number;
}

function decodeBlock(run: Run, start: number, target: Uint8Array): void {
  const { bytes, header, decode } = run;
  const { typesize } = header;
  const { length } = target;
  const shuffled =
    header.shuffle === "shuffle" ? typesize > 1 : header.shuffle === "bitshuffle" && length >= typesize;
  // `scratch` is there whenever the header says that bytes are rearranged.
  const filtered = shuffled ? run.scratch!.subarray(0, length) : target;
  const streams = header.split && length === header.blocksize ? typesize : 1;
  const size = Math.floor(length / streams);
  if (size * streams !== length) throw damaged("a block cannot be split evenly");
  let at = start;
  for (let stream = 0; stream < streams; stream++) {
    if (at + 4 > header.cbytes) throw damaged("a block is cut off");
    const stored =
      (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    at += 4;
    if (stored > header.cbytes - at) throw damaged("a block is cut off");
    run.budget -= 4 + stored;
    if (run.budget < 0) throw damaged("blocks overlap");
    const source = bytes.subarray(at, at + stored);
    const part = filtered.subarray(stream * size, (stream + 1) * size);
    if (stored === size) part.set(source);
    else decode(source, part);
    at += stored;
  }
  if (!shuffled) return;
  if (header.shuffle === "shuffle") unshuffle(filtered, 0, length, typesize, target, 0);
  else bitunshuffle(filtered, 0, length, typesize, target, 0);
}

function innerDecoder(format: BloscFormat, decoders: BloscInnerDecoders): BloscInnerDecoder {
  switch (format) {
    case "lz4":
      return (source, target) => whole(lz4Decode(source, 0, source.length, target, 0, target.length), target);
    case "blosclz":
      return (source, target) =>
        whole(blosclzDecode(source, 0, source.length, target, 0, target.length), target);
    case "snappy":
      return (source, target) =>
        whole(snappyDecode(source, 0, source.length, target, 0, target.length), target);
    case "zlib":
    case "zstd":
      return decoders[format];
    default:
      return format satisfies never;
  }
}

function whole(end: number, target: Uint8Array): void {
  if (end !== target.length) throw damaged("a block holds less than it should");
}

function damaged(what: string): CodecError {
  return new CodecError(`The Blosc container is damaged: ${what}.`);
}
