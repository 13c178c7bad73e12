/**
 * Where `get` writes: stdout, or a file that appears when it is whole.
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import type { CliStream } from "./streams.ts";

/** Something to write to. */
export interface Output {
  write(data: string | Uint8Array): Promise<void>;
}

/**
 * Runs `work` on an output. A file is written beside itself and renamed when `work` is done; when it fails, nothing
 * is left, and a file that was there stays as it was. What is no plain file (a pipe, `/dev/null`) is written as it is.
 *
 * @param file - `undefined` or `-` is stdout.
 */
export async function withOutput<T>(
  file: string | undefined,
  stdout: CliStream,
  work: (output: Output) => Promise<T>,
): Promise<T> {
  if (file === undefined || file === "-") return await work(stdout);
  const found = await stat(file).catch(missing);
  if (found !== undefined && !found.isFile()) {
    const handle = await open(file, "w");
    try {
      return await work(fileOutput(handle));
    } finally {
      await handle.close();
    }
  }
  // Through a link: the link stays.
  const target = found === undefined ? file : await realpath(file);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.${Date.now().toString(36)}.part`);
  const handle = await open(part, "wx", found?.mode);
  try {
    let result: T;
    try {
      result = await work(fileOutput(handle));
    } finally {
      await handle.close();
    }
    await rename(part, target);
    return result;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function fileOutput(handle: FileHandle): Output {
  return {
    async write(data) {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      for (let at = 0; at < bytes.length;) {
        at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
      }
    },
  };
}

function missing(error: unknown): undefined {
  if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return undefined;
  throw error;
}
