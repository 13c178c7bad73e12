/**
 * What is tried again, and when. Pure.
 *
 * @module
 */

/** How requests are made; every field has a default. */
export interface RequestPolicy {
  /** Requests under way to one host. Default 64. */
  readonly maxConcurrency: number;
  /** Milliseconds without progress (an answer, or a piece of the body) after which an attempt is given up. Default 30,000. */
  readonly timeoutMs: number;
  /** Attempts in all. Default 5. */
  readonly maxAttempts: number;
  /** The first pause is random up to this; the bound doubles each time. Default 100 ms. */
  readonly retryBaseMs: number;
  /** No random pause is longer. Default 20,000 ms. */
  readonly retryMaxMs: number;
  /** A server that asks to wait longer fails the request at once. Default 60,000 ms. */
  readonly maxRetryAfterMs: number;
}

/** The defaults of the request policy. */
export const DEFAULT_POLICY: RequestPolicy = {
  maxConcurrency: 64,
  timeoutMs: 30_000,
  maxAttempts: 5,
  retryBaseMs: 100,
  retryMaxMs: 20_000,
  maxRetryAfterMs: 60_000,
};

const RETRIED_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/** Error codes of connections that broke; a code that is not here (a refused port, an unknown host, a bad certificate) stays as it is when tried again. */
const RETRIED_CODES = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ConnectionClosed",
  "ConnectionReset",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/** Is an answer with this status worth another attempt? */
export function isRetriedStatus(status: number): boolean {
  return RETRIED_STATUSES.has(status);
}

/** Where an attempt was when it broke, and what is known about the server. */
export interface FailureContext {
  /** `"answer"`: nothing had come back; `"body"`: the body was under way. */
  readonly phase: "answer" | "body";
  /** Has this origin ever answered? If not, a failure without a code may be a CORS refusal, which stays. */
  readonly originAnswered: boolean;
  /** Attempts made, this one included. */
  readonly attempt: number;
  /** Does a browser ask permission for such a request, which this origin never gave? Then a failure without a code most likely is its refusal. */
  readonly unpermitted?: boolean | undefined;
}

/** Is a broken connection worth another attempt? */
export function isRetriedFailure(cause: unknown, context: FailureContext): boolean {
  const code = errorCode(cause);
  // A body that cannot be decompressed will not get better; one that breaks off may.
  if (context.phase === "body") return code === undefined || !code.startsWith("Z_");
  if (code !== undefined) return RETRIED_CODES.has(code) || code.startsWith("HPE_");
  if (!(cause instanceof TypeError)) return false; // fetch reports network errors as TypeError
  if (context.unpermitted === true) return false;
  return context.originAnswered || context.attempt === 1;
}

/** The code of an error, or of what caused it. */
export function errorCode(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string") return current.code;
    // Several addresses of one host: each attempt is listed, and they fail alike.
    current =
      current instanceof AggregateError ? current.errors[0] : "cause" in current ? current.cause : undefined;
  }
  return undefined;
}

/**
 * How long to wait before the next attempt, in milliseconds: random up to a bound that
 * doubles ("full jitter"), at least what the server asks for; `undefined` when the server
 * asks for more than the policy allows.
 */
export function retryDelay(
  attempt: number,
  retryAfterMs: number | undefined,
  policy: RequestPolicy,
  random: () => number = Math.random,
): number | undefined {
  if (retryAfterMs !== undefined && retryAfterMs > policy.maxRetryAfterMs) return undefined;
  const bound = Math.min(policy.retryMaxMs, policy.retryBaseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.max(retryAfterMs ?? 0, random() * bound);
}

/** Reads `Retry-After`: seconds or an HTTP date. Nonsense is `undefined`. */
export function parseRetryAfter(value: string | null, now: number = Date.now()): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
