/**
 * `--format png`: an array as a picture.
 *
 * @module
 */
import { pythonTuple } from "../array/print.ts";
import { encode } from "fast-png";
import { UnsupportedError } from "../base/errors.ts";
import type { Complex } from "../dtypes/complex.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { NaT } from "../dtypes/time-units.ts";
import type { Colormap } from "./colormap.ts";
import { colorTable } from "./colormap.ts";

/** Samples of a picture that are encoded; a picture is made in memory. */
const MAX_SAMPLES = 2 ** 27;

/** How values become colours. */
export interface PngOptions {
  /** The value that is black. Default: the smallest finite one. */
  readonly min?: number | undefined;
  /** The value that is white. Default: the largest finite one. */
  readonly max?: number | undefined;
  /** Default: grey. */
  readonly colormap?: Colormap | undefined;
}

/** How the axes of an array make a picture. */
interface Layout {
  readonly height: number;
  readonly width: number;
  /** 1: values; 3 or 4: red, green, blue and opacity. */
  readonly channels: 1 | 3 | 4;
  /** Is the channel the first axis? */
  readonly channelFirst: boolean;
}

/**
 * An array as a PNG: rows from top to bottom. Two axes make a picture in grey, or in the colours of `colormap`;
 * three of which the last or the first (in this order of preference) has length 3 or 4 make one of red, green, blue
 * and opacity. Axes of length 1 in front of these are left out.
 *
 * `uint8` and `uint16` values are the samples, of 8 or 16 bits, unless `min`, `max` or `colormap` is given; `bool` is
 * black and white. All else is scaled to 8 bits from `min` to `max`, values outside becoming black or white; NaN
 * and NaT are transparent.
 *
 * @throws UnsupportedError when the shape makes no picture, or the values no colour.
 * @throws RangeError when the picture has no pixels, too many, or `min` is above `max`.
 * @example
 * ```ts
 * const data = Uint8Array.of(0, 1, 2, 3);
 * const png = encodePng(new NDArray(parseDataType("uint8"), { data, shape: [2, 2] }), { colormap: "viridis" });
 * png.subarray(1, 4); // Uint8Array [80, 78, 71]
 * ```
 */
export function encodePng(array: NDArray, options: PngOptions = {}): Uint8Array {
  const layout = pngLayout(array.shape);
  checkRange(options);
  const isPlain = options.min === undefined && options.max === undefined;
  const { castKind, itemSize } = array.dataType;
  const direct =
    castKind === "unsigned" && itemSize <= 2 && array.dataType.packedBits === undefined && isPlain;
  const { width, height, channels } = layout;
  if (direct && (channels > 1 || options.colormap === undefined)) {
    const depth = itemSize === 1 ? 8 : 16;
    return encode({ width, height, channels, depth, data: interleaved(array, layout, depth) });
  }
  const values = numbersOf(array);
  const range = rangeOf(values, options, castKind === "bool");
  if (channels > 1)
    return encode({ width, height, channels, depth: 8, data: scaledColors(values, layout, range) });
  const picture = scaledValues(values, range, options.colormap ?? "grey");
  return encode({ width, height, depth: 8, ...picture });
}

/**
 * How an array of a shape becomes a picture; the check that can be made before anything is read.
 *
 * @throws UnsupportedError; RangeError, as `encodePng`.
 */
export function pngLayout(shape: readonly number[]): Layout {
  const picture = [...shape];
  while (picture.length > 2 && picture[0] === 1) picture.shift();
  const layout = layoutOf(picture);
  if (layout === undefined) {
    throw new UnsupportedError(
      `A PNG needs two axes, or three with 3 or 4 colours first or last, and the selection has shape ` +
        `${pythonTuple(shape)}; select with integers, as in --select "0, :, :".`,
    );
  }
  const { width, height, channels } = layout;
  if (width === 0 || height === 0)
    throw new RangeError(`A PNG has pixels; the selection has shape ${pythonTuple(shape)}.`);
  if (width * height * channels > MAX_SAMPLES) {
    throw new RangeError(
      `A picture of ${width} x ${height} pixels is too large; select less, or with a step, as in --select "::10, ::10".`,
    );
  }
  return layout;
}

function layoutOf(shape: readonly number[]): Layout | undefined {
  const [first = 0, second = 0, third = 0] = shape;
  if (shape.length === 2) return { height: first, width: second, channels: 1, channelFirst: false };
  if (shape.length !== 3) return undefined;
  if (third === 3 || third === 4)
    return { height: first, width: second, channels: third, channelFirst: false };
  if (first === 3 || first === 4)
    return { height: second, width: third, channels: first, channelFirst: true };
  return undefined;
}

function checkRange({ min, max }: PngOptions): void {
  if (min !== undefined && max !== undefined && min > max) {
    throw new RangeError(`The value that is black, ${min}, is above that which is white, ${max}.`);
  }
}

/** Samples as they are, channels of a pixel next to each other. */
function interleaved(array: NDArray, layout: Layout, depth: 8 | 16): Uint8Array | Uint16Array {
  const bytes = array.toBytes();
  const samples = depth === 8 ? bytes : littleEndian16(bytes);
  if (!layout.channelFirst) return samples;
  const out = depth === 8 ? new Uint8Array(samples.length) : new Uint16Array(samples.length);
  interleave(samples, out, layout.channels);
  return out;
}

function interleave(
  planes: { readonly length: number; readonly [index: number]: number },
  out: { [index: number]: number },
  channels: number,
): void {
  const size = planes.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < size; i++) out[i * channels + channel] = planes[channel * size + i]!;
  }
}

function littleEndian16(bytes: Uint8Array): Uint16Array {
  const out = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
  return out;
}

/** Values as doubles in C order; NaT is NaN. */
function numbersOf(array: NDArray): Float64Array {
  const out = new Float64Array(array.size);
  const { isView, containerStep } = array.dataType;
  const flat = array.reshape([array.size]);
  if (isView && containerStep === 1 && isNumbers(flat.data)) {
    for (let i = 0; i < out.length; i++) out[i] = flat.data[flat.offset + i]!;
    return out;
  }
  let i = 0;
  for (const scalar of array.scalars()) out[i++] = numberOf(scalar, array);
  return out;
}

/** Is this a typed array of numbers, not bigints? */
function isNumbers(data: unknown): data is Float64Array {
  return ArrayBuffer.isView(data) && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array);
}

function numberOf(scalar: unknown, { dataType }: NDArray): number {
  if (typeof scalar === "number") return scalar;
  if (typeof scalar === "boolean") return scalar ? 1 : 0;
  if (typeof scalar === "bigint") {
    const isTime = dataType.castKind === "datetime" || dataType.castKind === "timedelta";
    return isTime && scalar === NaT ? NaN : Number(scalar);
  }
  const hint = isComplex(scalar) ? "; complex numbers have no order" : "";
  throw new UnsupportedError(`Values of data type ${dataType.name} have no grey${hint}.`);
}

function isComplex(scalar: unknown): scalar is Complex {
  return typeof scalar === "object" && scalar !== null && "re" in scalar;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The range that is scaled; what is not given is that of the finite values. */
function rangeOf(values: Float64Array, options: PngOptions, isBool: boolean): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (isBool || low > high) [low, high] = [0, 1];
  const { min = Math.min(low, options.max ?? Infinity), max = Math.max(high, options.min ?? -Infinity) } =
    options;
  return { min, max };
}

/** 0..255 of a value that is no NaN. */
function levelOf(value: number, { min, max }: Range): number {
  if (value <= min) return 0;
  if (value >= max) return 255;
  // Each part is scaled alone: the difference of two doubles may be infinite.
  return Math.round(255 * ((value / 2 - min / 2) / (max / 2 - min / 2)));
}

function scaledValues(
  values: Float64Array,
  range: Range,
  colormap: Colormap,
): { channels: 1 | 2 | 3 | 4; data: Uint8Array } {
  const hasHoles = values.some(Number.isNaN);
  const table = colormap === "grey" ? undefined : colorTable(colormap);
  const colors = table === undefined ? 1 : 3;
  const channels = hasHoles ? (table === undefined ? 2 : 4) : colors;
  const data = new Uint8Array(values.length * channels);
  for (let i = 0, at = 0; i < values.length; i++, at += channels) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue; // transparent, as all its samples are 0
    const level = levelOf(value, range);
    if (table === undefined) data[at] = level;
    else for (let color = 0; color < 3; color++) data[at + color] = table[3 * level + color]!;
    if (hasHoles) data[at + colors] = 255;
  }
  return { channels, data };
}

/** Red, green and blue over one range; a NaN is dark. Opacity is scaled with them. */
function scaledColors(values: Float64Array, { channels, channelFirst }: Layout, range: Range): Uint8Array {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++)
    levels[i] = Number.isNaN(values[i]!) ? 0 : levelOf(values[i]!, range);
  if (!channelFirst) return levels;
  const out = new Uint8Array(levels.length);
  interleave(levels, out, channels);
  return out;
}
