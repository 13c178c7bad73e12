/**
 * Elements as text: of any data type.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { countText } from "../app/format.ts";
import type { Place } from "../client/place.ts";
import type { Picture } from "../image/picture.ts";
import { AxisSlider } from "../node/axis-slider.tsx";
import type { ArrayFacts, Range } from "../protocol.ts";

const ROWS = 40;
const COLUMNS = 12;

interface ValuesViewProps {
  array: ArrayFacts;
  place: Place;
  picture: Picture | undefined;
}

/** A page of elements. */
export function ValuesView({ array, place, picture }: ValuesViewProps) {
  const { shape } = array;
  const names = shape.map((_, axis) => array.dimensionNames[axis] || `axis ${axis}`);
  const axes =
    picture?.axes.value ??
    (shape.length >= 2 ? [shape.length - 2, shape.length - 1] : shape.map((_, i) => i));
  const at = useSignal<readonly number[]>(picture?.marker.value ?? picture?.at.value ?? shape.map(() => 0));
  const rows = useSignal<readonly (readonly string[])[] | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  // One axis goes down; two go down and across.
  const sizes = axes.map((axis, i) => Math.min(shape[axis]!, i === 0 ? ROWS : COLUMNS));
  const starts = axes.map((axis, i) => Math.min(at.value[axis]!, Math.max(0, shape[axis]! - sizes[i]!)));
  const key = at.value.join();
  useEffect(() => {
    const controller = new AbortController();
    const ranges: Range[] = axes.map((_, i) => [starts[i]!, starts[i]! + sizes[i]!, 1]);
    failed.value = undefined;
    const timer = setTimeout(() => {
      place.texts(array.path, { axes, ranges, at: at.value }, controller.signal).then(
        (table) => (rows.value = table.rows),
        (error: unknown) => {
          if (!controller.signal.aborted)
            failed.value = error instanceof Error ? error.message : String(error);
        },
      );
    }, 60);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [array, place, key]);
  const move = (axis: number, value: number): void => {
    if (Number.isNaN(value)) return;
    const bounded = Math.max(0, Math.min(shape[axis]! - 1, value));
    at.value = at.value.map((position, i) => (i === axis ? bounded : position));
  };
  const table = axes.length === 1 ? rows.value?.[0]?.map((text) => [text]) : rows.value;
  return (
    <div class="values-view">
      <div class="stage-column">
        {failed.value === undefined ? null : (
          <div class="notice error" role="alert">
            <strong>These values could not be read.</strong> {failed.value}
          </div>
        )}
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Values">
          {table === undefined ? (
            <p class="quiet">…</p>
          ) : (
            <table class={`grid-table ${array.valueKind}`}>
              {axes.length < 2 ? null : (
                <thead>
                  <tr>
                    <th scope="col" class="corner">
                      {names[axes[0]!]} \ {names[axes[1]!]}
                    </th>
                    {(table[0] ?? []).map((_, column) => (
                      <th scope="col" key={column}>
                        {starts[1]! + column}
                      </th>
                    ))}
                  </tr>
                </thead>
              )}
              <tbody>
                {table.map((row, i) => (
                  <tr key={i}>
                    {axes.length === 0 ? null : <th scope="row">{starts[0]! + i}</th>}
                    {row.map((text, j) => (
                      <td key={j} class={text === array.fillText ? "is-fill" : ""}>
                        {text}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
        <p class="status-line">
          {axes.length === 0
            ? "A scalar"
            : axes
                .map(
                  (axis, i) =>
                    `${names[axis]} ${countText(starts[i]!)} to ${countText(starts[i]! + sizes[i]! - 1)} of ${countText(shape[axis]!)}`,
                )
                .join(" · ")}
        </p>
      </div>
      <aside class="controls" aria-label="Values">
        <fieldset>
          <legend>From position</legend>
          {shape.map((length, axis) =>
            length <= 1 ? null : (
              <AxisSlider
                key={axis}
                name={names[axis]!}
                length={length}
                value={at.value[axis]!}
                onInput={(value) => move(axis, value)}
              />
            ),
          )}
        </fieldset>
        <p class="quiet">Values that equal the fill value ({array.fillText}) are pale.</p>
      </aside>
    </div>
  );
}
