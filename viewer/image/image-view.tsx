/**
 * The picture with its controls.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { bytesText, countText } from "../app/format.ts";
import { themeVersion } from "../app/theme.ts";
import type { Place } from "../client/place.ts";
import { MAX_BLOCK_BYTES } from "../protocol.ts";
import { ImageControls } from "./image-controls.tsx";
import type { Picture } from "./picture.ts";
import { Readout } from "./readout.tsx";
import { Scene } from "./scene.ts";
import type { SceneStatus } from "./scene.ts";

const PAN_STEP = 80;
const ZOOM_STEP = 1.4;
const KEYS_HELP =
  "Arrow keys pan, plus and minus zoom, 0 shows all. Shift with arrow keys moves the marker, Escape removes it.";

/** A picture of two axes of an array or multiscale. */
export function ImageView({ picture, place }: { picture: Picture; place: Place }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scene, setScene] = useState<Scene | undefined>(undefined);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const made = new Scene(canvas.current, picture, place);
    setScene(made);
    const stopTheme = themeVersion.subscribe(() => made.redraw());
    return () => {
      stopTheme();
      made.close();
    };
  }, [picture, place]);
  return (
    <div class="image-view">
      <div class="stage-column">
        <Stage canvas={canvas} scene={scene} picture={picture} />
        {scene === undefined ? null : <Notices scene={scene} />}
        {scene === undefined ? null : <Readout scene={scene} />}
      </div>
      {scene === undefined ? null : <ImageControls scene={scene} />}
    </div>
  );
}

interface StageProps {
  canvas: { current: HTMLCanvasElement | null };
  scene: Scene | undefined;
  picture: Picture;
}

function Stage({ canvas, scene, picture }: StageProps) {
  const pointers = useMemo(() => new Map<number, { x: number; y: number }>(), []);
  const isDragged = useSignal(false);

  const at = (event: PointerEvent | WheelEvent | MouseEvent): { x: number; y: number } => {
    const box = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  useEffect(() => {
    const element = canvas.current;
    if (element === null || scene === undefined) return undefined;
    // Preact's listeners are passive for wheels, and could not keep the page from scrolling.
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      scene.zoom(Math.exp(-event.deltaY * lines * 0.0022), at(event));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scene]);

  const onPointerDown = (event: PointerEvent): void => {
    canvas.current?.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    isDragged.value = false;
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (scene === undefined) return;
    const now = at(event);
    const before = pointers.get(event.pointerId);
    scene.pointer.value = now;
    if (before === undefined) return;
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      if (other !== undefined) {
        const length = (a: { x: number; y: number }): number => Math.hypot(a.x - other.x, a.y - other.y);
        scene.zoom(length(now) / Math.max(1, length(before)), other);
      }
      isDragged.value = true;
    } else if (isDragged.value || Math.hypot(now.x - before.x, now.y - before.y) > 3) {
      isDragged.value = true;
      scene.pan(before.x - now.x, before.y - now.y);
    } else {
      return; // a click may tremble
    }
    pointers.set(event.pointerId, now);
  };
  const onPointerUp = (event: PointerEvent): void => {
    const wasDown = pointers.delete(event.pointerId);
    if (!wasDown || isDragged.value || scene === undefined) return;
    picture.marker.value = scene.elementAt(at(event)) ?? picture.marker.value;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (scene === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (arrow !== undefined) {
      const [dx, dy] = arrow as [number, number]; // each has two numbers
      if (event.shiftKey) moveMarker(scene, dx, dy);
      else scene.pan(dx * PAN_STEP, dy * PAN_STEP);
    } else if (event.key === "+" || event.key === "=") scene.zoom(ZOOM_STEP);
    else if (event.key === "-" || event.key === "_") scene.zoom(1 / ZOOM_STEP);
    else if (event.key === "0") scene.fit();
    else if (event.key === "Escape") picture.marker.value = undefined;
    else if (event.key === "Enter") picture.marker.value ??= scene.middle();
    else return;
    event.preventDefault();
  };
  return (
    <div class="stage">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-roledescription="picture"
        aria-label={`${picture.array.name || "Array"}: ${picture.axes.value.map((axis) => picture.axisNames[axis]).join(" by ")}. ${KEYS_HELP}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={(event) => pointers.delete(event.pointerId)}
        onPointerLeave={() => {
          if (scene !== undefined) scene.pointer.value = undefined;
        }}
        onKeyDown={onKeyDown}
        onDblClick={(event) => scene?.zoom(2, at(event))}
      />
      <div class="stage-buttons" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => scene?.zoom(ZOOM_STEP)}>
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          title="Zoom out (−)"
          onClick={() => scene?.zoom(1 / ZOOM_STEP)}
        >
          −
        </button>
        <button type="button" aria-label="Show all" title="Show all (0)" onClick={() => scene?.fit()}>
          ⤢
        </button>
      </div>
    </div>
  );
}

/** One element over; from the middle of the screen where there is no marker. */
function moveMarker(scene: Scene, dx: number, dy: number): void {
  const { picture } = scene;
  const [row, column] = picture.axes.value;
  const from = picture.marker.value;
  if (from === undefined) {
    picture.marker.value = scene.middle();
    return;
  }
  const { shape } = picture.array;
  picture.marker.value = from.map((position, axis) => {
    const moved = axis === row ? position + dy : axis === column ? position + dx : picture.at.value[axis]!;
    return Math.max(0, Math.min(shape[axis]! - 1, moved));
  });
}

function Notices({ scene }: { scene: Scene }) {
  const status = scene.status.value;
  const { budget } = scene.picture;
  const [first] = status.failed;
  return (
    <>
      {first === undefined ? null : (
        <div class="notice error" role="alert">
          <strong>
            {status.failed.length === 1 ? "A part" : `${status.failed.length} parts`} could not be read.
          </strong>{" "}
          {first}{" "}
          <button type="button" onClick={() => scene.retry()}>
            Try again
          </button>
        </div>
      )}
      {status.tooLarge === undefined ? null : (
        <div class="notice error" role="alert">
          <strong>The chunks of this array are too large for a page.</strong> One has{" "}
          {bytesText(status.tooLarge)} when it is decoded; {bytesText(MAX_BLOCK_BYTES)} are read at most.
        </div>
      )}
      {status.left === 0 ? null : (
        <div class="notice">
          {countText(status.left)} more parts are in view
          {status.leftBytes > 0 ? ` (${bytesText(status.leftBytes)} decoded)` : ""}. Zoom in, or{" "}
          <button type="button" onClick={() => (budget.value *= 4)}>
            read more
          </button>
        </div>
      )}
      <StatusLine status={status} scene={scene} />
    </>
  );
}

function StatusLine({ status, scene }: { status: SceneStatus; scene: Scene }) {
  const { levels } = scene.picture;
  const level = levels[status.level];
  return (
    <p class="status-line" data-busy={status.isBusy} data-level={status.level} data-step={status.step}>
      {levels.length > 1 && level !== undefined ? (
        <span>
          Level {status.level} of {levels.length} ({level.array.name}){" · "}
        </span>
      ) : null}
      {status.step > 1 ? <span>1 of every {countText(status.step)} elements · </span> : null}
      <span>
        {status.isBusy ? `reading ${countText(status.wanted - status.ready - status.failed.length)} of ` : ""}
        {countText(status.wanted)} {status.wanted === 1 ? "part" : "parts"} in view
      </span>
    </p>
  );
}
