/**
 * Tiles on a canvas.
 *
 * @module
 */
import type { Camera, Size } from "./camera.ts";
import { toScreen } from "./camera.ts";
import { packed } from "./colour-maps.ts";
import type { Colouring } from "./paint.ts";
import { paint } from "./paint.ts";
import type { LoadedTile } from "./tile-loader.ts";
import type { TileRequest } from "./tile.ts";

type ReadyTile = LoadedTile & { readonly kind: "ready" };

interface Painted {
  readonly canvas: HTMLCanvasElement;
  readonly by: string;
  readonly hasNaN: boolean;
}

/** What a frame shows. */
export interface Frame {
  readonly camera: Camera;
  readonly screen: Size;
  readonly world: Size;
  readonly axes: readonly [row: number, column: number];
  readonly marker: readonly number[] | undefined;
  readonly layers: readonly {
    readonly colouring: Colouring;
    readonly tiles: readonly (LoadedTile | undefined)[];
    readonly standIns: readonly LoadedTile[];
  }[];
  /** Are the layers channels, whose colours are added up on black? */
  readonly isTogether: boolean;
}

/** Colours of tiles, kept as long as the tile is. */
export class TilePainter {
  readonly #painted = new WeakMap<ReadyTile, Painted>();

  paint(tile: ReadyTile, colouring: Colouring): Painted {
    const by = keyOf(colouring);
    const known = this.#painted.get(tile);
    if (known?.by === by) return known;
    const [height, width] = tile.cut.shape;
    const canvas = known?.canvas ?? document.createElement("canvas");
    canvas.width = width!;
    canvas.height = height!;
    const context = canvas.getContext("2d");
    const image = new ImageData(width!, height!);
    const hasNaN = paint(tile.cut.data, colouring, new Uint32Array(image.data.buffer));
    context?.putImageData(image, 0, 0);
    const painted = { canvas, by, hasNaN };
    this.#painted.set(tile, painted);
    return painted;
  }
}

const tableKeys = new Map<string, string>();

function keyOf({ table, low, high, masked, maskColour }: Colouring): string {
  const name = table === undefined ? "labels" : `${table[1]}-${table[64]}-${table[128]}-${table[255]}`;
  if (tableKeys.size > 1000) tableKeys.clear();
  const key = `${name}|${low}|${high}|${masked.join()}|${maskColour}`;
  tableKeys.set(key, key);
  return key;
}

/** The colours of the page that a canvas needs. */
interface Theme {
  readonly back: string;
  readonly empty: string;
  readonly nanA: string;
  readonly nanB: string;
  readonly fill: string;
  readonly error: string;
  readonly edge: string;
}

function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    back: of("--stage"),
    empty: of("--stage-empty"),
    nanA: of("--nan-a"),
    nanB: of("--nan-b"),
    fill: of("--fill-line"),
    error: of("--error"),
    edge: of("--stage-edge"),
  };
}

/** What masked values are painted as, in the colours of the page. */
export function maskColour(): number {
  const text = getComputedStyle(document.documentElement).getPropertyValue("--masked").trim();
  const value = Number.parseInt(text.replace("#", ""), 16) || 0x808080;
  return packed((value >> 16) & 255, (value >> 8) & 255, value & 255);
}

const patterns = new Map<string, CanvasPattern | null>();

function pattern(
  context: CanvasRenderingContext2D,
  key: string,
  side: number,
  draw: (context: CanvasRenderingContext2D) => void,
): CanvasPattern | string {
  let made = patterns.get(key);
  if (made === undefined) {
    const tile = document.createElement("canvas");
    tile.width = side;
    tile.height = side;
    const on = tile.getContext("2d");
    if (on !== null) draw(on);
    made = context.createPattern(tile, "repeat");
    patterns.set(key, made);
  }
  return made ?? "transparent";
}

/** Squares: what is no number. */
export function nanPattern(context: CanvasRenderingContext2D, a: string, b: string): CanvasPattern | string {
  return pattern(context, `nan ${a} ${b}`, 12, (on) => {
    on.fillStyle = a;
    on.fillRect(0, 0, 12, 12);
    on.fillStyle = b;
    on.fillRect(0, 0, 6, 6);
    on.fillRect(6, 6, 6, 6);
  });
}

/** Lines: what nobody wrote. */
export function linesPattern(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  return pattern(context, `lines ${colour}`, 10, (on) => {
    on.strokeStyle = colour;
    on.lineWidth = 1.2;
    on.beginPath();
    for (const offset of [-10, 0, 10]) {
      on.moveTo(offset, 10);
      on.lineTo(offset + 10, 0);
    }
    on.stroke();
  });
}

/** Draws all of it. */
export function drawFrame(context: CanvasRenderingContext2D, painter: TilePainter, frame: Frame): void {
  const { camera, screen, world } = frame;
  const colours = theme();
  context.globalCompositeOperation = "source-over";
  context.fillStyle = colours.back;
  context.fillRect(0, 0, screen.width, screen.height);
  const corner = toScreen(camera, screen, { x: 0, y: 0 });
  const end = toScreen(camera, screen, { x: world.width, y: world.height });
  const { isTogether } = frame;
  context.fillStyle = isTogether ? "#000" : colours.empty;
  context.fillRect(corner.x, corner.y, end.x - corner.x, end.y - corner.y);
  for (const { colouring, tiles, standIns } of frame.layers) {
    const target = isTogether ? besides(screen) : context;
    if (target === undefined) continue;
    for (const tile of [...standIns, ...tiles])
      if (tile?.kind === "ready")
        drawTile(target, painter, tile, colouring, camera, screen, colours, isTogether);
    if (isTogether) {
      context.globalCompositeOperation = "lighter";
      context.drawImage(target.canvas, 0, 0);
      context.globalCompositeOperation = "source-over";
    }
  }
  for (const { tiles } of frame.layers)
    for (const tile of tiles)
      if (tile?.kind === "failed") drawFailure(context, tile.request, camera, screen, colours);
  context.strokeStyle = colours.edge;
  context.lineWidth = 1;
  context.strokeRect(corner.x - 0.5, corner.y - 0.5, end.x - corner.x + 1, end.y - corner.y + 1);
  if (frame.marker !== undefined) drawMarker(context, frame, frame.marker);
}

let aside: CanvasRenderingContext2D | undefined;

/** A canvas beside: channels are added up when each is complete. */
function besides({ width, height }: Size): CanvasRenderingContext2D | undefined {
  aside ??= document.createElement("canvas").getContext("2d") ?? undefined;
  if (aside !== undefined) {
    aside.canvas.width = width;
    aside.canvas.height = height;
  }
  return aside;
}

interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** On whole pixels, so that neighbours leave no gap. */
function pixelBox({ box }: TileRequest, camera: Camera, screen: Size): PixelBox {
  const from = toScreen(camera, screen, { x: box.left, y: box.top });
  const to = toScreen(camera, screen, { x: box.right, y: box.bottom });
  const [x, y] = [Math.round(from.x), Math.round(from.y)];
  return { x, y, width: Math.round(to.x) - x, height: Math.round(to.y) - y };
}

function isSeen({ x, y, width, height }: PixelBox, screen: Size): boolean {
  return width > 0 && height > 0 && x < screen.width && y < screen.height && x + width > 0 && y + height > 0;
}

function drawTile(
  context: CanvasRenderingContext2D,
  painter: TilePainter,
  tile: ReadyTile,
  colouring: Colouring,
  camera: Camera,
  screen: Size,
  colours: Theme,
  isTogether: boolean,
): void {
  const at = pixelBox(tile.request, camera, screen);
  const [height, width] = tile.cut.shape;
  if (!isSeen(at, screen) || width === 0 || height === 0) return;
  const { canvas, hasNaN } = painter.paint(tile, colouring);
  if (hasNaN) {
    context.fillStyle = isTogether ? "#000" : nanPattern(context, colours.nanA, colours.nanB);
    context.fillRect(at.x, at.y, at.width, at.height);
  }
  context.imageSmoothingEnabled = at.width < width! && !hasNaN;
  context.drawImage(canvas, at.x, at.y, at.width, at.height);
  if (isTogether) return;
  for (const [rows, columns] of tile.cut.fills) {
    const x = at.x + (columns![0] / width!) * at.width;
    const y = at.y + (rows![0] / height!) * at.height;
    context.fillStyle = linesPattern(context, colours.fill);
    context.fillRect(
      x,
      y,
      ((columns![1] - columns![0]) / width!) * at.width,
      ((rows![1] - rows![0]) / height!) * at.height,
    );
  }
}

function drawFailure(
  context: CanvasRenderingContext2D,
  request: TileRequest,
  camera: Camera,
  screen: Size,
  colours: Theme,
): void {
  const at = pixelBox(request, camera, screen);
  if (!isSeen(at, screen)) return;
  context.save();
  context.beginPath();
  context.rect(at.x, at.y, at.width, at.height);
  context.clip();
  context.globalAlpha = 0.25;
  context.fillStyle = colours.error;
  context.fillRect(at.x, at.y, at.width, at.height);
  context.globalAlpha = 1;
  context.strokeStyle = colours.error;
  context.lineWidth = 2;
  context.strokeRect(at.x + 1, at.y + 1, at.width - 2, at.height - 2);
  context.beginPath();
  context.moveTo(at.x, at.y);
  context.lineTo(at.x + at.width, at.y + at.height);
  context.moveTo(at.x + at.width, at.y);
  context.lineTo(at.x, at.y + at.height);
  context.stroke();
  context.restore();
}

/** A cross that leaves its element free. */
function drawMarker(
  context: CanvasRenderingContext2D,
  { camera, screen, axes }: Frame,
  marker: readonly number[],
): void {
  const [row, column] = axes;
  const at = toScreen(camera, screen, { x: marker[column]! + 0.5, y: marker[row]! + 0.5 });
  const gap = Math.max(4, camera.scale / 2 + 1);
  const reach = gap + 14;
  for (const [colour, width] of [
    ["#000", 4],
    ["#fff", 2],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      context.moveTo(at.x + dx * gap, at.y + dy * gap);
      context.lineTo(at.x + dx * reach, at.y + dy * reach);
    }
    context.stroke();
  }
}
