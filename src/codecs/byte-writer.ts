const FIRST_CAPACITY = 1024;

/** Bytes written one after another, numbers big-endian. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint8(value: number): void {
    this.#view.setUint8(this.#grow(1), value);
  }
  uint16(value: number): void {
    this.#view.setUint16(this.#grow(2), value);
  }
  uint32(value: number): void {
    this.#view.setUint32(this.#grow(4), value);
  }
  uint64(value: bigint): void {
    this.#view.setBigUint64(this.#grow(8), value);
  }
  float32(value: number): void {
    this.#view.setFloat32(this.#grow(4), value);
  }
  float64(value: number): void {
    this.#view.setFloat64(this.#grow(8), value);
  }
  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#grow(bytes.length));
  }

  /** What was written; the writer is not used afterwards. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room, and returns where to write. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
