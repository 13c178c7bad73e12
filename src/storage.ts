/**
 * Stores: what holds the bytes of a hierarchy.
 *
 * @module
 */
export type { AbortOptions } from "./base/async.ts";
export { resolveByteRequest, sliceBytes } from "./base/byte-request.ts";
export type {
  ByteRequest,
  OffsetByteRequest,
  RangeByteRequest,
  SuffixByteRequest,
} from "./base/byte-request.ts";
export { CacheStore } from "./storage/cache-store.ts";
export type { CacheInfo, CacheStats, CacheStoreOptions } from "./storage/cache/cache-options.ts";
export { FsspecStore } from "./storage/fsspec-store.ts";
export type { FsspecStoreOptions } from "./storage/fsspec-store.ts";
export type { GetRangesOptions, RangeGroup } from "./storage/get-ranges.ts";
export { IcechunkStore } from "./storage/icechunk-store.ts";
export type { IcechunkStoreOptions } from "./storage/icechunk-store.ts";
export type { VirtualChunkAccess } from "./storage/icechunk/virtual-chunks.ts";
export { LatencyStore } from "./storage/latency-store.ts";
export type { Latency, LatencyStoreOptions } from "./storage/latency-store.ts";
export { LocalStore } from "./storage/local-store.ts";
export type { LocalStoreOptions } from "./storage/local-options.ts";
export { LoggingStore } from "./storage/logging-store.ts";
export type { LogEntry, LoggingStoreOptions, LogLevel } from "./storage/logging-store.ts";
export { ManagedMemoryStore } from "./storage/managed-memory-store.ts";
export type { ManagedMemoryStoreOptions } from "./storage/managed-memory-store.ts";
export { MemoryMappedStore } from "./storage/memory-mapped-store.ts";
export { isMissingKeyError } from "./storage/missing-key.ts";
export { MemoryStore } from "./storage/memory-store.ts";
export type { MemoryMap } from "./storage/memory-store.ts";
export { ObjectStore } from "./storage/object-store.ts";
export type { ObjectStoreOptions } from "./storage/object-store.ts";
export { ReadableStore } from "./storage/readable-store.ts";
export type { ReadableLike, ReadableRange } from "./storage/readable-store.ts";
export { ReferenceStore } from "./storage/reference-store.ts";
export type { ReferenceSource, ReferenceStoreOptions } from "./storage/reference-store.ts";
export { resolveStore } from "./storage/resolve.ts";
export type { ResolvedStore, ResolveStoreOptions } from "./storage/resolve.ts";
export type { StoreLike } from "./storage/store-like.ts";
export type { StoreMode } from "./storage/store-mode.ts";
export { StorePath } from "./storage/store-path.ts";
export type { OpenStorePathOptions } from "./storage/store-path.ts";
export { registerStore } from "./storage/store-registry.ts";
export type { FromJsonOptions, ReviveStore, StoreJson } from "./storage/store-registry.ts";
export { Store } from "./storage/store.ts";
export type { StoreOptions } from "./storage/store-base.ts";
export type { KeyRange } from "./storage/store.ts";
export { isSyncStore } from "./storage/sync-store.ts";
export type { SyncStore } from "./storage/sync-store.ts";
export { WebDirectoryStore } from "./storage/web-directory-store.ts";
export { WrapperStore } from "./storage/wrapper-store.ts";
export { ZipStore } from "./storage/zip-store.ts";
export type { ZipSource, ZipStoreOptions } from "./storage/zip-store.ts";
export type { FileTail, RandomAccessFile } from "./fs/zip/random-access-file.ts";
