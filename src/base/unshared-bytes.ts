/**
 * These bytes, or a copy where they lie in shared memory: in browsers text decoders, WebCrypto and
 * request bodies refuse that.
 */
export function unsharedBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // Just checked; what is no ArrayBuffer of this realm is copied into one.
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
