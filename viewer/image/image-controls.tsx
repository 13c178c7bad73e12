/**
 * What is seen of an array, and in which colours.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { numberText } from "../app/format.ts";
import { AxisSlider } from "../node/axis-slider.tsx";
import type { ComplexPart } from "../protocol.ts";
import { COLOUR_MAPS, colourCss, colourTable } from "./colour-maps.ts";
import type { ColourMapName } from "./colour-maps.ts";
import { HistogramPanel } from "./histogram-panel.tsx";
import type { Picture } from "./picture.ts";
import type { Scene } from "./scene.ts";

/** The controls of a picture. */
export function ImageControls({ scene }: { scene: Scene }) {
  const { picture } = scene;
  return (
    <aside class="controls" aria-label="Picture">
      <Axes picture={picture} />
      <Values picture={picture} />
      {picture.channels.value.length > 1 ? <Channels scene={scene} /> : null}
      {picture.isComposite.value ? null : <Colours picture={picture} />}
      <HistogramPanel scene={scene} />
      <Legend picture={picture} />
    </aside>
  );
}

function Axes({ picture }: { picture: Picture }) {
  const { axisNames, axes, array } = picture;
  const choice = (which: 0 | 1, label: string) => (
    <label class="field">
      <span>{label}</span>
      <select
        value={String(axes.value[which])}
        onChange={(event) => picture.setAxis(which, Number(event.currentTarget.value))}
      >
        {axisNames.map((name, axis) => (
          <option key={axis} value={String(axis)}>
            {name} ({array.shape[axis]})
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <fieldset>
      <legend>Axes</legend>
      <div class="pair">
        {choice(0, "Down")}
        {choice(1, "Across")}
      </div>
      {picture.sliders.map((axis) => (
        <AxisSlider
          key={axis}
          name={axisNames[axis]!}
          length={array.shape[axis]!}
          value={picture.at.value[axis]!}
          text={picture.coordinates.value[axis]?.texts[picture.at.value[axis]!]}
          onInput={(value) => picture.setAt(axis, value)}
        />
      ))}
    </fieldset>
  );
}

const PARTS: readonly (readonly [ComplexPart, string])[] = [
  ["abs", "magnitude"],
  ["real", "real part"],
  ["imag", "imaginary part"],
  ["phase", "phase"],
];

/** Records have fields, complex numbers have parts. */
function Values({ picture }: { picture: Picture }) {
  const { array } = picture;
  const fields = array.fields.filter(({ kind }) => kind !== "text");
  const kind = fields.find(({ name }) => name === picture.field.value)?.kind ?? array.valueKind;
  if (fields.length === 0 && kind !== "complex") return null;
  return (
    <fieldset>
      <legend>Values</legend>
      {fields.length === 0 ? null : (
        <label class="field">
          <span>Field</span>
          <select
            value={picture.field.value}
            onChange={(event) => (picture.field.value = event.currentTarget.value)}
          >
            {fields.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {kind !== "complex" ? null : (
        <label class="field">
          <span>Complex as</span>
          <select
            value={picture.part.value}
            onChange={(event) => {
              const part = PARTS.find(([name]) => name === event.currentTarget.value)?.[0] ?? "abs";
              picture.part.value = part;
              if (part === "phase") picture.colourMap.value = "phase";
            }}
          >
            {PARTS.map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}

function Channels({ scene }: { scene: Scene }) {
  const { picture } = scene;
  const { channels, isComposite, channelAxis } = picture;
  if (channelAxis === undefined || picture.axes.value.includes(channelAxis)) return null;
  return (
    <fieldset>
      <legend>Channels</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={isComposite.value}
          onChange={(event) => (isComposite.value = event.currentTarget.checked)}
        />
        Together, each in its colour
      </label>
      {isComposite.value
        ? channels.value.map((channel) => (
            <div key={channel.index} class="channel">
              <label class="check">
                <input
                  type="checkbox"
                  checked={channel.isShown}
                  onChange={(event) =>
                    picture.setChannel(channel.index, { isShown: event.currentTarget.checked })
                  }
                />
                {channel.label}
              </label>
              <input
                type="color"
                value={channel.colour}
                aria-label={`Colour of ${channel.label}`}
                onInput={(event) => picture.setChannel(channel.index, { colour: event.currentTarget.value })}
              />
              <button
                type="button"
                class="small"
                aria-pressed={scene.histogramChannel.value === channel.index}
                onClick={() => (scene.histogramChannel.value = channel.index)}
              >
                Contrast
              </button>
            </div>
          ))
        : null}
    </fieldset>
  );
}

function Colours({ picture }: { picture: Picture }) {
  const { colourMap, isReversed } = picture;
  const name = colourMap.value;
  return (
    <fieldset>
      <legend>Colours</legend>
      <div class="pair">
        <label class="field">
          <span>Map</span>
          <select
            value={name}
            onChange={(event) => {
              const chosen = COLOUR_MAPS.find((map) => map === event.currentTarget.value);
              if (chosen !== undefined) colourMap.value = chosen;
            }}
          >
            {COLOUR_MAPS.map((map) => (
              <option key={map} value={map}>
                {map}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isReversed.value}
            disabled={name === "labels"}
            onChange={(event) => (isReversed.value = event.currentTarget.checked)}
          />
          Reversed
        </label>
      </div>
      {name === "labels" ? null : <ColourBar name={name} picture={picture} />}
    </fieldset>
  );
}

function ColourBar({ name, picture }: { name: Exclude<ColourMapName, "labels">; picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: isReversed } = picture.isReversed;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const table = colourTable(name, isReversed);
    for (let i = 0; i < 256; i++) {
      context.fillStyle = colourCss(table, i);
      context.fillRect(i, 0, 1, 1);
    }
  }, [name, isReversed]);
  const [low, high] = picture.limits.value ?? [undefined, undefined];
  const { units } = picture.array.convention;
  return (
    <div class="colour-bar">
      <canvas ref={canvas} width={256} height={1} aria-hidden="true" />
      <div class="ends">
        <span>{low === undefined ? "" : numberText(low)}</span>
        <span class="quiet">{units ?? ""}</span>
        <span>{high === undefined ? "" : numberText(high)}</span>
      </div>
    </div>
  );
}

/** Is there a number that may stand for nothing? NaN is shown as what it is. */
function maskable({ array: { fillNumber, convention } }: Picture): boolean {
  return (fillNumber !== undefined && !Number.isNaN(fillNumber)) || convention.missing.length > 0;
}

function Legend({ picture }: { picture: Picture }) {
  const { array } = picture;
  const isMaskable = maskable(picture);
  return (
    <fieldset>
      <legend>Nothing there</legend>
      <ul class="legend">
        <li>
          <i class="swatch nan" aria-hidden="true" /> not a number
        </li>
        <li>
          <i class="swatch lines" aria-hidden="true" /> chunk of fill value only ({array.fillText})
        </li>
        {isMaskable && picture.isFillMasked.value ? (
          <li>
            <i class="swatch masked" aria-hidden="true" /> equal to the fill value
          </li>
        ) : null}
      </ul>
      {isMaskable ? (
        <label class="check">
          <input
            type="checkbox"
            checked={picture.isFillMasked.value}
            onChange={(event) => (picture.isFillMasked.value = event.currentTarget.checked)}
          />
          Show fill value ({array.fillText}) as nothing
        </label>
      ) : null}
    </fieldset>
  );
}
