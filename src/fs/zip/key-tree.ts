/** The names below each prefix of a set of keys, so that listing one directory does not walk all keys. */
export class KeyTree {
  readonly #names = new Map<string, Set<string>>();

  constructor(keys: Iterable<string>) {
    for (const key of keys) this.add(key);
  }

  /** Adds a key and the prefixes above it. */
  add(key: string): void {
    let end = key.length;
    while (end >= 0) {
      const slash = key.lastIndexOf("/", end - 1);
      const directory = key.slice(0, slash + 1);
      const name = key.slice(slash + 1, end);
      const names = this.#names.get(directory);
      if (names === undefined) {
        this.#names.set(directory, new Set([name]));
      } else {
        if (names.has(name)) return; // and so are all above
        names.add(name);
      }
      if (slash < 0) return;
      end = slash;
    }
  }

  /** Names of the immediate children of a prefix that ends with a slash, or of `""`. */
  names(directory: string): Iterable<string> {
    return this.#names.get(directory) ?? [];
  }
}
