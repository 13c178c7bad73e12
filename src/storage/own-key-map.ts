/**
 * A plain object seen as a map: own keys only, so that `__proto__` or `constructor` is a key
 * like any other.
 */
export class OwnKeyMap {
  readonly #object: Record<string, Uint8Array>;

  constructor(object: Record<string, Uint8Array>) {
    this.#object = object;
  }

  get(key: string): Uint8Array | undefined {
    return Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key);
  }

  set(key: string, value: Uint8Array): void {
    // An assignment to `__proto__` would change the prototype.
    Object.defineProperty(this.#object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }

  delete(key: string): void {
    if (Object.hasOwn(this.#object, key)) delete this.#object[key];
  }

  clear(): void {
    for (const key of Object.keys(this.#object)) delete this.#object[key];
  }

  keys(): Iterable<string> {
    return Object.keys(this.#object);
  }

  get size(): number {
    return Object.keys(this.#object).length;
  }
}
