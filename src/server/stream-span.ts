/**
 * A long span of a value as a stream: a piece is read when the client has taken the one before.
 *
 * @module
 */
import type { ByteSpan } from "../base/byte-request.ts";
import type { Store } from "../storage/store.ts";
import type { ValueFacts } from "./stored-value.ts";
import { readSpans, requireUnchanged } from "./stored-value.ts";

const PIECE_BYTES = 4 * 2 ** 20;

/** The bytes of a span. When the value changes midway, or a read fails, the stream fails: the client sees it cut off. */
export function streamSpan(
  store: Store,
  key: string,
  facts: ValueFacts,
  span: ByteSpan,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  let at = span.start;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const piece = { start: at, end: Math.min(span.end, at + PIECE_BYTES) };
        const [bytes] = await readSpans(store, key, facts, [piece], { signal: either });
        if (piece.end === span.end) await requireUnchanged(store, key, facts, { signal: either });
        at = piece.end;
        // A copy: whoever takes the stream may transfer the buffer.
        controller.enqueue(new Uint8Array(bytes!));
        if (at === span.end) controller.close();
      },
      cancel(reason) {
        left.abort(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
