/**
 * Reads the body of an answer: bounded, counted, and only as far as it is needed.
 *
 * @module
 */
import type { HttpResponse } from "./transport.ts";

/** The body ended before its announced length; the request is worth another attempt. */
export class ShortBody extends Error {}

/** The connection failed while a request was under way; `cause` tells how. */
export class BrokenConnection extends Error {
  readonly phase: "answer" | "body";

  constructor(phase: "answer" | "body", cause: unknown) {
    super("The connection broke.", { cause });
    this.phase = phase;
  }
}

/** The body is longer than the caller allows. */
export class OversizedBody extends Error {}

/** Up to this many bytes are reserved ahead on a server's word. */
const MAX_RESERVED = 32 * 2 ** 20;

/** A piece of the body between two bounds, and what is known of the whole. */
export interface BodySlice {
  readonly bytes: Uint8Array;
  /** Length of the whole body, where it was read to its end or announced. */
  readonly total: number | undefined;
}

/** One answer's body. */
export class BodyReader {
  readonly #response: HttpResponse;
  readonly #progress: (bytes: number) => void;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #ended = false;

  constructor(response: HttpResponse, progress: (bytes: number) => void) {
    this.#response = response;
    this.#progress = progress;
  }

  /**
   * The length that the server announces; `undefined` when it announces none, or when the
   * body is decoded on its way, so that the announced length is not that of its bytes.
   */
  get announced(): number | undefined {
    if (isEncoded(this.#response)) return undefined;
    const text = this.#response.headers.get("content-length");
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /**
   * The whole body.
   *
   * @throws OversizedBody beyond `maxBytes`; ShortBody when it ends early.
   */
  async readAll(maxBytes: number): Promise<Uint8Array> {
    const { announced } = this;
    if (announced !== undefined && announced > maxBytes) throw new OversizedBody();
    const buffer = new GrowingBuffer(Math.min(announced ?? 0, MAX_RESERVED));
    for (let piece = await this.#read(); piece !== undefined; piece = await this.#read()) {
      if (buffer.length + piece.byteLength > maxBytes) throw new OversizedBody();
      buffer.append(piece);
    }
    this.#checkLength(buffer.length);
    return buffer.bytes();
  }

  /**
   * The bytes from `start` to `end` of the body; what lies before is dropped as it comes,
   * what lies behind is not read. At most `maxBytes` come over the wire.
   *
   * @throws OversizedBody when more would have to be read; ShortBody when it ends early.
   */
  async readSlice(start: number, end: number, maxBytes: number): Promise<BodySlice> {
    const { announced } = this;
    if (announced !== undefined && Math.min(end, announced) > maxBytes) throw new OversizedBody();
    const buffer = new GrowingBuffer(0);
    let position = 0;
    while (position < end) {
      const piece = await this.#read();
      if (piece === undefined) {
        this.#checkLength(position);
        return { bytes: buffer.bytes(), total: position };
      }
      if (Math.min(end, position + piece.byteLength) > maxBytes) throw new OversizedBody();
      const from = Math.max(0, start - position);
      const to = Math.min(piece.byteLength, end - position);
      if (from < to) buffer.append(piece.subarray(from, to));
      position += piece.byteLength;
    }
    return { bytes: buffer.bytes(), total: announced };
  }

  /** The beginning of a text, for a message or a small document; what is longer is cut off. */
  async readText(maxBytes: number): Promise<string> {
    const { bytes } = await this.readSlice(0, maxBytes, Infinity);
    return new TextDecoder().decode(bytes);
  }

  /** Lets go of the body, and with it of the connection. */
  async cancel(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await (this.#reader === undefined ? this.#response.body?.cancel() : this.#reader.cancel());
    } catch {
      // The body is not wanted any more; how its connection ends changes nothing.
    }
  }

  #checkLength(received: number): void {
    const { announced } = this;
    if (announced !== undefined && received < announced)
      throw new ShortBody(`The body broke off after ${received} of ${announced} bytes.`);
  }

  async #read(): Promise<Uint8Array | undefined> {
    if (this.#ended || this.#response.body === null) return undefined;
    try {
      this.#reader ??= this.#response.body.getReader();
      const { done, value } = await this.#reader.read();
      if (done) {
        this.#ended = true;
        return undefined;
      }
      this.#progress(value.byteLength);
      return value;
    } catch (cause) {
      throw new BrokenConnection("body", cause);
    }
  }
}

/** Is the body stored or sent compressed? */
export function isEncoded(response: HttpResponse): boolean {
  const encoding = response.headers.get("content-encoding")?.trim().toLowerCase();
  return encoding !== undefined && encoding !== "" && encoding !== "identity";
}

/** Bytes that come in pieces, copied once where their number is known ahead. */
class GrowingBuffer {
  readonly #reserved: Uint8Array;
  readonly #pieces: Uint8Array[] = [];
  #filled = 0;
  length = 0;

  constructor(reserve: number) {
    this.#reserved = new Uint8Array(reserve);
  }

  append(piece: Uint8Array): void {
    if (this.#pieces.length === 0 && this.#filled + piece.byteLength <= this.#reserved.byteLength) {
      this.#reserved.set(piece, this.#filled);
      this.#filled += piece.byteLength;
    } else this.#pieces.push(piece);
    this.length += piece.byteLength;
  }

  bytes(): Uint8Array {
    const [first] = this.#pieces;
    if (first === undefined) {
      return this.#filled === this.#reserved.byteLength
        ? this.#reserved
        : this.#reserved.subarray(0, this.#filled);
    }
    if (this.#pieces.length === 1 && this.#filled === 0) return first;
    const whole = new Uint8Array(this.length);
    whole.set(this.#reserved.subarray(0, this.#filled));
    let position = this.#filled;
    for (const piece of this.#pieces) {
      whole.set(piece, position);
      position += piece.byteLength;
    }
    return whole;
  }
}
