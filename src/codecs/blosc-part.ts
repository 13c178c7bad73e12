/**
 * Reads parts of a Blosc container: its header, the positions of its blocks, and only the blocks that hold the part.
 *
 * @module
 */
import type { ByteSpan } from "../base/byte-request.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteSource, ReadOptions } from "../base/byte-source.ts";
import { CodecError } from "../base/errors.ts";
import type { BloscInnerDecoders } from "../kernels/blosc-decode.ts";
import { bloscDecode, decodeBloscBlocks } from "../kernels/blosc-decode.ts";
import type { BloscHeader } from "../kernels/blosc-header.ts";
import { BLOSC_HEADER_BYTES, readBloscHeader, readBloscStarts } from "../kernels/blosc-header.ts";

/** Read with the header: the positions of up to 252 blocks. */
const HEAD_BYTES = 1024;
/** How often a container that changes under a read is read anew. */
const MAX_ATTEMPTS = 4;

/** The content of the container in `source`, which has `size` bytes, as a source of its own. */
export function bloscContent(source: ByteSource, size: number, decoders: BloscInnerDecoders): ByteSource {
  const getSpans = async (
    spans: readonly ByteSpan[],
    options: ReadOptions = {},
  ): Promise<Uint8Array[] | undefined> => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const read = await readOnce(source, size, spans, decoders, options);
      if (read !== "changed") return read;
    }
    throw new CodecError("A chunk kept changing while it was being read.", { codec: "blosc" });
  };
  return {
    name: source.name,
    getSpans,
    async get(request, options) {
      const pieces = await getSpans([resolveByteRequest(request, size)], options);
      return pieces?.[0];
    },
  };
}

async function readOnce(
  source: ByteSource,
  size: number,
  spans: readonly ByteSpan[],
  decoders: BloscInnerDecoders,
  options: ReadOptions,
): Promise<Uint8Array[] | "changed" | undefined> {
  const { signal } = options;
  let version: unknown;
  const read = { signal, onVersion: (told: unknown) => (version = told) };
  let head = await source.get({ start: 0, end: HEAD_BYTES }, read);
  if (head === undefined) return undefined;
  // Parts of two values must not be mixed: where they cannot be told apart, the value is read as one.
  if (version === undefined || head.length < HEAD_BYTES) {
    const whole = head.length < HEAD_BYTES ? head : await source.get(undefined, { signal });
    if (whole === undefined) return undefined;
    const content = bloscDecode(whole, size, decoders);
    if (content.length !== size) throw wrongSize(size, content.length);
    return spans.map(({ start, end }) => content.subarray(start, end));
  }
  let hasChanged = false;
  const again = {
    signal,
    onVersion: (told: unknown) => (hasChanged ||= !Object.is(told, version)),
  };
  const stored = new DataView(head.buffer, head.byteOffset).getUint32(12, true);
  const header = readBloscHeader(head, stored);
  if (header.nbytes !== size) throw wrongSize(size, header.nbytes);
  const headBytes = header.memcpyed ? BLOSC_HEADER_BYTES : BLOSC_HEADER_BYTES + 4 * header.blockCount;
  if (head.length < headBytes) {
    const longer = await source.get({ start: 0, end: headBytes }, again);
    if (longer === undefined || hasChanged) return "changed";
    head = longer;
  }
  const container = header.memcpyed ? storedContent(header) : blocksOf(head, header);
  const wanted = container.spansOf(spans);
  // The last byte, and that there is none behind it: a container that was cut or grew is damaged.
  const pieces = await source.getSpans(
    [...wanted, { start: header.cbytes - 1, end: header.cbytes + 1 }],
    again,
  );
  if (pieces === undefined || hasChanged) return "changed";
  if (pieces.at(-1)!.length !== 1) throw damaged("its header says another size than is stored");
  for (const [i, { start, end }] of wanted.entries()) {
    if (pieces[i]!.length !== end - start) throw damaged("it is cut off");
  }
  return container.contentOf(spans, pieces, decoders);
}

/** Which bytes of a container hold parts of its content, and what they hold. */
interface Container {
  spansOf(spans: readonly ByteSpan[]): readonly ByteSpan[];
  contentOf(
    spans: readonly ByteSpan[],
    pieces: readonly Uint8Array[],
    decoders: BloscInnerDecoders,
  ): Uint8Array[];
}

/** The content as it is, behind the header. */
function storedContent(header: BloscHeader): Container {
  return {
    spansOf: (spans) =>
      spans.map(({ start, end }) => ({
        start: BLOSC_HEADER_BYTES + start,
        end: BLOSC_HEADER_BYTES + Math.min(end, header.nbytes),
      })),
    contentOf: (spans, pieces) => pieces.slice(0, spans.length),
  };
}

function blocksOf(head: Uint8Array, header: BloscHeader): Container {
  const starts = readBloscStarts(head, header);
  // A block ends before the next larger start, in whatever order they lie.
  const sorted = Uint32Array.from(starts).sort();
  const endOf = (start: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! > start) high = middle;
      else low = middle + 1;
    }
    return sorted[low] ?? header.cbytes;
  };
  const blocksIn = (spans: readonly ByteSpan[]): number[] => {
    const blocks = new Set<number>();
    for (const { start, end } of spans) {
      for (let block = Math.floor(start / header.blocksize); block * header.blocksize < end; block++)
        blocks.add(block);
    }
    return [...blocks].sort((a, b) => a - b);
  };
  return {
    spansOf: (spans) =>
      blocksIn(spans).map((block) => ({ start: starts[block]!, end: endOf(starts[block]!) })),
    contentOf(spans, pieces, decoders) {
      const blocks = blocksIn(spans);
      const decoded = new Map<number, Uint8Array>();
      for (const [i, block] of blocks.entries())
        decoded.set(block, decodeAlone(header, block, pieces[i]!, decoders));
      return spans.map(({ start, end }) => {
        const first = Math.floor(start / header.blocksize);
        const offset = first * header.blocksize;
        if (end <= offset + header.blocksize)
          return decoded.get(first)?.subarray(start - offset, end - offset) ?? new Uint8Array(0);
        const joined = new Uint8Array(end - start);
        for (let block = first; block * header.blocksize < end; block++) {
          const at = block * header.blocksize;
          const piece = decoded.get(block)!; // every block of the spans is there
          const from = Math.max(start, at);
          joined.set(piece.subarray(from - at, Math.min(end, at + piece.length) - at), from - start);
        }
        return joined;
      });
    },
  };
}

/** Decodes one block: as a container that has no other. */
function decodeAlone(
  header: BloscHeader,
  block: number,
  stored: Uint8Array,
  decoders: BloscInnerDecoders,
): Uint8Array {
  const start = BLOSC_HEADER_BYTES + 4;
  const bytes = new Uint8Array(start + stored.length);
  bytes.set(stored, start);
  new DataView(bytes.buffer).setUint32(BLOSC_HEADER_BYTES, start, true);
  const length = Math.min(header.blocksize, header.nbytes - block * header.blocksize);
  // A last block that is shorter is never split; `blocksize` stays, which tells so.
  const alone = { ...header, nbytes: length, blockCount: 1, cbytes: bytes.length };
  return decodeBloscBlocks(bytes, alone, 0, 1, decoders);
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
