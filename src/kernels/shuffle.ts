/**
 * Byte shuffle: byte `j` of every element lies together with byte `j` of all the others.
 * Bytes after the last whole element stay where they are.
 *
 * @module
 */

/** Shuffles `source[from..from + length)` of elements of `itemSize` bytes into `target` at `to`. The arrays must not overlap. */
export function shuffle(
  source: Uint8Array,
  from: number,
  length: number,
  itemSize: number,
  target: Uint8Array,
  to: number,
): void {
  const count = Math.floor(length / itemSize);
  // One element or none is its own shuffle, however large the elements are said to be.
  if (count < 2) return copyRest(source, from, length, 0, target, to);
  for (let byte = 0; byte < itemSize; byte++) {
    let out = to + byte * count;
    for (let at = from + byte, end = from + count * itemSize; at < end; at += itemSize)
      target[out++] = source[at]!;
  }
  copyRest(source, from, length, count * itemSize, target, to);
}

/** Undoes `shuffle`. */
export function unshuffle(
  source: Uint8Array,
  from: number,
  length: number,
  itemSize: number,
  target: Uint8Array,
  to: number,
): void {
  const count = Math.floor(length / itemSize);
  if (count < 2) return copyRest(source, from, length, 0, target, to);
  if (itemSize === 2) unshuffle2(source, from, count, target, to);
  else if (itemSize === 4) unshuffle4(source, from, count, target, to);
  else if (itemSize === 8) unshuffle8(source, from, count, target, to);
  else {
    for (let byte = 0; byte < itemSize; byte++) {
      let out = to + byte;
      for (let at = from + byte * count, end = at + count; at < end; out += itemSize)
        target[out] = source[at++]!;
    }
  }
  copyRest(source, from, length, count * itemSize, target, to);
}

/** The bytes from `start` to before `end` of what `unshuffle` makes of all of `shuffled`, without the rest. */
export function unshuffledPart(
  shuffled: Uint8Array,
  itemSize: number,
  start: number,
  end: number,
): Uint8Array {
  const count = Math.floor(shuffled.length / itemSize);
  const whole = count < 2 ? 0 : count * itemSize;
  const part = new Uint8Array(end - start);
  for (let at = start; at < end; at++) {
    const byte = at % itemSize;
    part[at - start] = shuffled[at < whole ? byte * count + (at - byte) / itemSize : at]!;
  }
  return part;
}

function unshuffle2(source: Uint8Array, from: number, count: number, target: Uint8Array, to: number): void {
  const second = from + count;
  for (let index = 0; index < count; index++, to += 2) {
    target[to] = source[from + index]!;
    target[to + 1] = source[second + index]!;
  }
}

function unshuffle4(source: Uint8Array, from: number, count: number, target: Uint8Array, to: number): void {
  const second = from + count;
  const third = second + count;
  const fourth = third + count;
  for (let index = 0; index < count; index++, to += 4) {
    target[to] = source[from + index]!;
    target[to + 1] = source[second + index]!;
    target[to + 2] = source[third + index]!;
    target[to + 3] = source[fourth + index]!;
  }
}

function unshuffle8(source: Uint8Array, from: number, count: number, target: Uint8Array, to: number): void {
  for (let half = 0; half < 8; half += 4) {
    const first = from + half * count;
    const second = first + count;
    const third = second + count;
    const fourth = third + count;
    let out = to + half;
    for (let index = 0; index < count; index++, out += 8) {
      target[out] = source[first + index]!;
      target[out + 1] = source[second + index]!;
      target[out + 2] = source[third + index]!;
      target[out + 3] = source[fourth + index]!;
    }
  }
}

function copyRest(
  source: Uint8Array,
  from: number,
  length: number,
  done: number,
  target: Uint8Array,
  to: number,
): void {
  for (let at = done; at < length; at++) target[to + at] = source[from + at]!;
}
