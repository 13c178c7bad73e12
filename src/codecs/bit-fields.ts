/**
 * Runs of bits of little-endian words, packed without gaps, the lowest bit first.
 *
 * @module
 */

/** Which bits of a word are packed. */
export interface BitField {
  /** Bytes of a word. */
  readonly wordSize: number;
  /** Bits of a word that count; those above follow from them. */
  readonly bits: number;
  readonly firstBit: number;
  /** The last bit that is packed. */
  readonly lastBit: number;
  /** Do bits above the last repeat it, rather than be zero? */
  readonly isSigned: boolean;
}

/** Packs a field of every word into `packed`, which is zero. Returns the index of a word that loses its upper bits, or -1. */
export function packFields(words: Uint8Array, field: BitField, packed: Uint8Array): number {
  const { wordSize, bits, firstBit, lastBit, isSigned } = field;
  const count = words.length / wordSize;
  let at = 0;
  for (let i = 0; i < count; i++) {
    const base = i * wordSize * 8;
    for (let bit = firstBit; bit <= lastBit; bit++, at++) {
      if (bitAt(words, base + bit) !== 0) setBit(packed, at);
    }
    const above = isSigned ? bitAt(words, base + lastBit) : 0;
    for (let bit = lastBit + 1; bit < bits; bit++) if (bitAt(words, base + bit) !== above) return i;
  }
  return -1;
}

/** The reverse of `packFields`; `words` is zero. */
export function unpackFields(packed: Uint8Array, field: BitField, words: Uint8Array): void {
  const { wordSize, firstBit, lastBit, isSigned } = field;
  const count = words.length / wordSize;
  let at = 0;
  for (let i = 0; i < count; i++) {
    const base = i * wordSize * 8;
    for (let bit = firstBit; bit <= lastBit; bit++, at++) {
      if (bitAt(packed, at) !== 0) setBit(words, base + bit);
    }
    if (!isSigned || bitAt(words, base + lastBit) === 0) continue;
    for (let bit = lastBit + 1; bit < wordSize * 8; bit++) setBit(words, base + bit);
  }
}

function bitAt(bytes: Uint8Array, position: number): number {
  // Positions pass 2^31 in large chunks, where shifts would not do.
  return (bytes[Math.floor(position / 8)]! >> (position % 8)) & 1;
}

function setBit(bytes: Uint8Array, position: number): void {
  bytes[Math.floor(position / 8)]! |= 1 << (position % 8);
}
