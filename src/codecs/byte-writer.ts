const FIRST_CAPACITY = 1024;

/** Bytes written one after another, numbers big-endian. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }
  uint16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }
  uint32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }
  uint64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value);
  }
  float32(value: number): void {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value);
  }
  float64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
  }
  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** What was written; the writer is not used afterwards. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room, and returns where to write. It may replace the bytes, so that they are looked up afterwards. */
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
