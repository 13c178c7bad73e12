import { CodecError } from "../base/errors.ts";

/** Codes of DEFLATE have this many bits at most. */
export const DEFLATE_MAX_CODE_BITS = 15;

/** A prefix code: `table[next bits]` is `symbol << 4 | bits`, 0 where no code begins so. */
export interface DeflatePrefixCode {
  readonly table: Uint16Array;
  readonly mask: number;
}

/**
 * Makes the table of a prefix code from the number of bits of each symbol.
 * A code that does not use all prefixes is an error, but for a single code of one bit, and
 * for no code at all where `mayBeEmpty` (a block of literals only has no distances).
 */
export function deflatePrefixCode(bitsOf: Uint8Array, mayBeEmpty: boolean): DeflatePrefixCode {
  const counts = new Uint16Array(DEFLATE_MAX_CODE_BITS + 1);
  for (const bits of bitsOf) counts[bits]!++;
  const used = bitsOf.length - counts[0]!;
  counts[0] = 0;
  let most = DEFLATE_MAX_CODE_BITS;
  while (most > 0 && counts[most] === 0) most--;
  if (most === 0) {
    if (!mayBeEmpty) throw damaged("a code has no symbols");
    return { table: new Uint16Array(1), mask: 0 };
  }
  const next = new Uint16Array(DEFLATE_MAX_CODE_BITS + 1);
  let code = 0;
  let free = 1;
  for (let bits = 1; bits <= DEFLATE_MAX_CODE_BITS; bits++) {
    code = (code + counts[bits - 1]!) << 1;
    next[bits] = code;
    free = free * 2 - counts[bits]!;
    if (free < 0) throw damaged("a code is over-subscribed");
  }
  if (free > 0 && !(used === 1 && most === 1)) throw damaged("a code is incomplete");
  const size = 1 << most;
  const table = new Uint16Array(size);
  for (let symbol = 0; symbol < bitsOf.length; symbol++) {
    const bits = bitsOf[symbol]!;
    if (bits === 0) continue;
    const entry = (symbol << 4) | bits;
    for (let index = reverseBits(next[bits]!++, bits); index < size; index += 1 << bits) table[index] = entry;
  }
  return { table, mask: size - 1 };
}

function reverseBits(value: number, count: number): number {
  let reversed = 0;
  for (let bit = 0; bit < count; bit++) reversed |= ((value >> bit) & 1) << (count - 1 - bit);
  return reversed;
}

function damaged(what: string): CodecError {
  return new CodecError(`The DEFLATE stream is damaged: ${what}.`);
}
