/**
 * Coding of whole arrays with zfp: block after block, the last axis of the array fastest.
 *
 * @module
 */
import { cStride, sizeOf } from "../../kernels/block.ts";
import { viewAs } from "../../dtypes/typed-array-view.ts";
import type { BitReader, BitWriter } from "../bit-stream.ts";
import type { BlockValues } from "./block-coder.ts";
import { blockCoder } from "./block-coder.ts";
import type { ZfpParameters, ZfpType } from "./parameters.ts";

/** What is coded: its type, and its lengths in C order (1 to 4). */
export interface ZfpField {
  readonly type: ZfpType;
  readonly shape: readonly number[];
  readonly parameters: ZfpParameters;
}

/** Writes the blocks of an array, given as bytes in memory form, in C order. */
export function encodeField(output: BitWriter, field: ZfpField, bytes: Uint8Array): void {
  const values = valuesOf(field.type, bytes);
  const dimensions = field.shape.length;
  const coder = blockCoder(field.type, dimensions, field.parameters);
  forEachBlock(field.shape, (start, lengths, strides) => {
    copyBox(lengths, strides, values, start, BLOCK_STRIDES, coder.values, 0);
    pad(coder.values, lengths);
    coder.encode(output);
  });
}

/** Reads the blocks of an array into bytes in memory form, in C order. */
export function decodeField(input: BitReader, field: ZfpField): Uint8Array {
  const itemSize = field.type.endsWith("64") ? 8 : 4;
  const bytes = new Uint8Array(sizeOf(field.shape) * itemSize);
  const values = valuesOf(field.type, bytes);
  const coder = blockCoder(field.type, field.shape.length, field.parameters);
  forEachBlock(field.shape, (start, lengths, strides) => {
    coder.decode(input);
    copyBox(lengths, BLOCK_STRIDES, coder.values, 0, strides, values, start);
  });
  return bytes;
}

/** Strides within a block, the fastest axis first. */
const BLOCK_STRIDES = [1, 4, 16, 64];

function valuesOf(name: ZfpType, bytes: Uint8Array): BlockValues {
  switch (name) {
    case "int32":
      return viewAs(Int32Array, bytes);
    case "int64":
      return viewAs(BigInt64Array, bytes);
    case "float32":
      return viewAs(Float32Array, bytes);
    case "float64":
      return viewAs(Float64Array, bytes);
    default:
      name satisfies never;
      return viewAs(Float64Array, bytes);
  }
}

/** Visits the blocks in their order; lengths and strides have the fastest axis first. */
function forEachBlock(
  shape: readonly number[],
  visit: (start: number, lengths: readonly number[], strides: readonly number[]) => void,
): void {
  const sizes = [...shape].reverse();
  const strides = cStride(shape).reverse();
  const corner = sizes.map(() => 0);
  for (;;) {
    const lengths = sizes.map((size, axis) => Math.min(4, size - corner[axis]!));
    visit(
      corner.reduce((at, position, axis) => at + position * strides[axis]!, 0),
      lengths,
      strides,
    );
    let axis = 0;
    for (; axis < sizes.length; axis++) {
      corner[axis]! += 4;
      if (corner[axis]! < sizes[axis]!) break;
      corner[axis] = 0;
    }
    if (axis === sizes.length) return;
  }
}

type Values = { [index: number]: number | bigint };

function copyBox(
  lengths: readonly number[],
  sourceStrides: readonly number[],
  source: BlockValues,
  sourceStart: number,
  targetStrides: readonly number[],
  target: BlockValues,
  targetStart: number,
): void {
  // Both are arrays of one type.
  const [from, to] = [source as Values, target as Values];
  const [nx, ny, nz, nw] = [lengths[0]!, lengths[1] ?? 1, lengths[2] ?? 1, lengths[3] ?? 1];
  const [sx, sy, sz, sw] = [
    sourceStrides[0]!,
    sourceStrides[1] ?? 0,
    sourceStrides[2] ?? 0,
    sourceStrides[3] ?? 0,
  ];
  const [tx, ty, tz, tw] = [
    targetStrides[0]!,
    targetStrides[1] ?? 0,
    targetStrides[2] ?? 0,
    targetStrides[3] ?? 0,
  ];
  for (let w = 0; w < nw; w++) {
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        let s = sourceStart + w * sw + z * sz + y * sy;
        let t = targetStart + w * tw + z * tz + y * ty;
        for (let x = 0; x < nx; x++, s += sx, t += tx) to[t] = from[s]!;
      }
    }
  }
}

/** Fills a partial block with values at hand, axis by axis, the way zfp does it. */
function pad(values: BlockValues, lengths: readonly number[]): void {
  const block = values as Values; // as above
  for (const [axis, length] of lengths.entries()) {
    if (length === 4) continue;
    const stride = BLOCK_STRIDES[axis]!;
    for (let at = 0; at < values.length; at++) {
      if (Math.floor(at / stride) % 4 !== 0) continue;
      if (length < 2) block[at + stride] = block[at]!;
      if (length < 3) block[at + 2 * stride] = block[at + stride]!;
      block[at + 3 * stride] = block[at]!;
    }
  }
}
