/**
 * Reads parts of values over HTTP and believes no answer unchecked: status, `Content-Range`
 * and length must be what was asked for. A server that cannot do ranges still gives the
 * right bytes, cut out of the whole value, or an error; never other bytes.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { validateByteRequest } from "../base/byte-request.ts";
import type { ByteRequest, ByteSpan } from "../base/byte-request.ts";
import { FileNotFoundError, StoreError } from "../base/errors.ts";
import { isEncoded, OversizedBody, ShortBody } from "./body-reader.ts";
import type { BodyReader } from "./body-reader.ts";
import { parseContentRange } from "./content-range.ts";
import { clamp, distrust, given, past, pastEnd } from "./range-verdict.ts";
import type { Found, Verdict } from "./range-verdict.ts";
import { factsOf } from "./remote-object.ts";
import type { RemoteFacts, RemoteObject, RemoteReadOptions } from "./remote-object.ts";
import { isConnectionFailure } from "./request-policy.ts";
import type { Exchange } from "./request-policy.ts";
import type { HttpResponse } from "./transport.ts";

/** Bounds of a reader, in bytes. */
export interface RangeReaderOptions {
  /** At most this much of a value is fetched to cut a range out of it. Default 64 MiB. */
  readonly maxSliceBytes?: number | undefined;
  /** No value read whole is longer. Default 2 GiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Never send HEAD. Default `false`. */
  readonly getOnly?: boolean | undefined;
}

/** How many lengths of one value are believed while one part of it is read. */
const MAX_LENGTHS = 4;

/** Cuts a part out of a whole value of a known length. */
type Resolve = (size: number) => ByteSpan;

/** A browser's cache that holds parts of a value may say 206 where the whole was asked for. */
const WHOLE_ANSWERS = (status: number): boolean => status === 200 || status === 206;
const OK_OR_RANGE = (status: number): boolean => status === 200 || status === 206 || status === 416;
/** Besides: what servers answer to a suffix that they do not know. */
const SUFFIX_ANSWERS = (status: number): boolean => OK_OR_RANGE(status) || status === 501;
/** Besides: what servers answer to a HEAD that they refuse; presigned URLs answer 403 to all but their own method. */
const HEAD_ANSWERS = (status: number): boolean =>
  status === 200 || status === 400 || status === 403 || status === 405 || status === 501;

/** Reads values and parts of values, and remembers what each origin can do. */
export class RangeReader {
  readonly #maxSlice: number;
  readonly #maxBody: number;
  readonly #getOnly: boolean;
  readonly #ignoring = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #withoutSuffix = new Set<string>();

  constructor(options: RangeReaderOptions = {}) {
    this.#maxSlice = options.maxSliceBytes ?? 64 * 2 ** 20;
    this.#maxBody = options.maxBodyBytes ?? 2 ** 31;
    this.#getOnly = options.getOnly ?? false;
  }

  /** Did this origin answer with a whole value, or with wrong ranges? Then several ranges are best read as one. */
  ignoresRanges(origin: string): boolean {
    return this.#ignoring.has(origin) || this.#wrong.has(origin);
  }

  /**
   * Reads a value, or the part that `request` names; a range past the end is clamped.
   *
   * @throws FileNotFoundError when it is missing; StoreError when the answer is not what was asked for.
   */
  async read(
    object: RemoteObject,
    request: ByteRequest | undefined,
    options: RemoteReadOptions,
  ): Promise<Uint8Array> {
    validateByteRequest(request);
    const { bytes, answer } = await this.#find(object, request, options);
    options.onAnswer?.(answer);
    return bytes;
  }

  /**
   * Length and version of a value: by HEAD, or by the headers of a small GET where HEAD is
   * refused or tells no length.
   *
   * @throws FileNotFoundError when it is missing.
   */
  async facts(object: RemoteObject, options: AbortOptions): Promise<RemoteFacts> {
    const head = this.#getOnly
      ? undefined
      : await object.send<RemoteFacts | undefined>(
          "HEAD",
          {},
          HEAD_ANSWERS,
          (response, body) => (response.status === 200 ? factsOf(response, body.announced) : undefined),
          options,
        );
    if (head?.size !== undefined) return head;
    const got = await object.send<RemoteFacts>(
      "GET",
      { range: "bytes=0-0" },
      OK_OR_RANGE,
      (response, body) => {
        if (response.status === 200) return factsOf(response, body.announced);
        const size = isEncoded(response)
          ? undefined
          : parseContentRange(response.headers.get("content-range"))?.total;
        return factsOf(response, size);
      },
      options,
    );
    return got.size === undefined && head !== undefined ? head : got;
  }

  /** A whole value, and what its headers say besides. */
  readWith<T>(
    object: RemoteObject,
    look: (response: HttpResponse) => T,
    options: AbortOptions,
  ): Promise<readonly [Uint8Array, T]> {
    return object.send(
      "GET",
      {},
      WHOLE_ANSWERS,
      async (response, body) => [await this.#wholeBody(object, response, body), look(response)] as const,
      options,
    );
  }

  async #find(
    object: RemoteObject,
    request: ByteRequest | undefined,
    options: RemoteReadOptions,
  ): Promise<Found> {
    if (request === undefined) return this.#whole(object, options);
    if ("suffix" in request) return this.#suffix(object, request.suffix, options);
    const start = "offset" in request ? request.offset : request.start;
    const end = "offset" in request ? Infinity : request.end;
    if (end <= start) return this.#nothing(object, options);
    if (start === 0 && end === Infinity) return this.#whole(object, options);
    return this.#span(object, start, end, options);
  }

  async #whole(object: RemoteObject, options: AbortOptions): Promise<Found> {
    const [bytes, answer] = await this.readWith(object, (response) => response, options);
    return { bytes, answer, total: bytes.byteLength };
  }

  /** No bytes of a value; but a missing value must not look like an empty one. */
  async #nothing(object: RemoteObject, options: AbortOptions): Promise<Found> {
    const { answer, size } = await this.facts(object, options);
    return { bytes: new Uint8Array(0), answer, total: size };
  }

  async #wholeBody(object: RemoteObject, response: HttpResponse, body: BodyReader): Promise<Uint8Array> {
    if (response.status === 200) return body.readAll(this.#maxBody);
    const all: Resolve = (size) => ({ start: 0, end: size });
    const verdict = await this.#checked(object, response, body, all, undefined);
    if (verdict.kind === "bytes") return verdict.found.bytes;
    throw new StoreError(`The server of ${object.url} answered a part where the whole value was asked for.`, {
      url: object.url,
      status: response.status,
    });
  }

  async #span(object: RemoteObject, start: number, end: number, options: RemoteReadOptions): Promise<Found> {
    const range = `bytes=${start}-${end === Infinity ? "" : end - 1}`;
    const resolve: Resolve = (size) => clamp(start, end, size);
    if (this.#wrong.has(object.origin))
      return this.#cutFromWhole(object, resolve, { start, end }, "its ranges are wrong", options);
    const verdict = await object.send<Verdict>(
      "GET",
      { range },
      OK_OR_RANGE,
      async (response, body) => {
        if (response.status === 200) return this.#cut(object, response, body, { start, end }, resolve);
        if (response.status === 416) return pastEnd(response, start);
        return this.#checked(object, response, body, resolve, { start, end });
      },
      options,
    );
    if (verdict.kind === "bytes") return verdict.found;
    if (verdict.kind === "past") {
      if (options.onAnswer === undefined) return verdict.found;
      // A refusal tells nothing of the value.
      const found = await this.#nothing(object, options);
      if (found.total === undefined || found.total <= start) return found;
      return this.#cutFromWhole(object, resolve, { start, end }, "416 for a range within", options);
    }
    if (verdict.kind === "short") {
      const { size } = await this.facts(object, options);
      if (size !== undefined && size < end) return this.#sized(object, resolve, size, options);
      return this.#cutFromWhole(object, resolve, { start, end }, "its ranges are short", options);
    }
    if (verdict.lasting) this.#wrong.add(object.origin);
    return this.#cutFromWhole(object, resolve, { start, end }, verdict.reason, options);
  }

  async #suffix(object: RemoteObject, length: number, options: RemoteReadOptions): Promise<Found> {
    const resolve: Resolve = (size) => clamp(size - Math.min(length, size), size, size);
    if (length === 0) return this.#nothing(object, options);
    if (object.suffixRanges === false || this.#withoutSuffix.has(object.origin))
      return this.#suffixBySize(object, resolve, options);
    const consume: Exchange<Verdict>["consume"] = async (response, body) => {
      if (response.status === 200) return this.#cut(object, response, body, undefined, resolve);
      if (response.status === 206) return this.#checked(object, response, body, resolve, undefined);
      const total = parseContentRange(response.headers.get("content-range"))?.total;
      if (response.status === 416 && total === 0) return past(response, total);
      // Some servers refuse only a suffix that is longer than the value.
      const lasting = total === undefined || length <= total;
      return distrust(`a suffix range was answered ${response.status}`, total, lasting);
    };
    let verdict: Verdict;
    try {
      verdict = await object.send("GET", { range: `bytes=-${length}` }, SUFFIX_ANSWERS, consume, options);
    } catch (error) {
      throwIfAborted(options.signal);
      // Browsers ask permission for a suffix range, not for a plain one, and a refusal looks like
      // a broken line; some servers do break the line.
      if (!isConnectionFailure(error)) throw error;
      try {
        const found = await this.#suffixBySize(object, resolve, options);
        this.#withoutSuffix.add(object.origin);
        return found;
      } catch (failure) {
        // The origin answers, and has no such value.
        if (failure instanceof FileNotFoundError) this.#withoutSuffix.add(object.origin);
        throw failure;
      }
    }
    if (verdict.kind === "bytes") return verdict.found;
    if (verdict.kind === "past" && options.onAnswer === undefined) return verdict.found;
    if (verdict.kind === "short" || verdict.kind === "past")
      return this.#suffixBySize(object, resolve, options);
    if (verdict.lasting) this.#withoutSuffix.add(object.origin);
    if (verdict.total === undefined) return this.#suffixBySize(object, resolve, options);
    return this.#sized(object, resolve, verdict.total, options);
  }

  async #suffixBySize(object: RemoteObject, resolve: Resolve, options: RemoteReadOptions): Promise<Found> {
    const { size } = await this.facts(object, options);
    if (size === undefined)
      return this.#cutFromWhole(object, resolve, undefined, "it tells no size", options);
    return this.#sized(object, resolve, size, options);
  }

  /** A part that depends on the length of the value, which another request told: the value may be another by now. */
  async #sized(
    object: RemoteObject,
    resolve: Resolve,
    size: number,
    options: RemoteReadOptions,
  ): Promise<Found> {
    for (let attempt = 1, length = size; ; attempt++) {
      const { start, end } = resolve(length);
      const found = await (end <= start
        ? this.#nothing(object, options)
        : this.#span(object, start, end, options));
      if (found.total === undefined || found.total === length) return found;
      if (attempt === MAX_LENGTHS)
        throw new StoreError(`${object.url} kept changing while it was being read.`, { url: object.url });
      length = found.total;
    }
  }

  /** Checks a 206 against what was asked; `span` is what was asked, but for a suffix. */
  async #checked(
    object: RemoteObject,
    response: HttpResponse,
    body: BodyReader,
    resolve: Resolve,
    span: ByteSpan | undefined,
  ): Promise<Verdict> {
    const header = response.headers.get("content-range");
    if (isEncoded(response)) return distrust("it sent a range of a compressed body", undefined, false);
    const actual = parseContentRange(header);
    const wanted = actual?.total === undefined ? span : resolve(actual.total);
    if (header === null && response.hidesHeaders === true && span !== undefined) {
      if (span.end === Infinity) return { kind: "short" }; // how long it must be, its length tells
      // A browser hides Content-Range unless the server exposes it; then the length must be exactly right.
      if (body.announced !== undefined && body.announced < span.end - span.start) return { kind: "short" };
      const bytes = await this.#readExactly(body, span.end - span.start);
      if (bytes === undefined) return distrust("it sent a range of another length");
      return given({ bytes, answer: response, total: undefined });
    }
    if (actual === undefined) return distrust("its 206 has no valid Content-Range");
    // Where the total is not told, nothing tells a range that is cut short from one that meets the end.
    if (wanted === undefined || actual.start !== wanted.start || actual.end !== wanted.end)
      return distrust(`it sent ${JSON.stringify(header)}`, actual.total);
    const bytes = await this.#readExactly(body, actual.end - actual.start);
    if (bytes === undefined)
      return distrust(`its body is longer than ${JSON.stringify(header)}`, actual.total);
    this.#ignoring.delete(object.origin);
    return given({ bytes, answer: response, total: actual.total });
  }

  /** Exactly `length` bytes; `undefined` when there are more. */
  async #readExactly(body: BodyReader, length: number): Promise<Uint8Array | undefined> {
    if (length > this.#maxBody) throw new OversizedBody();
    if (body.announced !== undefined && body.announced > length) return undefined;
    try {
      const bytes = await body.readAll(length);
      if (bytes.byteLength < length)
        throw new ShortBody(`The body broke off after ${bytes.byteLength} of ${length} bytes.`);
      return bytes;
    } catch (error) {
      if (error instanceof OversizedBody) return undefined;
      throw error;
    }
  }

  /** Cuts the wanted part out of a body that is the whole value. */
  async #cut(
    object: RemoteObject,
    answer: HttpResponse,
    body: BodyReader,
    span: ByteSpan | undefined,
    resolve: Resolve,
  ): Promise<Verdict> {
    this.#ignoring.add(object.origin);
    const total = body.announced;
    const part = span ?? (total === undefined ? undefined : resolve(total));
    try {
      if (part !== undefined) {
        const { bytes } = await body.readSlice(part.start, part.end, this.#maxSlice);
        return given({ bytes, answer, total });
      }
      const whole = await body.readAll(this.#maxSlice);
      const { start, end } = resolve(whole.byteLength);
      return given({ bytes: whole.subarray(start, end), answer, total: whole.byteLength });
    } catch (error) {
      if (!(error instanceof OversizedBody)) throw error;
      throw new StoreError(
        `The server of ${object.url} answers a range with the whole value, of which more than ${this.#maxSlice} bytes would have to be read.`,
        { url: object.url, status: 200, expected: this.#maxSlice, actual: total, cause: error },
      );
    }
  }

  /** Asks without a range and cuts, where the ranges of a server cannot be believed. */
  async #cutFromWhole(
    object: RemoteObject,
    resolve: Resolve,
    span: ByteSpan | undefined,
    reason: string,
    options: AbortOptions,
  ): Promise<Found> {
    const verdict = await object.send<Verdict>(
      "GET",
      {},
      (status) => status === 200 || status === 206,
      (response, body) => {
        if (response.status === 200) return this.#cut(object, response, body, span, resolve);
        throw new StoreError(`The server of ${object.url} gives no range that can be believed: ${reason}.`, {
          url: object.url,
          status: response.status,
        });
      },
      options,
    );
    if (verdict.kind === "bytes") return verdict.found;
    throw new StoreError(`The server of ${object.url} gives no usable range.`, { url: object.url });
  }
}
