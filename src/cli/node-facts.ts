/**
 * What is known of a node from its metadata, as JSON. Names are those of the library's properties.
 *
 * @module
 */
import { ZarrArray } from "../array/zarr-array.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { Codec } from "../codecs/codec.ts";

/** Facts by name, ready for `stringifyJson`. */
export interface Facts {
  readonly [name: string]: unknown;
}

/** What a listing tells of a node. `chunks` is `null` for a grid whose chunks differ. */
export function listingFacts(path: string, node: ZarrNode): Facts {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!(node instanceof ZarrArray)) return { name, path, kind: "group" };
  return { name, path, kind: "array", shape: node.shape, dtype: dtypeText(node), ...chunkFacts(node) };
}

/** All that metadata tells of a node. */
export function nodeFacts(node: ZarrNode): Facts {
  const place = {
    kind: node instanceof ZarrArray ? "array" : "group",
    name: node.name,
    path: node.path,
    store: String(node.store),
    storeType: node.store.constructor.name,
    readOnly: node.readOnly,
    zarrFormat: node.zarrFormat,
  };
  if (!(node instanceof ZarrArray))
    return { ...place, isConsolidated: node.isConsolidated, attributes: node.attrs };
  const { zarrFormat, dataType, fillValue } = node;
  return {
    ...place,
    shape: node.shape,
    dtype: dtypeText(node),
    dataType: zarrFormat === 3 ? dataType.toV3() : dataType.toV2(),
    ...chunkFacts(node),
    chunkGridShape: node.chunkGridShape,
    fillValue: fillValue === null ? null : dataType.fillValueToJson(fillValue, zarrFormat),
    order: node.order,
    dimensionNames: node.dimensionNames ?? null,
    filters: node.filters.map((codec) => codecFacts(codec, zarrFormat)),
    serializer: node.serializer === null ? null : codecFacts(node.serializer, zarrFormat),
    compressors: node.compressors.map((codec) => codecFacts(codec, zarrFormat)),
    size: node.size,
    nbytes: node.nbytes,
    nchunks: node.nchunks,
    attributes: node.attrs,
  };
}

/** NumPy's name of an array's data type. */
export function dtypeText(array: ZarrArray): string {
  return String(array.dataType);
}

/** A shape, or `undefined` where the chunks of a grid differ. */
export function shapeIfRegular(shape: () => readonly number[] | undefined): readonly number[] | undefined {
  try {
    return shape();
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

function chunkFacts(array: ZarrArray): Facts {
  return {
    chunks: shapeIfRegular(() => array.chunks) ?? null,
    shards: shapeIfRegular(() => array.shards) ?? null,
  };
}

function codecFacts(codec: Codec, zarrFormat: 2 | 3): JsonValue {
  if (zarrFormat === 2 && codec.toV2 !== undefined) return codec.toV2();
  const { name, configuration } = codec;
  return configuration === undefined ? { name } : { name, configuration };
}
