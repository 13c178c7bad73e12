/**
 * Responses that are no values: refusals and failures.
 *
 * @module
 */
import { isZarrError, ReadOnlyError, UnsupportedError } from "../base/errors.ts";

/** The request was given up by whoever sent it; nobody reads the answer. */
const CLIENT_CLOSED_REQUEST = 499;

/** A response with a JSON body that says what is wrong in general terms. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  const body = new TextEncoder().encode(`${JSON.stringify({ error: message })}\n`);
  return new Response(body, {
    status,
    headers: {
      "content-type": "application/json",
      "content-length": String(body.byteLength),
      "cache-control": "no-store",
      ...headers,
    },
  });
}

/** There is no such key. */
export function notFound(): Response {
  return refusal(404, "There is nothing at this path.");
}

/** A response without a body. */
export function empty(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}

/**
 * The response to a failure. It names neither places nor values, which may be secrets: `onError` has them. A failure
 * is never a 404, which readers would take for a missing chunk.
 */
export function failure(error: unknown, request: Request): Response {
  if (request.signal.aborted) return empty(CLIENT_CLOSED_REQUEST);
  if (error instanceof ReadOnlyError) return refusal(403, "The store is read-only.");
  if (error instanceof UnsupportedError) return refusal(501, "The store or array cannot do this.");
  if (isUpstream(error)) return refusal(502, "The store behind this server failed.");
  const code = isZarrError(error) ? error.code : undefined;
  return refusal(500, code === undefined ? "The server failed." : `The value could not be had (${code}).`);
}

/** Did a server behind this one answer badly, or not at all? */
function isUpstream(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++)
    if (isZarrError(at) && (at.status !== undefined || at.url !== undefined)) return true;
  return false;
}
