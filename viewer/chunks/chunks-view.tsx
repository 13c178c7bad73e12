/**
 * The stored chunks as a picture: which are there, and how large.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { axisCellSpan } from "../axis-grid.ts";
import { bytesText, countText, shapeText } from "../app/format.ts";
import { themeVersion } from "../app/theme.ts";
import type { Place } from "../client/place.ts";
import { linesPattern } from "../image/tile-painter.ts";
import { AxisSlider } from "../node/axis-slider.tsx";
import type { ArrayFacts } from "../protocol.ts";
import { ChunkStates } from "./chunk-states.ts";
import type { KnownChunk } from "./chunk-states.ts";
import { chunkWindow, wrapped } from "./chunk-window.ts";
import type { ChunkWindow } from "./chunk-window.ts";
import { ShardPicture } from "./shard-picture.tsx";

/** The chunk grid of an array, two axes at a time; one axis is wrapped into lines. */
export function ChunksView({ array, place }: { array: ArrayFacts; place: Place }) {
  const { stored } = array;
  const names = array.shape.map((_, axis) => array.dimensionNames[axis] || `axis ${axis}`);
  const axes = useSignal<readonly number[]>(firstAxes(array));
  const at = useSignal<readonly number[]>(stored.map(() => 0));
  const size = useSignal({ width: 0, height: 0 });
  const states = useMemo(() => new ChunkStates(place, array.path), [place, array]);
  useEffect(() => () => states.stop(), [states]);

  const isFlat = axes.value.length < 2;
  const count = axes.value.length === 0 ? 1 : stored[axes.value[0]!]!.count;
  const columns = isFlat ? wrapped(count, size.value) : stored[axes.value[1]!]!.count;
  const grid = { rows: isFlat ? Math.ceil(count / columns) : count, columns };
  const flat = isFlat && axes.value.length === 1 ? at.value[axes.value[0]!]! : 0;
  const selected = isFlat
    ? { row: Math.floor(flat / columns), column: flat % columns }
    : { row: at.value[axes.value[0]!]!, column: at.value[axes.value[1]!]! };
  const view = chunkWindow(grid, size.value, selected);
  const indexOf = (row: number, column: number): readonly number[] | undefined => {
    if (row < 0 || column < 0 || row >= grid.rows || column >= grid.columns) return undefined;
    if (axes.value.length === 0) return [];
    if (isFlat && row * columns + column >= count) return undefined;
    return at.value.map((cell, axis) => {
      if (isFlat) return axis === axes.value[0] ? row * columns + column : cell;
      return axis === axes.value[0] ? row : axis === axes.value[1] ? column : cell;
    });
  };
  const select = (row: number, column: number): void => {
    const index = indexOf(row, column);
    if (index !== undefined) at.value = index;
  };
  const key = `${axes.value.join()}|${view.top},${view.left},${view.rows},${view.columns}|${at.value
    .map((cell, axis) => (axes.value.includes(axis) ? "*" : cell))
    .join()}`;
  const seen = useMemo(() => {
    const indices: (readonly number[])[] = [];
    for (let row = view.top; row < view.top + view.rows; row++)
      for (let column = view.left; column < view.left + view.columns; column++) {
        const index = indexOf(row, column);
        if (index !== undefined) indices.push(index);
      }
    return indices;
  }, [key, size.value]);
  useEffect(() => {
    if (size.value.width > 0 && !array.shape.includes(0)) states.want(seen);
  }, [states, seen]);
  const others = stored.flatMap(({ count: cells }, axis) =>
    axes.value.includes(axis) || cells <= 1 ? [] : [axis],
  );
  const word = array.isSharded ? "shard" : "chunk";
  return (
    <div class="chunks-view">
      <div class="stage-column">
        <ChunkMap
          array={array}
          states={states}
          view={view}
          selected={selected}
          indexOf={indexOf}
          select={select}
          onSize={(width, height) => (size.value = { width, height })}
          label={`${word}s of ${array.name || "the array"}. Arrow keys move the selection.`}
        />
        <Summary array={array} states={states} seen={seen} word={word} />
      </div>
      <aside class="controls" aria-label="Chunks">
        <fieldset>
          <legend>Layout</legend>
          <dl class="facts-list">
            <Fact name="array" text={shapeText(array.shape)} />
            {array.isSharded ? <Fact name="shard" text={gridText(stored)} /> : null}
            <Fact name={array.isSharded ? "inner chunk" : "chunk"} text={gridText(array.read)} />
            <Fact name={`${word}s`} text={stored.map((axis) => countText(axis.count)).join(" × ") || "1"} />
          </dl>
          {stored.length < 2 ? null : (
            <div class="pair">
              {[0, 1].map((which) => (
                <label key={which} class="field">
                  <span>{which === 0 ? "Down" : "Across"}</span>
                  <select
                    value={String(axes.value[which])}
                    onChange={(event) => {
                      const axis = Number(event.currentTarget.value);
                      const other = axes.value[1 - which]!;
                      const free = axis === other ? axes.value[which]! : other;
                      axes.value = which === 0 ? [axis, free] : [free, axis];
                    }}
                  >
                    {names.map((name, axis) => (
                      <option key={axis} value={String(axis)}>
                        {name} ({stored[axis]!.count})
                      </option>
                    ))}
                  </select>
                </label>
              ))}
            </div>
          )}
          {others.map((axis) => (
            <AxisSlider
              key={axis}
              name={`${word} along ${names[axis]}`}
              length={stored[axis]!.count}
              value={at.value[axis]!}
              onInput={(value) => {
                if (!Number.isNaN(value))
                  at.value = at.value.map((cell, i) =>
                    i === axis ? Math.max(0, Math.min(stored[axis]!.count - 1, value)) : cell,
                  );
              }}
            />
          ))}
        </fieldset>
        <Selected
          array={array}
          place={place}
          states={states}
          index={at.value}
          word={word}
          axes={axes.value}
        />
        <ul class="legend">
          <li>
            <i class="swatch present" aria-hidden="true" /> stored; the stronger the larger
          </li>
          <li>
            <i class="swatch lines" aria-hidden="true" /> not stored: reads as the fill value
          </li>
          <li>
            <i class="swatch failed" aria-hidden="true" /> could not be looked at
          </li>
        </ul>
      </aside>
    </div>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

function gridText(grid: ArrayFacts["read"]): string {
  return (
    grid.map(({ chunk }) => (chunk === undefined ? "varying" : countText(chunk))).join(" × ") || "scalar"
  );
}

/** The two axes with the most chunks, in their order. */
function firstAxes(array: ArrayFacts): readonly number[] {
  return array.stored
    .map(({ count }, axis) => ({ count, axis }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 2)
    .map(({ axis }) => axis)
    .sort((a, b) => a - b);
}

interface MapProps {
  array: ArrayFacts;
  states: ChunkStates;
  view: ChunkWindow;
  selected: { row: number; column: number };
  indexOf: (row: number, column: number) => readonly number[] | undefined;
  select: (row: number, column: number) => void;
  onSize: (width: number, height: number) => void;
  label: string;
}

function ChunkMap({ states, view, selected, indexOf, select, onSize, label }: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: version } = states.version;
  const { value: theme } = themeVersion;
  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (element === null || element === undefined) return undefined;
    const sizes = new ResizeObserver(() => onSize(element.clientWidth, element.clientHeight));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  const width = view.columns * view.side + 1;
  const height = view.rows * view.side + 1;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    context.scale(ratio, ratio);
    draw(context, states, view, selected, indexOf);
  });
  const cellAt = (event: MouseEvent): readonly [number, number] => {
    const box = canvas.current?.getBoundingClientRect();
    const row = Math.floor((event.clientY - (box?.top ?? 0)) / view.side) + view.top;
    return [row, Math.floor((event.clientX - (box?.left ?? 0)) / view.side) + view.left];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { row, column } = selected;
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [Math.max(0, row - view.rows), column],
      PageDown: [row + view.rows, column],
      Home: [row, 0],
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (move === undefined) return;
    select(...move);
    event.preventDefault();
  };
  return (
    <div class="chunk-stage">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-roledescription="chunk grid"
        aria-label={label}
        data-version={version}
        data-theme-version={theme}
        onClick={(event) => select(...cellAt(event))}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

function draw(
  context: CanvasRenderingContext2D,
  states: ChunkStates,
  view: ChunkWindow,
  selected: { row: number; column: number },
  indexOf: (row: number, column: number) => readonly number[] | undefined,
): void {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  let most = 1;
  for (const state of states.known()) if (state.kind === "present") most = Math.max(most, state.size);
  const { side } = view;
  for (let row = 0; row < view.rows; row++)
    for (let column = 0; column < view.columns; column++) {
      const index = indexOf(view.top + row, view.left + column);
      if (index === undefined) continue;
      const [x, y, inner] = [column * side + 1, row * side + 1, side - 1];
      context.fillStyle = of("--stage-empty");
      context.fillRect(x, y, inner, inner);
      paintCell(context, states.get(index), most, x, y, inner, of);
    }
  context.strokeStyle = of("--text");
  context.lineWidth = 2;
  const [x, y] = [(selected.column - view.left) * side, (selected.row - view.top) * side];
  context.strokeRect(x + 1, y + 1, side - 1, side - 1);
}

function paintCell(
  context: CanvasRenderingContext2D,
  state: KnownChunk | undefined,
  most: number,
  x: number,
  y: number,
  side: number,
  of: (name: string) => string,
): void {
  if (state === undefined) return;
  if (state.kind === "present") {
    context.globalAlpha = 0.25 + 0.75 * Math.sqrt(state.size / most);
    context.fillStyle = of("--chunk");
  } else if (state.kind === "missing") context.fillStyle = linesPattern(context, of("--fill-line"));
  else context.fillStyle = of("--error");
  context.fillRect(x, y, side, side);
  context.globalAlpha = 1;
}

interface SummaryProps {
  array: ArrayFacts;
  states: ChunkStates;
  seen: readonly (readonly number[])[];
  word: string;
}

function Summary({ array, states, seen, word }: SummaryProps) {
  void states.version.value; // sums change as more is known
  let present = 0;
  let missing = 0;
  let failed = 0;
  let bytes = 0;
  let raw = 0;
  for (const index of seen) {
    const state = states.get(index);
    if (state?.kind === "missing") missing++;
    else if (state?.kind === "failed") failed++;
    else if (state?.kind === "present") {
      present++;
      bytes += state.size;
      raw += index.reduce((product, cell, axis) => {
        const [start, stop] = axisCellSpan(array.stored[axis]!, cell);
        return product * (stop - start);
      }, array.itemSize);
    }
  }
  return (
    <p class="status-line" data-present={present} data-missing={missing} data-busy={states.isBusy.value}>
      Of {countText(seen.length)} {word}s in view: {countText(present)} stored ({bytesText(bytes)}
      {bytes > 0 && raw > 0 ? `, ${(raw / bytes).toFixed(2)} : 1 compressed` : ""}), {countText(missing)} not
      stored
      {failed > 0 ? `, ${countText(failed)} failed` : ""}
      {states.isBusy.value ? " · looking …" : ""}
    </p>
  );
}

interface SelectedProps {
  array: ArrayFacts;
  place: Place;
  states: ChunkStates;
  index: readonly number[];
  word: string;
  axes: readonly number[];
}

function Selected({ array, place, states, index, word, axes }: SelectedProps) {
  void states.version.value; // the state of the selected chunk may have come
  const state = states.get(index);
  const spans = index.map((cell, axis) => axisCellSpan(array.stored[axis]!, cell));
  const raw = spans.reduce((product, [start, stop]) => product * (stop - start), array.itemSize);
  return (
    <fieldset>
      <legend>Selected {word}</legend>
      <dl class="facts-list" aria-live="polite">
        <Fact name="index" text={index.join(", ") || "–"} />
        <Fact name="elements" text={spans.map(([start, stop]) => `${start}:${stop}`).join(", ") || "1"} />
        {state === undefined ? (
          <Fact name="state" text="…" />
        ) : state.kind === "failed" ? (
          <Fact name="failed" text={state.message} />
        ) : (
          <>
            <Fact name="key" text={state.key} />
            <Fact
              name="stored"
              text={
                state.kind === "missing"
                  ? `no: reads as ${array.fillText}`
                  : `${bytesText(state.size)} (${countText(state.size)} bytes)${raw > 0 && state.size > 0 ? `, ${(raw / state.size).toFixed(2)} : 1` : ""}`
              }
            />
          </>
        )}
      </dl>
      {array.isSharded && state?.kind === "present" ? (
        <ShardPicture array={array} place={place} index={index} axes={axes} />
      ) : null}
    </fieldset>
  );
}
