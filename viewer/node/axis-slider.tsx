/**
 * A position on an axis.
 *
 * @module
 */
import { NumberField } from "./number-field.tsx";

interface AxisSliderProps {
  name: string;
  length: number;
  value: number;
  /** The coordinate there. */
  text?: string | undefined;
  onInput: (value: number) => void;
}

/** A slider and a number: the number is exact where a slider is too coarse. */
export function AxisSlider({ name, length, value, text, onInput }: AxisSliderProps) {
  return (
    <div class="slider">
      <div class="slider-head">
        <span>{name}</span>
        <span class="quiet">{text ?? ""}</span>
        <span>
          <NumberField
            label={`Position on ${name}`}
            min={0}
            max={length - 1}
            step={1}
            value={value}
            onCommit={onInput}
          />
          <small class="quiet"> / {length - 1}</small>
        </span>
      </div>
      <input
        type="range"
        min={0}
        max={length - 1}
        step={1}
        value={value}
        aria-label={name}
        aria-valuetext={text === undefined ? `${value} of ${length - 1}` : `${value}: ${text}`}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
