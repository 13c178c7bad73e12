/**
 * What floating-point numbers, and the parts of complex ones, lie in: the typed array of their name,
 * or a `Float32Array` for formats that have none.
 *
 * @module
 */
import { Float16ArrayClass } from "./float16-array.ts";
import type { FloatFormat } from "./float-format.ts";
import { NarrowFloatFormat } from "./float-format.ts";
import { bytesOfView, type TypedArrayClass, viewAs } from "./typed-array-view.ts";

/** A list of numbers, as far as reading needs it. */
export type NumberView = ArrayBufferView & { readonly [index: number]: number; readonly length: number };

/** Conversions between memory form and typed arrays of one format. */
export interface FloatContainer {
  /** Is the typed array a view over the memory form? */
  readonly isView: boolean;
  toView(bytes: Uint8Array): NumberView;
  /** `count` numbers from `start` on, in memory form. */
  toBytes(view: NumberView, start: number, count: number): Uint8Array;
  isContainer(value: unknown): boolean;
}

/** The container of a format. */
export function floatContainer(format: FloatFormat): FloatContainer {
  if (format.byteLength === 8) return viewContainer(Float64Array);
  if (format.byteLength === 4) return viewContainer(Float32Array);
  // The portable Float16Array is not an ArrayBufferView to TypeScript, but has all that is read here.
  if (format.name === "float16")
    return viewContainer(Float16ArrayClass as unknown as TypedArrayClass<NumberView>);
  if (format instanceof NarrowFloatFormat) return expandedContainer(format);
  throw new TypeError(`No container for ${format.name}.`);
}

function viewContainer(type: TypedArrayClass<NumberView>): FloatContainer {
  return {
    isView: true,
    toView: (bytes) => viewAs(type, bytes),
    toBytes: (view, start, count) => bytesOfView(view, start, count, type.BYTES_PER_ELEMENT),
    isContainer: (value) => value instanceof type,
  };
}

function expandedContainer(format: NarrowFloatFormat): FloatContainer {
  return {
    isView: false,
    toView: (bytes) => format.expand(bytes),
    // Every container of an expanded format is a Float32Array.
    toBytes: (view, start, count) => format.contract(view as Float32Array, start, count),
    isContainer: (value) => value instanceof Float32Array,
  };
}
