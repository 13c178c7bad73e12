/**
 * Resource management and printing that depend on what the runtime has.
 *
 * @module
 */

/** Node's hook for `console.log` and `util.inspect`; a symbol like any other elsewhere. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * Gives a class `[Symbol.asyncDispose]`, which calls `close()`, where the runtime has that
 * symbol, and makes `console.log` in Node print `toString()`.
 */
export function addDisposeAndInspect(type: {
  readonly prototype: { close(): Promise<void>; toString(): string };
}): void {
  addInspect(type);
  const { asyncDispose } = Symbol as { asyncDispose?: symbol }; // older runtimes and lib ES2022 lack it
  if (asyncDispose === undefined) return;
  define(type.prototype, asyncDispose, function (this: { close(): Promise<void> }) {
    return this.close();
  });
}

/** Makes `console.log` in Node print what `toString()` gives. */
export function addInspect(type: { readonly prototype: { toString(): string } }): void {
  define(type.prototype, INSPECT, function (this: { toString(): string }) {
    return this.toString();
  });
}

function define(target: object, key: symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
}
