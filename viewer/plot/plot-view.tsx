/**
 * A line along one axis.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { bytesText, countText, numberText } from "../app/format.ts";
import { themeVersion } from "../app/theme.ts";
import type { Place } from "../client/place.ts";
import type { Picture } from "../image/picture.ts";
import { maskedValues } from "../image/paint.ts";
import { AxisSlider } from "../node/axis-slider.tsx";
import type { ArrayFacts, CoordinateFacts, Cut } from "../protocol.ts";
import { plotData, plotPieces, plotStep } from "./plot-data.ts";
import type { PlotData, PlotPiece } from "./plot-data.ts";

const BUDGET = 96 * 2 ** 20;
const AT_ONCE = 6;

interface PlotViewProps {
  array: ArrayFacts;
  place: Place;
  /** The picture of the same array, whose marker says where the line goes through. */
  picture: Picture | undefined;
}

/** A plot, with its axis and the position on the others. */
export function PlotView({ array, place, picture }: PlotViewProps) {
  const names = array.shape.map((_, axis) => array.dimensionNames[axis] || `axis ${axis}`);
  const axis = useSignal(firstAxis(array, picture));
  const at = useSignal<readonly number[]>(
    picture?.marker.value ?? picture?.at.value ?? array.shape.map(() => 0),
  );
  const field = useSignal(picture?.field.value ?? array.fields.find(({ kind }) => kind !== "text")?.name);
  const range = useSignal<readonly [number, number]>([0, array.shape[axis.value]!]);
  const budget = useSignal(BUDGET);
  const coordinates = useSignal<readonly (CoordinateFacts | undefined)[]>([]);
  useEffect(() => {
    place.coordinates(array.path).then(
      (found) => (coordinates.value = found),
      () => {}, // they are a help, no more
    );
  }, [array, place]);
  const others = array.shape.flatMap((length, other) => (other === axis.value || length <= 1 ? [] : [other]));
  const fields = array.fields.filter(({ kind }) => kind !== "text");
  return (
    <div class="plot-view">
      <Line
        array={array}
        place={place}
        axis={axis.value}
        name={names[axis.value]!}
        at={at.value}
        field={field.value}
        part={picture?.part.value ?? "abs"}
        range={range.value}
        setRange={(next) => (range.value = next)}
        budget={budget.value}
        more={() => (budget.value *= 4)}
        coordinate={coordinates.value[axis.value]}
      />
      <aside class="controls" aria-label="Plot">
        <fieldset>
          <legend>Line</legend>
          <label class="field">
            <span>Along</span>
            <select
              value={String(axis.value)}
              onChange={(event) => {
                axis.value = Number(event.currentTarget.value);
                range.value = [0, array.shape[axis.value]!];
              }}
            >
              {names.map((name, i) => (
                <option key={i} value={String(i)}>
                  {name} ({array.shape[i]})
                </option>
              ))}
            </select>
          </label>
          {fields.length === 0 ? null : (
            <label class="field">
              <span>Field</span>
              <select value={field.value} onChange={(event) => (field.value = event.currentTarget.value)}>
                {fields.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          {others.map((other) => (
            <AxisSlider
              key={other}
              name={names[other]!}
              length={array.shape[other]!}
              value={at.value[other]!}
              text={coordinates.value[other]?.texts[at.value[other]!]}
              onInput={(value) => {
                if (!Number.isNaN(value))
                  at.value = at.value.map((position, i) =>
                    i === other ? Math.max(0, Math.min(array.shape[other]! - 1, value)) : position,
                  );
              }}
            />
          ))}
        </fieldset>
        <p class="quiet">
          Drag to zoom in, double-click to see all. By keyboard: arrows move, plus and minus zoom, 0 shows
          all.
        </p>
      </aside>
    </div>
  );
}

/** Of a picture the axis that it does not show. */
function firstAxis(array: ArrayFacts, picture: Picture | undefined): number {
  const shown: readonly number[] = picture?.axes.value ?? [];
  const other = array.shape.findIndex((length, axis) => !shown.includes(axis) && length > 1);
  if (other !== -1) return other;
  return array.shape.indexOf(Math.max(...array.shape));
}

interface LineProps {
  array: ArrayFacts;
  place: Place;
  axis: number;
  name: string;
  at: readonly number[];
  field: string | undefined;
  part: Picture["part"]["value"];
  range: readonly [number, number];
  setRange: (range: readonly [number, number]) => void;
  budget: number;
  more: () => void;
  coordinate: CoordinateFacts | undefined;
}

function Line(props: LineProps) {
  const { array, place, axis, name, at, field, part, range, setRange, budget, more, coordinate } = props;
  const [start, stop] = range;
  const length = array.shape[axis]!;
  const others = at.map((position, i) => (i === axis ? "*" : position)).join();
  const plan = useMemo(
    () => plotPieces(array, { axis, at, value: { field, part }, start, stop }, budget),
    [array, axis, others, field, part, start, stop, budget],
  );
  const data = useSignal<PlotData | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const attempt = useSignal(0);
  const { fillNumber, convention } = array;
  const masked = maskedValues(fillNumber, convention.missing, fillNumber !== undefined && fillNumber !== 0);
  useEffect(() => {
    const controller = new AbortController();
    failed.value = undefined;
    const cuts = new Map<PlotPiece, Cut>();
    void readAll(place, plan.pieces, controller.signal, (piece, cut) => {
      cuts.set(piece, cut);
      const found = plan.pieces.flatMap((one) => {
        const its = cuts.get(one);
        return its === undefined ? [] : [[one, its] as const];
      });
      data.value = plotData(found, masked);
    }).catch((error: unknown) => {
      if (!controller.signal.aborted) failed.value = error instanceof Error ? error.message : String(error);
    });
    return () => controller.abort(new DOMException("It is no longer seen.", "AbortError"));
  }, [plan, place, attempt.value]);

  const zoom = (factor: number): void => {
    const middle = (start + stop) / 2;
    const half = Math.max(2, ((stop - start) / 2) * factor);
    setRange(bounded(middle - half, middle + half, length));
  };
  const move = (part: number): void => {
    const by = Math.round((stop - start) * part) || Math.sign(part);
    const shift = Math.max(-start, Math.min(length - stop, by));
    setRange([start + shift, stop + shift]);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowLeft") move(-0.2);
    else if (event.key === "ArrowRight") move(0.2);
    else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
    else if (event.key === "0") setRange([0, length]);
    else return;
    event.preventDefault();
  };
  const step = plotStep({ start, stop });
  const shown = data.value;
  return (
    <div class="stage-column">
      <div
        class="plot-stage"
        tabIndex={0}
        role="application"
        aria-roledescription="plot"
        aria-label={`${array.name || "Array"} along ${name}, positions ${start} to ${stop - 1}`}
        onKeyDown={onKeyDown}
        onDblClick={() => setRange([0, length])}
      >
        {shown === undefined ? null : (
          <Chart
            data={shown}
            title={valueLabel(array, field)}
            axisLabel={coordinate?.units === undefined ? name : `${name} (${coordinate.units})`}
            texts={coordinate?.texts}
            select={(low, high) => setRange(bounded(low, high, length))}
          />
        )}
      </div>
      {failed.value === undefined ? null : (
        <div class="notice error" role="alert">
          <strong>The line could not be read.</strong> {failed.value}{" "}
          <button type="button" onClick={() => attempt.value++}>
            Try again
          </button>
        </div>
      )}
      {plan.stop >= stop ? null : (
        <div class="notice">
          Read up to position {countText(plan.stop)}: the rest would decode more than {bytesText(budget)}.{" "}
          <button type="button" onClick={more}>
            Read more
          </button>
        </div>
      )}
      <p class="status-line" data-points={shown?.x.length ?? 0} data-step={step}>
        {countText(start)} to {countText(stop - 1)} of {countText(length)}
        {step > 1 ? ` · smallest and largest of every ${countText(step)} elements` : ""}
        {shown !== undefined && shown.nan > 0 ? ` · ${countText(shown.nan)} NaN` : ""}
      </p>
    </div>
  );
}

function bounded(low: number, high: number, length: number): readonly [number, number] {
  const start = Math.max(0, Math.min(length - 1, Math.floor(low)));
  return [start, Math.max(start + 1, Math.min(length, Math.ceil(high)))];
}

function valueLabel(array: ArrayFacts, field: string | undefined): string {
  const { longName, units } = array.convention;
  const name = field ?? longName ?? (array.name || "value");
  return units === undefined ? name : `${name} (${units})`;
}

/** A few at a time, from left to right. */
async function readAll(
  place: Place,
  pieces: readonly PlotPiece[],
  signal: AbortSignal,
  took: (piece: PlotPiece, cut: Cut) => void,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let piece = pieces[next++]; piece !== undefined; piece = pieces[next++])
      took(piece, await place.cut(piece.request, signal));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

interface ChartProps {
  data: PlotData;
  title: string;
  axisLabel: string;
  texts: readonly string[] | undefined;
  select: (low: number, high: number) => void;
}

function Chart({ data, title, axisLabel, texts, select }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const { value: theme } = themeVersion;
  const isStepped = data.high !== undefined;
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const style = getComputedStyle(document.documentElement);
    const of = (name: string): string => style.getPropertyValue(name).trim();
    const accent = of("--accent");
    const axisStyle = {
      stroke: of("--text"),
      grid: { stroke: of("--line"), width: 1 },
      ticks: { stroke: of("--line") },
    };
    const position: uPlot.Series = {
      label: axisLabel,
      value: (_, x: number | null) =>
        x === null ? "–" : texts?.[x] === undefined ? String(x) : `${x} (${texts[x]})`,
    };
    const line: uPlot.Series = {
      stroke: accent,
      width: 1.5,
      points: { size: 4 },
      spanGaps: false,
      value: (_, y: number | null) => (y === null ? "–" : String(Number(y.toPrecision(9)))),
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        scales: { x: { time: false } },
        cursor: { drag: { setScale: false, x: true, y: false } },
        legend: { live: true },
        axes: [
          {
            ...axisStyle,
            label: axisLabel,
            space: texts === undefined ? 50 : 110,
            values: (_, splits) =>
              splits.map((split) => {
                const text = Number.isInteger(split) ? texts?.[split] : undefined;
                return text === undefined ? numberText(split) : text.slice(0, 16);
              }),
          },
          { ...axisStyle, label: title, size: 70, values: (_, splits) => splits.map(numberText) },
        ],
        series: isStepped
          ? [position, { ...line, label: "smallest" }, { ...line, label: "largest" }]
          : [position, { ...line, label: title }],
        bands: isStepped ? [{ series: [2, 1], fill: of("--accent-soft") }] : [],
        hooks: {
          setSelect: [
            (plot) => {
              if (plot.select.width < 4) return;
              const low = plot.posToVal(plot.select.left, "x");
              const high = plot.posToVal(plot.select.left + plot.select.width, "x");
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              select(low, high);
            },
          ],
        },
      },
      columnsOf(data),
      element,
    );
    chart.current = made;
    const sizes = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: element.clientHeight - legendHeight(element) }),
    );
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [theme, isStepped, title, axisLabel, texts]);
  useEffect(() => chart.current?.setData(columnsOf(data)), [data]);
  return <div class="chart" ref={host} />;
}

function legendHeight(element: HTMLElement): number {
  return element.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;
}

function columnsOf({ x, low, high }: PlotData): uPlot.AlignedData {
  const columns = [[...x], [...low], ...(high === undefined ? [] : [[...high]])];
  return columns as uPlot.AlignedData; // the first column has no gaps
}
