/**
 * What the runtime offers, looked up at first use: a module that a browser imports
 * never imports `node:`.
 *
 * @module
 */
import { UnsupportedError } from "./errors.ts";

interface NodeBuiltins {
  child_process: typeof import("node:child_process");
  fs: typeof import("node:fs");
  "fs/promises": typeof import("node:fs/promises");
  path: typeof import("node:path");
  url: typeof import("node:url");
  os: typeof import("node:os");
  zlib: typeof import("node:zlib");
  crypto: typeof import("node:crypto");
  util: typeof import("node:util");
  events: typeof import("node:events");
  http: typeof import("node:http");
  worker_threads: typeof import("node:worker_threads");
}

interface ProcessLike {
  readonly env?: Record<string, string | undefined>;
  readonly platform?: string;
  readonly versions?: Record<string, string | undefined>;
  readonly getBuiltinModule?: (name: string) => unknown;
}

/** The `process` of Node, Deno or Bun; `undefined` in a browser. */
export function nodeProcess(): ProcessLike | undefined {
  const { process } = globalThis as { process?: ProcessLike };
  return typeof process?.getBuiltinModule === "function" ? process : undefined;
}

/** A module of Node's, or `undefined` where there is none. */
export function tryNodeBuiltin<N extends keyof NodeBuiltins>(name: N): NodeBuiltins[N] | undefined {
  // `getBuiltinModule` returns the module of that name, which the table above types.
  return nodeProcess()?.getBuiltinModule?.(`node:${name}`) as NodeBuiltins[N] | undefined;
}

/**
 * A module of Node's.
 *
 * @throws UnsupportedError where there is none; `what` says what needed it.
 */
export function nodeBuiltin<N extends keyof NodeBuiltins>(name: N, what: string): NodeBuiltins[N] {
  const module = tryNodeBuiltin(name);
  if (module === undefined)
    throw new UnsupportedError(`${what} needs a file system, which this runtime does not have.`);
  return module;
}
