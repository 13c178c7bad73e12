/**
 * Copies of rows of bytes to and from shared memory.
 *
 * @module
 */
import { nodeProcess } from "../base/platform.ts";

/** Node's `Buffer`, as far as it is needed here. */
interface NodeBuffer {
  from(buffer: ArrayBufferLike, offset: number, length: number): { fill(value: Uint8Array): unknown };
}

/** Copies rows between two arrays. */
interface RowCopy {
  /** Places, steps and lengths are counted in units of so many bytes. */
  readonly unit: number;
  /** Copies `count` rows of the length that was said, whose places differ by the steps. */
  readonly copyRows: (
    source: number,
    target: number,
    count: number,
    sourceStep: number,
    targetStep: number,
  ) => void;
}

/** From so many bytes on, what a call of `Buffer.fill` costs is less than it spares. */
const LONG_ROW_BYTES = 16 * 1024;
const WORD_BYTES = 8;
/** Places that are not those of words. */
const NO_WORDS: readonly number[] = [1];

let nodeBuffer: NodeBuffer | null | undefined;

/**
 * How to copy rows of `rowBytes` bytes. Between shared and other memory V8's `set` copies word by word, as other threads
 * might look on, after a call that costs as much: Node's `Buffer.fill` copies long rows as between any others, and a
 * compiled loop over words copies short ones without a call, where it is compiled soon.
 *
 * @param places In bytes, whatever the places of rows are sums of.
 */
export function rowCopyOf(
  source: Uint8Array,
  target: Uint8Array,
  rowBytes: number,
  places: readonly number[],
): RowCopy {
  const buffer = touchesShared(source, target) ? nodeBufferHere() : null;
  const isOfWords = (bytes: number): boolean => bytes % WORD_BYTES === 0;
  const isLong = rowBytes >= LONG_ROW_BYTES;
  if (
    buffer !== null &&
    !isLong &&
    compilesWords() &&
    [source.byteOffset, target.byteOffset, rowBytes, ...places].every(isOfWords)
  ) {
    const sourceWords = wordsOf(source);
    const targetWords = wordsOf(target);
    const length = rowBytes / WORD_BYTES;
    return {
      unit: WORD_BYTES,
      copyRows: (from, to, count, fromStep, toStep) =>
        copyWords(sourceWords, from, fromStep, targetWords, to, toStep, count, length),
    };
  }
  const copyRow =
    buffer !== null && isLong
      ? (row: Uint8Array, to: number): void => {
          buffer.from(target.buffer, target.byteOffset + to, row.length).fill(row);
        }
      : (row: Uint8Array, to: number): void => target.set(row, to);
  return {
    unit: 1,
    copyRows: (from, to, count, fromStep, toStep) => {
      for (let row = 0; row < count; row++, from += fromStep, to += toStep)
        copyRow(source.subarray(from, from + rowBytes), to);
    },
  };
}

/** Sets `bytes` at a place of `target`, as `set` does. */
export function setBytes(target: Uint8Array, bytes: Uint8Array, at: number): void {
  const { copyRows } = rowCopyOf(bytes, target, bytes.length, NO_WORDS);
  copyRows(0, at, 1, 0, 0);
}

/**
 * Is a loop over words compiled soon? From V8 12 on (Node 22) it first becomes code that makes an object of each word, and
 * stays that for a second of copying; `set` then is faster.
 */
function compilesWords(): boolean {
  return Number.parseInt(nodeProcess()?.versions?.["v8"] ?? "", 10) < 12;
}

/** Integers, since a number that is none may change when it is copied. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): BigInt64Array {
  return new BigInt64Array(buffer, byteOffset, Math.floor(byteLength / WORD_BYTES));
}

function copyWords(
  source: BigInt64Array,
  from: number,
  fromStep: number,
  target: BigInt64Array,
  to: number,
  toStep: number,
  count: number,
  length: number,
): void {
  for (let row = 0; row < count; row++, from += fromStep, to += toStep)
    for (let at = 0; at < length; at++) target[to + at] = source[from + at]!;
}

function nodeBufferHere(): NodeBuffer | null {
  if (nodeBuffer === undefined) nodeBuffer = findBuffer() ?? null;
  return nodeBuffer;
}

/** Does one side at least lie in shared memory, and the other elsewhere? */
function touchesShared(source: Uint8Array, target: Uint8Array): boolean {
  if (typeof SharedArrayBuffer === "undefined" || source.buffer === target.buffer) return false;
  return source.buffer instanceof SharedArrayBuffer || target.buffer instanceof SharedArrayBuffer;
}

/** Node's own only: others copy well without. */
function findBuffer(): NodeBuffer | undefined {
  const { Buffer, Deno, Bun } = globalThis as { Buffer?: NodeBuffer; Deno?: unknown; Bun?: unknown };
  return nodeProcess() !== undefined && Deno === undefined && Bun === undefined ? Buffer : undefined;
}
