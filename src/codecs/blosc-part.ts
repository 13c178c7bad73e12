/**
 * Reads parts of a Blosc container: its header, the positions of its blocks, and only the blocks that hold the part.
 *
 * @module
 */
import type { Awaitable } from "../base/async.ts";
import { chain } from "../base/async.ts";
import type { ByteSpan } from "../base/byte-request.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteSource, ReadOptions, Room } from "../base/byte-source.ts";
import { CodecError } from "../base/errors.ts";
import type { BloscInnerDecoders } from "../kernels/blosc-decode.ts";
import { bloscDecode, decodeBloscBlocks } from "../kernels/blosc-decode.ts";
import type { BloscHeader } from "../kernels/blosc-header.ts";
import { BLOSC_HEADER_BYTES, readBloscHeader, readBloscStarts } from "../kernels/blosc-header.ts";
import { transientRoom } from "../kernels/memory.ts";
import { unshuffledPart } from "../kernels/shuffle.ts";

/** Read with the header: the positions of up to 252 blocks. */
const HEAD_BYTES = 1024;
/** Before a block that is decoded alone: a header, and one position. */
const ALONE_BYTES = BLOSC_HEADER_BYTES + 4;
/** A share of a block that is put together byte by byte in less time than the kernels take for all of it. */
const LITTLE_SHARE = 1 / 64;
/** How often a container that changes under a read is read anew. */
const MAX_ATTEMPTS = 4;

/** The content of the container in `source`, which has `size` bytes, as a source of its own. */
export function bloscContent(source: ByteSource, size: number, decoders: BloscInnerDecoders): ByteSource {
  const getSpans = (
    spans: readonly ByteSpan[],
    options: ReadOptions = {},
    room?: Room,
  ): Awaitable<Uint8Array[] | undefined> => {
    const wanted = { size, spans, decoders, isTransient: room !== undefined };
    const attempts = (left: number): Awaitable<Uint8Array[] | undefined> => {
      if (left === 0)
        throw new CodecError("A chunk kept changing while it was being read.", { codec: "blosc" });
      return chain(readOnce(source, wanted, options), (read) =>
        read === CHANGED ? attempts(left - 1) : read,
      );
    };
    return attempts(MAX_ATTEMPTS);
  };
  return {
    name: source.name,
    getSpans,
    get: (request, options, room) =>
      chain(getSpans([resolveByteRequest(request, size)], options, room), (pieces) => pieces?.[0]),
  };
}

/** What is wanted of a content. */
interface Wanted {
  readonly size: number;
  readonly spans: readonly ByteSpan[];
  readonly decoders: BloscInnerDecoders;
  /** May what is here at once lie in the memory of the kernels? */
  readonly isTransient: boolean;
}

const CHANGED = "changed";

function readOnce(
  source: ByteSource,
  wanted: Wanted,
  options: ReadOptions,
): Awaitable<Uint8Array[] | typeof CHANGED | undefined> {
  const { signal } = options;
  let version: unknown;
  const read = { signal, onVersion: (told: unknown) => (version = told) };
  return chain(source.get({ start: 0, end: HEAD_BYTES }, read, transientRoom), (head) => {
    if (head === undefined) return undefined;
    // Parts of two values must not be mixed: where they cannot be told apart, the value is read as one.
    if (head.length < HEAD_BYTES) return wholeContent(head, wanted);
    if (version === undefined)
      return chain(source.get(undefined, { signal }), (whole) => whole && wholeContent(whole, wanted));
    return readBlocks(source, head, version, wanted, options);
  });
}

function wholeContent(container: Uint8Array, { size, spans, decoders }: Wanted): Uint8Array[] {
  const content = bloscDecode(container, size, decoders);
  if (content.length !== size) throw wrongSize(size, content.length);
  return spans.map(({ start, end }) => content.subarray(start, end));
}

/** Reads only the blocks that are wanted, by the head of the container. */
function readBlocks(
  source: ByteSource,
  head: Uint8Array,
  version: unknown,
  wanted: Wanted,
  { signal }: ReadOptions,
): Awaitable<Uint8Array[] | typeof CHANGED> {
  let hasChanged = false;
  const again = {
    signal,
    onVersion: (told: unknown) => (hasChanged ||= !Object.is(told, version)),
  };
  const stored = new DataView(head.buffer, head.byteOffset).getUint32(12, true);
  const header = readBloscHeader(head, stored);
  if (header.nbytes !== wanted.size) throw wrongSize(wanted.size, header.nbytes);
  const readBy = (container: Container): Awaitable<Uint8Array[] | typeof CHANGED> => {
    const { spans } = container;
    // The last byte, and that there is none behind it: a container that was cut or grew is damaged.
    const asked = [...spans, { start: header.cbytes - 1, end: header.cbytes + 1 }];
    return chain(source.getSpans(asked, again, container.room), (pieces) => {
      if (pieces === undefined || hasChanged) return CHANGED;
      if (pieces.at(-1)!.length !== 1) throw damaged("its header says another size than is stored");
      for (const [i, { start, end }] of spans.entries()) {
        if (pieces[i]!.length !== end - start) throw damaged("it is cut off");
      }
      return container.contentOf(pieces);
    });
  };
  if (header.memcpyed) return readBy(storedContent(header, wanted));
  const headBytes = BLOSC_HEADER_BYTES + 4 * header.blockCount;
  if (head.length >= headBytes) return readBy(blocksOf(head, header, wanted));
  return chain(source.get({ start: 0, end: headBytes }, again, transientRoom), (longer) =>
    longer === undefined || hasChanged ? CHANGED : readBy(blocksOf(longer, header, wanted)),
  );
}

/** Which bytes of a container hold parts of its content, and what they hold. */
interface Container {
  /** For pieces that are here at once; `undefined` where they must last. */
  readonly room: Room | undefined;
  /** Bytes of the container. */
  readonly spans: readonly ByteSpan[];
  contentOf(pieces: readonly Uint8Array[]): Uint8Array[];
}

/** The content as it is, behind the header. */
function storedContent(header: BloscHeader, { spans, isTransient }: Wanted): Container {
  return {
    room: isTransient ? transientRoom : undefined,
    spans: spans.map(({ start, end }) => ({
      start: BLOSC_HEADER_BYTES + start,
      end: BLOSC_HEADER_BYTES + Math.min(end, header.nbytes),
    })),
    contentOf: (pieces) => pieces.slice(0, spans.length),
  };
}

function blocksOf(
  head: Uint8Array,
  header: BloscHeader,
  { spans, decoders, isTransient }: Wanted,
): Container {
  const starts = readBloscStarts(head, header);
  const endOf = endsOf(starts, header);
  const blocks = blocksIn(spans, header);
  // Room for what makes a container of a block, and behind it what is read.
  let alone: Uint8Array | undefined;
  const decode = (block: number, stored: Uint8Array, how: BloscHeader, transient: boolean): Uint8Array => {
    const container = containerOf(stored, blocks.length === 1 ? alone : undefined);
    const length = Math.min(header.blocksize, header.nbytes - block * header.blocksize);
    // A last block that is shorter is never split; `blocksize` stays, which tells so.
    const only = { ...how, nbytes: length, blockCount: 1, cbytes: container.length };
    return decodeBloscBlocks(container, only, 0, 1, decoders, transient);
  };
  return {
    room: (length) => (alone = transientRoom(ALONE_BYTES + length)).subarray(ALONE_BYTES),
    spans: blocks.map((block) => ({ start: starts[block]!, end: endOf(block) })),
    contentOf(pieces) {
      if (isLittle(spans, blocks, header)) {
        // Its elements are put together without the others.
        const [block] = blocks;
        const shuffled = decode(block!, pieces[0]!, { ...header, shuffle: "noshuffle" }, true);
        const offset = block! * header.blocksize;
        return spans.map(({ start, end }) =>
          unshuffledPart(shuffled, header.typesize, start - offset, end - offset),
        );
      }
      const isLast = blocks.length === 1 && isTransient;
      const decoded = new Map(blocks.map((block, i) => [block, decode(block, pieces[i]!, header, isLast)]));
      return spans.map(({ start, end }) => joined(decoded, start, end, header.blocksize));
    },
  };
}

/** Is so little of one shuffled block wanted that it need not be unshuffled? */
function isLittle(spans: readonly ByteSpan[], blocks: readonly number[], header: BloscHeader): boolean {
  if (blocks.length !== 1 || header.shuffle !== "shuffle") return false;
  let wanted = 0;
  for (const { start, end } of spans) wanted += end - start;
  return wanted <= header.blocksize * LITTLE_SHARE;
}

/** A container of one block, as far as its decoder looks at it; in `alone` where that has the block in its place. */
function containerOf(stored: Uint8Array, alone: Uint8Array | undefined): Uint8Array {
  const isThere =
    alone !== undefined &&
    stored.buffer === alone.buffer &&
    stored.byteOffset === alone.byteOffset + ALONE_BYTES;
  const container = isThere
    ? alone.subarray(0, ALONE_BYTES + stored.length)
    : new Uint8Array(ALONE_BYTES + stored.length);
  if (!isThere) container.set(stored, ALONE_BYTES);
  const words = new DataView(container.buffer, container.byteOffset);
  words.setUint32(BLOSC_HEADER_BYTES, ALONE_BYTES, true);
  return container;
}

function blocksIn(spans: readonly ByteSpan[], { blocksize }: BloscHeader): readonly number[] {
  const blocks = new Set<number>();
  for (const { start, end } of spans) {
    for (let block = Math.floor(start / blocksize); block * blocksize < end; block++) blocks.add(block);
  }
  return blocks.size === 1 ? [...blocks] : [...blocks].sort((a, b) => a - b);
}

/** Where blocks end: before the next larger start, in whatever order they lie. */
function endsOf(starts: Uint32Array, { cbytes }: BloscHeader): (block: number) => number {
  let isInOrder = true;
  for (let block = 1; block < starts.length; block++) isInOrder &&= starts[block]! > starts[block - 1]!;
  if (isInOrder) return (block) => starts[block + 1] ?? cbytes;
  const sorted = Uint32Array.from(starts).sort();
  return (block) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! > starts[block]!) high = middle;
      else low = middle + 1;
    }
    return sorted[low] ?? cbytes;
  };
}

function joined(
  blocks: ReadonlyMap<number, Uint8Array>,
  start: number,
  end: number,
  blocksize: number,
): Uint8Array {
  const first = Math.floor(start / blocksize);
  const offset = first * blocksize;
  if (end <= offset + blocksize)
    return blocks.get(first)?.subarray(start - offset, end - offset) ?? new Uint8Array(0);
  const whole = new Uint8Array(end - start);
  for (let block = first; block * blocksize < end; block++) {
    const at = block * blocksize;
    const piece = blocks.get(block)!; // every block of the spans is there
    const from = Math.max(start, at);
    whole.set(piece.subarray(from - at, Math.min(end, at + piece.length) - at), from - start);
  }
  return whole;
}
function wrongSize(expected: number, actual: number): CodecError {
  return new CodecError(`The Blosc container says ${actual} bytes, and the chunk has ${expected}.`, {
    codec: "blosc",
    expected,
    actual,
  });
}

function damaged(what: string): CodecError {
  return new CodecError(`The Blosc container is damaged: ${what}.`, { codec: "blosc" });
}
