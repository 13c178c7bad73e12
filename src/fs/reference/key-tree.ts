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
    let end = key.length;
    let isDirectory = false;
    for (;;) {
      const slash = key.lastIndexOf("/", end - 1);
      const parent = key.slice(0, slash + 1);
      const name = key.slice(slash + 1, end);
      let names = this.#directories.get(parent);
      if (names === undefined) this.#directories.set(parent, (names = new Map()));
      const known = names.get(name);
      // A name can be both a file and a directory; the file is what a listing shows then.
      if (known !== false) names.set(name, isDirectory);
      if (slash <= 0 || (isDirectory && known !== undefined)) return;
      isDirectory = true;
      end = slash;
    }
  }
}
