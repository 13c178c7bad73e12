import type { AbortOptions } from "../base/async.ts";
import { registerStore } from "./store-registry.ts";
import { Store } from "./store.ts";
import { WrapperStore } from "./wrapper-store.ts";

/**
 * Another store, read-only: for stores that cannot make a read-only copy of themselves. It
 * prints as the store within and shares its opening and closing.
 */
export class ReadOnlyView extends WrapperStore {
  static {
    registerStore("ReadOnlyView", this, (json, options) => {
      return new ReadOnlyView(Store.fromJSON(json["inner"], options));
    });
  }

  override get readOnly(): boolean {
    return true;
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.prepareSet(key, value, options);
  }

  override async setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    await this.prepareSet(key, value, options);
    return false;
  }

  override async setIfVersion(
    key: string,
    value: Uint8Array,
    _version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    await this.prepareSet(key, value, options);
    return false;
  }

  override async deleteIfVersion(key: string, _version: string, options?: AbortOptions): Promise<boolean> {
    await this.prepareDelete(key, options);
    return false;
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
  }

  override async deleteDir(_prefix: string, options?: AbortOptions): Promise<void> {
    await this.prepareWrite(options);
  }

  override async clear(options?: AbortOptions): Promise<void> {
    await this.prepareWrite(options);
  }

  override setSync(): void {
    this.checkWritable();
  }

  override deleteSync(): void {
    this.checkWritable();
  }

  override withReadOnly(readOnly: boolean = false): Store {
    return readOnly ? this : this.inner;
  }

  override toString(): string {
    return String(this.inner);
  }
}
