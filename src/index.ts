/**
 * zarrkit: Zarr for TypeScript. Arrays and groups; stores are in `zarrkit/storage`.
 *
 * @module
 */
export type { ArrayConfig } from "./array/array-config.ts";
export type { GetOptions, OutputArray, SetOptions } from "./array/array-access.ts";
export { ChunkCache } from "./array/chunk-cache.ts";
export type { ChunkCacheOptions } from "./array/chunk-cache.ts";
export { copy, copyAll, copyStore } from "./array/copy.ts";
export type { CopyOptions, CopyResult, CopyStoreOptions, IfExists } from "./array/copy.ts";
export { consolidateMetadata, createArray, createGroup, group, tree } from "./array/create.ts";
export type { CreateGroupOptions } from "./array/create.ts";
export type { CreateArrayOptions } from "./array/create-array.ts";
export { createHierarchy } from "./array/create-hierarchy.ts";
export type { CreateHierarchyOptions } from "./array/create-hierarchy.ts";
export type { HierarchyNode, HierarchyNodes } from "./array/create-nodes.ts";
export type { CodecLike, CodecsLike, CreateNodeBase } from "./array/create-options.ts";
export {
  array,
  empty,
  emptyLike,
  full,
  fullLike,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./array/fill-arrays.ts";
export type { FilledArrayOptions } from "./array/fill-arrays.ts";
export { fromArray } from "./array/from-array.ts";
export type { FromArrayOptions, LikeOptions } from "./array/derive-array.ts";
export type { ChunkOfSelection, IterateChunksOptions } from "./array/iterate-chunks.ts";
export type { MembersOptions } from "./array/members.ts";
export { open, openArray, openConsolidated, openGroup } from "./array/open.ts";
export type { OpenArrayOptions, OpenGroupOptions, OpenPlaceOptions } from "./array/open.ts";
export type { Progress } from "./array/read-engine.ts";
export { load, save, saveArray, saveGroup } from "./array/save-load.ts";
export type { LoadedGroup, SavedValue, SaveOptions } from "./array/save-load.ts";
export { ZarrArray } from "./array/zarr-array.ts";
export { ZarrGroup } from "./array/zarr-group.ts";
export type { ZarrNode } from "./array/zarr-group.ts";
export { config } from "./base/config.ts";
export type { Config, ConfigKey, ConfigScope, ConfigValues } from "./base/config.ts";
export {
  ArrayNotFoundError,
  BoundsCheckError,
  ChecksumError,
  CodecError,
  ContainsArrayError,
  ContainsGroupError,
  FieldSelectionError,
  GroupNotFoundError,
  isZarrError,
  MetadataValidationError,
  MissingDependencyError,
  NegativeStepError,
  NodeNotFoundError,
  ReadOnlyError,
  SelectionError,
  ShapeMismatchError,
  StoreClosedError,
  StoreError,
  UnknownCodecError,
  UnknownDataTypeError,
  UnsupportedError,
  VindexInvalidSelectionError,
  ZarrError,
} from "./base/errors.ts";
export type { ErrorFacts } from "./base/errors.ts";
export { registerCodec } from "./codecs/registry.ts";
export type { DataOf, DataTypes, Scalar } from "./dtypes/data-types.ts";
export { NDArray } from "./dtypes/nd-array.ts";
export { registerDataType } from "./dtypes/registry.ts";
export { registerChunkKeyEncoding } from "./grids/registry.ts";
export type { BasicSelection, IndexArray, Selection, SelectionItem } from "./indexing/selection-types.ts";
export { newAxis, slice } from "./indexing/slice.ts";
export type { Slice } from "./indexing/slice.ts";
