/**
 * Windows refuses to rename and delete a file that a virus scanner or an indexer holds open, for a moment.
 *
 * @module
 */
import { nodeProcess } from "./platform.ts";

/** Pauses between attempts, in milliseconds, as zarr-python's. */
const PAUSES = [1, 5, 20, 50, 200];
const HELD: ReadonlySet<unknown> = new Set(["EPERM", "EACCES", "EBUSY"]);

/** Does `work`, on Windows again after a pause, up to five times, while the system says that a file is held. */
export async function onceReleased<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return work();
}

/** As `onceReleased`, at once: the thread sleeps. */
export function onceReleasedSync<T>(work: () => T): T {
  for (const pause of PAUSES) {
    try {
      return work();
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  return work();
}

function isHeld(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return nodeProcess()?.platform === "win32" && HELD.has(code);
}
