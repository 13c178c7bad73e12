/**
 * Structured types in metadata.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { sizeOf } from "../kernels/block.ts";
import type { DataType, DataTypeContext, DataTypeDefinition, StructField } from "./data-type.ts";
import { describeValue } from "./describe-value.ts";
import { MAX_WORDED_LENGTH, requireElementLength } from "./length-bytes.ts";
import { StructDataType } from "./struct.ts";
import { SubarrayDataType } from "./subarray.ts";

/** More fields than any record has; metadata is not to be trusted. */
const MAX_FIELDS = 65_536;
/** More elements than any field has. */
const MAX_SUBARRAY = 65_536;

/** A field before it has an offset; a gap has no name. */
interface NamedType {
  readonly name: string | undefined;
  readonly dataType: DataType;
}

/** How the registry knows `struct`, and its older form `structured`. */
export const structDefinition: DataTypeDefinition = {
  name: "struct",
  aliases: ["structured"],
  fromV3(name, configuration, context) {
    const fields = configuration?.["fields"];
    if (!isList(fields) || Object.keys(configuration ?? {}).length !== 1) {
      throw new MetadataValidationError(
        `The data type ${name} needs a configuration of only "fields", a list.`,
        {
          actual: configuration,
        },
      );
    }
    return makeStruct(fields, (field, index) => parseFieldV3(field, index, context));
  },
  fromV2(dtype, _objectCodec, context) {
    return isList(dtype)
      ? makeStruct(dtype, (field, index) => parseFieldV2(field, index, context))
      : undefined;
  },
};

function makeStruct(
  list: readonly JsonValue[],
  parse: (field: JsonValue, index: number) => NamedType,
): StructDataType {
  if (list.length === 0 || list.length > MAX_FIELDS) {
    throw new MetadataValidationError(
      `A structured data type has 1 to ${MAX_FIELDS} fields, not ${list.length}.`,
    );
  }
  const fields: StructField[] = [];
  const names = new Set<string>();
  let offset = 0;
  for (const [index, item] of list.entries()) {
    const { name, dataType } = parse(item, index);
    if (dataType.itemSize === 0) {
      throw new MetadataValidationError(
        `The field "${name}" of a structured data type must have a fixed size, which ${dataType.name} has not.`,
        { actual: dataType.name },
      );
    }
    if (name !== undefined) {
      if (names.has(name)) {
        throw new MetadataValidationError(
          `The field "${name}" of a structured data type occurs more than once.`,
          {
            actual: name,
          },
        );
      }
      names.add(name);
      fields.push({ name, dataType, offset });
    }
    offset += dataType.itemSize;
    requireElementLength("a structured data type", offset, MAX_WORDED_LENGTH);
  }
  if (fields.length === 0)
    throw new MetadataValidationError("A structured data type needs a field with a name.");
  return new StructDataType(fields, offset);
}

/** `{ "name", "data_type" }`; `structured` has `["name", data_type]`. */
function parseFieldV3(field: JsonValue, index: number, context: DataTypeContext): NamedType {
  const where = `/configuration/fields/${index}`;
  let [name, json]: (JsonValue | undefined)[] = [];
  if (isList(field) && field.length === 2) [name, json] = field;
  else if (typeof field === "object" && field !== null && !isList(field)) {
    const { name: given, data_type: type, ...rest } = field;
    if (Object.keys(rest).length === 0) [name, json] = [given, type];
  }
  if (typeof name !== "string" || name === "" || json === undefined) throw badField(field, where);
  return { name, dataType: context.parseV3(json, `${where}/data_type`) };
}

/** `["name", dtype]` or `["name", dtype, shape]`; NumPy writes a gap as `["", "|V3"]`. */
function parseFieldV2(field: JsonValue, index: number, context: DataTypeContext): NamedType {
  const where = `/${index}`;
  if (!isList(field) || (field.length !== 2 && field.length !== 3)) throw badField(field, where);
  const [name, json, shape] = field;
  // NumPy also has titles, as a pair in place of the name.
  if (typeof name !== "string" || json === undefined) throw badField(field, where);
  const element = context.parseV2(json, undefined, `${where}/1`);
  const isGap = name === "" && typeof json === "string" && json.includes("V");
  if (name === "" && !isGap) throw badField(field, where);
  const dataType = shape === undefined ? element : subarray(element, shape, where);
  return { name: isGap ? undefined : name, dataType };
}

function subarray(element: DataType, json: JsonValue, where: string): DataType {
  const shape: readonly unknown[] = isList(json) ? json : [json];
  const isLength = (length: unknown): length is number =>
    typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= MAX_SUBARRAY;
  const isShape = shape.length <= 32 && shape.every(isLength);
  if (!isShape || sizeOf(shape) > MAX_SUBARRAY || element.itemSize === 0) {
    throw new MetadataValidationError(
      `The shape ${describeValue(json)} of the field at ${where} is not valid.`,
      {
        actual: json,
      },
    );
  }
  if (shape.length === 0) return element;
  requireElementLength("a structured data type", element.itemSize * sizeOf(shape), MAX_WORDED_LENGTH);
  return new SubarrayDataType(element, shape);
}

function badField(field: JsonValue, where: string): MetadataValidationError {
  return new MetadataValidationError(
    `A field of a structured data type needs a name and a data type, which ${describeValue(field)} at ${where} has not.`,
    { actual: field },
  );
}

function isList(json: JsonValue | undefined): json is readonly JsonValue[] {
  return Array.isArray(json);
}
