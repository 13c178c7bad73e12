/**
 * Conversion of elements from one data type to another, as NumPy's `astype` does it.
 *
 * @module
 */
import type { Numbers } from "../kernels/half-float.ts";
import { fromHalves, toHalves } from "../kernels/half-float.ts";
import { isSameType } from "./casting.ts";
import type { Complex } from "./complex.ts";
import type { DataType, StructField } from "./data-type.ts";
import type { StructScalar } from "./data-types.ts";
import { TimeDataType } from "./datetimes.ts";
import type { NDArray } from "./nd-array.ts";
import { convertDate, convertDuration, NaT } from "./time-units.ts";

/**
 * Converts the elements of an array to another data type, as C does it: integers wrap, floats are cut off
 * towards zero or rounded. The result is in C order, in memory form.
 */
export function castElements(source: NDArray, target: DataType): Uint8Array | unknown[] {
  if (isPlainNumbers(source.dataType) && isPlainNumbers(target)) return castNumbers(source, target);
  const convert = converter(source.dataType, target);
  if (target.itemSize === 0) return Array.from(source.scalars(), convert);
  const bytes = new Uint8Array(source.size * target.itemSize);
  let at = 0;
  for (const scalar of source.scalars()) {
    target.writeScalar(convert(scalar), bytes, at);
    at += target.itemSize;
  }
  return bytes;
}

/** Is the container a typed array of one number an element? */
function isPlainNumbers({ isView, containerStep, castKind, itemSize }: DataType): boolean {
  if (!isView || containerStep !== 1) return false;
  return castKind === "float" || ((castKind === "signed" || castKind === "unsigned") && itemSize < 8);
}

/** Converts numbers from typed array to typed array, which wraps and rounds as C does. */
function castNumbers(source: NDArray, target: DataType): Uint8Array {
  const bytes = new Uint8Array(source.size * target.itemSize);
  const numbers = numbersOf(source.reshape([source.size]));
  if (target.name === FLOAT16) toHalves(numbers, new Uint16Array(bytes.buffer));
  // Every other container of plain numbers is a typed array of the language's.
  else (target.toContainer(bytes) as unknown as Numbers).set(numbers);
  return target.canonicalize?.(bytes) ?? bytes;
}

const FLOAT16 = "float16";

/** The elements of an array of one dimension as a typed array of the language's. */
function numbersOf(flat: NDArray): Numbers {
  const { data, offset, size, dataType } = flat;
  if (dataType.name !== FLOAT16) {
    // Likewise; `reshape` has made them lie together.
    return (data as unknown as Numbers).subarray(offset, offset + size);
  }
  const view = data as unknown as ArrayBufferView; // of a runtime that has half floats, or of the polyfill
  const halves = new Uint16Array(view.buffer, view.byteOffset + 2 * offset, size);
  const floats = new Float32Array(size);
  fromHalves(halves, floats);
  return floats;
}

/** How one scalar becomes one of another type. */
function converter(from: DataType, to: DataType): (value: unknown) => unknown {
  const kind = to.castKind;
  if (from instanceof TimeDataType && to instanceof TimeDataType && from.kind === to.kind) {
    return (value) => convertTime(value, from, to);
  }
  if (from.fields !== undefined && to.fields !== undefined) return recordConverter(from.fields, to.fields);
  switch (kind) {
    case "bool":
      return isTrue;
    case "signed":
    case "unsigned":
    case "timedelta":
    case "datetime":
      return to.itemSize === 8
        ? (value) => wrapInteger(value, 64, kind !== "unsigned")
        : (value) => Number(wrapInteger(value, 8 * to.itemSize, kind !== "unsigned"));
    case "float":
      return realOf;
    case "complex":
      return (value) => (isComplex(value) ? value : { re: realOf(value), im: 0 });
    case "string":
    case "bytes":
    case "void":
    case "other":
      return (value) => to.toScalar(value);
    default:
      kind satisfies never;
      return (value) => to.toScalar(value);
  }
}

/** Converts a record field by field; the caller has found the fields to be of the same names. */
function recordConverter(
  from: readonly StructField[],
  to: readonly StructField[],
): (value: unknown) => unknown {
  const converters = from.map((field, i) => {
    const target = to[i]!.dataType;
    const same = isSameType(field.dataType, target);
    return [field.name, same ? (value: unknown) => value : converter(field.dataType, target)] as const;
  });
  return (value) => {
    const record = value as StructScalar; // what a structured type's scalars are
    return Object.fromEntries(converters.map(([name, convert]) => [name, convert(record[name])]));
  };
}

function convertTime(value: unknown, from: TimeDataType, to: TimeDataType): bigint {
  const steps = value as bigint; // what the scalars of dates and durations are
  const isPlain = from.unit === "generic" || to.unit === "generic";
  if (isPlain) return steps;
  const converted =
    from.kind === "datetime64" ? convertDate(steps, from, to) : convertDuration(steps, from, to);
  if (converted !== undefined) return converted;
  throw new RangeError(`${from.scalarToString(steps)} is not representable in data type ${to.name}.`);
}

/** A number cut off towards zero and wrapped to so many bits; what no integer stands for becomes the smallest one, as on x86. */
function wrapInteger(value: unknown, bits: number, signed: boolean): bigint {
  let exact: bigint;
  if (typeof value === "bigint") exact = value;
  else {
    const real = Math.trunc(realOf(value));
    exact = Number.isFinite(real) ? BigInt(real) : NaT;
  }
  return signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact);
}

function realOf(value: unknown): number {
  return isComplex(value) ? value.re : Number(value);
}

function isTrue(value: unknown): boolean {
  return isComplex(value) ? value.re !== 0 || value.im !== 0 : value !== 0 && value !== 0n && value !== false;
}

function isComplex(value: unknown): value is Complex {
  return typeof value === "object" && value !== null && "re" in value && "im" in value;
}
