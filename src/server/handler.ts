/**
 * From a request to a response: which method, who may, which key.
 *
 * @module
 */
import { KeyedLock } from "../base/async.ts";
import { sameSecret } from "./same-secret.ts";
import { getDirectory } from "./directory.ts";
import { Gate } from "./gate.ts";
import { getValue } from "./get-value.ts";
import { getViewer } from "./get-viewer.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";
import { changeValue } from "./put-value.ts";
import { requestPath } from "./request-path.ts";
import { empty, failure, notFound, refusal } from "./responses.ts";
import type { Served } from "./served.ts";

/** A Web-standard handler: it always gives a response and never rejects. */
export type Handler = (request: Request) => Promise<Response>;

/** Serves what is served. */
export function handlerOf(served: Served, options: ResolvedHandlerOptions): Handler {
  const methods = options.writable ? ["GET", "HEAD", "PUT", "DELETE"] : ["GET", "HEAD"];
  const gate = new Gate(options.maxConcurrency);
  const locks = new KeyedLock();

  const answer = async (request: Request): Promise<Response> => {
    const { method } = request;
    if (!methods.includes(method))
      return refusal(405, "This method is not served.", { allow: [...methods, "OPTIONS"].join(", ") });
    const isRead = method === "GET" || method === "HEAD";
    if (!isRead && !(await mayWrite(request, options.token)))
      return refusal(401, "Writing needs a token.", { "www-authenticate": 'Bearer realm="zarrkit"' });
    const url = new URL(request.url);
    const asked = requestPath(url.pathname, options.basePath);
    if (asked === undefined) return notFound();
    const { path } = asked;
    const { signal } = request;
    const page = isRead ? await getViewer(served, asked, request, options) : undefined;
    if (page !== undefined) return page;
    if (isRead && (asked.isDirectory || url.searchParams.has("list")))
      return await getDirectory(served, path, request, options);
    if (asked.isDirectory) return notFound();
    const key = await served.keyOf(path, isRead ? "read" : "write", { signal });
    if (key === undefined) return notFound();
    if (isRead) return await getValue(served, key, request, options);
    try {
      return await changeValue(served.store, key, request, options, locks);
    } finally {
      served.changed(path);
    }
  };

  const guarded = async (request: Request): Promise<Response> => {
    try {
      const response = await gate.run(() => answer(request), request.signal);
      return response ?? refusal(503, "Too many requests are waiting.", { "retry-after": "1" });
    } catch (error) {
      if (!request.signal.aborted) options.onError(error, request);
      return failure(error, request);
    }
  };

  return async (request) => {
    const isOptions = request.method === "OPTIONS";
    const response = isOptions
      ? empty(204, { allow: [...methods, "OPTIONS"].join(", ") })
      : await guarded(request);
    const { headers } = response;
    if (isOptions && request.headers.has("access-control-request-method"))
      options.cors?.addPreflight(headers, request, methods);
    else options.cors?.addTo(headers, request);
    headers.set("x-content-type-options", "nosniff");
    return response;
  };
}

async function mayWrite(request: Request, token: string | null): Promise<boolean> {
  if (token === null) return true;
  const [, given] =
    /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.get("authorization")?.trim() ?? "") ?? [];
  return given !== undefined && (await sameSecret(given, token));
}
