/**
 * The Burrows-Wheeler transform: the last bytes of all rotations of a text, in their order.
 *
 * @module
 */

/** What the transform gives: the last column, and the row of the text itself. */
export interface BurrowsWheeler {
  readonly last: Uint8Array;
  readonly row: number;
}

/** Transforms a text of at least one byte, in time and memory proportional to its length. */
export function burrowsWheeler(text: Uint8Array): BurrowsWheeler {
  const { length } = text;
  // Suffixes of the text written twice are in the order of its rotations.
  const twice = new Int32Array(2 * length);
  twice.set(text);
  twice.set(text, length);
  const order = suffixArray(twice, 255);
  const last = new Uint8Array(length);
  let row = 0;
  let to = 0;
  for (let index = 0; index < order.length; index++) {
    const start = order[index]!;
    if (start >= length) continue;
    if (start === 0) row = to;
    last[to++] = text[start === 0 ? length - 1 : start - 1]!;
  }
  return { last, row };
}

/** Undoes the transform of `last[0..length)` into `target`, which has room for `length` bytes. */
export function inverseBurrowsWheeler(
  last: Uint8Array,
  length: number,
  row: number,
  target: Uint8Array,
  scratch: Uint32Array,
): void {
  const next = new Uint32Array(257);
  for (let index = 0; index < length; index++) next[last[index]! + 1]!++;
  for (let byte = 1; byte < 257; byte++) next[byte]! += next[byte - 1]!;
  for (let index = 0; index < length; index++) scratch[next[last[index]!]!++] = index;
  let at = scratch[row]!;
  for (let index = 0; index < length; index++) {
    target[index] = last[at]!;
    at = scratch[at]!;
  }
}

/**
 * Starts of all suffixes of a text in their order, by induced sorting (SA-IS). The recursion
 * halves the text each time.
 *
 * @param most No symbol is larger.
 */
export function suffixArray(text: Int32Array, most: number): Int32Array {
  const { length } = text;
  if (length < 2) return new Int32Array(length);
  // Is a suffix smaller than the next one? The last is not: nothing is smaller than something.
  const smaller = new Uint8Array(length);
  for (let at = length - 2; at >= 0; at--) {
    smaller[at] = text[at] === text[at + 1] ? smaller[at + 1]! : Number(text[at]! < text[at + 1]!);
  }
  // Within a symbol's bucket, suffixes larger than their next come first.
  const largerStart = new Int32Array(most + 2);
  const smallerStart = new Int32Array(most + 2);
  for (let at = 0; at < length; at++) {
    if (smaller[at]) largerStart[text[at]! + 1]!++;
    else smallerStart[text[at]!]!++;
  }
  for (let symbol = 0; symbol <= most; symbol++) {
    smallerStart[symbol]! += largerStart[symbol]!;
    largerStart[symbol + 1]! += smallerStart[symbol]!;
  }
  const order = new Int32Array(length);
  const next = new Int32Array(most + 2);
  const induce = (leftmost: Int32Array): void => {
    order.fill(-1);
    next.set(smallerStart);
    for (let index = 0; index < leftmost.length; index++) {
      const at = leftmost[index]!;
      order[next[text[at]!]!++] = at;
    }
    next.set(largerStart);
    order[next[text[length - 1]!]!++] = length - 1;
    for (let index = 0; index < length; index++) {
      const at = order[index]! - 1;
      if (at >= 0 && !smaller[at]) order[next[text[at]!]!++] = at;
    }
    next.set(largerStart);
    for (let index = length - 1; index >= 0; index--) {
      const at = order[index]! - 1;
      if (at >= 0 && smaller[at]) order[--next[text[at]! + 1]!] = at;
    }
  };
  // Positions where a smaller suffix follows a larger one split the text into pieces.
  const number = new Int32Array(length).fill(-1);
  let count = 0;
  for (let at = 1; at < length; at++) if (smaller[at] && !smaller[at - 1]) number[at] = count++;
  const pieces = new Int32Array(count);
  for (let at = 1; at < length; at++) if (number[at]! >= 0) pieces[number[at]!] = at;
  induce(pieces);
  if (count === 0) return order;
  const sorted = new Int32Array(count);
  let found = 0;
  for (let index = 0; index < length; index++)
    if (number[order[index]!]! >= 0) sorted[found++] = order[index]!;
  const names = new Int32Array(count);
  let name = 0;
  for (let index = 1; index < count; index++) {
    if (!samePiece(text, pieces, number, sorted[index - 1]!, sorted[index]!)) name++;
    names[number[sorted[index]!]!] = name;
  }
  const inner = suffixArray(names, name);
  for (let index = 0; index < count; index++) sorted[index] = pieces[inner[index]!]!;
  induce(sorted);
  return order;
}

function samePiece(
  text: Int32Array,
  pieces: Int32Array,
  number: Int32Array,
  first: number,
  second: number,
): boolean {
  const { length } = text;
  const firstEnd = pieces[number[first]! + 1] ?? length;
  const secondEnd = pieces[number[second]! + 1] ?? length;
  if (firstEnd - first !== secondEnd - second) return false;
  while (first < firstEnd && text[first] === text[second]) {
    first++;
    second++;
  }
  return first === firstEnd && second < length && first < length && text[first] === text[second];
}
