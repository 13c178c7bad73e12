/**
 * What conformance cases assert with: no test runner, no runtime.
 *
 * @module
 */

/** Throws unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless two values print alike as JSON: for numbers, strings and lists of them. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [describe(actual), describe(expected)];
  check(left === right, `${what}: expected ${right}, got ${left}`);
}

/** Throws unless both are the same bytes, or both missing. */
export function checkBytes(
  actual: Uint8Array | undefined,
  expected: Uint8Array | undefined,
  what: string,
): void {
  if (actual !== undefined)
    check(
      Object.prototype.toString.call(actual) === "[object Uint8Array]",
      `${what}: expected a Uint8Array, got ${typeof actual}`,
    );
  check(sameBytes(actual, expected), `${what}: expected ${describe(expected)}, got ${describe(actual)}`);
}

/** Are both the same bytes, or both missing? */
export function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}

/** Throws unless the work rejects, with a message that matches; returns the error. */
export async function checkRejects(
  work: () => unknown,
  what: string,
  message: RegExp = /(?:)/,
): Promise<unknown> {
  let error: unknown;
  try {
    await work();
  } catch (caught) {
    error = caught;
    const text = caught instanceof Error ? caught.message : String(caught);
    check(message.test(text), `${what}: expected an error like ${String(message)}, got ${text}`);
    return error;
  }
  throw new Error(`${what}: expected an error, and there was none`);
}

/** Everything that an async iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Bytes of these values. */
export function bytesOf(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

/** Bytes of a text, in UTF-8. */
export function textBytes(text: string): Uint8Array {
  return new Uint8Array(new TextEncoder().encode(text));
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value instanceof Uint8Array) return `bytes [${value.subarray(0, 32).join(" ")}] (${value.byteLength})`;
  return JSON.stringify(value) ?? String(value);
}
