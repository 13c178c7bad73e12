// The data of the benchmarks, and what reading them must give. Plain Node: no library that is measured has a part in it.
import { crc32 } from "node:zlib";

/** A smooth field with shot noise, uint16, which compresses about as microscopy does; the same at every call. */
export function field(shape) {
  const width = shape.at(-1);
  const height = shape.at(-2) ?? 1;
  const data = new Uint16Array(sizeOf(shape));
  const depth = data.length / (width * height);
  const wave = Float64Array.from({ length: width }, (_, x) => 180 * Math.sin(x / 41) - 32);
  let seed = 12345;
  let at = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const base = 400 + 250 * Math.sin(z / 37) * Math.cos(y / 53);
      for (let x = 0; x < width; x++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        data[at++] = base + wave[x] + (seed >>> 26);
      }
    }
  }
  return data;
}

/** Numbers that every driver draws alike: a function that gives the next one below `limit`, at most 2^21. */
export function drawing(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state * limit) / 2 ** 32);
  };
}

/** The start of a random box of `size` that lies on a grid of such boxes. */
export function drawBox(draw, shape, size) {
  return shape.map((length, axis) => draw(Math.floor(length / size[axis])) * size[axis]);
}

/** CRC-32 of the bytes of a typed array, little-endian. */
export function checksum(data) {
  return crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Sum of boxes modulo 2^32, the k-th, from 0, counted k + 1 times: the check of reads that keep no result. */
export function boxesChecksum() {
  let boxes = 0;
  let total = 0;
  return {
    add(data) {
      let sum = 0;
      for (const value of data) sum += value;
      boxes++;
      total = (total + boxes * sum) % 2 ** 32;
    },
    value: () => total,
  };
}

/** A box of the data, in C order. */
export function boxOf(data, shape, start, size) {
  const out = new data.constructor(sizeOf(size));
  const axes = shape.length;
  const index = new Array(axes).fill(0);
  const row = size[axes - 1];
  for (let at = 0; at < out.length; at += row) {
    let from = 0;
    for (let axis = 0; axis < axes; axis++) from = from * shape[axis] + start[axis] + index[axis];
    out.set(data.subarray(from, from + row), at);
    for (let axis = axes - 2; axis >= 0 && ++index[axis] === size[axis]; axis--) index[axis] = 0;
  }
  return out;
}

/** Starts of the boxes of a grid in C order. */
export function* gridStarts(shape, size) {
  const counts = shape.map((length, axis) => length / size[axis]);
  const total = sizeOf(counts);
  for (let cell = 0; cell < total; cell++) {
    const start = new Array(shape.length);
    let rest = cell;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      start[axis] = (rest % counts[axis]) * size[axis];
      rest = Math.floor(rest / counts[axis]);
    }
    yield start;
  }
}

export function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}
