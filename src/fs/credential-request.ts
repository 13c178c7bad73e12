/**
 * Requests for credentials: small documents, from services that answer at once or are not there.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { HttpClient } from "./request-policy.ts";
import type { Transport } from "./transport.ts";

/** One request. */
export interface CredentialRequest extends AbortOptions {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Gives the text of an answer with status 200; any other is a `StoreError`. */
export type AskForCredentials = (request: CredentialRequest) => Promise<string>;

const MAX_DOCUMENT_BYTES = 64 * 1024;

/**
 * Asks a service on the internet, patiently, or with `nearby` one that belongs to this machine
 * and answers within a second or is not there.
 */
export function credentialRequests(
  transport: Transport | undefined,
  options: { readonly nearby: boolean },
): AskForCredentials {
  const policy = options.nearby ? { timeoutMs: 1000, maxAttempts: 1 } : { timeoutMs: 10_000, maxAttempts: 3 };
  const client = new HttpClient({ transport, policy });
  return ({ method, url, headers = {}, body, signal }) =>
    client.send<string>({
      method,
      url,
      signal,
      prepare: () => ({
        method,
        url,
        headers,
        body: body === undefined ? undefined : new TextEncoder().encode(body),
        redirect: "manual", // a secret goes to whom it was meant for
        credentials: "omit",
      }),
      accept: (status) => status === 200,
      consume: async (_, reader) => new TextDecoder().decode(await reader.readAll(MAX_DOCUMENT_BYTES)),
    });
}

/**
 * The string members of a JSON document from a credential service.
 *
 * @throws StoreError when it is no JSON object; nothing of the document is repeated, for it may hold a secret.
 */
export function readCredentialJson(text: string, source: string): ReadonlyMap<string, string | number> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new StoreError(`${source} holds no JSON object.`);
  const found = new Map<string, string | number>();
  for (const [name, value] of Object.entries(parsed))
    if (typeof value === "string" || typeof value === "number") found.set(name, value);
  return found;
}
