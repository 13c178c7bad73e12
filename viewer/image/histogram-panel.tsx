/**
 * How often values occur in what is seen, and the limits of the colours.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { countText, numberText } from "../app/format.ts";
import { themeVersion } from "../app/theme.ts";
import { NumberField } from "../node/number-field.tsx";
import type { Histogram } from "./paint.ts";
import type { Scene } from "./scene.ts";

type Limits = readonly [low: number, high: number];

/** The histogram, sliders for the limits, and counts of what is no number. */
export function HistogramPanel({ scene }: { scene: Scene }) {
  const { picture } = scene;
  const { value: histogram } = scene.histogram;
  const channel = picture.isComposite.value
    ? picture.channels.value.find(({ index }) => index === scene.histogramChannel.value)
    : undefined;
  const limits = channel === undefined ? picture.limits.value : channel.limits;
  const isLabels = channel === undefined && picture.colourMap.value === "labels";
  const setLimits = (next: Limits): void => {
    if (channel !== undefined) picture.setChannel(channel.index, { limits: next });
    else {
      picture.isAuto.value = false;
      picture.limits.value = next;
    }
  };
  return (
    <fieldset class="histogram">
      <legend>{channel === undefined ? "Contrast" : `Contrast of ${channel.label}`}</legend>
      {histogram === undefined ? (
        <p class="quiet">…</p>
      ) : (
        <>
          <Bars histogram={histogram} limits={limits} />
          {isLabels || limits === undefined ? null : (
            <LimitInputs histogram={histogram} limits={limits} setLimits={setLimits} />
          )}
          <Counts histogram={histogram} />
        </>
      )}
      <div class="buttons">
        <button type="button" class="small" onClick={() => scene.autoLimits()}>
          Auto
        </button>
        <button
          type="button"
          class="small"
          disabled={histogram === undefined || histogram.finite === 0}
          onClick={() => histogram !== undefined && setLimits([histogram.low, histogram.high])}
        >
          Min–max
        </button>
      </div>
    </fieldset>
  );
}

const WIDTH = 256;
const HEIGHT = 72;

function Bars({ histogram, limits }: { histogram: Histogram; limits: Limits | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: theme } = themeVersion;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const style = getComputedStyle(document.documentElement);
    const { counts, low, high } = histogram;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    const most = Math.max(1, ...counts);
    const x = (value: number): number => (high > low ? ((value - low) / (high - low)) * WIDTH : WIDTH / 2);
    context.fillStyle = style.getPropertyValue("--bar");
    for (const [bin, count] of counts.entries()) {
      if (count === 0) continue;
      // Roots show rare values beside common ones.
      const height = Math.max(1, Math.sqrt(count / most) * HEIGHT);
      const left = (bin / counts.length) * WIDTH;
      context.fillRect(left, HEIGHT - height, WIDTH / counts.length - 0.4, height);
    }
    if (limits === undefined) return;
    context.fillStyle = style.getPropertyValue("--shade");
    context.fillRect(0, 0, Math.max(0, x(limits[0])), HEIGHT);
    context.fillRect(Math.min(WIDTH, x(limits[1])), 0, WIDTH, HEIGHT);
    context.fillStyle = style.getPropertyValue("--accent");
    for (const limit of limits) context.fillRect(Math.round(x(limit)) - 1, 0, 2, HEIGHT);
  }, [histogram, limits, theme]);
  const { low, high, finite } = histogram;
  const text =
    finite === 0
      ? "No values in view"
      : `Histogram of ${countText(finite)} values in view, from ${numberText(low)} to ${numberText(high)}`;
  return (
    <>
      <canvas ref={canvas} width={WIDTH} height={HEIGHT} role="img" aria-label={text} />
      <div class="ends">
        <span>{finite === 0 ? "" : numberText(low)}</span>
        <span>{finite === 0 ? "" : numberText(high)}</span>
      </div>
    </>
  );
}

interface LimitInputsProps {
  histogram: Histogram;
  limits: Limits;
  setLimits: (limits: Limits) => void;
}

function LimitInputs({ histogram, limits, setLimits }: LimitInputsProps) {
  const [low, high] = limits;
  const least = Math.min(low, Number.isNaN(histogram.low) ? low : histogram.low);
  const most = Math.max(high, Number.isNaN(histogram.high) ? high : histogram.high);
  const step = most > least ? (most - least) / 500 : 1;
  const input = (label: string, value: number, set: (value: number) => void) => (
    <div class="limit">
      <input
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-label={`${label} limit`}
        aria-valuetext={numberText(value)}
        onInput={(event) => set(event.currentTarget.valueAsNumber)}
      />
      <NumberField
        label={`${label} limit as a number`}
        step="any"
        value={Number(value.toPrecision(6))}
        onCommit={set}
      />
    </div>
  );
  return (
    <>
      {input("Lower", low, (value) => setLimits([value, Math.max(value, high)]))}
      {input("Upper", high, (value) => setLimits([Math.min(low, value), value]))}
    </>
  );
}

function Counts({ histogram }: { histogram: Histogram }) {
  const { finite, nan, infinite, masked, sum } = histogram;
  const rows: readonly (readonly [string, string])[] = [
    ...(finite > 0 ? [["mean", numberText(sum / finite)] as const] : []),
    ...(nan > 0 ? [["NaN", countText(nan)] as const] : []),
    ...(infinite > 0 ? [["infinite", countText(infinite)] as const] : []),
    ...(masked > 0 ? [["fill", countText(masked)] as const] : []),
  ];
  return (
    <dl class="counts">
      {rows.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
