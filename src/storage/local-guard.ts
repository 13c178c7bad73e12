/**
 * Keeps a local store within its root: every directory on the way to a key is looked at
 * once, and a symbolic link is followed only if it ends below the root.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { isMissingFile } from "./local-errors.ts";

// A store of a million directories forgets and looks again rather than remember them all.
const REMEMBERED = 65_536;

/** Looks at the directories below one root. Paths are relative to it, `/`-joined. */
export class LocalGuard {
  readonly #root: string;
  readonly #store: string;
  readonly #follow: boolean;
  readonly #known = new Set<string>();
  /** One of the known: keys come directory by directory, and a comparison is quicker than a look-up. */
  #last: string | undefined;
  #realRoot: string | undefined;

  /** `root` is absolute; `store` is the printed form, for errors. */
  constructor(root: string, store: string, followSymlinks: boolean) {
    this.#root = root;
    this.#store = store;
    this.#follow = followSymlinks;
  }

  /** Whether the directory exists (as far as is known) and lies within the root; throws when it leads out. */
  async check(directory: string): Promise<boolean> {
    if (this.#passes(directory)) return true;
    const fs = nodeBuiltin("fs/promises", "LocalStore");
    for (const step of stepsOf(directory)) {
      if (this.#known.has(step)) continue;
      try {
        const link = (await fs.lstat(this.#full(step))).isSymbolicLink();
        if (link) await this.checkLink(step);
      } catch (error) {
        if (isMissingFile(error)) return false;
        throw error;
      }
      this.#remember(step);
    }
    return true;
  }

  /** As `check`, at once. */
  checkSync(directory: string): boolean {
    if (this.#passes(directory)) return true;
    const fs = nodeBuiltin("fs", "LocalStore");
    for (const step of stepsOf(directory)) {
      if (this.#known.has(step)) continue;
      try {
        const link = fs.lstatSync(this.#full(step)).isSymbolicLink();
        if (link) this.checkLinkSync(step);
      } catch (error) {
        if (isMissingFile(error)) return false;
        throw error;
      }
      this.#remember(step);
    }
    return true;
  }

  /** Takes note of a directory that a listing of the one above, which has been looked at, said is one and no link. */
  saw(directory: string): void {
    if (!this.#follow) this.#remember(directory);
  }

  /** Throws when the symbolic link at `path` ends outside the root. */
  async checkLink(path: string): Promise<void> {
    if (this.#follow) return;
    const { realpath } = nodeBuiltin("fs/promises", "LocalStore");
    this.#realRoot ??= await realpath(this.#root);
    this.#require(path, await realpath(this.#full(path)));
  }

  /** As `checkLink`, at once. */
  checkLinkSync(path: string): void {
    if (this.#follow) return;
    const { realpathSync } = nodeBuiltin("fs", "LocalStore");
    this.#realRoot ??= realpathSync.native(this.#root);
    this.#require(path, realpathSync.native(this.#full(path)));
  }

  /** Forgets what it knows of a directory and of those below it: they have been removed. */
  forget(directory: string): void {
    this.#last = undefined;
    if (directory === "") return this.#known.clear();
    this.#known.delete(directory);
    const below = `${directory}/`;
    for (const known of this.#known) if (known.startsWith(below)) this.#known.delete(known);
  }

  #passes(directory: string): boolean {
    if (this.#follow || directory === "" || directory === this.#last) return true;
    if (!this.#known.has(directory)) return false;
    this.#last = directory;
    return true;
  }

  #remember(step: string): void {
    if (this.#known.size >= REMEMBERED) this.forget("");
    this.#known.add(step);
  }

  #full(path: string): string {
    return `${this.#root}/${path}`;
  }

  #require(path: string, target: string): void {
    const { sep } = nodeBuiltin("path", "LocalStore");
    const root = this.#realRoot ?? this.#root;
    if (target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)) return;
    throw new StoreError(
      `${JSON.stringify(path)} in ${this.#store} is a symbolic link that leaves the store; ` +
        "followSymlinks: true allows it.",
      { store: this.#store, key: path },
    );
  }
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
function* stepsOf(directory: string): Generator<string> {
  if (directory === "") return;
  for (let slash = directory.indexOf("/"); slash >= 0; slash = directory.indexOf("/", slash + 1))
    yield directory.slice(0, slash);
  yield directory;
}
