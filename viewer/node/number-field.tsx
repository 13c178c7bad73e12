/**
 * A number that is typed.
 *
 * @module
 */
import { useSignal } from "@preact/signals";

interface NumberFieldProps {
  label: string;
  value: number;
  min?: number;
  max?: number;
  step: number | "any";
  onCommit: (value: number) => void;
}

/** Takes effect on Enter or when it is left; what is being typed stays, whatever else changes meanwhile. */
export function NumberField({ label, value, min, max, step, onCommit }: NumberFieldProps) {
  const draft = useSignal<string | undefined>(undefined);
  return (
    <input
      type="number"
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      step={step}
      value={draft.value ?? String(value)}
      aria-label={label}
      onInput={(event) => (draft.value = event.currentTarget.value)}
      onChange={(event) => {
        const number = event.currentTarget.valueAsNumber;
        draft.value = undefined;
        if (Number.isFinite(number)) onCommit(number);
      }}
    />
  );
}
