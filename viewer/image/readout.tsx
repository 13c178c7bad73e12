/**
 * The value under the pointer, or at the marker.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { numberText } from "../app/format.ts";
import type { ArrayFacts } from "../protocol.ts";
import type { ElementValue, Scene } from "./scene.ts";

interface Found {
  readonly index: readonly number[];
  readonly values: readonly ElementValue[];
}

/** A line that says where the pointer is and what is there. */
export function Readout({ scene }: { scene: Scene }) {
  const { picture } = scene;
  const hovered = useSignal<Found | undefined>(undefined);
  const marked = useSignal<Found | undefined>(undefined);
  const { value: pointer } = scene.pointer;
  const { value: marker } = picture.marker;
  const { value: at } = picture.at;
  const index = pointer === undefined ? undefined : scene.elementAt(pointer);
  // The marker stays where it is on the picture when another position of the other axes is chosen.
  const markerIndex = marker?.map((position, axis) =>
    picture.axes.value.includes(axis) ? position : at[axis]!,
  );
  useValue(scene, index, hovered);
  useValue(scene, markerIndex, marked);
  const shown = index === undefined ? undefined : hovered.value;
  return (
    <div class="readout">
      <p class="pointer" data-what="pointer" data-index={index?.join()} data-found={shown?.index.join()}>
        {shown === undefined ? (
          <span class="quiet">Point at the picture to read values</span>
        ) : (
          <Value scene={scene} found={shown} />
        )}
      </p>
      <p
        class="marked"
        data-what="marker"
        data-index={markerIndex?.join()}
        data-found={marked.value?.index.join()}
        aria-live="polite"
      >
        {marked.value === undefined || marker === undefined ? null : (
          <>
            <span class="cross" aria-hidden="true">
              ✛
            </span>{" "}
            <Value scene={scene} found={marked.value} />
          </>
        )}
      </p>
    </div>
  );
}

/** Asks for the value of an element; the last one asked for counts. */
function useValue(
  scene: Scene,
  index: readonly number[] | undefined,
  found: { value: Found | undefined },
): void {
  const key = index?.join();
  const { field, part } = scene.picture;
  const level = scene.status.value.level;
  useEffect(() => {
    if (index === undefined) {
      found.value = undefined;
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      scene.valuesAt(index, controller.signal).then(
        (values) => {
          if (!controller.signal.aborted && values.length > 0) found.value = { index, values };
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          const text = error instanceof Error ? `error: ${error.message}` : "error";
          found.value = { index, values: [{ text, number: undefined, label: undefined, level }] };
        },
      );
    }, 12);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [key, field.value, part.value, level, scene]);
}

function Value({ scene, found }: { scene: Scene; found: Found }) {
  const { picture } = scene;
  const { levels } = picture;
  const hidden = picture.isComposite.value ? picture.channelAxis : undefined;
  return (
    <>
      {found.index.map((position, axis) => {
        const coordinate = picture.coordinates.value[axis]?.texts[position];
        return axis === hidden ? null : (
          <span key={axis} class="index">
            {picture.axisNames[axis]} <b>{position}</b>
            {coordinate === undefined ? null : <small> ({coordinate})</small>}
          </span>
        );
      })}
      {found.values.map((value) => (
        <OneValue key={value.label} array={picture.array} value={value} />
      ))}
      {levels.length > 1 ? <small class="quiet">level {found.values[0]?.level}</small> : null}
    </>
  );
}

function OneValue({ array, value: { label, number, text } }: { array: ArrayFacts; value: ElementValue }) {
  const { convention } = array;
  const isMissing =
    number !== undefined &&
    (convention.missing.some((missing) => missing === number || Math.fround(missing) === number) ||
      Object.is(number, array.fillNumber));
  const isScaled = convention.scale !== 1 || convention.offset !== 0;
  return (
    <>
      <span class="value">
        {label === undefined ? null : <span class="quiet">{label} </span>}
        <output>{text}</output>
        {convention.units === undefined || isScaled ? null : ` ${convention.units}`}
      </span>
      {isScaled && number !== undefined && !isMissing ? (
        <span class="scaled">
          = {numberText(number * convention.scale + convention.offset)} {convention.units ?? ""}
        </span>
      ) : null}
      {isMissing ? <span class="tag">fill value</span> : null}
    </>
  );
}
