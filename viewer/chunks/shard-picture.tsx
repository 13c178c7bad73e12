/**
 * The inner chunks of a shard.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bytesText, countText } from "../app/format.ts";
import { themeVersion } from "../app/theme.ts";
import type { Place } from "../client/place.ts";
import { linesPattern } from "../image/tile-painter.ts";
import type { ArrayFacts, ShardContents } from "../protocol.ts";

const WIDTH = 240;

interface ShardPictureProps {
  array: ArrayFacts;
  place: Place;
  index: readonly number[];
  axes: readonly number[];
}

/** A shard's index as a picture: the inner chunks along two axes, first ones along the others. */
export function ShardPicture({ array, place, index, axes }: ShardPictureProps) {
  const contents = useSignal<ShardContents | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const key = index.join();
  useEffect(() => {
    const controller = new AbortController();
    contents.value = undefined;
    failed.value = undefined;
    place.shard(array.path, index, controller.signal).then(
      (found) => (contents.value = found),
      (error: unknown) => {
        if (!controller.signal.aborted) failed.value = error instanceof Error ? error.message : String(error);
      },
    );
    return () => controller.abort();
  }, [array, place, key]);
  if (failed.value !== undefined)
    return (
      <p class="notice error" role="alert">
        {failed.value}
      </p>
    );
  if (contents.value === undefined) return <p class="quiet">…</p>;
  const stored = contents.value.lengths.filter((length) => length >= 0);
  const bytes = stored.reduce((sum, length) => sum + length, 0);
  return (
    <>
      <InnerChunks contents={contents.value} axes={axes} />
      <p class="quiet" data-inner={stored.length}>
        {countText(stored.length)} of {countText(contents.value.lengths.length)} inner chunks stored,{" "}
        {bytesText(bytes)}
      </p>
    </>
  );
}

function InnerChunks({ contents, axes }: { contents: ShardContents; axes: readonly number[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: theme } = themeVersion;
  const { shape, lengths } = contents;
  const [rowAxis, columnAxis] = axes.length === 2 ? axes : [undefined, axes[0] ?? 0];
  const rows = rowAxis === undefined ? 1 : shape[rowAxis]!;
  const columns = shape[columnAxis!] ?? 1;
  const side = Math.max(2, Math.min(24, Math.floor(WIDTH / columns), Math.floor(WIDTH / rows)));
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const style = getComputedStyle(document.documentElement);
    const of = (name: string): string => style.getPropertyValue(name).trim();
    const most = lengths.reduce((largest, length) => Math.max(largest, length), 1);
    context.clearRect(0, 0, columns * side, rows * side);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let cell = 0;
        for (const [axis, count] of shape.entries())
          cell = cell * count + (axis === rowAxis ? row : axis === columnAxis ? column : 0);
        const length = lengths[cell]!;
        context.globalAlpha = length < 0 ? 1 : 0.25 + 0.75 * Math.sqrt(length / most);
        context.fillStyle = length < 0 ? linesPattern(context, of("--fill-line")) : of("--chunk");
        const gap = side > 4 ? 1 : 0;
        context.fillRect(column * side, row * side, side - gap, side - gap);
      }
    context.globalAlpha = 1;
  }, [contents, axes, theme]);
  return (
    <canvas
      ref={canvas}
      width={columns * side}
      height={rows * side}
      role="img"
      aria-label={`Inner chunks of the shard, ${rows} by ${columns}`}
    />
  );
}
