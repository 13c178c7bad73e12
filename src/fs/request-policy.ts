/**
 * The one way in which requests are made: bounded per host, timed, tried again where that
 * can help, observed, and aborted down to the socket.
 *
 * @module
 */
import { abortable, sleep, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { FileNotFoundError, isZarrError, StoreError } from "../base/errors.ts";
import { BodyReader, BrokenConnection, OversizedBody, ShortBody } from "./body-reader.ts";
import { ChangingUrls } from "./changing-urls.ts";
import { HostLimiter } from "./host-limiter.ts";
import { redactUrl } from "./redact.ts";
import { DEFAULT_POLICY, isRetriedFailure, isRetriedStatus, parseRetryAfter, retryDelay } from "./retry.ts";
import type { FailureContext, RequestPolicy } from "./retry.ts";
import { fetchTransport } from "./transport.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** One attempt of a request, as the `onRequest` hook sees it when it ends. */
export interface RequestEvent {
  readonly method: string;
  /** Without secrets. */
  readonly url: string;
  /** The `Range` header that was sent. */
  readonly range: string | undefined;
  /** 1 for the first. */
  readonly attempt: number;
  /** `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Bytes of body received. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** What made the attempt fail. */
  readonly error: unknown;
}

/** How a client works. */
export interface HttpClientOptions {
  readonly transport?: Transport | undefined;
  readonly policy?: Partial<RequestPolicy> | undefined;
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Statuses that mean "there is nothing here". Default 404 and 410. */
  readonly missingStatus?: readonly number[] | undefined;
}

/** An answer with a status that the request does not accept. */
export interface Refusal {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  /** The beginning of the body. */
  readonly text: string;
}

/** What to make of a refusal: send again at once, or fail, with a reason for the message. */
export type RefusalVerdict =
  | { readonly kind: "again" }
  | {
      readonly kind: "fail";
      readonly reason?: string | undefined;
      /** Nothing is there. Default: by status. */
      readonly missing?: boolean | undefined;
      /** Worth another attempt after a pause. Default: by status. */
      readonly retry?: boolean | undefined;
    };

/** One request and what becomes of its answer. */
export interface Exchange<T> extends AbortOptions {
  readonly method: string;
  /** For limits and messages; `prepare` gives the URL that is sent. */
  readonly url: string;
  /** Names the value that is read or written, where other requests for it have other URLs. Default: the URL. */
  readonly value?: string | undefined;
  /** Makes the request of each attempt, so that signatures are fresh. */
  prepare(): HttpRequestParts | Promise<HttpRequestParts>;
  /** Which statuses `consume` can use. */
  accept(status: number): boolean;
  /** Reads the answer. It runs again when the body breaks off. */
  consume(response: HttpResponse, body: BodyReader, attempt: number): T | Promise<T>;
  /** Looks at an answer that is not accepted. */
  refused?(refusal: Refusal): RefusalVerdict | Promise<RefusalVerdict>;
}

/** A request without the signal, which the client adds. */
export type HttpRequestParts = Omit<HttpRequest, "signal">;

/** Immediate repetitions that one exchange may ask for, besides the attempts of the policy. */
const MAX_REPLAYS = 3;
const MAX_REFUSAL_BYTES = 64 * 1024;
const DEFAULT_MISSING: readonly number[] = [404, 410];

type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "again" }
  | { readonly kind: "retry"; readonly error: StoreError; readonly retryAfterMs?: number | undefined };

/** Makes requests by one policy. */
export class HttpClient {
  readonly #transport: Transport;
  readonly #policy: RequestPolicy;
  readonly #onRequest: ((event: RequestEvent) => void) | undefined;
  readonly #missing: ReadonlySet<number>;
  readonly #limiter: HostLimiter;
  readonly #answered = new Set<string>();
  readonly #changing = new ChangingUrls();
  /** Origins that answered a suffix range, for which browsers ask permission. */
  readonly #answeredSuffix = new Set<string>();

  constructor(options: HttpClientOptions = {}) {
    this.#transport = options.transport ?? fetchTransport;
    this.#policy = { ...DEFAULT_POLICY, ...options.policy };
    this.#onRequest = options.onRequest;
    this.#missing = new Set(options.missingStatus ?? DEFAULT_MISSING);
    this.#limiter = new HostLimiter(this.#policy.maxConcurrency);
  }

  /** Does this status mean that there is nothing? */
  isMissing(status: number): boolean {
    return this.#missing.has(status);
  }

  /**
   * Sends until an answer is accepted.
   *
   * @throws FileNotFoundError for a missing status; StoreError with `status` and `url` for
   * any other refusal, a broken connection, a timeout; `signal.reason` for an abort.
   */
  async send<T>(exchange: Exchange<T>): Promise<T> {
    const { signal } = exchange;
    const origin = originOf(exchange.url);
    let replays = 0;
    for (let attempt = 1; ;) {
      const release = await this.#limiter.acquire(origin, signal);
      let outcome: Outcome<T>;
      try {
        outcome = await this.#attempt(exchange, origin, attempt);
      } finally {
        release();
      }
      if (outcome.kind === "done") return outcome.value;
      if (outcome.kind === "again") {
        if (++replays > MAX_REPLAYS)
          throw new StoreError(`${describe(exchange)} was sent in circles.`, {
            url: redactUrl(exchange.url),
          });
        continue;
      }
      const pause = retryDelay(attempt, outcome.retryAfterMs, this.#policy);
      if (pause === undefined || attempt >= this.#policy.maxAttempts) throw outcome.error;
      await sleep(pause, signal);
      attempt++;
    }
  }

  async #attempt<T>(exchange: Exchange<T>, origin: string, attempt: number): Promise<Outcome<T>> {
    const { signal } = exchange;
    throwIfAborted(signal);
    const { value = exchange.url } = exchange;
    const prepared = await exchange.prepare();
    const parts = this.#changing.has(value) ? { ...prepared, cache: "no-store" as const } : prepared;
    const watch = new AttemptWatch(signal, this.#policy.timeoutMs, parts.body?.byteLength ?? 0);
    const suffix = parts.headers["range"]?.startsWith("bytes=-") === true;
    const started = performance.now();
    let response: HttpResponse | undefined;
    let body: BodyReader | undefined;
    let received = 0;
    let failure: unknown;
    try {
      response = await this.#open(parts, watch);
      this.#answered.add(origin);
      if (isPartFromCache(parts, response) && !this.#changing.has(value)) {
        this.#changing.add(value);
        return { kind: "again" };
      }
      if (suffix) this.#answeredSuffix.add(origin);
      watch.progress();
      body = new BodyReader(response, (bytes) => {
        received += bytes;
        watch.progress();
      });
      if (!exchange.accept(response.status)) {
        const verdict = await this.#refuse(exchange, response, body);
        if (verdict.kind === "retry") failure = verdict.error;
        return verdict;
      }
      const result = Promise.resolve(exchange.consume(response, body, attempt));
      return { kind: "done", value: await abortable(result, watch.signal) };
    } catch (error) {
      failure = error;
      throwIfAborted(signal);
      const answered = this.#answered.has(origin);
      const unpermitted = suffix && !this.#answeredSuffix.has(origin);
      const outcome = this.#judge(exchange, error, watch, { attempt, originAnswered: answered, unpermitted });
      failure = outcome.error;
      return outcome;
    } finally {
      watch.end();
      if (body !== undefined) void body.cancel();
      this.#changing.note(parts.method, value, response);
      this.#onRequest?.({
        method: parts.method,
        url: redactUrl(parts.url),
        range: parts.headers["range"],
        attempt,
        status: response?.status,
        bytes: received,
        milliseconds: performance.now() - started,
        error: failure,
      });
    }
  }

  async #open(parts: HttpRequestParts, watch: AttemptWatch): Promise<HttpResponse> {
    try {
      return await abortable(this.#transport({ ...parts, signal: watch.signal }), watch.signal);
    } catch (cause) {
      if (isZarrError(cause)) throw cause; // the transport itself cannot: nothing was sent
      throw new BrokenConnection("answer", cause);
    }
  }

  /** Reads why an answer is not accepted, and throws unless the request may be sent again. */
  async #refuse<T>(exchange: Exchange<T>, response: HttpResponse, body: BodyReader): Promise<Outcome<T>> {
    const { status, headers } = response;
    let text = "";
    try {
      text = await abortable(body.readText(MAX_REFUSAL_BYTES), exchange.signal);
    } catch {
      throwIfAborted(exchange.signal); // the status alone tells enough
    }
    const verdict = (await exchange.refused?.({ status, headers, text })) ?? { kind: "fail" };
    if (verdict.kind === "again") return verdict;
    const facts = { status, url: redactUrl(exchange.url) };
    const reason = verdict.reason === undefined ? "" : `: ${verdict.reason}`;
    const message = `${describe(exchange)} answered ${status}${reason}.`;
    if (verdict.missing ?? this.isMissing(status)) throw new FileNotFoundError(message, facts);
    const error = new StoreError(message, facts);
    if (!(verdict.retry ?? isRetriedStatus(status))) throw error;
    return { kind: "retry", error, retryAfterMs: parseRetryAfter(headers.get("retry-after")) };
  }

  /** Decides whether a failed attempt is tried again; throws when it is not. */
  #judge<T>(
    exchange: Exchange<T>,
    error: unknown,
    watch: AttemptWatch,
    context: Omit<FailureContext, "phase">,
  ): Extract<Outcome<T>, { kind: "retry" }> {
    const url = redactUrl(exchange.url);
    if (watch.timedOut) {
      const message = `${describe(exchange)} made no progress for ${this.#policy.timeoutMs} ms.`;
      return { kind: "retry", error: new StoreError(message, { url, cause: error }) };
    }
    if (error instanceof ShortBody) {
      const message = `${describe(exchange)} gave a short body: ${error.message}`;
      return { kind: "retry", error: new StoreError(message, { url, cause: error }) };
    }
    if (error instanceof OversizedBody)
      throw new StoreError(`${describe(exchange)} gave a body over the limit.`, { url, cause: error });
    if (!(error instanceof BrokenConnection)) throw error;
    const { cause, phase } = error;
    const failed = new StoreError(`${describe(exchange)} failed: ${reasonOf(cause)}`, { url, cause });
    if (!isRetriedFailure(cause, { ...context, phase })) throw failed;
    return { kind: "retry", error: failed };
  }
}

/** Was no answer heard at all, so that only the connection can be blamed? */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof StoreError && error.status === undefined && error.cause instanceof TypeError;
}

/** The scheme, host and port of a URL; what is no URL is its own origin. */
export function originOf(url: string): string {
  const match = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]*/.exec(url);
  return match === null ? url : match[0].replace(/\/\/[^@]*@/, "//").toLowerCase();
}

/** Ends an attempt that makes no progress, and passes on the caller's abort. */
class AttemptWatch {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #idleMs: number;
  readonly #onAbort: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  timedOut = false;

  constructor(caller: AbortSignal | undefined, idleMs: number, uploadBytes: number) {
    this.#caller = caller;
    this.#idleMs = idleMs;
    this.#onAbort = () => this.#controller.abort(caller?.reason);
    caller?.addEventListener("abort", this.#onAbort, { once: true });
    // How far an upload is cannot be seen, so it gets time for 32 KB/s before its answer is due.
    this.#start(idleMs + uploadBytes / 32);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  progress(): void {
    this.#start(this.#idleMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  #start(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (milliseconds >= 2 ** 31) return; // longer than timers can wait: none
    this.#timer = setTimeout(() => {
      this.timedOut = true;
      this.#controller.abort(new DOMException("The attempt timed out.", "TimeoutError"));
    }, milliseconds);
  }
}

/** A browser's cache that holds parts of a value may answer one where the whole was asked for. */
function isPartFromCache({ method, headers }: HttpRequestParts, { status }: HttpResponse): boolean {
  return status === 206 && method === "GET" && headers["range"] === undefined;
}

function describe(exchange: { readonly method: string; readonly url: string }): string {
  return `${exchange.method} ${redactUrl(exchange.url)}`;
}

function reasonOf(cause: unknown): string {
  // fetch says no more than "fetch failed"; what it wraps says why.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const text = inner instanceof Error ? inner.message : String(inner);
  return `${text.replace(/[a-z]+:\/\/\S+/gi, redactUrl) || "the connection broke"}.`;
}
