/**
 * From the values of an array to plain numbers.
 *
 * @module
 */
import type { DataType } from "zarrkit/dtypes";
import { NaT, NDArray } from "zarrkit/dtypes";
import type { FieldFacts, Numbers, ValueChoice, ValueKind } from "../protocol.ts";

const MAX_FIELDS = 256;

/** How values of a data type can be shown. */
export function valueKindOf(dataType: DataType): ValueKind {
  if (dataType.fields !== undefined) return "record";
  switch (dataType.castKind) {
    case "bool":
      return "bool";
    case "unsigned":
    case "signed":
      return "integer";
    case "float":
      return "float";
    case "complex":
      return "complex";
    case "datetime":
    case "timedelta":
      return "time";
    default:
      return "text";
  }
}

/** The fields of a record, those of records within as `a.b`. */
export function fieldsOf(dataType: DataType, prefix = ""): FieldFacts[] {
  const found: FieldFacts[] = [];
  for (const field of dataType.fields ?? []) {
    const name = prefix + field.name;
    const kind = valueKindOf(field.dataType);
    if (kind === "record") found.push(...fieldsOf(field.dataType, `${name}.`));
    else found.push({ name, kind });
    if (found.length >= MAX_FIELDS) break;
  }
  return found;
}

/** The array of a field; the array itself where no field is meant. */
export function fieldArray(array: NDArray, field: string | undefined): NDArray {
  let at = array;
  for (const name of field?.split(".") ?? []) {
    const fields: unknown = at.data;
    const next: unknown =
      typeof fields === "object" && fields !== null && Object.hasOwn(fields, name)
        ? Reflect.get(fields, name)
        : undefined;
    if (!(next instanceof NDArray)) throw new TypeError(`There is no field ${JSON.stringify(name)}.`);
    at = next;
  }
  return at;
}

/** Numbers by their position in the data of an array. */
export interface NumberReader {
  /** The number of the element whose data begin at a position. */
  at(position: number): number;
  /** The data themselves where they are plain numbers. */
  readonly plain: Numbers | undefined;
  /** An array for `length` numbers that holds them without loss, or as well as a `Float64Array` can. */
  make(length: number): Numbers;
}

/** @throws TypeError when the values are no numbers. */
export function numberReader(array: NDArray, { part }: Pick<ValueChoice, "part">): NumberReader {
  const data: unknown = array.data;
  const kind = valueKindOf(array.dataType);
  // The half-precision array of a package is a proxy, and no view.
  if (kind === "text" || kind === "record" || !isArrayLike(data))
    throw new TypeError(`Values of type ${array.dtype} are no numbers.`);
  if (kind === "complex") {
    const isWide = data instanceof Float64Array;
    const make = (length: number): Numbers => (isWide ? new Float64Array(length) : new Float32Array(length));
    return { at: complexReader(data, part), plain: undefined, make };
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const isTime = kind === "time";
    const at = (position: number): number => {
      const value = data[position]!;
      return isTime && value === NaT ? Number.NaN : Number(value);
    };
    return { at, plain: undefined, make: (length) => new Float64Array(length) };
  }
  const plain = plainNumbers(data);
  if (plain !== undefined) {
    const make = (length: number): Numbers =>
      new (plain.constructor as new (length: number) => Numbers)(length); // of the same kind
    return { at: (position) => plain[position]!, plain, make };
  }
  // What is left is half precision, of the runtime or of a package.
  return {
    at: (position) => data[position]!,
    plain: undefined,
    make: (length) => new Float32Array(length),
  };
}

/** Values that are numbers are in something with indices: typed arrays, and proxies of them. */
function isArrayLike(data: unknown): data is ArrayLike<number> {
  return typeof data === "object" && data !== null && "length" in data;
}

function plainNumbers(data: unknown): Numbers | undefined {
  const isPlain =
    data instanceof Uint8Array ||
    data instanceof Int8Array ||
    data instanceof Uint16Array ||
    data instanceof Int16Array ||
    data instanceof Uint32Array ||
    data instanceof Int32Array ||
    data instanceof Float32Array ||
    data instanceof Float64Array;
  return isPlain ? (data as Numbers) : undefined; // results of reads are never in shared memory here
}

function complexReader(pairs: ArrayLike<number>, part: ValueChoice["part"]): (position: number) => number {
  switch (part) {
    case "real":
      return (position) => pairs[position]!;
    case "imag":
      return (position) => pairs[position + 1]!;
    case "phase":
      return (position) => Math.atan2(pairs[position + 1]!, pairs[position]!);
    case "abs":
      return (position) => Math.hypot(pairs[position]!, pairs[position + 1]!);
    default:
      throw part satisfies never;
  }
}

/** The number that a scalar is shown as; `undefined` for what is no number. */
export function scalarNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return value === NaT ? Number.NaN : Number(value);
  return undefined;
}
