import type { JsonValue } from "../base/json.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { MemoryStore } from "./memory-store.ts";
import { normalizePath } from "./normalize-path.ts";
import { registerStore } from "./store-registry.ts";
import type { StoreJson } from "./store-registry.ts";
import type { StoreOptions } from "./store-base.ts";

/** Options of `ManagedMemoryStore`. */
export interface ManagedMemoryStoreOptions extends StoreOptions {
  /** Path within the named map; keys are below it. Default `""`, the root. */
  readonly path?: string | undefined;
}

type Values = Map<string, Uint8Array>;

// Names hold their maps weakly: values live as long as a store that uses them does.
const named = new Map<string, WeakRef<Values>>();
const forget = new FinalizationRegistry<string>((name) => {
  if (named.get(name)?.deref() === undefined) named.delete(name);
});
let nextName = 0;
let realm: string | undefined;

/**
 * A memory store that is found again by its name, as `memory://name/path`, for as long as some
 * store of that name is alive. Without a name it gets the next free number.
 *
 * @example
 * ```ts
 * const store = new ManagedMemoryStore("scratch");
 * String(store); // memory://scratch
 * const again = new ManagedMemoryStore("scratch", { path: "a" }); // the same values, below a/
 * ```
 */
export class ManagedMemoryStore extends MemoryStore {
  readonly #name: string;
  readonly #path: string;

  constructor(name?: string | null, options: ManagedMemoryStoreOptions = {}) {
    const chosen = name ?? freeName();
    if (typeof chosen !== "string")
      throw new TypeError(`The name of a ManagedMemoryStore must be a string, got ${typeof chosen}.`);
    if (chosen.includes("/"))
      throw new StoreError(
        `Store name cannot contain '/', got ${JSON.stringify(chosen)}. Use the 'path' option for a path.`,
        { actual: chosen },
      );
    super(valuesOf(chosen), { readOnly: options.readOnly });
    this.#name = chosen;
    this.#path = normalizePath(options.path);
  }

  static {
    registerStore("ManagedMemoryStore", this, reviveManaged);
  }

  /**
   * The store of a `memory://name[/path]` URL that is alive.
   *
   * @throws StoreError when the URL has another scheme or no living store has that name.
   */
  static fromUrl(url: string | URL, options: StoreOptions = {}): ManagedMemoryStore {
    const { name, path } = parseMemoryUrl(String(url));
    if (named.get(name)?.deref() === undefined)
      throw new StoreError(
        `Memory store not found for URL ${JSON.stringify(String(url))}. It may have been garbage collected.`,
        { url: String(url) },
      );
    return new ManagedMemoryStore(name, { path, readOnly: options.readOnly });
  }

  /** Name under which the values are found. */
  get name(): string {
    return this.#name;
  }

  /** Path below which the keys of this store are; `""` is the root. */
  get path(): string {
    return this.#path;
  }

  override withReadOnly(readOnly: boolean = false): ManagedMemoryStore {
    return new ManagedMemoryStore(this.#name, { path: this.#path, readOnly });
  }

  /** The same values (not equal ones), the same path and the same `readOnly`. */
  override equals(other: unknown): boolean {
    return (
      other instanceof ManagedMemoryStore &&
      other.constructor === this.constructor &&
      other.source === this.source &&
      other.#path === this.#path &&
      other.readOnly === this.readOnly
    );
  }

  override toString(): string {
    return this.#path === "" ? `memory://${this.#name}` : `memory://${this.#name}/${this.#path}`;
  }

  /** Found again in this thread only: `Store.fromJSON` elsewhere throws `UnsupportedError`. */
  override toJSON(): StoreJson {
    return this.jsonOf({ name: this.#name, path: this.#path, readOnly: this.readOnly, realm: thisRealm() });
  }

  protected override get innerRoot(): string {
    return this.#path === "" ? "" : `${this.#path}/`;
  }
}

/**
 * Takes a `memory://name[/path]` URL apart.
 *
 * @throws StoreError when it has another scheme.
 */
export function parseMemoryUrl(url: string): { name: string; path: string } {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/)?([^/]*)\/*(.*)$/s.exec(url);
  const scheme = match?.[1]?.toLowerCase() ?? "";
  if (match === null || scheme !== "memory")
    throw new StoreError(`Expected a 'memory://' URL, got scheme ${JSON.stringify(scheme)}.`, { url });
  return { name: match[2] ?? "", path: normalizePath(match[3] ?? "") };
}

function valuesOf(name: string): Values {
  const known = named.get(name)?.deref();
  if (known !== undefined) return known;
  const values: Values = new Map();
  named.set(name, new WeakRef(values));
  forget.register(values, name);
  return values;
}

function freeName(): string {
  while (named.get(String(nextName))?.deref() !== undefined) nextName++;
  return String(nextName++);
}

function thisRealm(): string {
  return (realm ??= crypto.randomUUID());
}

function reviveManaged(json: StoreJson): ManagedMemoryStore {
  const { name, path, readOnly }: Record<string, JsonValue | undefined> = json;
  if (typeof name !== "string" || typeof path !== "string" || typeof readOnly !== "boolean")
    throw new TypeError("The JSON of a ManagedMemoryStore has a name, a path and readOnly.");
  if (json["realm"] !== thisRealm())
    throw new UnsupportedError(
      `memory://${name} lives in another thread or process and cannot be used from this one.`,
      { store: `memory://${name}` },
    );
  return new ManagedMemoryStore(name, { path, readOnly });
}
