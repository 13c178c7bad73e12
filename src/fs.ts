/**
 * File systems: path → bytes on a service, as fsspec has them.
 *
 * @module
 */
export {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  VersionMismatchError,
} from "./base/errors.ts";
export { AbstractFileSystem } from "./fs/abstract-file-system.ts";
export type {
  Bounds,
  CatFileOptions,
  CatRangesOptions,
  FileInfo,
  FileType,
  FindOptions,
  PipeFileOptions,
  RmFileOptions,
  SignOptions,
  VersionedFile,
} from "./fs/abstract-file-system.ts";
export { AzureBlobFileSystem } from "./fs/azure-file-system.ts";
export type {
  AzureBlobFileSystemOptions,
  AzureToken,
  AzureTokenCallback,
  AzureTokenCredential,
} from "./fs/azure-options.ts";
export { GCSFileSystem } from "./fs/gcs-file-system.ts";
export type { GCSFileSystemOptions, GoogleToken, GoogleTokenCallback } from "./fs/gcs-options.ts";
export { BlockCacheFileSystem } from "./fs/blockcache-file-system.ts";
export type { BlockCacheFileSystemOptions } from "./fs/blockcache-file-system.ts";
export { HTTPFileSystem } from "./fs/http-file-system.ts";
export type { HTTPFileSystemOptions } from "./fs/http-file-system.ts";
export { LocalFileSystem } from "./fs/local-file-system.ts";
export type { LocalFileSystemOptions } from "./fs/local-file-system.ts";
export { MemoryFileSystem } from "./fs/memory-file-system.ts";
export type { MemoryFileSystemOptions } from "./fs/memory-file-system.ts";
export { filesystem, knownProtocols, registerFilesystem, urlToFs } from "./fs/registry.ts";
export type { FileSystemClass, LocatedFileSystem, StorageOptions } from "./fs/registry.ts";
export { OpenDALFileSystem } from "./fs/opendal-file-system.ts";
export type { OpenDALFileSystemOptions } from "./fs/opendal-file-system.ts";
export type { OpenDalOperator } from "./fs/opendal-operator.ts";
export { ReferenceFileSystem } from "./fs/reference-file-system.ts";
export type { ReferenceFileSystemOptions } from "./fs/reference/options.ts";
export type { RemoteFileSystemOptions } from "./fs/remote-file-system.ts";
export type { RequestEvent } from "./fs/request-policy.ts";
export type { RequestPolicy } from "./fs/retry.ts";
export { S3FileSystem } from "./fs/s3-file-system.ts";
export type { S3FileSystemOptions } from "./fs/s3-options.ts";
export type { AwsCredentials } from "./fs/sigv4.ts";
export { fetchTransport } from "./fs/transport.ts";
export { undiciTransport } from "./fs/undici-transport.ts";
export type { UndiciTransportOptions } from "./fs/undici-transport.ts";
export type { CacheMode, HttpRequest, HttpResponse, Transport } from "./fs/transport.ts";
export { SimpleCacheFileSystem } from "./fs/simplecache-file-system.ts";
export type { SimpleCacheFileSystemOptions } from "./fs/simplecache-file-system.ts";
export { ZipFileSystem } from "./fs/zip-file-system.ts";
export type { ZipFileSystemOptions } from "./fs/zip-file-system.ts";
