/**
 * Decodes zstd frames (RFC 8878) within bounds. The runtime's decoder is faster where there is
 * one; this one needs no WebAssembly, is synchronous, and allocates the output and nothing by
 * what a header claims.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import type { OutputBuffer } from "./output-buffer.ts";
import { BackwardBits, PaddedBytes, zstdDamaged } from "./zstd-bits.ts";
import { LITERAL_BASE, LITERAL_BITS, MATCH_BASE, MATCH_BITS, ZSTD_CODE_KINDS } from "./zstd-codes.ts";
import { ZSTD_BLOCK_MAX, type ZstdFrame } from "./zstd-frame.ts";
import type { ZstdDictionary } from "./zstd-dictionary.ts";
import { fseTable, readFseTable, rleTable, type FseTable } from "./zstd-fse.ts";
import { decodeHuffman, readHuffmanTable, type HuffmanTable } from "./zstd-huffman.ts";

/**
 * Decodes a frame, whose scan `frame` is, and appends its content to `output`. The checksum is
 * the caller's to compare. With a dictionary, whose content the caller has appended before, matches
 * may reach into that.
 *
 * @throws CodecError when the frame is damaged, holds other than what it says, or more than `output` may.
 */
export function decodeZstdFrame(
  source: Uint8Array,
  frame: ZstdFrame,
  output: OutputBuffer,
  dictionary?: ZstdDictionary,
): void {
  const data = new PaddedBytes(source.subarray(frame.blocks, frame.end));
  const decoder = new FrameDecoder(data, output, Math.min(ZSTD_BLOCK_MAX, frame.windowSize), dictionary);
  const start = output.length;
  for (let at = 0, last = false; !last;) {
    const header = data.view.getInt32(at, true);
    at += 3;
    last = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    const size = (header >> 3) & 0x1fffff;
    decoder.block(kind, at, size);
    at += kind === 1 ? 1 : size;
  }
  const length = output.length - start;
  if (frame.contentSize !== undefined && length !== frame.contentSize) {
    throw new CodecError("A zstd frame holds other than the number of bytes it says.", {
      expected: frame.contentSize,
      actual: length,
    });
  }
}

class FrameDecoder {
  readonly #data: PaddedBytes;
  readonly #output: OutputBuffer;
  readonly #blockMax: number;
  /** Where what matches may reach begins in the output: the frame's content, or the dictionary before it. */
  readonly #origin: number;
  readonly #repeats: [number, number, number];
  readonly #tables: (FseTable | undefined)[];
  #huffman: HuffmanTable | undefined;
  #literals: Uint8Array = new Uint8Array(0);

  constructor(data: PaddedBytes, output: OutputBuffer, blockMax: number, dictionary?: ZstdDictionary) {
    this.#data = data;
    this.#output = output;
    this.#blockMax = blockMax;
    this.#origin = output.length - (dictionary?.content.length ?? 0);
    this.#repeats = [...(dictionary?.repeats ?? [1, 4, 8])];
    this.#tables = [...(dictionary?.tables ?? [undefined, undefined, undefined])];
    this.#huffman = dictionary?.huffman;
  }

  block(kind: number, at: number, size: number): void {
    const { bytes } = this.#data;
    if (size > this.#blockMax) throw zstdDamaged("a block is larger than it may be");
    if (kind === 0) this.#output.append(bytes.subarray(at, at + size));
    else if (kind === 1) {
      const out = this.#output.reserve(size);
      out.fill(bytes[at]!, this.#output.length, this.#output.length + size);
      this.#output.length += size;
    } else this.#compressed(at, at + size);
  }

  #compressed(start: number, end: number): void {
    let at = this.#readLiterals(start, end);
    const { bytes } = this.#data;
    if (at >= end) throw zstdDamaged("a block is cut off");
    let count = bytes[at++]!;
    if (count >= 128) {
      if (at + (count === 255 ? 2 : 1) > end) throw zstdDamaged("a block is cut off");
      if (count === 255) {
        count = (bytes[at]! | (bytes[at + 1]! << 8)) + 0x7f00;
        at += 2;
      } else {
        count = ((count - 128) << 8) | bytes[at++]!;
      }
    }
    if (count === 0) {
      if (at !== end) throw zstdDamaged("bytes follow a block's literals");
      if (this.#literals.length > this.#blockMax) throw zstdDamaged("a block holds more than it may");
      this.#output.append(this.#literals);
      return;
    }
    if (at >= end) throw zstdDamaged("a block is cut off");
    const modes = bytes[at++]!;
    if ((modes & 3) !== 0) throw zstdDamaged("a block uses reserved bits");
    for (let which = 0; which < 3; which++)
      at = this.#readTable(which, (modes >> (6 - 2 * which)) & 3, at, end);
    this.#sequences(count, at, end);
  }

  /** Reads the literals section; returns the position after it. */
  #readLiterals(start: number, end: number): number {
    const { bytes, view } = this.#data;
    if (start >= end) throw zstdDamaged("a block is empty");
    const first = bytes[start]!;
    const kind = first & 3;
    const format = (first >> 2) & 3;
    if (kind < 2) {
      const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
      const size =
        (view.getInt32(start, true) & (2 ** (8 * headerBytes) - 1)) >>> (headerBytes === 1 ? 3 : 4);
      const at = start + headerBytes;
      const stored = kind === 0 ? size : 1;
      if (at + stored > end) throw zstdDamaged("a literals section is cut off");
      if (size > ZSTD_BLOCK_MAX) throw zstdDamaged("a block has too many literals");
      this.#literals = kind === 0 ? bytes.subarray(at, at + size) : new Uint8Array(size).fill(bytes[at]!);
      return at + stored;
    }
    const headerBytes = format < 2 ? 3 : format + 2;
    if (start + headerBytes > end) throw zstdDamaged("a literals section is cut off");
    const sizeBits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const sizeMask = (1 << sizeBits) - 1;
    // 40 bits at most: the second size is read from where it begins.
    const size = (view.getInt32(start, true) >>> 4) & sizeMask;
    const secondBit = 4 + sizeBits;
    const stored = (view.getInt32(start + (secondBit >> 3), true) >>> (secondBit & 7)) & sizeMask;
    let at = start + headerBytes;
    const stop = at + stored;
    if (stop > end) throw zstdDamaged("a literals section is cut off");
    if (size > ZSTD_BLOCK_MAX) throw zstdDamaged("a block has too many literals");
    if (kind === 2) {
      const read = readHuffmanTable(this.#data, at, stop);
      this.#huffman = read.table;
      at = read.end;
    }
    const code = this.#huffman;
    if (code === undefined) throw zstdDamaged("a block repeats a Huffman code that there is not");
    const literals = new Uint8Array(size);
    if (format === 0) decodeHuffman(this.#data, at, stop, code, literals, 0, size);
    else {
      if (stop - at < 6) throw zstdDamaged("a literals section is cut off");
      const part = (size + 3) >> 2;
      if (3 * part > size) throw zstdDamaged("four streams of literals hold too little");
      let from = at + 6;
      for (let stream = 0; stream < 4; stream++) {
        const to = stream === 3 ? stop : from + view.getUint16(at + 2 * stream, true);
        if (to > stop) throw zstdDamaged("a literals section is cut off");
        decodeHuffman(
          this.#data,
          from,
          to,
          code,
          literals,
          stream * part,
          stream === 3 ? size : (stream + 1) * part,
        );
        from = to;
      }
    }
    this.#literals = literals;
    return stop;
  }

  #readTable(which: number, mode: number, at: number, end: number): number {
    const kind = ZSTD_CODE_KINDS[which]!;
    if (mode === 0) this.#tables[which] = fseTable(kind.defaults, kind.defaultLog);
    else if (mode === 1) {
      if (at >= end) throw zstdDamaged("a block is cut off");
      const symbol = this.#data.bytes[at++]!;
      if (symbol > kind.maxSymbol) throw zstdDamaged("a code is out of range");
      this.#tables[which] = rleTable(symbol);
    } else if (mode === 2) {
      const read = readFseTable(this.#data, at, end, kind.maxLog, kind.maxSymbol);
      this.#tables[which] = read.table;
      at = read.end;
    } else if (this.#tables[which] === undefined)
      throw zstdDamaged("a block repeats a table that there is not");
    return at;
  }

  #sequences(count: number, start: number, end: number): void {
    // `readTable` has set all three.
    const literalTable = this.#tables[0]!;
    const offsetTable = this.#tables[1]!;
    const matchTable = this.#tables[2]!;
    const literals = this.#literals;
    const output = this.#output;
    const origin = this.#origin;
    const repeats = this.#repeats;
    let [repeat1, repeat2, repeat3] = repeats;
    let out = output.bytes;
    let to = output.length;
    const blockEnd = to + this.#blockMax;
    let literalAt = 0;
    const stream = new BackwardBits(this.#data, start, end);
    let literalState = stream.read(literalTable.log);
    let offsetState = stream.read(offsetTable.log);
    let matchState = stream.read(matchTable.log);
    for (let sequence = 1; sequence <= count; sequence++) {
      const offsetCode = offsetTable.symbol[offsetState]!;
      const literalCode = literalTable.symbol[literalState]!;
      const matchCode = matchTable.symbol[matchState]!;
      let offset =
        offsetCode > 24
          ? 2 ** offsetCode + stream.read(offsetCode - 16) * 65536 + stream.read(16)
          : (1 << offsetCode) + stream.read(offsetCode);
      const matchLength = MATCH_BASE[matchCode]! + stream.read(MATCH_BITS[matchCode]!);
      const literalLength = LITERAL_BASE[literalCode]! + stream.read(LITERAL_BITS[literalCode]!);
      if (sequence < count) {
        literalState = literalTable.base[literalState]! + stream.read(literalTable.bits[literalState]!);
        matchState = matchTable.base[matchState]! + stream.read(matchTable.bits[matchState]!);
        offsetState = offsetTable.base[offsetState]! + stream.read(offsetTable.bits[offsetState]!);
      }
      if (stream.left < 0) throw zstdDamaged("a stream of sequences is cut off");
      if (offset > 3) {
        offset -= 3;
        repeat3 = repeat2;
        repeat2 = repeat1;
        repeat1 = offset;
      } else {
        const which = offset + (literalLength === 0 ? 1 : 0);
        if (which === 1) {
          offset = repeat1;
        } else {
          offset = which === 2 ? repeat2 : which === 3 ? repeat3 : repeat1 - 1;
          if (which !== 2) repeat3 = repeat2;
          repeat2 = repeat1;
          repeat1 = offset;
        }
      }
      const literalEnd = literalAt + literalLength;
      if (literalEnd > literals.length) throw zstdDamaged("a sequence wants more literals than there are");
      const length = literalLength + matchLength;
      if (to + length > blockEnd) throw zstdDamaged("a block holds more than it may");
      if (to + length > out.length) {
        output.length = to;
        out = output.reserve(length);
      }
      if (literalLength > 32) {
        out.set(literals.subarray(literalAt, literalEnd), to);
        to += literalLength;
        literalAt = literalEnd;
      } else {
        while (literalAt < literalEnd) out[to++] = literals[literalAt++]!;
      }
      if (offset > to - origin || offset === 0) throw zstdDamaged("a match begins before the data");
      const stop = to + matchLength;
      if (matchLength > 32 && offset >= matchLength) {
        out.copyWithin(to, to - offset, stop - offset);
        to = stop;
      } else {
        for (let from = to - offset; to < stop;) out[to++] = out[from++]!;
      }
    }
    if (stream.left !== 0) throw zstdDamaged("a stream of sequences has bits left over");
    output.length = to;
    const rest = literals.subarray(literalAt);
    if (to + rest.length > blockEnd) throw zstdDamaged("a block holds more than it may");
    output.append(rest);
    repeats[0] = repeat1;
    repeats[1] = repeat2;
    repeats[2] = repeat3;
  }
}
