/**
 * A file that is held open, for a thread that reads it piece by piece.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";
import type { OpenValue } from "../base/open-value.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { inputRoom } from "../kernels/memory.ts";
import { fillSync, openFlags } from "./local-read.ts";

/** An open file of a local store. Its pieces lie in the kernels' memory where there is room, and last as `OpenValue` says. */
export interface OpenFile extends OpenValue {
  /** Whoever replaces the file, or writes to it, makes it another one. */
  readonly version: bigint;
  close(): void;
}

/** Opens a regular file; `undefined` when it is another thing. Throws the system's error. */
export function openFileSync(path: string, follow: boolean): OpenFile | undefined {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(fs, follow));
  let stat: State & { isFile(): boolean };
  try {
    stat = fs.fstatSync(file, { bigint: true });
    if (!stat.isFile()) {
      fs.closeSync(file);
      return undefined;
    }
  } catch (error) {
    fs.closeSync(file);
    throw error;
  }
  return {
    size: Number(stat.size),
    step: 1,
    version: versionOf(stat),
    read(start, end, place) {
      const length = end - start;
      const room = place ?? inputRoom(length) ?? new Uint8Array(length);
      const bytes = fillSync(fs, file, room, start);
      if (bytes.length === length) return bytes;
      throw new StoreError("A file became shorter while it was read.", { actual: start + bytes.length });
    },
    close: () => fs.closeSync(file),
  };
}

/** What tells two states of a name apart. */
interface State {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** One number for a state; never 0 or 1. */
function versionOf({ ino, size, mtimeNs, ctimeNs }: State): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const part of [ino, size, mtimeNs, ctimeNs])
    hash = BigInt.asUintN(64, (hash ^ BigInt.asUintN(64, part)) * 0x9e3779b97f4a7c15n) ^ (hash >> 29n);
  return BigInt.asIntN(64, hash | 2n);
}
