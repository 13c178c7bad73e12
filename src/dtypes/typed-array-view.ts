/** A typed array class, as far as views over memory form need it. */
export interface TypedArrayClass<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
}

/**
 * A typed array over the bytes of memory form. Aliases `bytes` where its offset is a multiple of the
 * element size, and copies otherwise, because typed arrays cannot start anywhere else.
 */
export function viewAs<A>(type: TypedArrayClass<A>, bytes: Uint8Array): A {
  const size = type.BYTES_PER_ELEMENT;
  const length = Math.floor(bytes.byteLength / size);
  const source = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new type(source.buffer, source.byteOffset, length);
}

/** The bytes of `count` elements of a typed array from element `start` on; aliases it. */
export function bytesOfView(view: ArrayBufferView, start: number, count: number, size: number): Uint8Array {
  const from = Math.min(start * size, view.byteLength);
  const length = Math.min(count * size, view.byteLength - from);
  return new Uint8Array(view.buffer, view.byteOffset + from, length);
}
