/**
 * What the page shows of a node.
 *
 * @module
 */
import { ZarrArray } from "zarrkit";
import type { ZarrGroup } from "zarrkit";
import { stringifyJson } from "zarrkit/metadata";
import type { JsonValue } from "zarrkit/metadata";
import type {
  ArrayFacts,
  AttributeText,
  DocumentText,
  Documents,
  GroupFacts,
  MemberFacts,
  NodeFacts,
  ValueConvention,
} from "../protocol.ts";
import { readGrid, storedGrid } from "./grids.ts";
import { multiscaleOf } from "./multiscale.ts";
import { fieldsOf, scalarNumber, valueKindOf } from "./plain-values.ts";

/** Longer texts are cut: whoever wrote the metadata must not be able to stop the page. */
const MAX_DOCUMENT = 200_000;
const MAX_ATTRIBUTE = 4_000;
const MAX_ATTRIBUTES = 1_000;

type Node = ZarrArray | ZarrGroup;

/** All that is shown of a node. */
export function nodeFacts(node: Node, path: string, documents: Documents): NodeFacts {
  return node instanceof ZarrArray ? arrayFacts(node, path, documents) : groupFacts(node, path, documents);
}

/** What the tree shows of a node. */
export function memberFacts(node: Node, path: string): MemberFacts {
  const name = nameOf(path);
  if (!(node instanceof ZarrArray))
    return { kind: "group", path, name, isImage: multiscaleOf(node.attrs) !== undefined };
  return { kind: "array", path, name, shape: node.shape, dtype: String(node.dataType), nbytes: node.nbytes };
}

function arrayFacts(array: ZarrArray, path: string, documents: Documents): ArrayFacts {
  const { dataType, model } = array;
  const valueKind = valueKindOf(dataType);
  const fill: unknown = array.fillValue ?? dataType.defaultFillValue;
  const isSharded = model.chain.arrayBytes.innerChunkShape !== undefined;
  const codecs = [
    ...array.filters,
    ...(array.serializer === null ? [] : [array.serializer]),
    ...array.compressors,
  ];
  return {
    kind: "array",
    path,
    name: nameOf(path),
    zarrFormat: array.zarrFormat,
    documents: documentTexts(documents),
    attributes: attributeTexts(array.attrs),
    shape: array.shape,
    dtype: String(dataType),
    itemSize: dataType.itemSize,
    nbytes: array.nbytes,
    valueKind,
    fields: fieldsOf(dataType),
    fillText: fillText(array),
    fillNumber: scalarNumber(fill),
    dimensionNames: dimensionNames(array),
    read: readGrid(array),
    stored: storedGrid(array),
    isSharded,
    isPlain: !isSharded && array.filters.length === 0 && array.compressors.length === 0,
    codecs: codecs.map(String),
    warnings: array.warnings,
    convention: conventionOf(array.attrs),
  };
}

function groupFacts(group: ZarrGroup, path: string, documents: Documents): GroupFacts {
  return {
    kind: "group",
    path,
    name: nameOf(path),
    zarrFormat: group.zarrFormat,
    documents: documentTexts(documents),
    attributes: attributeTexts(group.attrs),
    isConsolidated: group.isConsolidated,
    multiscale: multiscaleOf(group.attrs),
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function fillText(array: ZarrArray): string {
  const fill: unknown = array.fillValue;
  if (fill === null) return "null";
  if (array.dataType.fields !== undefined) return "a record";
  return cut(array.dataType.scalarToString(fill), 200).text;
}

/** From v3 metadata, else from what xarray writes to v2 attributes; unnamed axes have an empty name. */
function dimensionNames(array: ZarrArray): string[] {
  const given: unknown = array.dimensionNames ?? array.attrs["_ARRAY_DIMENSIONS"];
  const names: readonly unknown[] = Array.isArray(given) ? given : [];
  return array.shape.map((_, axis) => {
    const name = names[axis];
    return typeof name === "string" ? name : "";
  });
}

function conventionOf(attributes: { readonly [name: string]: unknown }): ValueConvention {
  const number = (name: string, otherwise: number): number => {
    const value = attributes[name];
    return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  };
  const text = (name: string): string | undefined => {
    const value = attributes[name];
    return typeof value === "string" ? cut(value, 200).text : undefined;
  };
  const missing = ["_FillValue", "missing_value"].flatMap((name) => {
    const value = attributes[name];
    return typeof value === "number" || typeof value === "bigint" ? [Number(value)] : [];
  });
  return {
    scale: number("scale_factor", 1),
    offset: number("add_offset", 0),
    units: text("units") ?? text("unit"),
    longName: text("long_name") ?? text("standard_name"),
    missing,
  };
}

function documentTexts(documents: Documents): DocumentText[] {
  return documents.flatMap(([key, bytes]) => {
    if (bytes === null) return [];
    const part = bytes.subarray(0, MAX_DOCUMENT);
    const text = new TextDecoder().decode(part, { stream: true });
    return [{ key: key.slice(key.lastIndexOf("/") + 1), text, isCut: part.length < bytes.length }];
  });
}

function attributeTexts(attributes: { readonly [name: string]: JsonValue }): AttributeText[] {
  return Object.entries(attributes)
    .slice(0, MAX_ATTRIBUTES)
    .map(([name, value]) => ({
      name: cut(name, 200).text,
      ...cut(typeof value === "string" ? value : stringifyJson(value, { indent: 2 }), MAX_ATTRIBUTE),
    }));
}

function cut(text: string, length: number): { readonly text: string; readonly isCut: boolean } {
  return text.length > length ? { text: text.slice(0, length), isCut: true } : { text, isCut: false };
}
