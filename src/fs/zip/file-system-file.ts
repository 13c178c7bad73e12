import { UnsupportedError } from "../../base/errors.ts";
import type { AbstractFileSystem } from "../abstract-file-system.ts";
import type { RandomAccessFile } from "./random-access-file.ts";

/** A file of any file system, read by ranges: what a remote zip archive is read from. `name` is what it prints as. */
export function fileSystemFile(fs: AbstractFileSystem, path: string, name: string): RandomAccessFile {
  return {
    name,
    async size(options) {
      const { size } = await fs.info(path, options);
      if (size === null)
        throw new UnsupportedError(
          `The size of ${name} is not known, so it cannot be read as a zip archive.`,
          {
            url: name,
          },
        );
      return size;
    },
    read: (offset, length, options) =>
      fs.catFile(path, { start: offset, end: offset + length, signal: options?.signal }),
  };
}
