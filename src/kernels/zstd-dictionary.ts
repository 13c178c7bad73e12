import { PaddedBytes, zstdDamaged } from "./zstd-bits.ts";
import { ZSTD_CODE_KINDS } from "./zstd-codes.ts";
import { readFseTable, type FseTable } from "./zstd-fse.ts";
import { readHuffmanTable, type HuffmanTable } from "./zstd-huffman.ts";

const MAGIC = 0xec30a437;

/** A dictionary of zstd (RFC 8878, section 5): bytes that matches may reach back into, and codes to begin with. */
export class ZstdDictionary {
  /** 0 for a dictionary that is content alone. */
  readonly id: number = 0;
  readonly content: Uint8Array;
  readonly repeats: readonly [number, number, number] = [1, 4, 8];
  /** Of literal lengths, offsets and match lengths. */
  readonly tables: readonly (FseTable | undefined)[] = [undefined, undefined, undefined];
  readonly huffman: HuffmanTable | undefined;

  /** @throws CodecError when it begins as a dictionary does, and is damaged. */
  constructor(bytes: Uint8Array) {
    const data = new PaddedBytes(bytes);
    if (bytes.length < 8 || data.view.getUint32(0, true) !== MAGIC) {
      this.content = bytes;
      return;
    }
    this.id = data.view.getUint32(4, true);
    const huffman = readHuffmanTable(data, 8, bytes.length);
    this.huffman = huffman.table;
    let at = huffman.end;
    const tables: (FseTable | undefined)[] = [undefined, undefined, undefined];
    for (const which of [1, 2, 0]) {
      const { maxLog, maxSymbol } = ZSTD_CODE_KINDS[which]!;
      const read = readFseTable(data, at, bytes.length, maxLog, maxSymbol);
      tables[which] = read.table;
      at = read.end;
    }
    this.tables = tables;
    if (at + 12 > bytes.length) throw zstdDamaged("a dictionary is cut off");
    const repeats: [number, number, number] = [0, 0, 0];
    for (const which of [0, 1, 2] as const) repeats[which] = data.view.getUint32(at + 4 * which, true);
    this.content = bytes.subarray(at + 12);
    if (repeats.some((repeat) => repeat === 0 || repeat > this.content.length))
      throw zstdDamaged("a dictionary repeats what it does not hold");
    this.repeats = repeats;
  }
}
