/**
 * One sequence of latent numbers of a Pco chunk: bins chosen by four interleaved tANS decoders, and offsets within them.
 *
 * @module
 */
import { CodecError } from "../../base/errors.ts";
import type { BitReader } from "../bit-stream.ts";
import type { DeltaDecoder, DeltaEncoding } from "./delta.ts";
import { deltaDecoder } from "./delta.ts";

/** Numbers are decoded in batches of so many. */
export const BATCH = 256;

const MAX_TABLE_LOG = 14;
const STATES = 4;

/** What a chunk says of a variable. */
export interface LatentVariable {
  /** Bits of a latent number. */
  readonly width: number;
  readonly tableLog: number;
  readonly bins: number;
  readonly delta: DeltaEncoding;
  /** By tANS state: the bin's lowest number and offset bits, where the next state starts, and the bits it adds. */
  readonly lowers: BigUint64Array;
  readonly offsetBits: Uint8Array;
  readonly nextBase: Uint16Array;
  readonly stateBits: Uint8Array;
}

/** Reads the bins of a variable of `width` bits. Throws CodecError when they contradict each other. */
export function readLatentVariable(input: BitReader, width: number, delta: DeltaEncoding): LatentVariable {
  const tableLog = input.bits(4);
  const count = input.bits(15);
  const size = 2 ** tableLog;
  if (tableLog > MAX_TABLE_LOG || count > size || (count === 1 && tableLog > 0)) {
    throw new CodecError("A Pco chunk has a table that does not fit its bins.", {
      expected: count,
      actual: size,
    });
  }
  const weights: number[] = [];
  const lowers: bigint[] = [];
  const offsets: number[] = [];
  const offsetBitsBits = Math.log2(width) + 1;
  for (let i = 0; i < count; i++) {
    weights.push(input.bits(tableLog) + 1);
    lowers.push(input.big(width));
    const bits = input.bits(offsetBitsBits);
    if (bits > width)
      throw new CodecError("A Pco chunk has a bin that is wider than its type.", { actual: bits });
    offsets.push(bits);
  }
  if (count === 0) {
    weights.push(1);
    lowers.push(0n);
    offsets.push(0);
  }
  return { width, tableLog, bins: count, delta, ...makeTable(tableLog, weights, lowers, offsets) };
}

function makeTable(
  tableLog: number,
  weights: readonly number[],
  lowers: readonly bigint[],
  offsets: readonly number[],
): Pick<LatentVariable, "lowers" | "offsetBits" | "nextBase" | "stateBits"> {
  const size = 2 ** tableLog;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total !== size)
    throw new CodecError("A Pco chunk has weights that do not fill their table.", {
      expected: size,
      actual: total,
    });
  const symbols = new Uint16Array(size);
  // An odd stride near three fifths of the table spreads the bins evenly, and visits every state once.
  const stride = Math.floor((3 * size) / 5) | 1;
  let step = 0;
  for (const [symbol, weight] of weights.entries()) {
    for (let i = 0; i < weight; i++, step++) symbols[(stride * step) % size] = symbol;
  }
  const table = {
    lowers: new BigUint64Array(size),
    offsetBits: new Uint8Array(size),
    nextBase: new Uint16Array(size),
    stateBits: new Uint8Array(size),
  };
  const next = [...weights];
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state]!;
    const base = next[symbol]!++;
    const bits = Math.clz32(base) - Math.clz32(size);
    table.stateBits[state] = bits;
    table.nextBase[state] = base * 2 ** bits - size;
    table.lowers[state] = lowers[symbol]!;
    table.offsetBits[state] = offsets[symbol]!;
  }
  return table;
}

/** Decodes a variable through a page. */
export class LatentReader {
  readonly #variable: LatentVariable;
  readonly #states: Uint16Array = new Uint16Array(STATES);
  readonly #chosen: Uint16Array = new Uint16Array(BATCH);
  readonly #delta: DeltaDecoder;
  /** The latest batch. */
  readonly latents: BigUint64Array = new BigUint64Array(BATCH);

  /** Reads the states that the page starts with. */
  constructor(input: BitReader, variable: LatentVariable, pageSize: number) {
    this.#variable = variable;
    const state = Array.from({ length: variable.delta.stateSize }, () => input.big(variable.width));
    for (let i = 0; i < STATES; i++) this.#states[i] = input.bits(variable.tableLog);
    this.#delta = deltaDecoder(variable.delta, variable.width, state, pageSize);
    if (variable.bins === 0 && pageSize > state.length) {
      throw new CodecError("A Pco chunk has numbers, and no bins for them.", { actual: 0 });
    }
  }

  /** Decodes the next batch into `latents`, `left` being how many numbers are left; `lookbacks` go with some delta encodings. */
  read(input: BitReader, left: number, lookbacks: BigUint64Array | undefined): void {
    const stored = Math.min(BATCH, Math.max(0, left - this.#variable.delta.stateSize));
    this.readStored(input, stored);
    this.#delta(this.latents, Math.min(BATCH, left), stored, lookbacks);
  }

  /** Decodes `count` numbers as they are stored. */
  readStored(input: BitReader, count: number): void {
    const { width, lowers, offsetBits, nextBase, stateBits } = this.#variable;
    const [states, chosen] = [this.#states, this.#chosen];
    for (let i = 0; i < count; i++) {
      const state = states[i % STATES]!;
      chosen[i] = state;
      states[i % STATES] = nextBase[state]! + input.bits(stateBits[state]!);
    }
    for (let i = 0; i < count; i++) {
      const state = chosen[i]!;
      this.latents[i] = BigInt.asUintN(width, lowers[state]! + input.big(offsetBits[state]!));
    }
    this.latents.fill(0n, count);
  }
}
