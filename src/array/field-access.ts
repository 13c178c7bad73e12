/**
 * Fields of structured arrays, for reading and for writing some and keeping the others.
 *
 * @module
 */
import { FieldSelectionError } from "../base/errors.ts";
import { copyPartIn } from "../codecs/copy-part.ts";
import type { Casting } from "../dtypes/casting.ts";
import type { DataType, StructField } from "../dtypes/data-type.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { valuesFrom } from "../dtypes/nd-array-values.ts";
import { StructDataType } from "../dtypes/struct.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import type { SelectionItem } from "../indexing/selection-types.ts";
import type { Block } from "../kernels/block.ts";

/** Which fields of a structured array a read or write is about. */
export interface FieldOptions {
  /** A field's name gives an array of that field; a list gives records of these fields. Default: all. */
  readonly fields?: string | readonly string[] | undefined;
}

/** Fields as a selection, or as an item of one: `z.get({ fields: "a" })`, `z.get([slice(0, 2), { fields: "a" }])`. */
export type FieldSelection =
  | { readonly fields: string | readonly string[] }
  | readonly (SelectionItem | { readonly fields: string | readonly string[] })[];

/** Takes fields out of a selection. */
export function splitFields<S>(selection: S | FieldSelection): {
  rest: S;
  fields: string | readonly string[] | undefined;
} {
  if (namesFields(selection)) return { rest: null as S, fields: selection.fields }; // null is everything
  if (Array.isArray(selection)) {
    const items: readonly unknown[] = selection;
    if (items.some(namesFields)) {
      const found = items.filter(namesFields);
      const fields = found.length === 1 ? found[0]!.fields : found.flatMap((item) => item.fields);
      // What is left are items of a selection.
      return { rest: items.filter((item) => !namesFields(item)) as S, fields };
    }
  }
  return { rest: selection as S, fields: undefined }; // it has no fields
}

function namesFields(item: unknown): item is { readonly fields: string | readonly string[] } {
  return (
    typeof item === "object" && item !== null && !Array.isArray(item) && "fields" in item && !("data" in item)
  );
}

/** A field and what is written to it. */
export interface FieldWrite {
  readonly field: StructField;
  readonly values: Block;
}

/**
 * The fields of a data type by name.
 *
 * @throws FieldSelectionError when the type has no fields, or not these.
 */
export function fieldsNamed(dataType: DataType, names: string | readonly string[]): readonly StructField[] {
  const { fields } = dataType;
  if (fields === undefined) {
    throw new FieldSelectionError(
      `invalid 'fields' argument, array does not have any fields: its data type is ${String(dataType)}`,
      { actual: names },
    );
  }
  const wanted = typeof names === "string" ? [names] : names;
  return wanted.map((name) => {
    const field = fields.find((one) => one.name === name);
    if (field !== undefined) return field;
    const known = fields.map((one) => one.name);
    throw new FieldSelectionError(
      `invalid 'fields' argument, field not found: ${JSON.stringify(name)}; there are ${known.join(", ")}`,
      { actual: name, known },
    );
  });
}

/** The fields of records that were read: of one name its array, of several records of these. */
export function pickFields(records: NDArray, names: string | readonly string[]): NDArray {
  const fields = fieldsNamed(records.dataType, names);
  // A structured type's container is an NDArray by field.
  const data = records.data as unknown as Readonly<Record<string, NDArray>>;
  if (typeof names === "string") return data[names]!;
  let offset = 0;
  const packed = fields.map((field) => {
    const moved = { ...field, offset };
    offset += field.dataType.itemSize;
    return moved;
  });
  const picked = Object.fromEntries(fields.map(({ name }) => [name, data[name]!]));
  return new NDArray(new StructDataType(packed, offset), { data: picked, shape: records.shape });
}

/** What is written to each field: values for the one, or records (an object by field, or a structured array) for several. */
export function fieldWrites(
  value: unknown,
  dataType: DataType,
  names: string | readonly string[],
  shape: readonly number[],
  casting: Casting | undefined,
): FieldWrite[] {
  const fields = fieldsNamed(dataType, names);
  const valueOf = (field: StructField): unknown => {
    if (typeof names === "string") return value;
    const record = value instanceof NDArray ? value.data : value;
    if (typeof record === "object" && record !== null && Object.hasOwn(record, field.name)) {
      return (record as Readonly<Record<string, unknown>>)[field.name]; // just seen to have it
    }
    // One value for several fields goes to each of them.
    if (typeof value !== "object" || value === null) return value;
    throw new FieldSelectionError(`The values have no field ${JSON.stringify(field.name)}.`, {
      actual: names,
    });
  };
  return fields.map((field) => ({
    field,
    values: valuesFrom(valueOf(field), field.dataType, shape, { casting }),
  }));
}

/**
 * Writes fields into the records of a chunk. Records and fields are seen as rows of units that divide both, so that
 * the strided copies of whole elements serve here, too.
 */
export function placeFields(
  part: ChunkPart,
  writes: readonly FieldWrite[],
  chunk: Block,
  axisShape: readonly number[],
): void {
  for (const { field, values } of writes) {
    const size = field.dataType.itemSize;
    const unit = greatestCommonDivisor(greatestCommonDivisor(chunk.itemSize, field.offset), size);
    const rows = size / unit;
    const records = inUnits(chunk, unit, rows, field.offset / unit);
    const source = inUnits({ ...values, shape: axisShape }, unit, rows, 0);
    copyPartIn(withUnits(part, rows), source, records);
  }
}

/** A block of elements as a block of units, with an axis more: the units of the field. */
function inUnits(block: Block, unit: number, rows: number, start: number): Block {
  const per = block.itemSize / unit;
  return {
    data: block.data,
    shape: [...block.shape, rows],
    stride: [...block.stride.map((step) => step * per), 1],
    offset: block.offset * per + start,
    itemSize: unit,
  };
}

function withUnits(part: ChunkPart, rows: number): ChunkPart {
  if (part.kind === "orthogonal") {
    const all = { kind: "range", start: 0, step: 1, count: rows } as const;
    return { ...part, axes: [...part.axes, { from: all, to: all }] };
  }
  const spread = (positions: Float64Array, at: (position: number, row: number) => number): Float64Array => {
    const out = new Float64Array(positions.length * rows);
    for (let i = 0; i < out.length; i++) out[i] = at(positions[Math.floor(i / rows)]!, i % rows);
    return out;
  };
  return {
    kind: "points",
    from: [
      ...part.from.map((positions) => spread(positions, (position) => position)),
      spread(part.to, (_, row) => row),
    ],
    to: spread(part.to, (position, row) => position * rows + row),
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
