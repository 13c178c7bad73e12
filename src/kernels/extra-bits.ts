/**
 * Codes of lengths and distances, as DEFLATE and zstd have them: each stands for a range of
 * values, and extra bits say which.
 *
 * @module
 */

/** Numbers of extra bits by code, written one digit of base 36 each. */
export function extraBits(digits: string): Uint8Array {
  return Uint8Array.from(digits, (digit) => Number.parseInt(digit, 36));
}

/** The first value of each code's range: ranges follow each other from `first` on. */
export function codeBases(first: number, bits: Uint8Array): Uint32Array {
  const bases = new Uint32Array(bits.length);
  let base = first;
  for (let code = 0; code < bits.length; code++) {
    bases[code] = base;
    base += 2 ** bits[code]!;
  }
  return bases;
}
