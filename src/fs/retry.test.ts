import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_POLICY, errorCode, isRetriedFailure, parseRetryAfter, retryDelay } from "./retry.ts";

test("the pause is random up to a bound that doubles and is capped", () => {
  const bounds = [1, 2, 3, 9, 40].map((attempt) => retryDelay(attempt, undefined, DEFAULT_POLICY, () => 1));
  expect(bounds).toEqual([100, 200, 400, 20_000, 20_000]);
  expect(retryDelay(3, undefined, DEFAULT_POLICY, () => 0)).toBe(0);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 60_000 }), (attempt, after) => {
      const pause = retryDelay(attempt, after, DEFAULT_POLICY)!;
      expect(pause).toBeGreaterThanOrEqual(after);
      expect(pause).toBeLessThanOrEqual(Math.max(after, DEFAULT_POLICY.retryMaxMs));
    }),
  );
});

test("a server that asks for too long a pause gets no second attempt", () => {
  expect(retryDelay(1, 60_001, DEFAULT_POLICY)).toBeUndefined();
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(parseRetryAfter("120", now)).toBe(120_000);
  expect(parseRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30_000);
  expect(parseRetryAfter("Thu, 01 Jan 2020 00:00:30 GMT", now)).toBe(0);
  for (const nonsense of [null, "", "soon"]) expect(parseRetryAfter(nonsense, now)).toBeUndefined();
});

test("the code of an error is found in its causes, which may be circular", () => {
  const inner = Object.assign(new Error("inner"), { code: "ECONNRESET" });
  expect(errorCode(new TypeError("fetch failed", { cause: inner }))).toBe("ECONNRESET");
  expect(errorCode(new TypeError("x", { cause: new AggregateError([inner]) }))).toBe("ECONNRESET");
  const circle = new Error("circle");
  circle.cause = circle;
  expect(errorCode(circle)).toBeUndefined();
});

test("broken connections are tried again, refusals are not", () => {
  const context = { phase: "answer", originAnswered: true, attempt: 2 } as const;
  for (const code of ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])
    expect(isRetriedFailure(coded(code), context)).toBe(true);
  for (const code of ["ECONNREFUSED", "ENOTFOUND", "CERT_HAS_EXPIRED", "ERR_INVALID_URL"])
    expect(isRetriedFailure(coded(code), context)).toBe(false);
  expect(isRetriedFailure(new RangeError("a bug"), context)).toBe(false);
  expect(isRetriedFailure(coded("Z_DATA_ERROR"), { ...context, phase: "body" })).toBe(false);
});

function coded(code: string): Error {
  return Object.assign(new TypeError("x"), { code });
}
