/**
 * The decorrelating transforms of zfp on blocks of 4^d integers: the near-orthogonal one of the lossy modes, and
 * the Lorenzo transform of the reversible mode. Arithmetic wraps, as that of the processor does.
 *
 * @module
 */

/** Transforms a block in place. `strides` are those of its axes: 1, 4, 16, 64. */
export type BlockTransform<A> = (block: A, strides: readonly number[]) => void;

type Lift<A> = (block: A, at: number, stride: number) => void;

/** A lifting step along every axis, in the order given. */
function along<A extends { readonly length: number }>(
  lift: Lift<A>,
  isBackwards: boolean,
): BlockTransform<A> {
  return (block, strides) => {
    for (let i = 0; i < strides.length; i++) {
      const stride = strides[isBackwards ? strides.length - 1 - i : i]!;
      for (let at = 0; at < block.length; at++) {
        if (Math.floor(at / stride) % 4 === 0) lift(block, at, stride);
      }
    }
  };
}

/** Transforms of 32-bit and 64-bit blocks, forward and back. */
export interface Transforms<A> {
  readonly forward: BlockTransform<A>;
  readonly inverse: BlockTransform<A>;
  readonly reversibleForward: BlockTransform<A>;
  readonly reversibleInverse: BlockTransform<A>;
}

export const TRANSFORMS_32: Transforms<Int32Array> = {
  forward: along((block, at, stride) => {
    let x = block[at]!;
    let y = block[at + stride]!;
    let z = block[at + 2 * stride]!;
    let w = block[at + 3 * stride]!;
    x = ((x + w) | 0) >> 1;
    w = (w - x) | 0;
    z = ((z + y) | 0) >> 1;
    y = (y - z) | 0;
    x = ((x + z) | 0) >> 1;
    z = (z - x) | 0;
    w = ((w + y) | 0) >> 1;
    y = (y - w) | 0;
    w = (w + (y >> 1)) | 0;
    y = (y - (w >> 1)) | 0;
    block[at] = x;
    block[at + stride] = y;
    block[at + 2 * stride] = z;
    block[at + 3 * stride] = w;
  }, false),
  inverse: along((block, at, stride) => {
    let x = block[at]!;
    let y = block[at + stride]!;
    let z = block[at + 2 * stride]!;
    let w = block[at + 3 * stride]!;
    y = (y + (w >> 1)) | 0;
    w = (w - (y >> 1)) | 0;
    y = (y + w) | 0;
    w = (2 * w - y) | 0;
    z = (z + x) | 0;
    x = (2 * x - z) | 0;
    y = (y + z) | 0;
    z = (2 * z - y) | 0;
    w = (w + x) | 0;
    x = (2 * x - w) | 0;
    block[at] = x;
    block[at + stride] = y;
    block[at + 2 * stride] = z;
    block[at + 3 * stride] = w;
  }, true),
  reversibleForward: along((block, at, stride) => {
    const x = block[at]!;
    const y = block[at + stride]!;
    const z = block[at + 2 * stride]!;
    const w = block[at + 3 * stride]!;
    block[at + stride] = y - x;
    block[at + 2 * stride] = z - 2 * y + x;
    block[at + 3 * stride] = w - 3 * z + 3 * y - x;
  }, false),
  reversibleInverse: along((block, at, stride) => {
    const x = block[at]!;
    const y = block[at + stride]!;
    const z = block[at + 2 * stride]!;
    const w = block[at + 3 * stride]!;
    block[at + stride] = x + y;
    block[at + 2 * stride] = x + 2 * y + z;
    block[at + 3 * stride] = x + 3 * y + 3 * z + w;
  }, true),
};

/** Assignments to the array wrap; before a shift, wrapping must be asked for. */
const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value);

export const TRANSFORMS_64: Transforms<BigInt64Array> = {
  forward: along((block, at, stride) => {
    let x = block[at]!;
    let y = block[at + stride]!;
    let z = block[at + 2 * stride]!;
    let w = block[at + 3 * stride]!;
    x = wrapped(x + w) >> 1n;
    w = wrapped(w - x);
    z = wrapped(z + y) >> 1n;
    y = wrapped(y - z);
    x = wrapped(x + z) >> 1n;
    z -= x;
    w = wrapped(w + y) >> 1n;
    y = wrapped(y - w);
    w = wrapped(w + (y >> 1n));
    y -= w >> 1n;
    block[at] = x;
    block[at + stride] = y;
    block[at + 2 * stride] = z;
    block[at + 3 * stride] = w;
  }, false),
  inverse: along((block, at, stride) => {
    let x = block[at]!;
    let y = block[at + stride]!;
    let z = block[at + 2 * stride]!;
    let w = block[at + 3 * stride]!;
    y = wrapped(y + (w >> 1n));
    w -= y >> 1n;
    y += w;
    w = 2n * w - y;
    z += x;
    x = 2n * x - z;
    y += z;
    z = 2n * z - y;
    w += x;
    x = 2n * x - w;
    block[at] = x;
    block[at + stride] = y;
    block[at + 2 * stride] = z;
    block[at + 3 * stride] = w;
  }, true),
  reversibleForward: along((block, at, stride) => {
    const x = block[at]!;
    const y = block[at + stride]!;
    const z = block[at + 2 * stride]!;
    const w = block[at + 3 * stride]!;
    block[at + stride] = y - x;
    block[at + 2 * stride] = z - 2n * y + x;
    block[at + 3 * stride] = w - 3n * z + 3n * y - x;
  }, false),
  reversibleInverse: along((block, at, stride) => {
    const x = block[at]!;
    const y = block[at + stride]!;
    const z = block[at + 2 * stride]!;
    const w = block[at + 3 * stride]!;
    block[at + stride] = x + y;
    block[at + 2 * stride] = x + 2n * y + z;
    block[at + 3 * stride] = x + 3n * y + 3n * z + w;
  }, true),
};
