import type { Entry } from "../test/interop/entry.ts";

export interface Written {
  readonly versions: Record<string, Record<string, string>>;
  readonly entries: Entry[];
  /** Which writers are not there, in a line each. */
  readonly skipped: string[];
}

export interface Reading {
  readonly id: string;
  readonly result: "ok" | "WRONG" | "refuses";
  readonly detail: string | null;
}

export type Reader = "zp3" | "tensorstore" | "zarrs" | "zp2";

export function writeStores(out: string, options?: { seed?: number; random?: number }): Written;
/** Undefined when the reader's Python is not there. */
export function readBack(reader: Reader, folder: string, entries: readonly Entry[]): Reading[] | undefined;
export function readableBy(reader: Reader, entry: Entry): boolean;
