/**
 * Decoding of standalone Pco files.
 *
 * @see https://github.com/pcodec/pcodec/blob/main/docs/format.md
 * @module
 */
import { CodecError } from "../../base/errors.ts";
import { BitReader } from "../bit-stream.ts";
import { readDelta } from "./delta.ts";
import type { LatentVariable } from "./latent-variable.ts";
import { BATCH, LatentReader, readLatentVariable } from "./latent-variable.ts";
import type { PcoMode } from "./mode.ts";
import { readMode } from "./mode.ts";
import type { PcoType } from "./number-type.ts";
import { wordsOf } from "./number-type.ts";

const MAGIC = 0x216f6370; // pco!
const STANDALONE_VERSION = 3;
const FORMAT_VERSION = 4;

/**
 * The numbers of a file, in memory form.
 *
 * @param count - how many there must be.
 * @throws CodecError when the file is damaged, of a later version, of another type, or holds another number of numbers.
 */
export function pcoDecode(bytes: Uint8Array, type: PcoType, count: number): Uint8Array {
  const input = new BitReader(bytes);
  const version = readHeader(input);
  const result = new Uint8Array((count * type.width) / 8);
  let done = 0;
  for (;;) {
    const code = input.bits(8);
    if (code === 0) break;
    if (code !== type.code) {
      throw new CodecError(`A Pco file does not hold numbers of type ${type.name}.`, {
        expected: type.code,
        actual: code,
      });
    }
    const size = input.bits(24) + 1;
    if (size > count - done) throw wrongCount(count, done + size);
    readChunk(
      input,
      type,
      version,
      result.subarray((done * type.width) / 8, ((done + size) * type.width) / 8),
      size,
    );
    done += size;
  }
  if (done !== count) throw wrongCount(count, done);
  if (input.bytesLeft > 0)
    throw new CodecError("A Pco file has bytes after its end.", { actual: input.bytesLeft });
  return result;
}

function wrongCount(expected: number, actual: number): CodecError {
  return new CodecError(`A Pco file holds ${actual} numbers or more, not ${expected}.`, { expected, actual });
}

/** Reads up to the first chunk; returns the version of the format. */
function readHeader(input: BitReader): number {
  if (input.bits(32) !== MAGIC) throw new CodecError("A Pco file does not begin as one.");
  let version = input.bits(8);
  // The first versions had one number for both formats.
  if (version >= 2) {
    if (version > STANDALONE_VERSION) throw laterVersion(version);
    if (version >= 3) input.skip(8); // the type of all chunks; each repeats it
    const hintBits = 1 + input.bits(6);
    input.skip(hintBits);
    input.align();
    version = input.bits(8);
  }
  if (version > FORMAT_VERSION) throw laterVersion(version);
  if (version >= 4) input.skip(8); // additions of a minor version fail where they are met
  return version;
}

function laterVersion(actual: number): CodecError {
  return new CodecError(`A Pco file has the version ${actual}, which is not known.`, {
    expected: FORMAT_VERSION,
    actual,
  });
}

function readChunk(input: BitReader, type: PcoType, version: number, target: Uint8Array, size: number): void {
  const mode = readMode(input, type);
  const delta = readDelta(input, version >= 3);
  const lookbacks =
    delta.primary.kind === "lookback"
      ? readLatentVariable(input, 32, { kind: "none", stateSize: 0 })
      : undefined;
  const primary = readLatentVariable(input, mode.primaryWidth, delta.primary);
  const secondary =
    mode.secondaryWidth === undefined
      ? undefined
      : readLatentVariable(input, mode.secondaryWidth, delta.secondary);
  input.align();
  readPage(input, mode, { lookbacks, primary, secondary }, wordsIn(type, target, size));
}

interface Variables {
  readonly lookbacks: LatentVariable | undefined;
  readonly primary: LatentVariable;
  readonly secondary: LatentVariable | undefined;
}

/** Where the words of a chunk go. */
interface Words {
  readonly size: number;
  write(index: number, bits: bigint): void;
}

function wordsIn({ width }: PcoType, target: Uint8Array, size: number): Words {
  // The result is one allocation of whole words, so that every chunk of it is aligned.
  const words = wordsOf(width, target);
  return {
    size,
    write(index, bits) {
      words[index] = width === 64 ? bits : Number(bits);
    },
  };
}

function readPage(input: BitReader, mode: PcoMode, variables: Variables, words: Words): void {
  const { size } = words;
  const stateSize = variables.primary.delta.stateSize;
  const lookbacks =
    variables.lookbacks && new LatentReader(input, variables.lookbacks, Math.max(0, size - stateSize));
  const primary = new LatentReader(input, variables.primary, size);
  const secondary = variables.secondary && new LatentReader(input, variables.secondary, size);
  input.align();
  for (let start = 0; start < size; start += BATCH) {
    const left = size - start;
    lookbacks?.readStored(input, Math.min(BATCH, Math.max(0, left - stateSize)));
    primary.read(input, left, lookbacks?.latents);
    secondary?.read(input, left, lookbacks?.latents);
    const count = Math.min(BATCH, left);
    for (let i = 0; i < count; i++) {
      words.write(
        start + i,
        mode.join(primary.latents[i]!, secondary === undefined ? 0n : secondary.latents[i]!),
      );
    }
  }
  input.align();
}
