/**
 * What the user chose to see of an array: axes, positions, colours. The scene draws it, the controls change it.
 *
 * @module
 */
import { batch, signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { ArrayFacts, ChannelFacts, ComplexPart, CoordinateFacts, MultiscaleFacts } from "../protocol.ts";
import type { Camera } from "./camera.ts";
import type { ColourMapName } from "./colour-maps.ts";
import type { Level } from "./levels.ts";
import { maskedValues } from "./paint.ts";

/** One of several channels that are shown together. */
export interface Channel {
  readonly index: number;
  readonly label: string;
  readonly colour: string;
  readonly isShown: boolean;
  readonly limits: readonly [low: number, high: number] | undefined;
}

const CHANNEL_COLOURS = ["#00ff00", "#ff00ff", "#00bfff", "#ffb000", "#ff4040", "#ffffff"];
const RGB = ["#ff0000", "#00ff00", "#0000ff"];
/** More channels are chosen by a slider, and seen one at a time. */
const MAX_CHANNELS = 6;

/** The state of a picture. */
export class Picture {
  readonly levels: readonly Level[];
  readonly multiscale: MultiscaleFacts | undefined;
  readonly axisNames: readonly string[];
  readonly axes: Signal<readonly [row: number, column: number]>;
  readonly at: Signal<readonly number[]>;
  readonly field: Signal<string | undefined>;
  readonly part: Signal<ComplexPart>;
  readonly colourMap: Signal<ColourMapName>;
  readonly isReversed: Signal<boolean>;
  /** `undefined`: not known before something was read. */
  readonly limits: Signal<readonly [low: number, high: number] | undefined>;
  /** The limits follow the data, until the user sets them. */
  readonly isAuto: Signal<boolean>;
  readonly channelAxis: number | undefined;
  readonly channels: Signal<readonly Channel[]>;
  readonly isComposite: Signal<boolean>;
  readonly isFillMasked: Signal<boolean>;
  readonly camera: Signal<Camera | undefined>;
  /** Position of the marker along all axes. */
  readonly marker: Signal<readonly number[] | undefined>;
  readonly coordinates: Signal<readonly (CoordinateFacts | undefined)[]>;
  /** What was on the screen last, as ranges of the array. */
  seen: readonly (readonly [start: number, stop: number])[] | undefined;
  /** Bytes that a view may decode without being asked. */
  readonly budget: Signal<number>;

  constructor(levels: readonly Level[], multiscale?: MultiscaleFacts) {
    const [finest] = levels;
    if (finest === undefined) throw new TypeError("A picture needs a level.");
    const { array } = finest;
    this.levels = levels;
    this.multiscale = multiscale;
    this.axisNames = axisNames(array, multiscale);
    const rgbAxis = rgbAxisOf(array, this.axisNames);
    const axes = pictureAxes(array, this.axisNames, multiscale, rgbAxis);
    this.axes = signal(axes);
    this.channelAxis = rgbAxis ?? channelAxisOf(array, this.axisNames, multiscale, axes);
    this.at = signal(
      array.shape
        .map((length, axis) => (axis === this.channelAxis ? 0 : Math.floor((length - 1) / 2)))
        .map((position, axis) =>
          // A stack is looked at in the middle, a time series from its start.
          multiscale?.axes[axis]?.type === "space" ? position : 0,
        ),
    );
    this.field = signal(array.fields.find(({ kind }) => kind !== "text")?.name);
    this.part = signal<ComplexPart>("abs");
    this.colourMap = signal(colourMapOf(array, multiscale));
    this.isReversed = signal(false);
    this.isAuto = signal(true);
    this.limits = signal(array.valueKind === "bool" ? ([0, 1] as const) : undefined);
    const isRgb = rgbAxis !== undefined;
    const channels = channelsOf(array, this.channelAxis, multiscale?.channels ?? [], isRgb);
    this.channels = signal(channels);
    this.isComposite = signal(channels.length > 1);
    this.isFillMasked = signal(array.fillNumber !== undefined && array.fillNumber !== 0);
    this.camera = signal<Camera | undefined>(undefined);
    this.marker = signal<readonly number[] | undefined>(undefined);
    this.coordinates = signal<readonly (CoordinateFacts | undefined)[]>([]);
    this.budget = signal(192 * 2 ** 20);
  }

  /** The finest array. */
  get array(): ArrayFacts {
    return this.levels[0]!.array; // there is one
  }

  get world(): { readonly width: number; readonly height: number } {
    const [row, column] = this.axes.value;
    return { width: this.array.shape[column]!, height: this.array.shape[row]! };
  }

  /** Axes that have a slider. */
  get sliders(): readonly number[] {
    const hidden = this.isComposite.value ? this.channelAxis : undefined;
    return this.array.shape.flatMap((length, axis) =>
      this.axes.value.includes(axis) || axis === hidden || length <= 1 ? [] : [axis],
    );
  }

  /** Values that are painted as nothing. */
  get masked(): readonly number[] {
    const { fillNumber, convention } = this.array;
    return maskedValues(
      fillNumber,
      this.isFillMasked.value ? convention.missing : [],
      this.isFillMasked.value,
    );
  }

  setAt(axis: number, index: number): void {
    const length = this.array.shape[axis]!;
    const bounded = Math.max(0, Math.min(length - 1, Math.round(index)));
    if (Number.isNaN(bounded) || this.at.value[axis] === bounded) return;
    this.at.value = this.at.value.map((position, i) => (i === axis ? bounded : position));
  }

  /** Another axis down or across; where it was the other one, they change places. */
  setAxis(which: 0 | 1, axis: number): void {
    const [row, column] = this.axes.value;
    const next: readonly [number, number] =
      which === 0 ? [axis, axis === column ? row : column] : [axis === row ? column : row, axis];
    batch(() => {
      this.axes.value = next;
      if (this.channelAxis !== undefined && next.includes(this.channelAxis)) this.isComposite.value = false;
      this.camera.value = undefined;
    });
  }

  setChannel(index: number, change: Partial<Channel>): void {
    this.channels.value = this.channels.value.map((channel) =>
      channel.index === index ? { ...channel, ...change } : channel,
    );
  }
}

function axisNames(array: ArrayFacts, multiscale: MultiscaleFacts | undefined): readonly string[] {
  return array.shape.map(
    (_, axis) => array.dimensionNames[axis] || multiscale?.axes[axis]?.name || `axis ${axis}`,
  );
}

/** A last axis of three or four bytes, that is not named otherwise, is red, green, blue. */
function rgbAxisOf(array: ArrayFacts, names: readonly string[]): number | undefined {
  const last = array.shape.length - 1;
  const length = array.shape[last];
  const isColour = length === 3 || length === 4;
  const isBytes = array.itemSize === 1 && array.valueKind === "integer";
  return last >= 2 &&
    isColour &&
    isBytes &&
    /^(?:axis \d+|c|channels?|bands?|rgba?|colou?rs?)$/i.test(names[last]!)
    ? last
    : undefined;
}

const ROW_NAMES = /^(?:y|lat|latitude|rows?|northing|yc|nav_lat)$/i;
const COLUMN_NAMES = /^(?:x|lon|longitude|cols?|columns?|easting|xc|nav_lon)$/i;

function pictureAxes(
  array: ArrayFacts,
  names: readonly string[],
  multiscale: MultiscaleFacts | undefined,
  rgbAxis: number | undefined,
): readonly [number, number] {
  const row = names.findIndex((name) => ROW_NAMES.test(name));
  const column = names.findIndex((name) => COLUMN_NAMES.test(name));
  if (row !== -1 && column !== -1) return [row, column];
  const all = array.shape.map((_, axis) => axis).filter((axis) => axis !== rgbAxis);
  const space = all.filter((axis) => multiscale?.axes[axis]?.type === "space");
  const long = (space.length >= 2 ? space : all).filter((axis) => array.shape[axis]! > 1);
  const [down, across] = (long.length >= 2 ? long : all).slice(-2);
  return [down!, across!]; // a picture has two axes or more
}

function channelAxisOf(
  array: ArrayFacts,
  names: readonly string[],
  multiscale: MultiscaleFacts | undefined,
  axes: readonly number[],
): number | undefined {
  const axis =
    multiscale === undefined
      ? -1
      : multiscale.axes.findIndex(({ type, name }) => type === "channel" || name === "c");
  if (axis === -1 || axis >= names.length || axes.includes(axis)) return undefined;
  return array.shape[axis]! > 1 ? axis : undefined;
}

function channelsOf(
  array: ArrayFacts,
  axis: number | undefined,
  facts: readonly ChannelFacts[],
  isRgb: boolean,
): readonly Channel[] {
  if (axis === undefined) return [];
  const count = Math.min(array.shape[axis]!, isRgb ? 3 : MAX_CHANNELS);
  if (array.shape[axis]! > MAX_CHANNELS) return [];
  return Array.from({ length: count }, (_, index) => {
    const fact = facts[index];
    const colour = (isRgb ? RGB : CHANNEL_COLOURS)[index % CHANNEL_COLOURS.length]!;
    return {
      index,
      label: fact?.label ?? (isRgb ? ["red", "green", "blue"][index]! : `channel ${index}`),
      colour: fact?.color ?? colour,
      isShown: fact?.isActive ?? true,
      limits: fact?.window ?? (isRgb ? ([0, 255] as const) : undefined),
    };
  });
}

function colourMapOf(array: ArrayFacts, multiscale: MultiscaleFacts | undefined): ColourMapName {
  if (multiscale?.isLabels === true) return "labels";
  if (array.valueKind === "bool") return "grey";
  if (multiscale !== undefined) return "grey";
  return array.valueKind === "integer" && array.itemSize <= 2 && array.convention.scale === 1
    ? "grey"
    : "viridis";
}
