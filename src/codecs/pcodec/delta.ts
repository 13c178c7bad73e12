/**
 * The delta encodings of Pco: how a batch of latents is made of differences.
 *
 * @module
 */
import { CodecError } from "../../base/errors.ts";
import type { BitReader } from "../bit-stream.ts";

/** A delta encoding, with how many latents a page stores as they are. */
export type DeltaEncoding =
  | { readonly kind: "none"; readonly stateSize: 0 }
  | { readonly kind: "consecutive"; readonly stateSize: number }
  | { readonly kind: "lookback"; readonly stateSize: number; readonly window: number }
  | {
      readonly kind: "convolution";
      readonly stateSize: number;
      readonly shift: bigint;
      readonly bias: bigint;
      readonly weights: readonly bigint[];
    };

/** What a chunk says: how the primary variable is encoded, and whether the secondary is too. */
export interface ChunkDelta {
  readonly primary: DeltaEncoding;
  readonly secondary: DeltaEncoding;
}

const NONE: DeltaEncoding = { kind: "none", stateSize: 0 };
/** A page holds no more numbers, so that a larger window is never full. */
const MAX_WINDOW_LOG = 24;

/** Reads the delta encoding of a chunk. */
export function readDelta(input: BitReader, hasVariants: boolean): ChunkDelta {
  if (!hasVariants) {
    const order = input.bits(3);
    return { primary: order === 0 ? NONE : { kind: "consecutive", stateSize: order }, secondary: NONE };
  }
  const variant = input.bits(4);
  switch (variant) {
    case 0:
      return { primary: NONE, secondary: NONE };
    case 1: {
      const primary: DeltaEncoding = { kind: "consecutive", stateSize: input.bits(3) };
      if (primary.stateSize === 0) throw broken("has differences of order 0");
      return { primary, secondary: input.bit() === 1 ? primary : NONE };
    }
    case 2: {
      const windowLog = 1 + input.bits(5);
      const stateLog = input.bits(4);
      if (windowLog > MAX_WINDOW_LOG || stateLog > windowLog) throw broken("has a window of the wrong size");
      const primary: DeltaEncoding = { kind: "lookback", stateSize: 2 ** stateLog, window: 2 ** windowLog };
      return { primary, secondary: input.bit() === 1 ? primary : NONE };
    }
    case 3: {
      const shift = BigInt(input.bits(5));
      const bias = BigInt.asIntN(64, input.big(64) ^ (1n << 63n));
      const weights = Array.from({ length: 1 + input.bits(5) }, () =>
        BigInt.asIntN(32, input.big(32) ^ (1n << 31n)),
      );
      return {
        primary: { kind: "convolution", stateSize: weights.length, shift, bias, weights },
        secondary: NONE,
      };
    }
    default:
      throw broken(`has the unknown delta encoding ${variant}`);
  }
}

/** Turns `stored` differences in `latents` into `count` latents, batch after batch of a page. */
export type DeltaDecoder = (
  latents: BigUint64Array,
  count: number,
  stored: number,
  lookbacks: BigUint64Array | undefined,
) => void;

/** A decoder for a page of latents of `width` bits. */
export function deltaDecoder(
  encoding: DeltaEncoding,
  width: number,
  state: readonly bigint[],
  pageSize: number,
): DeltaDecoder {
  switch (encoding.kind) {
    case "none":
      return () => {};
    case "consecutive":
      return consecutive(width, state);
    case "lookback":
      return predicted(width, state, pageSize, (latents, at, lookbacks, i) => {
        const lookback = Number(lookbacks![i]!);
        if (lookback < 1 || lookback > encoding.window) throw broken("looks back beyond its window");
        return latents[at - lookback] ?? 0n; // before the first latent of a page there are zeros
      });
    case "convolution": {
      const { shift, bias, weights } = encoding;
      return predicted(width, state, pageSize, (latents, at) => {
        let sum = bias;
        for (const [j, weight] of weights.entries()) sum += weight * latents[at - weights.length + j]!;
        return sum > 0n ? sum >> shift : 0n;
      });
    }
    default:
      encoding satisfies never;
      return () => {};
  }
}

/** Differences are stored around the middle of the range. */
function centered(width: number, latent: bigint): bigint {
  return latent ^ (1n << BigInt(width - 1));
}

function consecutive(width: number, state: readonly bigint[]): DeltaDecoder {
  const moments = [...state];
  return (latents, count) => {
    for (let i = 0; i < count; i++) latents[i] = centered(width, latents[i]!);
    for (let order = moments.length - 1; order >= 0; order--) {
      let moment = moments[order]!;
      for (let i = 0; i < count; i++) {
        const difference = latents[i]!;
        latents[i] = moment;
        moment = BigInt.asUintN(width, moment + difference);
      }
      moments[order] = moment;
    }
  };
}

type Predict = (
  latents: BigUint64Array,
  at: number,
  lookbacks: BigUint64Array | undefined,
  i: number,
) => bigint;

/** Each latent is a difference to what is predicted from those before it; the state comes first. */
function predicted(
  width: number,
  state: readonly bigint[],
  pageSize: number,
  predict: Predict,
): DeltaDecoder {
  const history = new BigUint64Array(Math.max(pageSize, state.length));
  history.set(state);
  let known = state.length;
  let given = 0;
  return (latents, count, stored, lookbacks) => {
    for (let i = 0; i < stored; i++, known++) {
      const prediction = predict(history, known, lookbacks, i);
      history[known] = BigInt.asUintN(width, centered(width, latents[i]!) + prediction);
    }
    latents.set(history.subarray(given, given + count));
    given += count;
  };
}

function broken(what: string): CodecError {
  return new CodecError(`A Pco chunk ${what}.`);
}
