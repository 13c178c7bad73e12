/**
 * Options of file systems: fsspec's names, in snake_case or camelCase.
 *
 * @module
 */

/** `endpointUrl` → `endpoint_url`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : S;

/** The same options under either spelling. */
export type EitherCase<T> = T & {
  readonly [K in keyof T & string as SnakeCase<K>]?: T[K];
};

/** Options by their camelCase name; absent ones are `undefined`. */
export type RawOptions = ReadonlyMap<string, unknown>;

/** Options of fsspec's that only concern Python; they are accepted and change nothing. */
const IGNORED = new Set([
  "asynchronous",
  "loop",
  "skipInstanceCache",
  "useListingsCache",
  "listingsExpiryTime",
  "maxPaths",
  "defaultBlockSize",
  "defaultFillCache",
  "defaultCacheType",
  "cacheRegions",
  "batchSize",
  "blockSize",
]);

/**
 * Reads options in either spelling. `null` and `undefined` count as absent.
 *
 * @throws TypeError for an unknown name, which lists the known ones, and for one that is
 * given in both spellings.
 */
export function readOptions(owner: string, options: unknown, known: readonly string[]): RawOptions {
  const read = new Map<string, unknown>();
  if (options === undefined || options === null) return read;
  if (typeof options !== "object" || Array.isArray(options))
    throw new TypeError(`${owner} takes an object of options, got ${describeType(options)}.`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    const camel = toCamelCase(name);
    if (IGNORED.has(camel)) continue;
    if (!known.includes(camel))
      throw new TypeError(`${owner} has no option ${JSON.stringify(name)}; known: ${known.join(", ")}.`);
    if (read.has(camel)) throw new TypeError(`${owner} got the option ${camel} twice, as ${name} too.`);
    read.set(camel, value);
  }
  return read;
}

/** A string option. */
export function stringOption(owner: string, options: RawOptions, name: string): string | undefined {
  const value = options.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw new TypeError(`${owner} option ${name} must be a string, got ${describeType(value)}.`);
}

/** A boolean option; `"true"` and `"false"`, as a command line gives them, are booleans. */
export function booleanOption(owner: string, options: RawOptions, name: string): boolean | undefined {
  const value = options.get(name);
  if (value === undefined || typeof value === "boolean") return value;
  if (typeof value === "string" && /^(true|1)$/i.test(value)) return true;
  if (typeof value === "string" && /^(false|0)$/i.test(value)) return false;
  throw new TypeError(`${owner} option ${name} must be true or false, got ${describeType(value)}.`);
}

/** A non-negative number, `Infinity` allowed. */
export function countOption(owner: string, options: RawOptions, name: string): number | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= 0) return value;
  throw new TypeError(`${owner} option ${name} must be a number from 0 on, got ${describeType(value)}.`);
}

/** A function. Its signature is the caller's promise: it cannot be checked here. */
export function functionOption<F extends (...args: never[]) => unknown>(
  owner: string,
  options: RawOptions,
  name: string,
): F | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  // A function is all that can be seen at run time; the options interface types its arguments.
  if (typeof value === "function") return value as F;
  throw new TypeError(`${owner} option ${name} must be a function, got ${describeType(value)}.`);
}

/** A plain object, or a `Map`, of strings, such as headers. */
export function stringsOption(
  owner: string,
  options: RawOptions,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${owner} option ${name} must be an object of strings, got ${describeType(value)}.`);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const strings: Record<string, string> = Object.create(null);
  for (const [key, text] of entries) {
    if (typeof text !== "string" && typeof text !== "number")
      throw new TypeError(
        `${owner} option ${name}.${String(key)} must be a string, got ${describeType(text)}.`,
      );
    strings[String(key)] = String(text);
  }
  return strings;
}

/** An option that is itself a set of options. */
export function nestedOptions(
  owner: string,
  options: RawOptions,
  name: string,
  known: readonly string[],
): RawOptions {
  return readOptions(`${owner} option ${name}`, options.get(name), known);
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function describeType(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
