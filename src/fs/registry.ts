/**
 * The file systems that come with the library, registered.
 *
 * @module
 */
import { HTTPFileSystem } from "./http-file-system.ts";
import { LocalFileSystem } from "./local-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";
import { registerFilesystem } from "./protocols.ts";
import type { FileSystemClass } from "./protocols.ts";
import { ReferenceFileSystem } from "./reference-file-system.ts";
import { S3FileSystem } from "./s3-file-system.ts";

export { filesystem, knownProtocols, registeredProtocol, registerFilesystem, urlToFs } from "./protocols.ts";
export type { FileSystemClass, LocatedFileSystem, StorageOptions } from "./protocols.ts";

// The options interface of each class says more than this table can: each checks what it is given.
const BUILT_IN = [
  HTTPFileSystem,
  LocalFileSystem,
  MemoryFileSystem,
  ReferenceFileSystem,
  S3FileSystem,
] as unknown as FileSystemClass[];
for (const type of BUILT_IN) registerFilesystem(type);

