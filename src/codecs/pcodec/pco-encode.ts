/**
 * Encoding of standalone Pco files: one bin a chunk, of the numbers or of their differences.
 *
 * @see https://github.com/pcodec/pcodec/blob/main/docs/format.md
 * @module
 */
import { BitWriter } from "../bit-stream.ts";
import type { PcoType } from "./number-type.ts";
import { toLatent, wordsOf } from "./number-type.ts";

const MAGIC = 0x216f6370; // pco!
/** Versions that every reader from 0.4 on knows. */
const STANDALONE_VERSION = 2;
const FORMAT_VERSION = 3;
const MAX_CHUNK = 2 ** 24;

/** The file of numbers in memory form. It is valid and lossless, and larger than what Pco itself makes: its numbers are only packed into as many bits as their range takes. */
export function pcoEncode(bytes: Uint8Array, type: PcoType): Uint8Array {
  const output = new BitWriter();
  const words = wordsOf(type.width, bytes);
  output.bits(MAGIC, 32);
  output.bits(STANDALONE_VERSION, 8);
  output.bits(31, 6);
  output.bits(words.length, 32);
  output.align();
  output.bits(FORMAT_VERSION, 8);
  for (let start = 0; start < words.length; start += MAX_CHUNK) {
    const size = Math.min(MAX_CHUNK, words.length - start);
    const latents = new BigUint64Array(size);
    for (let i = 0; i < size; i++) latents[i] = toLatent(type, BigInt(words[start + i]!));
    output.bits(type.code, 8);
    output.bits(size - 1, 24);
    writeChunk(output, latents, type.width);
  }
  output.bits(0, 8);
  return output.finish(1);
}

interface Bin {
  readonly lower: bigint;
  readonly bits: number;
}

function writeChunk(output: BitWriter, latents: BigUint64Array, width: number): void {
  const differences = differencesOf(latents, width);
  const plainBin = binOf(latents);
  const differenceBin = binOf(differences);
  const isDelta = differenceBin.bits < plainBin.bits;
  const bin = isDelta ? differenceBin : plainBin;
  output.bits(0, 4); // numbers as they are
  output.bits(isDelta ? 1 : 0, 4);
  if (isDelta) {
    output.bits(1, 3); // of first order
    output.bit(0);
  }
  output.bits(0, 4); // one state of the table
  output.bits(1, 15); // one bin, whose weight takes no bits
  output.big(bin.lower, width);
  output.bits(bin.bits, Math.log2(width) + 1);
  output.align();
  if (isDelta) output.big(latents[0]!, width);
  output.align();
  for (const latent of isDelta ? differences : latents) output.big(latent - bin.lower, bin.bits);
  output.align();
}

/** Differences of neighbours, around the middle of the range. */
function differencesOf(latents: BigUint64Array, width: number): BigUint64Array {
  const middle = 1n << BigInt(width - 1);
  const result = new BigUint64Array(latents.length - 1);
  for (let i = 0; i < result.length; i++) {
    result[i] = BigInt.asUintN(width, latents[i + 1]! - latents[i]! + middle);
  }
  return result;
}

function binOf(latents: BigUint64Array): Bin {
  let [least, most] = [latents[0] ?? 0n, latents[0] ?? 0n];
  for (const latent of latents) {
    if (latent < least) least = latent;
    if (latent > most) most = latent;
  }
  const range = most - least;
  return { lower: least, bits: range === 0n ? 0 : range.toString(2).length };
}
