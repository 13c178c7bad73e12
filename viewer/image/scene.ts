/**
 * Draws a picture on a canvas, and has the tiles read that it needs.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { Place } from "../client/place.ts";
import type { Camera, Size } from "./camera.ts";
import { fitCamera, panCamera, toWorld, visibleBox, zoomCamera } from "./camera.ts";
import { channelTable, colourTable } from "./colour-maps.ts";
import { chooseLevel, levelIndex } from "./levels.ts";
import type { LevelChoice } from "./levels.ts";
import type { Histogram } from "./paint.ts";
import { histogramOf, limitsOf } from "./paint.ts";
import type { Picture } from "./picture.ts";
import { drawFrame, maskColour, TilePainter } from "./tile-painter.ts";
import type { Plane, TileRequest } from "./tile.ts";
import { blockAt, planeKey } from "./tile.ts";
import { TileLoader } from "./tile-loader.ts";
import type { LoadedTile } from "./tile-loader.ts";
import { firstCamera, planView } from "./view-plan.ts";
import type { Layer, LeftOut, PlannedLayer } from "./view-plan.ts";

/** What there is to say of what is seen. */
export interface SceneStatus extends LeftOut {
  readonly level: number;
  readonly step: number;
  readonly ready: number;
  readonly wanted: number;
  readonly failed: readonly string[];
  readonly isBusy: boolean;
}

/** The value of an element. */
export interface ElementValue {
  readonly text: string;
  readonly number: number | undefined;
  /** Of the channel. */
  readonly label: string | undefined;
  readonly level: number;
}

interface View {
  readonly choice: LevelChoice;
  readonly layers: readonly PlannedLayer[];
}

const BINS = 96;
const NO_STATUS: SceneStatus = {
  level: 0,
  step: 1,
  ready: 0,
  wanted: 0,
  left: 0,
  leftBytes: 0,
  tooLarge: undefined,
  failed: [],
  isBusy: true,
};

/** A picture on a canvas. */
export class Scene {
  readonly picture: Picture;
  readonly status = signal<SceneStatus>(NO_STATUS);
  readonly histogram = signal<Histogram | undefined>(undefined);
  /** Where the pointer is, in pixels of the page from the corner of the canvas. */
  readonly pointer = signal<{ readonly x: number; readonly y: number } | undefined>(undefined);
  /** Of which channel the histogram is. */
  readonly histogramChannel = signal(0);
  readonly #canvas: HTMLCanvasElement;
  readonly #place: Place;
  readonly #loader: TileLoader;
  readonly #painter = new TilePainter();
  readonly #stops: (() => void)[] = [];
  #view: View | undefined;
  #frame = 0;
  #counted = 0;
  #screen: Size = { width: 0, height: 0 };
  /** The camera that was chosen for the user, who has not moved it. */
  #given: Camera | undefined;

  constructor(canvas: HTMLCanvasElement, picture: Picture, place: Place) {
    this.#canvas = canvas;
    this.picture = picture;
    this.#place = place;
    this.#loader = new TileLoader(place, () => this.#request());
    const sizes = new ResizeObserver(() => this.#resize());
    sizes.observe(canvas);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const onScheme = (): void => this.#request();
    scheme.addEventListener("change", onScheme);
    this.#stops.push(
      () => sizes.disconnect(),
      () => scheme.removeEventListener("change", onScheme),
      effect(() => {
        // Whatever is chosen is drawn anew.
        const { axes, at, field, part, colourMap, isReversed, limits } = picture;
        const { channels, isComposite, isFillMasked, camera, marker, budget } = picture;
        for (const { value: _ } of [axes, at, field, part, colourMap, isReversed, limits]);
        for (const { value: _ } of [channels, isComposite, isFillMasked, camera, marker, budget]);
        this.#request();
      }),
      effect(() => {
        // The limits belong to the values: other ones are looked at anew.
        const { field, part } = picture;
        void [field.value, part.value];
        if (picture.isAuto.peek() && picture.array.valueKind !== "bool") picture.limits.value = undefined;
      }),
    );
    this.#resize();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#counted);
    for (const stop of this.#stops) stop();
    this.#loader.close();
  }

  /** Draws again, as after a change of the colours of the page. */
  redraw(): void {
    this.#request();
  }

  fit(): void {
    this.picture.camera.value = fitCamera(this.picture.world, this.#screen);
  }

  /** @param at - In pixels of the page, from the corner of the canvas; without, the middle. */
  zoom(factor: number, at?: { readonly x: number; readonly y: number }): void {
    const { camera, world } = this.picture;
    if (camera.value === undefined) return;
    const ratio = this.#ratio;
    const point = at ?? { x: this.#screen.width / ratio / 2, y: this.#screen.height / ratio / 2 };
    camera.value = zoomCamera(
      camera.value,
      factor,
      { x: point.x * ratio, y: point.y * ratio },
      world,
      this.#screen,
    );
  }

  pan(dx: number, dy: number): void {
    const { camera, world } = this.picture;
    if (camera.value !== undefined)
      camera.value = panCamera(camera.value, dx * this.#ratio, dy * this.#ratio, world);
  }

  /** Tries again what failed. */
  retry(): void {
    this.#loader.retry();
    this.#request();
  }

  /** Limits from what is seen now. */
  autoLimits(): void {
    const { isAuto, limits, isComposite, channels } = this.picture;
    isAuto.value = true;
    if (isComposite.value)
      channels.value = channels.value.map((channel) => ({ ...channel, limits: undefined }));
    else limits.value = undefined;
  }

  /** The element under a point of the page, from the corner of the canvas: its position along all axes. */
  elementAt(at: { readonly x: number; readonly y: number }): readonly number[] | undefined {
    const { camera, world, axes } = this.picture;
    if (camera.value === undefined) return undefined;
    const ratio = this.#ratio;
    const { x, y } = toWorld(camera.value, this.#screen, { x: at.x * ratio, y: at.y * ratio });
    if (!(x >= 0 && y >= 0 && x < world.width && y < world.height)) return undefined;
    const [row, column] = axes.value;
    return this.picture.at.value.map((position, axis) =>
      axis === row ? Math.floor(y) : axis === column ? Math.floor(x) : position,
    );
  }

  /** The element in the middle of what is seen. */
  middle(): readonly number[] | undefined {
    const ratio = this.#ratio;
    return this.elementAt({ x: this.#screen.width / ratio / 2, y: this.#screen.height / ratio / 2 });
  }

  /** The values of an element at the level that is seen: of each channel that is shown, or one. */
  async valuesAt(index: readonly number[], abort?: AbortSignal): Promise<readonly ElementValue[]> {
    const view = this.#view;
    if (view === undefined) return [];
    const level = this.picture.levels[view.choice.level]!;
    const { path } = level.array;
    return await Promise.all(
      view.layers.map(async ({ layer, tiles }) => {
        const { channel, plane } = layer;
        const at = index.map((position, axis) =>
          levelIndex(level, axis, plane.axes.includes(axis) ? position : plane.at[axis]!),
        );
        // What has been read for the picture has the value, too.
        const holds = ({ cut }: TileRequest): boolean =>
          cut.block.every(([start, stop], axis) => at[axis]! >= start && at[axis]! < stop);
        const block = tiles.find(holds)?.cut.block ?? blockAt(level.array, plane.axes, at);
        const found = await this.#place.element({ path, block, at, field: plane.value.field }, abort);
        return { ...found, label: channel?.label, level: view.choice.level };
      }),
    );
  }

  /** What is seen, as ranges of the array: for snippets. */
  #visibleRanges(): readonly (readonly [start: number, stop: number])[] {
    const { camera, world, axes, at } = this.picture;
    const box =
      camera.value === undefined
        ? { left: 0, top: 0, right: world.width, bottom: world.height }
        : visibleBox(camera.value, world, this.#screen);
    const [row, column] = axes.value;
    return at.value.map((position, axis) =>
      axis === row
        ? [Math.floor(box.top), Math.max(Math.floor(box.top) + 1, Math.ceil(box.bottom))]
        : axis === column
          ? [Math.floor(box.left), Math.max(Math.floor(box.left) + 1, Math.ceil(box.right))]
          : [position, position + 1],
    );
  }

  get #ratio(): number {
    return window.devicePixelRatio || 1;
  }

  #resize(): void {
    const ratio = this.#ratio;
    const { clientWidth, clientHeight } = this.#canvas;
    if (clientWidth === 0 || clientHeight === 0) return; // it is not on the page
    const before = this.#screen;
    this.#screen = { width: Math.round(clientWidth * ratio), height: Math.round(clientHeight * ratio) };
    if (before.width === this.#screen.width && before.height === this.#screen.height) return;
    this.#canvas.width = this.#screen.width;
    this.#canvas.height = this.#screen.height;
    const { camera } = this.picture;
    if (camera.peek() !== undefined && camera.peek() === this.#given) {
      this.#given = firstCamera(this.picture, this.#screen);
      camera.value = this.#given;
    }
    this.#request();
  }

  #request(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #layers(): readonly Layer[] {
    const { picture } = this;
    const base: Plane = {
      axes: picture.axes.value,
      at: picture.at.value,
      value: { field: picture.field.value, part: picture.part.value },
    };
    const { masked } = picture;
    if (picture.isComposite.value && picture.channelAxis !== undefined) {
      const axis = picture.channelAxis;
      return picture.channels.value
        .filter(({ isShown }) => isShown)
        .map((channel) => {
          const [low, high] = channel.limits ?? [0, 1];
          const colouring = { table: channelTable(channel.colour), low, high, masked, maskColour: 0 };
          const at = base.at.map((position, i) => (i === axis ? channel.index : position));
          return { plane: { ...base, at }, colouring, channel };
        });
    }
    const map = picture.colourMap.value;
    const table = map === "labels" ? undefined : colourTable(map, picture.isReversed.value);
    const [low, high] = picture.limits.value ?? [0, 1];
    return [
      { plane: base, colouring: { table, low, high, masked, maskColour: maskColour() }, channel: undefined },
    ];
  }

  #draw(): void {
    const { picture } = this;
    const screen = this.#screen;
    const context = this.#canvas.getContext("2d");
    if (context === null || screen.width === 0 || screen.height === 0) return;
    const { world } = picture;
    if (picture.camera.value === undefined) {
      this.#given = firstCamera(picture, screen);
      picture.camera.value = this.#given;
    }
    const camera = picture.camera.value;
    const box = visibleBox(camera, world, screen);
    picture.seen = this.#visibleRanges();
    const choice = chooseLevel(picture.levels, picture.axes.value, camera.scale);
    const layers = this.#layers();
    const { layers: perLayer, wanted, rest } = planView(picture, layers, choice, box, this.#loader);
    this.#view = { choice, layers: perLayer };
    this.#loader.want(wanted);
    const found = wanted.map(({ request }) => this.#loader.get(request.key));
    this.#setLimits(
      perLayer,
      found.every((tile) => tile !== undefined),
    );
    drawFrame(context, this.#painter, {
      camera,
      screen,
      world,
      marker: picture.marker.value,
      axes: picture.axes.value,
      layers: this.#layers().map((layer, i) => ({
        colouring: layer.colouring,
        tiles: (perLayer[i]?.tiles ?? []).map(({ key }) => this.#loader.get(key)),
        standIns: this.#standIns(planeKey(layer.plane), perLayer[i]?.tiles ?? []),
      })),
      isTogether: picture.isComposite.value && picture.channelAxis !== undefined,
    });
    this.#report(choice, found, rest);
  }

  /** Tiles of other levels, while those of this one are on their way: the coarsest first. */
  #standIns(plane: string, tiles: readonly TileRequest[]): readonly LoadedTile[] {
    if (tiles.every(({ key }) => this.#loader.get(key) !== undefined)) return [];
    const own = new Set(tiles.map(({ key }) => key));
    return this.#loader
      .ofPlane(plane)
      .filter((tile) => tile.kind === "ready" && !own.has(tile.request.key))
      .sort((a, b) => b.request.coarseness - a.request.coarseness);
  }

  /** Limits that follow the data are set by the first view, when all of it is there. */
  #setLimits(layers: View["layers"], isComplete: boolean): void {
    const { picture } = this;
    for (const { layer, tiles } of layers) {
      const { channel } = layer;
      const known = channel === undefined ? picture.limits.value : channel.limits;
      if (known !== undefined && !(channel === undefined && this.#provisional)) continue;
      const histogram = histogramOf(this.#numbers(tiles), layer.colouring.masked, BINS);
      if (histogram === undefined || histogram.finite === 0) continue;
      const limits = limitsOf(histogram);
      if (channel === undefined) {
        this.#provisional = !isComplete && picture.isAuto.value;
        if (String(picture.limits.value) !== String(limits)) picture.limits.value = limits;
      } else if (isComplete) {
        picture.setChannel(channel.index, { limits });
      }
    }
  }
  /** The limits are those of a part of the first view. */
  #provisional = false;

  #numbers(tiles: readonly TileRequest[]): (LoadedTile & { kind: "ready" })["cut"]["data"][] {
    return tiles.flatMap(({ key }) => {
      const tile = this.#loader.get(key);
      return tile?.kind === "ready" ? [tile.cut.data] : [];
    });
  }

  #report(choice: LevelChoice, found: readonly (LoadedTile | undefined)[], rest: LeftOut): void {
    const failed = found.flatMap((tile) => (tile?.kind === "failed" ? [tile.message] : []));
    const ready = found.filter((tile) => tile?.kind === "ready").length;
    const next: SceneStatus = {
      ...choice,
      ready,
      wanted: found.length,
      ...rest,
      failed,
      isBusy: ready + failed.length < found.length,
    };
    if (JSON.stringify(next) !== JSON.stringify(this.status.peek())) this.status.value = next;
    // Counting takes a while: it waits until nothing moves.
    clearTimeout(this.#counted);
    this.#counted = window.setTimeout(() => this.#count(), next.isBusy ? 250 : 60);
  }

  #count(): void {
    const layers = this.#view?.layers ?? [];
    const wanted = this.histogramChannel.value;
    const at = layers.find(({ layer }) => layer.channel?.index === wanted) ?? layers[0];
    if (at === undefined) return;
    this.histogram.value = histogramOf(this.#numbers(at.tiles), at.layer.colouring.masked, BINS);
  }
}
