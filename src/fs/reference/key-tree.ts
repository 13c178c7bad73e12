import type { ReferenceChild } from "./reference.ts";

/** The members of each directory of a list of keys. */
export class KeyTree {
  readonly #directories = new Map<string, Map<string, boolean>>([["", new Map()]]);

  constructor(keys: Iterable<string>) {
    for (const key of keys) this.#add(key);
  }

  /** Members of `""` or `a/b/`; `undefined` when nothing is there. */
  children(directory: string): ReferenceChild[] | undefined {
    const names = this.#directories.get(directory);
    if (names === undefined) return undefined;
    return [...names].map(([name, isDirectory]) => ({ name, isDirectory }));
  }

  #add(key: string): void {
    let isDirectory = false;
    for (let end = key.length; ;) {
      const slash = key.lastIndexOf("/", end - 1);
      const parent = key.slice(0, slash + 1);
      const name = key.slice(slash + 1, end);
      let names = this.#directories.get(parent);
      const known = names !== undefined;
      if (names === undefined) this.#directories.set(parent, (names = new Map()));
      // A name can be both; the file is what a listing shows then.
      if (names.get(name) !== false) names.set(name, isDirectory);
      if (slash <= 0 || (known && isDirectory && end !== key.length)) return;
      isDirectory = true;
      end = slash;
    }
  }
}
