/**
 * Decoding chunks on threads, of stores that only the calling thread can read. The bytes are handed over; whatever does not
 * work is done here after all, so that errors are those of a read without threads.
 *
 * @module
 */
import { abortable } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import type { Codec } from "../codecs/codec.ts";
import { copyPartOut } from "../codecs/copy-part.ts";
import { rangeMap } from "../indexing/axis-map.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { readyPool } from "../workers/pool.ts";
import { cardOf } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import type { ChunkHelp } from "./read-chunk.ts";
import type { DecodeAnswer, DecodeTask } from "./thread-job.ts";
import { LEAST_BYTES, noteWork } from "./thread-pool-choice.ts";

/** Stored bytes for which a message to a thread costs more than it spares. */
const LEAST_STORED_BYTES = 32 * 1024;

/** Help with a read that is large enough and has something to decode; `undefined` where there is none to be had. */
export function decodeHelp(bound: BoundModel, selection: NormalizedSelection): ChunkHelp | undefined {
  const { model } = bound;
  const { itemSize } = model.dataType;
  if (selection.kind !== "orthogonal" || itemSize === 0 || !model.chain.codecs.some(isWork)) return undefined;
  const bytes = sizeOf(selection.axisShape) * itemSize;
  if (bytes < LEAST_BYTES) return undefined;
  const card = cardOf(model);
  if (card === undefined) return undefined;
  noteWork(bytes);
  return {
    place(chunkIndex, stored, part, target, options) {
      // Asked for each chunk: the threads may have started since.
      const pool = readyPool();
      if (pool === undefined || stored.length < LEAST_STORED_BYTES || part.kind !== "orthogonal")
        return undefined;
      const from = part.axes.map((axis) => axis.from);
      if (from.some((axis) => axis.kind === "list")) return undefined;
      // The store may keep what it gave: a copy is handed over.
      const given = new Uint8Array(stored);
      const task: DecodeTask = {
        kind: "decode",
        card,
        chunkIndex,
        bytes: given,
        from,
        config: config.toJSON(),
      };
      return placed(pool.run(task, [given.buffer]), part, target, options);
    },
  };
}

async function placed(
  running: Promise<unknown>,
  part: Extract<ChunkPart, { kind: "orthogonal" }>,
  target: Block,
  options: AbortOptions,
): Promise<boolean> {
  // Threads answer tasks with this, and with nothing when they are gone.
  const answer = (await abortable(running, options.signal)) as DecodeAnswer | undefined;
  if (answer?.part === undefined) return false;
  const shape = part.axes.map((axis) => mapLength(axis.from));
  const axes = part.axes.map(({ to }, axis) => ({ from: rangeMap(0, shape[axis]!), to }));
  copyPartOut({ ...part, axes }, wrapBlock(answer.part, shape, target.itemSize), target);
  return true;
}

/** Is it more than copying to decode? */
function isWork(codec: Codec): boolean {
  return codec.kind === "bytes-bytes" || codec.innerCodecs?.some(isWork) === true;
}
