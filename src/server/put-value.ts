/**
 * PUT and DELETE of a value.
 *
 * @module
 */
import type { KeyedLock } from "../base/async.ts";
import type { Store } from "../storage/store.ts";
import { checkConditions, isConditional } from "./conditions.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";
import { readBody } from "./request-body.ts";
import { empty, refusal } from "./responses.ts";
import { isDocumentKey } from "./served.ts";
import { valueFacts } from "./stored-value.ts";

/**
 * Answers a PUT or DELETE of a key. With `If-Match` or `If-None-Match` the value that is there is compared first:
 * writers through one handler wait for each other, and where the store compares and sets in one step, writers around
 * it are noticed, too.
 */
export async function changeValue(
  store: Store,
  key: string,
  request: Request,
  options: ResolvedHandlerOptions,
  locks: KeyedLock,
): Promise<Response> {
  const { signal } = request;
  const value = request.method === "PUT" ? await readBody(request, options.maxBodyBytes) : undefined;
  if (value === "too-large")
    return refusal(413, `A value has at most ${options.maxBodyBytes} bytes.`, { connection: "close" });
  if (value === "short") return refusal(400, "The body is shorter than its Content-Length.");
  return await locks.run(
    key,
    async () => {
      const isDone = isConditional(request.headers)
        ? await conditionally(store, key, value, request)
        : await unconditionally(store, key, value, signal);
      if (!isDone) return refusal(412, "The value is not the one that was asked for.");
      if (value === undefined) return empty(204);
      const now = await valueFacts(store, key, isDocumentKey(key), { signal });
      return empty(204, now?.tag === undefined ? {} : { etag: now.tag });
    },
    { signal },
  );
}

async function unconditionally(
  store: Store,
  key: string,
  value: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (value === undefined) await store.delete(key, { signal });
  else await store.set(key, value, { signal });
  return true;
}

async function conditionally(
  store: Store,
  key: string,
  value: Uint8Array | undefined,
  request: Request,
): Promise<boolean> {
  const { signal, headers } = request;
  const inOneStep = value === undefined ? store.supportsConditionalDeletes : store.supportsConditionalWrites;
  // Looked at before the tag: if it is still there when it is replaced, it is the one that the tag was compared with.
  const before =
    inOneStep && store.supportsConditionalWrites ? await store.getVersioned(key, { signal }) : undefined;
  const facts = await valueFacts(store, key, isDocumentKey(key), { signal });
  if (checkConditions(headers, facts === undefined ? null : facts.tag, false) !== "proceed") return false;
  if (value === undefined) {
    if (facts === undefined) return true;
    if (before !== undefined) return await store.deleteIfVersion(key, before.version, { signal });
    await store.delete(key, { signal });
    return true;
  }
  if (facts === undefined) return await store.setIfNotExists(key, value, { signal });
  if (before !== undefined) return await store.setIfVersion(key, value, before.version, { signal });
  await store.set(key, value, { signal });
  return true;
}
