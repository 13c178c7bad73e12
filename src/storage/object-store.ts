import { OpenDALFileSystem } from "../fs/opendal-file-system.ts";
import type { OpenDalOperator } from "../fs/opendal-operator.ts";
import { FsspecStore } from "./fsspec-store.ts";
import type { StoreOptions } from "./store-base.ts";

/** Options of an `ObjectStore`. */
export interface ObjectStoreOptions extends StoreOptions {
  /** Path of the root within the operator. Default: its root. */
  readonly path?: string | undefined;
}

/**
 * An Apache OpenDAL operator as a store: any of the services that the optional package `opendal`
 * speaks to. The operator is the caller's; closing the store leaves it.
 *
 * @example
 * ```ts no-run
 * declare const operator: OpenDalOperator; // new Operator("webdav", { endpoint: "https://example.org" }) of opendal
 * const store = new ObjectStore(operator);
 * ```
 */
export class ObjectStore extends FsspecStore {
  readonly #operator: OpenDalOperator;

  /** @throws TypeError when `operator` lacks one of read, write, delete, list and stat. */
  constructor(operator: OpenDalOperator, options: ObjectStoreOptions = {}) {
    super(new OpenDALFileSystem({ operator }), options);
    this.#operator = operator;
  }

  /** Another store on the same operator. */
  override withReadOnly(readOnly: boolean = false): ObjectStore {
    return new ObjectStore(this.#operator, { path: this.path, readOnly });
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof ObjectStore &&
      other.constructor === this.constructor &&
      other.#operator === this.#operator &&
      other.path === this.path &&
      other.readOnly === this.readOnly
    );
  }

  override toString(): string {
    return `<ObjectStore(${this.#operator.constructor.name}${this.path === "" ? "" : `, ${this.path}`})>`;
  }
}
